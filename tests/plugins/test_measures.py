"""The measures of a tune: every figure by hand, what must not change them, and real tunes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from math import log2
from pathlib import Path

import numpy as np
import pytest

from helpers.needs import lack
from helpers.real_tunes import collections
from musegen import (
    Bar,
    Event,
    Grace,
    Key,
    Measure,
    Metre,
    MetreChange,
    Note,
    Rest,
    Score,
    Tune,
    installed_plugins,
)
from musegen.music.transposing import transpose_score
from musegen.testing import example_scores, example_texts
from musegen_abc.notation import AbcNotation
from musegen_measures.strains import strains

MEASURES: Mapping[str, Measure] = {
    name: installed_plugins().build("measure", name) for name in ("form", "tonality", "melody", "labels")
}
DESCRIPTORS = [each for measure in MEASURES.values() for each in measure.descriptors]
PAGE = Path(__file__).parents[2] / "docs" / "evaluation.md"


def tune(body: str, **fields: str) -> Score:
    """A tune in 4/4 and C, with a quarter note for 1, or what the fields say."""
    header = {"X": "1", "M": "4/4", "L": "1/4", "K": "C"} | fields
    key = header.pop("K")
    lines = [f"{name}:{value}" for name, value in header.items()]
    return AbcNotation().parse(Tune("\n".join([*lines, f"K:{key}", body, ""])))


def described(score: Score) -> dict[str, float]:
    """All figures of a tune."""
    return {name: each for measure in MEASURES.values() for name, each in measure.describe(score).items()}


CASES: Mapping[str, tuple[Score, dict[str, float | None]]] = {
    "two strains": (
        tune("|: CDEF | GABc | CDEF | c4 :| G4 | G4 | E4 | C4 |]"),
        {
            "strains": 2,
            "bars": 8,
            "strain_bars": 4,
            "eight_bar_strains": 0,
            "square_strains": 1,
            "repeated_strains": 1 / 2,
            "strains_with_endings": 0,
            "upbeats_agree": 1,
            "bars_again_1": 1 / 7,
            "bars_again_2": 1 / 6,
            "bars_again_4": 0,
            "bars_again_8": None,
            "rhythms_again_1": 6 / 7,
            "rhythms_again_2": 4 / 6,
            "rhythms_again_4": 1 / 4,
            "rhythms_again_8": None,
            "different_bars": 6 / 8,
            "different_rhythms": 2 / 8,
            "aabb": 0,
            "sections_again": 1 / 3,
            "halves_alike": 1 / 2,
            "strain_ends_alike": 0,
        },
    ),
    "eight bars and eight more": (
        tune("|: CDEF|GABc|CDEF|G4|CDEF|GABc|G4|C4 :|: CDEF|C4|C4|C4|e4|e4|G4|C4 :|"),
        {
            "strains": 2,
            "bars": 16,
            "eight_bar_strains": 1,
            "repeated_strains": 1,
            "bars_again_1": 3 / 15,
            "bars_again_2": 4 / 14,
            "rhythms_again_1": 10 / 15,
            "rhythms_again_2": 8 / 14,
            "different_bars": 5 / 16,
            "different_rhythms": 2 / 16,
            "bars_again_4": 5 / 12,
            "bars_again_8": 3 / 8,
            "rhythms_again_4": 9 / 12,
            "rhythms_again_8": 4 / 8,
            "aabb": 1,
            "sections_again": 2 / 4,
            "halves_alike": 1 / 2,
            "strain_ends_alike": 1,
        },
    ),
    "sixteen bars that are eight and eight again, but for the last": (
        tune("CDEF|GABc|C4|D4|E4|F4|G4|A4|CDEF|GABc|C4|D4|E4|F4|G4|C4|]"),
        {
            "strains": 1,
            "eight_bar_strains": 0,
            "square_strains": 1,
            "sections_again": 1 / 2,
            "aabb": 0,
            "halves_alike": 1,
            "strain_ends_alike": None,
        },
    ),
    "upbeats, and last bars that they complete": (
        tune("A | d4 | d3 :|: B | e4 | e3 :|"),
        {"bars": 4, "strain_bars": 2, "square_strains": 0, "upbeats_agree": 1, "notes_a_bar": 1},
    ),
    "an upbeat for which its strain has no room": (
        tune("A | d4 | d4 :|: B | e4 | e3 :|"),
        {"bars": 4, "upbeats_agree": 2 / 4},
    ),
    "an upbeat before the sign": (
        tune("A |: d4 | d4 :| e4 | e3 |]"),
        {"bars": 4, "strains": 2, "strain_bars": 2, "upbeats_agree": 1},
    ),
    "endings that begin inside a bar": (
        tune("|: C4 | D2 |1 E2 :|2 F2 |] G4 | A4 | B4 |]"),
        {"strains": 2, "bars": 5, "strain_bars": 5 / 2, "strains_with_endings": 1 / 2, "upbeats_agree": 1},
    ),
    "in G": (
        tune("GABc | d2 ^c d | BA G2 |]", K="G"),
        {
            "last_tonic": 1,
            "last_in_triad": 1,
            "last_beats": 2,
            "strain_ends_tonic": 1,
            "strain_ends_in_triad": 1,
            "begins_in_triad": 1,
            "key_krumhansl": 1,
            "key_temperley": 1,
            "scale_notes": 9 / 10,
            "foreign_pitches": 1,
            "strong_in_scale": 5 / 6,
            "strong_in_triad": 5 / 6,
            "tonic_time": 3 / 12,
        },
    ),
    "in E minor, called A Dorian": (
        tune("E4 | EGBe | EBGE |]", K="Ador"),
        {
            "last_tonic": 0,
            "last_in_triad": 1,
            "last_beats": 1,
            "strain_ends_tonic": 0,
            "strain_ends_in_triad": 1,
            "key_krumhansl": 0,
            "key_temperley": 0,
            "scale_notes": 1,
            "foreign_pitches": 0,
            "strong_in_scale": 1,
            "strong_in_triad": 3 / 5,
            "tonic_time": 0,
        },
    ),
    "ends of strains": (
        tune("B4 | c4 :| e4 | d4 |]"),
        {
            "begins_in_triad": 0,
            "last_tonic": 0,
            "last_in_triad": 0,
            "strain_ends_tonic": 1 / 2,
            "strain_ends_in_triad": 1 / 2,
        },
    ),
    "a change of key": (
        tune("cegc | c4 || [K:D] dfad | d4 |]"),
        {"last_tonic": 1, "strain_ends_tonic": 1, "scale_notes": 1, "strong_in_triad": 1},
    ),
    "without a key": (
        tune("C4 | G4 |]", K="none"),
        {"last_tonic": None, "scale_notes": None, "last_beats": 4},
    ),
    "upwards": (
        tune("CDE2 | Gczc |]"),
        {
            "lowest": 60,
            "highest": 72,
            "range": 12,
            "pitches": 5,
            "mean_interval": 12 / 5,
            "unisons": 1 / 5,
            "steps": 2 / 5,
            "thirds": 1 / 5,
            "leaps": 0,
            "octaves": 0,
            "turns": 0,
            "longest_run": 5,
            "lengths": 2,
            "usual_length": 5 / 6,
            "short_notes": 0,
            "long_notes": 1 / 6,
            "length_entropy": -(5 / 6 * log2(5 / 6) + 1 / 6 * log2(1 / 6)),
            "dotted": 0,
            "tuplets": 0,
            "notes_a_bar": 3,
            "notes_a_bar_spread": 0,
            "syncopations": 0,
            "rests": 1 / 7,
            "chords": 0,
            "graces": 0,
        },
    ),
    "leaps, with a chord, a grace note, a dotted note and a triplet": (
        tune("{d}[CE]3/2 c/ C c | (3CDE c2 |]"),
        {
            "lowest": 60,
            "range": 12,
            "pitches": 4,
            "mean_interval": 8,
            "unisons": 0,
            "steps": 2 / 7,
            "thirds": 0,
            "leaps": 5 / 7,
            "octaves": 3 / 7,
            "turns": 4 / 6,
            "longest_run": 4,
            "lengths": 5,
            "usual_length": 3 / 8,
            "short_notes": 0,
            "long_notes": 2 / 8,
            "length_entropy": 3 / 8 * 3 + 2 / 8 * 2 - 3 / 8 * log2(3 / 8),
            "dotted": 1 / 8,
            "tuplets": 3 / 8,
            "notes_a_bar": 4,
            "syncopations": 1 / 2,  # the second note of a triplet of quarter notes
            "rests": 0,
            "chords": 1 / 8,
            "graces": 1 / 8,
        },
    ),
    "low, short and uneven": (
        tune("G,2 D2 | E F/ G/ A2 |]"),
        {"lowest": 55, "highest": 69, "short_notes": 3 / 6, "notes_a_bar": 3, "notes_a_bar_spread": 1},
    ),
    "syncopated": (tune("C D2 E | C D2 E |]", M="2/2"), {"syncopations": 1, "lengths": 2}),
    "tied": (
        tune("C2 D2- | D2 E2 |]"),
        {"lengths": 2, "usual_length": 2 / 3, "long_notes": 1 / 3, "steps": 1, "syncopations": 0},
    ),
    "a jig": (
        tune("cde fga | gfe dcB |]", R="double jig", M="6/8", L="1/8", T="The Old Slip Jig"),
        {"metre_fits_dance": 1, "notes_fit_dance": 1, "title_fits_dance": 1},
    ),
    "a slow one in another metre": (
        tune("c4 | c4 |]", R="jig", T="The Gorner -- Hornpipe"),
        {"metre_fits_dance": 0, "notes_fit_dance": None, "title_fits_dance": 0},
    ),
    "a reel of two notes a bar": (
        tune("c2 d2 | e2 f2 |]", R="reel"),
        {"metre_fits_dance": 1, "notes_fit_dance": 0, "title_fits_dance": None},
    ),
    "a dance of another place": (
        tune("c4 |]", R="halling", T="A Reel"),
        {"metre_fits_dance": None, "title_fits_dance": None},
    ),
    "nothing": (
        Score((), Key("C")),
        {"strains": 0, "bars": 0, "strain_bars": None, "last_tonic": None, "range": None, "aabb": None},
    ),
}
"""Small tunes and what is counted in them by hand."""


@pytest.mark.parametrize("name", CASES)
def test_figures_by_hand(name: str) -> None:
    """Of tunes so small that one can count."""
    score, expected = CASES[name]
    found = described(score)
    for descriptor, figure in expected.items():
        assert found.get(descriptor) == (figure if figure is None else pytest.approx(figure)), descriptor


def test_every_figure_is_counted_by_hand() -> None:
    """Twice at least, with different results, so that none could be a constant."""
    for descriptor in DESCRIPTORS:
        values = {expected[descriptor.name] for _, expected in CASES.values() if descriptor.name in expected}
        assert len(values) > 1 or descriptor.name == "key_fit", descriptor.name


KRUMHANSL = (6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88)


@pytest.mark.parametrize(("body", "key"), [("C4", "C"), ("CDEF GABc", "C"), ("D2 F A d ^G G", "D")])
def test_the_fit_of_a_key(body: str, key: str) -> None:
    """It is the correlation of the times with the published profile, here that of a major key."""
    score = tune(body + "|]", K=key)
    times = np.zeros(12)
    for event in score.bars[0].events:
        if isinstance(event, Note):
            times[(event.pitches[0].midi - score.key.tonic_class) % 12] += float(event.duration)
    expected = np.corrcoef(times, KRUMHANSL)[0, 1]
    assert described(score)["key_fit"] == pytest.approx(expected)


def test_all_notes_equally_long_have_no_key() -> None:
    """There is nothing to correlate."""
    assert "key_krumhansl" not in described(tune("C^CD^D E F^FG^G A^AB |]", M="none"))


def scores() -> list[Score]:
    """Invented tunes of many kinds, and the tunes above."""
    texts = [AbcNotation().parse(Tune(text)) for text in example_texts(8)]
    return [*texts, *example_scores(), *(score for score, _ in CASES.values())]


@pytest.mark.parametrize("semitones", [-5, 2, 12])
def test_a_transposed_tune(semitones: int) -> None:
    """Has all the same figures but its lowest and highest pitch."""
    for score in scores():
        before, after = described(score), described(transpose_score(score, semitones))
        for name in ("lowest", "highest"):
            if name in before:
                assert after.pop(name) == before.pop(name) + semitones
        assert after == pytest.approx(before)


def _stretched(event: Event) -> Event:
    """An event that lasts twice as long."""
    match event:
        case Note():
            graces = tuple(Grace(grace.pitch, 2 * grace.duration) for grace in event.graces)
            return replace(event, duration=2 * event.duration, graces=graces)
        case Rest():
            return Rest(2 * event.duration)
        case MetreChange(Metre(above, below)):
            return MetreChange(Metre(above, below // 2))
    return event


def test_a_tune_in_notes_twice_as_long() -> None:
    """With half the number below in its metre has the same figures; what names a dance is left out."""
    for score in scores():
        metre = score.metre and Metre(score.metre.numerator, score.metre.denominator // 2)
        compound = score.metre and score.metre.numerator % 3 == 0  # 6/4 has other beats than 6/8
        bars = tuple(replace(bar, events=tuple(map(_stretched, bar.events))) for bar in score.bars)
        before = described(replace(score, rhythm=""))
        after = described(replace(score, bars=bars, metre=metre, rhythm=""))
        for name in ("last_beats", "syncopations") if compound else ():
            before.pop(name, None)
            after.pop(name, None)
        assert after == pytest.approx(before)


UPBEATS = "X:1\nM:4/4\nL:1/8\nK:D\nA2 | d4 f4 | d4 c4 | d4 e4 | d6 :|: de | f4 a4 | f4 d4 | e4 c4 | d6 :|\n"


@pytest.mark.parametrize("unit", ["1/4", "1/16"])
def test_a_wrong_unit_note_length(unit: str) -> None:
    """Changes no figure of form or tonality: the bars themselves say how long they are."""
    for text in (*example_texts(8), UPBEATS):
        right, wrong = (
            AbcNotation().parse(Tune(text.replace("L:1/8", f"L:{each}"))) for each in ("1/8", unit)
        )
        for name in ("form", "tonality"):
            assert MEASURES[name].describe(wrong) == pytest.approx(MEASURES[name].describe(right))


def test_shuffled_bars() -> None:
    """Have another form, and the same pitches, lengths and notes a bar."""
    score = tune("|: CDEF|G4|A2B2|C4|CDEF|G4|A2B2|D4 :|: E4|F4|AGFE|C4|E4|F4|AGFE|D4 :|")
    order = (0, 4, 1, 5, 2, 6, 3, 11, 7, 15, 8, 12, 9, 13, 10, 14)
    bars = [replace(score.bars[to], **_signs(score.bars[at])) for at, to in enumerate(order)]
    before, after = described(score), described(replace(score, bars=tuple(bars)))
    order_of_bars = {"halves_alike", "mean_interval", "turns", "longest_run", "strong_in_triad"}
    order_of_bars |= {"unisons", "steps", "thirds", "leaps", "octaves"}
    order_of_bars |= {each.name for each in DESCRIPTORS if re.search("_again_|^last_", each.name)}
    order_of_bars |= {"strain_ends_tonic", "strain_ends_in_triad", "strain_ends_alike"}
    kept = [name for name in before if name not in order_of_bars]
    assert len(kept) > 30
    assert {name: after[name] for name in kept} == pytest.approx({name: before[name] for name in kept})
    assert (before["bars_again_4"], after["bars_again_4"]) == (6 / 12, 0)
    assert (before["bars_again_1"], after["bars_again_1"]) == (0, 8 / 15)
    assert (before["halves_alike"], after["halves_alike"]) == (1, 0)


def _signs(bar: Bar) -> dict[str, object]:
    return {name: getattr(bar, name) for name in ("repeat_start", "repeat_end", "endings", "barline")}


def test_strains_of_an_ending_that_is_never_closed() -> None:
    """It is as long as the first one, and the rest is a strain of its own."""
    score = tune("|: C4 | D4 |1 E4 :|2 F4 | G4 | A4 | B4 | c4 | d4 |]")
    assert [len(strain.bars) for strain in strains(score)] == [3, 5]


def test_an_odd_tune_after_another() -> None:
    """What is remembered of a score is not taken for another's."""
    one, two = tune("C4 | D4 |]"), tune("C4 | D4 | E4 |]")
    assert [described(score)["bars"] for score in (one, two, one, two)] == [2, 3, 2, 3]


