"""Reading and splitting a corpus."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

import musegen
from invented import jig
from musegen import CorpusError, Prepare, Tune
from musegen.corpus import Corpus, Split, read_corpus, split_tunes

TUNES = [Tune(jig(number), title=f"Jig No {number}", source=f"jigs.abc:{number}") for number in range(1, 41)]


NO_SPLIT = Split(validation=0, test=0)


class Reader:
    """Gives fixed tunes."""

    def __init__(self, tunes: Iterable[Tune]) -> None:
        self.tunes = tunes

    def sources(self) -> list[Path]:
        """None."""
        return []

    def read(self, report: Callable[[str], None]) -> Iterable[Tune]:
        """The tunes."""
        return self.tunes


def read(*tunes: Tune, split: Split = NO_SPLIT) -> tuple[Corpus, list[str]]:
    """The corpus of some tunes, and what was reported."""
    component = musegen.installed_plugins().notation("abc")
    lines: list[str] = []
    notations = {"abc": component.build(component.options())}
    corpus = read_corpus(
        [Reader(tunes)], notations, Prepare(), split, 0, lines.append, lambda done, total: None
    )
    return corpus, lines


def test_parts_have_their_share() -> None:
    """Of forty tunes four each are held out."""
    parts = split_tunes(TUNES, Split(), seed=0)
    assert [parts.count(part) for part in ("train", "validation", "test")] == [32, 4, 4]


def test_a_tune_keeps_its_part_wherever_it_stands() -> None:
    """The order of the corpus does not matter; the seed does."""
    parts = dict(zip(TUNES, split_tunes(TUNES, Split(), 0), strict=True))
    turned = dict(zip(TUNES[::-1], split_tunes(TUNES[::-1], Split(), 0), strict=True))
    assert parts == turned
    assert parts != dict(zip(TUNES, split_tunes(TUNES, Split(), 1), strict=True))


def test_the_same_music_under_two_titles_stays_together() -> None:
    """A copy in the test part would be known from training."""
    copies = [Tune(tune.text.replace(tune.title, "Copy"), title="Copy") for tune in TUNES]
    parts = split_tunes([*TUNES, *copies], Split(), 0)
    assert parts[: len(TUNES)] == parts[len(TUNES) :]


@pytest.mark.parametrize("count", [1, 2])
def test_too_few_tunes_for_a_part_are_refused(count: int) -> None:
    """The line says which part and what to do."""
    with pytest.raises(CorpusError, match=r"too few for \[split\] (validation|test)"):
        split_tunes(TUNES[:count], Split(), 0)
    assert split_tunes(TUNES[:count], Split(validation=0, test=0), 0) == ("train",) * count


def test_a_tune_that_cannot_be_used_is_skipped_and_counted() -> None:
    """It is reported with its place; the others stay."""
    broken = Tune("X:1\nT:no key\nABC|\n", title="no key", source="bad.abc:1")
    corpus, lines = read(TUNES[0], broken, TUNES[1])
    assert (len(corpus.tunes), corpus.skipped) == (2, 1)
    assert lines[0].startswith("bad.abc:")


def test_a_corpus_with_no_tune_left_is_an_error() -> None:
    """With the number of those that were skipped."""
    with pytest.raises(CorpusError, match="no usable tune"):
        read(Tune("no tune", source="bad.abc:1"))


def test_a_saved_corpus_is_the_same(tmp_path: Path) -> None:
    """Texts, titles, sources and parts come back."""
    corpus, _ = read(*TUNES, split=Split())
    corpus.save(tmp_path)
    assert Corpus.load(tmp_path) == corpus
