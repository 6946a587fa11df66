"""Hostile ABC: whatever the text, it is read or refused, in bounded time.

``docs/studies/fuzz_abc.py`` is the long run.
"""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import given, settings

from helpers.bombs import BOMBS
from helpers.hostile import Broken, Slow, check, guarded, outcome, smallest
from helpers.invented import jig
from helpers.mutations import mutated
from helpers.strategies import broken_texts, tune_texts
from musegen import NotationError, Prepare, Tune, Valid, judge, perform
from musegen_abc.notation import AbcNotation
from musegen_abc.reader import AbcReader

MUTATIONS = 750
NOTATION = AbcNotation()


def survives(text: str) -> str:
    """What became of the text; a failure names the smallest text that fails in the same way."""
    kind, error = outcome(text)
    if error is not None:
        raise AssertionError(f"{kind} on {smallest(text, kind)!r}") from error
    return kind


@settings(deadline=None, max_examples=300)
@given(broken_texts)
def test_text_that_looks_like_abc(text: str) -> None:
    """It is read or refused by musegen's own errors."""
    check(text)


@settings(deadline=None, max_examples=100)
@given(tune_texts())
def test_tunes_are_read(text: str) -> None:
    """A tune with a key and a note is not refused."""
    assert check(text) != "refused"


def test_broken_invented_tunes() -> None:
    """Random edits of jigs; some are still read, some are refused."""
    rng, jigs = random.Random(1), [jig(number) for number in range(50)]
    outcomes = {survives(mutated(rng.choice(jigs), jigs, rng)) for _ in range(MUTATIONS)}
    assert {"refused", "played", "played with problems"} <= outcomes


def test_broken_real_tunes(nottingham: Path) -> None:
    """Random edits of the Nottingham tunes, as cleaned and as they were."""
    paths = [str(nottingham / part / "*.abc") for part in (".", "original")]
    texts = [tune.text for tune in AbcReader(paths).read(pytest.fail)]
    rng = random.Random(2)
    outcomes = {survives(mutated(rng.choice(texts), texts, rng)) for _ in range(MUTATIONS)}
    assert {"refused", "played", "played with problems"} <= outcomes


@pytest.mark.parametrize("name", BOMBS)
def test_bombs(name: str) -> None:
    """A few kilobytes that ask for endless work take a moment (the alarm is a guard)."""
    survives(BOMBS[name](2_000))


@pytest.mark.parametrize("name", ["line of C|[1D:|", "nested grace notes"])
def test_a_megabyte_in_one_line(name: str) -> None:
    """It is read in bounded time, without deep recursion (the alarm is a guard)."""
    with guarded(60):
        NOTATION.parse(Tune(BOMBS[name](1_000_000), "abc"))


@pytest.mark.parametrize("order", ["((A)99)99", "A999999", "(((((((((A)9)9)9)9)9)9)9)9)9"])
def test_play_orders_are_bounded(order: str) -> None:
    """A play order asks for at most a thousand parts."""
    score = NOTATION.parse(Tune(f"X:1\nL:1/8\nP:{order}\nK:C\nP:A\nC\n", "abc"))
    assert 0 < len(perform(score).melody) <= 1000


@pytest.mark.parametrize(
    "body",
    [
        *("(999999:2:9CDE", "C999999999", "C1/0", "CZ999999|", "C\nL:1/99999999\nD", "C\nL:1/0\nD"),
        *("C\nM:999/8\nD", "C\nM:4/0\nD", "C\nM:-4/4\nD", "C\nQ:1/4=999999\nD", "C\nQ:0\nD", "C\nQ:1/0=9\nD"),
        *(f"[{'CDEFGABcdefgab' * 99}c'd'e']", f"{{{'CDEF' * 99}}}C", f"{'{' * 999}C{'}' * 999}D"),
    ],
)
def test_absurd_values_are_bounded_and_reported(body: str) -> None:
    """What is out of all bounds is a located problem, and the tune stays playable."""
    score = NOTATION.parse(Tune(f"X:1\nM:4/4\nL:1/8\nK:C\n{body}\n", "abc"))
    assert score.problems
    assert perform(score).duration < 40


def test_problems_are_bounded() -> None:
    """A hundred thousand mistakes are not listed one by one."""
    score = NOTATION.parse(Tune(f"X:1\nK:C\n{'?C' * 100_000}\n", "abc"))
    assert 100 <= len(score.problems) <= 102


def test_judging_and_preparing_take_hostile_tunes_too() -> None:
    """Ten thousand bars without metre, and a bar of ten thousand notes."""
    for body in ("C|" * 10_000, "C" * 10_000):
        tune = Tune(f"X:1\nM:none\nK:C\n{body}\n", "abc")
        assert judge(NOTATION.parse(tune), Valid()).faults
        assert NOTATION.prepare(tune, Prepare()).text.endswith(f"{body}\n")


def test_the_fuzzer_finds_and_shrinks(monkeypatch: pytest.MonkeyPatch) -> None:
    """A reader that fails on ``?z`` is caught, and the text cut down to that; one that hangs, too."""

    class Faulty(AbcNotation):
        def parse(self, tune: Tune) -> object:  # type: ignore[override]
            if "?z" in tune.text:
                raise IndexError("faulty")
            while "~~" in tune.text:
                pass
            raise NotationError("no tune")

        def prepare(self, tune: Tune, options: Prepare) -> Tune:
            return tune

    monkeypatch.setattr("helpers.hostile._NOTATION", Faulty())
    assert outcome("abc?zdef")[0] == "IndexError"
    assert smallest("abc?zdef", "IndexError") == "?z"
    with pytest.raises(Slow), guarded(1):
        check("~~")


def test_the_fuzzer_reads_what_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    """A writer that forgets the notes is caught."""

    class Forgetful(AbcNotation):
        def write(self, score: object) -> str:
            return "X:1\nK:C\nC\n"

    monkeypatch.setattr("helpers.hostile._NOTATION", Forgetful())
    with pytest.raises(Broken, match="reads otherwise"):
        check("X:1\nK:D\nDEF\n")
