"""The way from the one tonic of a model back to the keys of the corpus."""

from __future__ import annotations

import json
from collections import Counter
from fractions import Fraction

import pytest

from musegen import Bar, Key, Note, Pitch, Score, Tune, installed_plugins
from musegen.models.about import SavedHome
from musegen.models.home import Home, Ranges
from musegen.models.tune_model import home_of

ABC = installed_plugins().notation("abc")
NOTATION = ABC.build(ABC.options())


def tune(notes: str, tonic: str, key: str = "C") -> Tune:
    """A training tune in C that had another tonic."""
    return Tune(f"X:1\nL:1/8\nK:{key}\n{notes}|\n", "abc", tonic=tonic)


HIGH, LOW = "c'gec", "GECG,"
TUNES = [tune(HIGH, "A")] * 3 + [tune("c'aec", "A")] + [tune(LOW, "F")] * 4 + [tune(HIGH, "E", "Cm")]


def score(*pitches: int, mode: str = "major") -> Score:
    """One bar of these notes, given as octave and step of a C major scale."""
    notes = (Note(Fraction(1), (Pitch(octave, "C"),)) for octave in pitches)
    return Score((Bar(tuple(notes)),), Key("C", mode))


def chosen(home: Home, of: Score) -> Counter[str]:
    """The tonics of 300 seeds."""
    return Counter(home.choose(of, seed) for seed in range(300))


def test_a_tune_gets_a_tonic_of_tunes_in_its_range() -> None:
    """As many tunes had the one tonic as the other, but high ones had A and low ones F."""
    home = Home.of("C", TUNES, NOTATION)
    assert home.tonics == {"major": {"A": 4, "F": 4}, "minor": {"E": 1}}
    assert chosen(home, score(5, 6))["A"] > 290
    assert chosen(home, score(3, 4))["F"] > 290
    wide = Home("C", home.tonics, {"major": Ranges(home.ranges["major"].means, (12, 12))})
    assert 150 < chosen(wide, score(5, 6))["A"] < 290
    assert chosen(home, score(4, 5, mode="minor")) == {"E": 300}
    assert chosen(home, score(4, 5, mode="dorian")) == {"C": 300}


@pytest.mark.parametrize("pitches", [(), (90,)])
def test_the_corpus_decides_where_the_range_tells_nothing(pitches: tuple[int, ...]) -> None:
    """Of a tune without notes, of one out of all ranges, and of models that know no ranges."""
    home = Home("C", {"major": {"A": 3, "F": 1}}, {"major": Ranges({"A": (72, 84), "F": (55, 67)}, (1, 1))})
    assert 190 < chosen(home, score(*pitches))["A"] < 260
    old = Home("C", home.tonics)
    assert chosen(old, score(3, 4)) == chosen(home, score())


def test_few_tunes_say_little_of_a_deviation() -> None:
    """It is a semitone at least."""
    ranges = Home.of("C", [tune(LOW, "F")], NOTATION).ranges["major"]
    assert ranges.means == {"F": (55, 67)}
    assert ranges.deviations == (1, 1)
    assert ranges.likelihood("F", (55, 67)) == 1
    assert ranges.likelihood("F", (56, 67)) == pytest.approx(0.60653, abs=1e-5)


def test_a_saved_home_chooses_alike() -> None:
    """Whatever the order of its tonics, which a file sorts; a file of an older musegen has no ranges."""
    home = Home.of("C", [*TUNES[::-1], tune("c'ge^f,", "G"), tune("cgea", "B")], NOTATION)
    state = json.loads(json.dumps(home.state(), sort_keys=True))
    again = home_of(SavedHome.model_validate(state))
    assert again == home
    assert list(again.tonics["major"]) != list(home.tonics["major"])
    for of in (score(4, 5), score(5, 6), score(3, 4), score()):
        assert [again.choose(of, seed) for seed in range(300)] == [
            home.choose(of, seed) for seed in range(300)
        ]
    del state["ranges"]
    assert home_of(SavedHome.model_validate(state)) == Home("C", home.tonics)
