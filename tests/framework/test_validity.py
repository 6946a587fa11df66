"""The rules by which a tune counts as music."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from musegen import Bar, Judgement, Key, Metre, MetreChange, Note, Pitch, Rest, Score, Valid, judge
from musegen.music.validity import parse_pitch

JIG = Metre(6, 8)
STEPS = "DEFGAB"
LOOSE = Valid(bars=0)


def bar(eighths: int, seed: int = 0, **marks: object) -> Bar:
    """A bar of so many eighth notes; ``seed`` varies the pitches."""
    notes = tuple(
        Note(Fraction(1, 2), (Pitch(4, STEPS[(seed * 5 + i * (seed + 1)) % 6]),)) for i in range(eighths)
    )
    return Bar(notes, **marks)  # type: ignore[arg-type]


def tune(*lengths: int, metre: Metre | None = JIG) -> Score:
    """A tune of bars of so many eighths each, no two alike, closed by a double bar line."""
    bars = [bar(length, seed) for seed, length in enumerate(lengths)]
    bars[-1] = replace(bars[-1], barline="|]")
    return Score(tuple(bars), Key("D"), metre)


def marked(score: Score, **marks: dict[str, object]) -> Score:
    """The score with marks on some bars: ``b0={"repeat_start": True}``."""
    bars = list(score.bars)
    for name, values in marks.items():
        number = int(name[1:])
        bars[number] = replace(bars[number], **values)  # type: ignore[arg-type]
    return replace(score, bars=tuple(bars))


def kinds(score: Score, rules: Valid = LOOSE) -> list[str]:
    """The kinds of the faults, each once."""
    return sorted({fault.kind for fault in judge(score, rules).faults})


def test_full_bars_are_valid() -> None:
    """Eight full bars without repeats break no rule."""
    assert judge(tune(*[6] * 8), Valid()) == Judgement(())


def test_a_short_bar_inside_a_strain_does_not_fit() -> None:
    """The fault names the bar, from 1, and what it lasts."""
    (fault,) = judge(tune(6, 6, 5, 6), LOOSE).faults
    assert (fault.kind, fault.bar) == ("bars", 3)
    assert "5/6 of a bar" in fault.message


def test_a_long_bar_does_not_fit() -> None:
    """A bar that is too long is a fault wherever it stands."""
    assert kinds(tune(6, 7, 6)) == ["bars"]


def test_upbeat_and_last_bar_make_one_bar() -> None:
    """An upbeat of an eighth goes with a last bar of five."""
    assert kinds(tune(1, 6, 6, 5)) == []
    assert kinds(tune(1, 6, 6, 4)) == ["bars"]


def test_a_full_last_bar_after_an_upbeat_is_tolerated() -> None:
    """With a repeat back to the upbeat there is a note and no fault."""
    score = marked(tune(1, 6, 6), b0={"repeat_start": True}, b2={"repeat_end": 2})
    judgement = judge(score, LOOSE)
    assert judgement.valid
    assert judgement.notes == ("bar 1: an upbeat after a full bar",)


def test_a_short_last_bar_without_upbeat_does_not_fit() -> None:
    """The last bar is blamed."""
    (fault,) = judge(tune(6, 6, 4), LOOSE).faults
    assert (fault.kind, fault.bar) == ("bars", 3)


def test_a_last_note_may_be_written_short() -> None:
    """It would fill the bar if it were held, up to twice as long as written; a rest would not."""
    judgement = judge(tune(6, 6, 5), LOOSE)
    assert judgement.valid
    assert judgement.notes == ("bar 3: its last note is shorter than the rest of the bar",)
    whole, short = tune(6, 6, 5), tune(6, 6, 4)
    rested = (*short.bars[2].events, Rest(Fraction(1, 2)))
    assert kinds(marked(short, b2={"events": rested})) == ["bars"]
    assert kinds(marked(whole, b2={"repeat_end": 2})) == ["bars"]


@pytest.mark.parametrize("sign", [{"barline": "||"}, {"part": "A"}, {"repeat_start": True}])
def test_an_upbeat_to_the_whole_tune_may_stand_apart(sign: dict[str, object]) -> None:
    """``D2 |: ...`` where the bars of the strain are full and so is its last."""
    score = tune(2, 6, 6, 6)
    score = marked(score, **({"b0": sign} if "barline" in sign else {"b1": sign}))
    if "repeat_start" in sign:
        score = marked(score, b3={"repeat_end": 2})
    judgement = judge(score, LOOSE)
    assert judgement.valid
    assert judgement.notes == ("bar 1: an upbeat before a full bar",)


def test_an_upbeat_apart_later_does_not_fit() -> None:
    """Only the tune's own: before a later strain a bar would be missing a piece."""
    score = tune(6, 6, 2, 6, 6)
    score = marked(score, b1={"barline": "||"}, b3={"repeat_start": True}, b4={"repeat_end": 2})
    assert kinds(score) == ["bars"]


def test_the_way_back_to_the_repeat_counts() -> None:
    """The first strain fits on to the second, but not back to its own beginning."""
    lengths = (6, 6, 5, 1, 6, 5)
    forward = marked(tune(*lengths), b2={"barline": "||"})
    assert kinds(forward) == []
    back = marked(tune(*lengths), b2={"repeat_end": 2}, b3={"repeat_start": True}, b5={"repeat_end": 2})
    assert kinds(back) == ["bars"]


