"""Reading a corpus."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

import musegen
from helpers.invented import jig
from musegen import CorpusError, Prepare, Tune
from musegen.corpus.corpus import Corpus
from musegen.corpus.reading import read_corpus
from musegen.corpus.splitting import Split

TUNES = [
    Tune(jig(number), "abc", title=f"Jig No {number}", source=f"jigs.abc:{number}") for number in range(1, 41)
]


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


def test_copies_are_dropped() -> None:
    """The same text under another number and title is no new tune."""
    copy = Tune(TUNES[0].text.replace("X:1", "X:99").replace(TUNES[0].title, "Copy"), "abc", title="Copy")
    corpus, _ = read(*TUNES[:3], copy)
    assert [tune.title for tune in corpus.tunes] == [tune.title for tune in TUNES[:3]]
    assert corpus.duplicates == 1


def test_a_tune_without_a_notation_is_its_readers_mistake() -> None:
    """No notation is taken for granted."""
    with pytest.raises(CorpusError, match=r"a\.abc:7: its reader does not say which notation it is in"):
        read(Tune(TUNES[0].text, source="a.abc:7"))


def test_a_tune_that_cannot_be_used_is_skipped_and_counted() -> None:
    """It is reported with its place; the others stay."""
    broken = Tune("X:1\nT:no key\nABC|\n", "abc", title="no key", source="bad.abc:1")
    corpus, lines = read(TUNES[0], broken, TUNES[1])
    assert (len(corpus.tunes), corpus.skipped) == (2, 1)
    assert lines[0].startswith("bad.abc:")


def test_a_corpus_with_no_tune_left_is_an_error() -> None:
    """With the number of those that were skipped."""
    with pytest.raises(CorpusError, match="no usable tune"):
        read(Tune("no tune", "abc", source="bad.abc:1"))