REAL = {
    "bars_again_4": 0.27,
    "different_bars": 0.69,
    "last_tonic": 0.76,
    "square_strains": 0.98,
    "eight_bar_strains": 0.92,
    "key_krumhansl": 0.85,
    "key_temperley": 0.88,
    "scale_notes": 0.985,
    "title_fits_dance": 0.97,
}
"""Of Ryan's Mammoth Collection, as docs/evaluation.md says."""


def test_real_tunes() -> None:
    """What is known of them: strains of four or eight bars, and a tonic at the end of three in four."""
    found = list(collections("ryansMammoth"))
    if not found:
        lack("music21's corpus")
    tunes = [AbcNotation().parse(tune) for _, all_ in found for tune in all_]
    figures = [described(score) for score in tunes]
    for name, expected in REAL.items():
        known = [each[name] for each in figures if each.get(name) is not None]
        assert sum(known) / len(known) == pytest.approx(expected, abs=0.006), name
    for name in ("notes_fit_dance", "metre_fits_dance"):
        fits = [each[name] for each in figures if each.get(name) is not None]
        assert len(fits) > 900
        assert sum(fits) >= 0.98 * len(fits)


def test_the_page_has_every_figure() -> None:
    """With its words and unit as the measures give them."""
    rows = dict.fromkeys(line.split("|")[1].strip() for line in _rows())
    assert list(rows) == [f"`{each.name}`" for each in DESCRIPTORS]
    for row, each in zip(_rows(), DESCRIPTORS, strict=True):
        assert row.startswith(f"| `{each.name}` | {each.says} | {each.unit} | "), row


def _rows() -> list[str]:
    """Lines of the tables of figures."""
    section = PAGE.read_text("utf-8").split("## Measures")[1].split("\n## ")[0]
    return [line for line in section.splitlines() if line.startswith("| `")]
