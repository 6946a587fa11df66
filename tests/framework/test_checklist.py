"""The checklist of five questions, and the dances that it asks for."""

from __future__ import annotations

from fractions import Fraction

import pytest

from musegen import Bar, Key, Metre, Rest, Score, Tune, Valid, checklist, dances_in
from musegen_abc.notation import AbcNotation


def tune(body: str, **fields: str) -> Score:
    """A reel in 4/4 and D, with an eighth note for 1, or what the fields say."""
    header = {"X": "1", "R": "reel", "M": "4/4", "L": "1/8", "K": "D"} | fields
    lines = [f"{name}:{value}" for name, value in header.items()]
    return AbcNotation().parse(Tune("\n".join([*lines, body, ""])))


REST = Score((Bar((Rest(Fraction(4)),)),), Key("D"), Metre(4, 4), rhythm="reel")
"""A bar's rest."""
GOOD = "|: ABde fdef | d2fd Adfd | efgf edcB | ABde d2d2 :|"


def answers(score: Score, *given: int | None, rules: Valid | None = None) -> dict[str, bool | None]:
    """The answer to each question."""
    return {check.name: check.passed for check in checklist(score, *given, rules=rules)}


def test_a_good_tune_passes_all() -> None:
    """In this order."""
    found = answers(tune(GOOD), 8, 8)
    assert list(found) == ["plagiarism", "rhythm", "range", "mode", "accidentals"]
    assert all(found.values())


@pytest.mark.parametrize(
    ("copied", "most", "passed"),
    [(8, 8, True), (9, 8, False), (0, 8, True), (None, 8, None), (9, None, None), (None, None, None)],
)
def test_plagiarism(copied: int | None, most: int | None, passed: bool | None) -> None:
    """A run as long as allowed is allowed; without training tunes nobody knows."""
    assert answers(tune(GOOD), copied, most)["plagiarism"] is passed


@pytest.mark.parametrize(
    ("body", "fields", "passed", "reason"),
    [
        (GOOD, {}, True, "a reel in 4/4 with 7.2 notes a bar, usual 6 to 9"),
        (GOOD, {"R": ""}, None, "it names no dance"),
        (GOOD, {"R": "halling"}, None, "it names no dance: halling"),
        (GOOD, {"R": "jig"}, False, "a jig in 4/4, not in 6/8, 9/8"),
        (GOOD, {"M": "none"}, False, "a reel in no metre, not in 2/2, 4/4, 2/4"),
        (GOOD, {"R": "reel, jig"}, True, "a reel in 4/4 with 7.2 notes a bar, usual 6 to 9"),
        ("ABde fdef | d2fd | efgf edcB | d8 |]", {}, False, "bar 2 lasts 1/2 of a bar"),
        ("A4 d4 | f4 d4 |]", {}, False, "a reel in 4/4 with 2.0 notes a bar, usual 6 to 9"),
        ("A4 d4 | f4 d4 |]", {"R": "march"}, True, "a march in 4/4"),
    ],
)
def test_rhythm(body: str, fields: dict[str, str], passed: bool | None, reason: str) -> None:
    """Metre, bars and notes a bar, against the dance that the tune names."""
    check = checklist(tune(body, **fields))[1]
    assert (check.passed, check.reason) == (passed, reason)


def test_range() -> None:
    """Every pitch counts, also in chords, within the bounds that are given."""
    assert answers(tune(GOOD))["range"] is True
    assert answers(tune("[G,A] B6 |]"))["range"] is True
    assert answers(tune("[F,A] B6 |]"))["range"] is False
    assert answers(tune(GOOD), rules=Valid(highest="F5"))["range"] is False
    assert answers(REST)["range"] is None
    assert str(checklist(tune(GOOD))[2]) == "range: passed: A4 to G5, allowed G3 to E6"


@pytest.mark.parametrize(
    ("body", "key", "passed"),
    [
        (GOOD, "D", True),
        (GOOD.replace("c", "=c"), "D", False),  # it is Mixolydian
        (GOOD.replace("c", "=c"), "Dmix", True),
        (GOOD, "Dlyd", False),
        ("A2d2 f2e2 | c2 =c2 d4 |]", "D", True),  # as long in the one scale as in the other
        (GOOD, "none", None),
        ("d2e2 f4 |] [K:Ddor] d2e2 f2c2 |]", "D", True),
    ],
)
def test_mode(body: str, key: str, passed: bool | None) -> None:
    """One of four, and no other one on its tonic fits better."""
    assert answers(tune(body, K=key))["mode"] is passed


def test_the_better_mode_is_named() -> None:
    """With what its scale has."""
    check = checklist(tune("d4 e2 =c2 |]"))[3]
    assert check.reason == "D major, whose scale has 75 % of the time; that of mixolydian has 100 %"


@pytest.mark.parametrize(
    ("body", "passed"), [("defg abag | d^d |]", True), ("defg aba | d^d |]", False), ("defg abag |]", True)]
)
def test_accidentals(body: str, passed: bool) -> None:
    """One note in ten may be outside of the scale, and one in nine not."""
    assert answers(tune(body))["accidentals"] is passed
    assert answers(tune(body, K="none"))["accidentals"] is None


def test_an_empty_tune() -> None:
    """And a rest: nothing is known of their notes."""
    assert set(answers(Score((), Key("D"), Metre(4, 4))).values()) == {None}
    assert [name for name, passed in answers(REST).items() if passed is not None] == ["rhythm"]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("The Gorner -- Hornpipe", ["hornpipe"]),
        ("SLIPJIG", ["slip jig"]),
        ("slip jigs", ["slip jig"]),
        ("Double Jig", ["jig"]),
        ("hop jig, or reel", ["slip jig", "reel"]),
        ("Waltzes and marches", ["waltz", "march"]),
        ("Highland Fling. Fling", ["fling"]),
        ("Ninepins Quick Step", ["quickstep"]),
        ("Reeling jiggery", []),
        ("air", []),
        ("", []),
    ],
)
def test_the_dances_of_a_text(text: str, names: list[str]) -> None:
    """Whole words, in any case, also in the plural."""
    assert [dance.name for dance in dances_in(text)] == names


def test_kin() -> None:
    """A slip jig is a jig, and a clog a kind of hornpipe."""
    slip, jig, reel, clog, hornpipe = dances_in("slip jig jig reel clog hornpipe")
    assert slip.is_kin_of(jig)
    assert jig.is_kin_of(slip)
    assert clog.is_kin_of(hornpipe)
    assert not jig.is_kin_of(reel)


@pytest.mark.parametrize(
    ("body", "fields", "fits"),
    [
        (GOOD, {}, True),
        (GOOD, {"M": "none"}, None),
        ("A8 | d8 |]", {}, False),
        ("ABde fdef | [M:2/4] ABde |]", {}, None),
        ("", {}, None),
    ],
)
def test_notes_a_bar(body: str, fields: dict[str, str], fits: bool | None) -> None:
    """Over the time of a bar; not known without a metre, and where it changes."""
    (reel,) = dances_in("reel")
    score = Score((), Key("D"), Metre(4, 4)) if not body else tune(body, **fields)
    assert reel.notes_fit(score) is fits