def test_the_way_on_to_the_next_strain_counts() -> None:
    """The first strain fits back to its upbeat, but the second begins with a full bar."""
    score = marked(tune(1, 6, 5, 6, 6), b2={"repeat_end": 2})
    assert kinds(score) == ["bars"]


def test_a_double_bar_inside_a_bar_is_no_boundary() -> None:
    """Both sides make one bar."""
    assert kinds(marked(tune(6, 3, 3, 6), b1={"barline": "||"})) == []


@pytest.mark.parametrize(("first", "second", "expected"), [(2, 3, []), (2, 2, ["bars"])])
def test_endings_inside_a_bar_fit_on_each_path(first: int, second: int, expected: list[str]) -> None:
    """``abc [1 d2 :| [2 d3 |]`` after an upbeat of an eighth: each ending completes the bar before it."""
    score = tune(1, 6, 3, first, second)
    score = marked(
        score,
        b0={"repeat_start": True},
        b3={"endings": (1,), "repeat_end": 2},
        b4={"endings": (2,)},
    )
    if second == 2:  # three and two and an upbeat that does not come: one eighth is missing at the very end
        score = replace(score, bars=(bar(6, 9), *score.bars[1:]))
    assert kinds(score) == expected


def test_a_metre_change_is_a_boundary() -> None:
    """Bars follow the metre in force."""
    change = MetreChange(Metre(9, 8))
    score = tune(6, 6, 9, 9)
    score = marked(score, b2={"events": (change, *score.bars[2].events)})
    assert kinds(score) == []
    assert kinds(tune(6, 6, 9, 9)) == ["bars"]


def test_no_metre_never_fits() -> None:
    """Without a metre nothing can be checked, so nothing passes."""
    assert kinds(tune(6, 6, metre=None)) == ["metre"]


def test_balanced_repeats_pass() -> None:
    """Repeats with and without ``|:``, with endings and with ``::``."""
    plain = marked(tune(6, 6, 6, 6), b1={"repeat_end": 2}, b2={"repeat_start": True}, b3={"repeat_end": 2})
    ended = marked(tune(6, 6, 6, 6), b1={"endings": (1,), "repeat_end": 2}, b2={"endings": (2,)})
    thrice = marked(
        tune(6, 6, 6, 6),
        b0={"repeat_start": True},
        b1={"endings": (1, 3), "repeat_end": 2},
        b2={"endings": (2,), "repeat_end": 2},
        b3={"endings": (4,)},
    )
    assert [kinds(score) for score in (plain, ended, thrice)] == [[], [], []]


@pytest.mark.parametrize(
    "marks",
    [
        {"b0": {"repeat_start": True}},
        {"b0": {"repeat_start": True}, "b2": {"repeat_start": True, "repeat_end": 2}},
        {"b1": {"endings": (1,), "repeat_end": 2}},
        {"b1": {"endings": (1,)}, "b2": {"endings": (2,)}},
        {"b2": {"endings": (2,)}},
        {"b3": {"endings": (1,), "repeat_end": 2}},
    ],
)
def test_unbalanced_repeats_are_faults(marks: dict[str, dict[str, object]]) -> None:
    """Open repeats, endings alone or without ``:|`` between them."""
    assert kinds(marked(tune(6, 6, 6, 6), **marks)) == ["repeats"]


def test_too_few_full_bars() -> None:
    """Seven full bars and an upbeat are not eight."""
    assert kinds(tune(1, *[6] * 7), Valid()) == ["short"]


def test_the_same_bar_too_often() -> None:
    """Three in a row pass, four do not; chord symbols and bar lines make no difference."""
    same = [bar(6)] * 3
    assert kinds(Score((*same, bar(6, 1)), Key("D"), JIG)) == []
    assert kinds(Score((*same, replace(bar(6), barline="||"), bar(6, 1)), Key("D"), JIG)) == ["repetition"]


@pytest.mark.parametrize(
    ("pitch", "expected"), [("G3", []), ("F#3", ["range"]), ("E6", []), ("F6", ["range"])]
)
def test_range(pitch: str, expected: list[str]) -> None:
    """G3 to E6, both included."""
    low = Bar((Note(Fraction(3), (parse_pitch(pitch),)),))
    assert kinds(Score((bar(6), low, bar(6, 1)), Key("D"), JIG)) == expected


def test_rules_are_options() -> None:
    """Every bound can be set."""
    score = Score((Bar((Note(Fraction(3), (Pitch(2, "C"),)),)),) * 5, Key("C"), JIG)
    assert kinds(score, Valid(bars=5, repetition=5, lowest="C2", highest="C2")) == []
    assert kinds(score, Valid(bars=6, repetition=4)) == ["range", "repetition", "short"]


@pytest.mark.parametrize("name", ["H3", "G", "g3", "C###4", ""])
def test_wrong_pitch_names_are_refused(name: str) -> None:
    """Only scientific names are pitches."""
    with pytest.raises(ValueError, match="G3, F#5 or Bb4"):
        parse_pitch(name)
