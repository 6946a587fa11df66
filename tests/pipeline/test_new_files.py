"""Files of new tunes: one book in place of many files, and numbers that sort."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

import musegen
from helpers.invented import NGRAM_PIPELINE, jig, write_pipeline
from musegen import LanguageModel, MusegenError, Sample, Sampling, Silent, Tokens, demo_model
from musegen.ahead import Coming, ahead
from musegen.commands.main import main
from musegen.models.composer import Composer
from musegen.models.draws import Tally
from musegen.run.new_tunes import stem

OPENED = musegen.open_model(demo_model())


class Plain:
    """The demo's network without the methods that go on where it stopped."""

    def __init__(self, network: LanguageModel) -> None:
        self._network = network

    def generate(
        self, primes: Sequence[Tokens], sampling: Sampling, seeds: Sequence[int]
    ) -> Iterator[Tokens]:
        """As the network does."""
        return self._network.generate(primes, sampling, seeds)

    def nats(self, tunes: Sequence[Tokens]) -> list[NDArray[np.float64]]:
        """As the network does."""
        return self._network.nats(tunes)

    def save(self, path: Path) -> None:
        """As the network does."""
        self._network.save(path)


def test_a_model_that_goes_on_draws_what_it_draws_otherwise() -> None:
    """Headers with wishes and without, whatever number is written at once; the losses are told alike.

    They are in the arithmetic that drew and in fp32. A tune that has lost its way, which rules lead on, is so
    unlikely to the model that the two are far apart.
    """
    alike = 0
    for options in (
        Sample(tunes=70, keep="all"),
        Sample(tunes=70, keep="all", key="Em", rhythm="reel", metre="4/4", start="|:E2"),
        Sample(tunes=70, keep="all", max_length=60),
        Sample(tunes=70, keep="all", prime="X:1\nT:A\nM:6/8\nL:1/8\nK:C\n|:CDE"),
    ):
        going = Composer(OPENED.network, OPENED.language, options).compose(7, lambda *_: None).kept
        plain = Composer(Plain(OPENED.network), OPENED.language, options).compose(7, lambda *_: None).kept
        for one, other in zip(going, plain, strict=True):
            assert (one.tune, one.judgement, one.seed) == (other.tune, other.judgement, other.seed)
            assert one.drawn is not None
            assert one.drawn.tolist() == (other.drawn.tolist() if other.drawn is not None else [])
            if one.taken <= 0.1 * one.ruled:
                assert one.nats == pytest.approx(other.nats, rel=0.02, abs=0.5)
                alike += 1
    assert alike > 150


@pytest.mark.parametrize("keep", ["valid", "all"])
def test_what_is_kept_one_by_one_is_what_is_composed(keep: str) -> None:
    """In order, with the same numbers of draws; scores are not held where they would have to wait."""
    options = Sample.model_validate({"tunes": 9, "keep": keep, "max_length": 180, "attempts": 3})
    composer, tally = OPENED.composer(options), Tally()
    composition = composer.compose(4, lambda *_: None)
    kept = list(composer.kept(4, lambda *_: None, tally))
    assert [draw.tune for draw in kept] == [draw.tune for draw in composition.kept]
    assert [draw.nats for draw in kept] == [draw.nats for draw in composition.kept]
    assert tally.drawn == len(composition.draws)
    assert tally.valid == sum(draw.judgement.valid for draw in composition.draws)
    assert all(draw.score is None for draw in kept) is (keep == "valid")


def test_a_book_is_one_file(tmp_path: Path) -> None:
    """It has every tune that can be read, under its number in tunes.csv; others have a file of their own."""
    options = {"tunes": 12, "keep": "all", "seed": 3, "max_length": 60, "temperature": 2.0, "rules": False}
    tunes = musegen.sample(OPENED, tmp_path / "book", renderers=["tunebook"], **options)
    files = musegen.sample(OPENED, tmp_path / "files", renderers=["midi", "tunebook"], **options)
    with (tmp_path / "book" / "tunes.csv").open(newline="", encoding="utf-8") as file:
        rows = {int(row["number"]): row for row in csv.DictReader(file)}
    unread = {tune.number for tune in tunes if any(fault.startswith("parse: ") for fault in tune.faults)}
    assert 0 < len(unread) < 12
    own = {f"{number:03}.abc" for number in unread}
    assert {path.name for path in (tmp_path / "book").iterdir()} == {"tunes.abc", "tunes.csv"} | own
    book = (tmp_path / "book" / "tunes.abc").read_text("utf-8")
    assert book == (tmp_path / "files" / "tunes.abc").read_text("utf-8")
    numbers = [int(line[2:]) for line in book.splitlines() if line.startswith("X:")]
    assert numbers == sorted({*range(1, 13)} - unread)
    for tune, other in zip(tunes, files, strict=True):
        assert tune.text == other.text == other.text_file.read_text("utf-8")
        name = f"{tune.number:03}.abc" if tune.number in unread else "tunes.abc"
        assert tune.text_file.name == rows[tune.number]["file"] == name
        assert tune.name == (name if tune.number in unread else f"tunes.csv:{tune.number}")
        assert tune.valid is other.valid


def test_a_run_keeps_a_file_for_each_tune_beside_the_book(tmp_path: Path) -> None:
    """Its report names them."""
    pipeline = NGRAM_PIPELINE.replace('use = "midi"', 'use = "tunebook"')
    run = musegen.load(write_pipeline(tmp_path, pipeline)).run(Silent())
    assert all(tune.text_file.read_text("utf-8") == tune.text for tune in run.tunes)
    assert (run.folder / "tunes" / "tunes.abc").is_file()


@pytest.mark.parametrize("keep", ["valid", "all"])
def test_a_book_of_more_tunes_than_files(tmp_path: Path, keep: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is the book that fewer are written to, tune by tune; with keep = "valid" the first valid ones."""
    asked = ["sample", "-n", "150", "--keep", keep, "--seed", "2", "--to", "tunebook", "-q"]
    few = main([*asked, "-o", str(tmp_path / "few")])
    monkeypatch.setattr("musegen.commands.sample._MOST_FILES", 149)
    assert main([*asked, "-o", str(tmp_path / "many")]) == few == 0
    for name in ("tunes.abc", "tunes.csv"):
        assert (tmp_path / "many" / name).read_bytes() == (tmp_path / "few" / name).read_bytes()
    assert main([*asked, "-o", str(tmp_path / "many")]) == 2
    assert main([*asked[:-3], "--to", "midi", "-o", str(tmp_path / "midi")]) == 2
    assert not (tmp_path / "midi").exists()


def test_numbers_sort() -> None:
    """They have as many digits as the last one needs, and never fewer than three."""
    for last in (8, 999, 1000, 10_000):
        names = [stem(number, last) for number in range(1, last + 1)]
        assert names == sorted(names)
    assert (stem(7, 999), stem(7, 1000), stem(7, 10_000)) == ("007", "0007", "00007")


def test_files_of_more_than_999_tunes_sort(tmp_path: Path) -> None:
    """Rendered or drawn."""
    short = "X:1\nL:1/8\nM:2/4\nK:D\nD4|\n"
    (tmp_path / "many.abc").write_text("\n".join([jig(1), *[short] * 1000]))
    made = musegen.render([tmp_path / "many.abc"], tmp_path / "rendered", ["midi"])
    assert [path.name for path in made.files] == [f"{number:04}.mid" for number in range(1, 1002)]
    tunes = musegen.sample(OPENED, tmp_path / "drawn", tunes=1000, keep="all", max_length=2)
    assert [tune.text_file.name for tune in tunes] == [f"{number:04}.abc" for number in range(1, 1001)]


def test_working_ahead_changes_nothing() -> None:
    """The items come in order, an error where its item would, and no item is made that nobody may want."""
    made = list[int]()

    def items() -> Iterator[int]:
        for number in range(5):
            made.append(number)
            yield number
        raise MusegenError("no more")

    seen = list[int]()
    with pytest.raises(MusegenError, match="no more"):
        seen.extend(ahead(items()))
    assert seen == made == [0, 1, 2, 3, 4]
    assert list(ahead(iter(()))) == []
    made.clear()
    first = ahead(items())
    assert next(first) == 0
    first.close()
    assert len(made) <= 2


def test_what_comes_is_there_when_it_is_needed() -> None:
    """Or its error is."""
    assert Coming(lambda: 3).get() == 3
    failing = Coming(lambda: 1 // 0)
    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            failing.get()
