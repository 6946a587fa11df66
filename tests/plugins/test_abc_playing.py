"""In which order ABC is played: endings in lists, play orders, and what is told of doubtful ones."""

from __future__ import annotations

import pytest

from musegen import Score, Tune, mend_repeats, perform
from musegen_abc.notation import AbcNotation
from musegen_abc.writer import write_abc

NAMES = {60: "C", 62: "D", 64: "E", 65: "F", 67: "G", 69: "A", 71: "B"}


def score(body: str, order: str = "") -> Score:
    """The score of a tune with this music and play order; the music begins in line 6, after an order in 7."""
    head = f"X:1\nT:t\nM:2/4\nL:1/4\n{f'P:{order}' if order else 'R:march'}\nK:C\n"
    return AbcNotation().parse(Tune(f"{head}{body}\n", "abc"))


def played(score: Score) -> str:
    """The names of its notes as they are played."""
    return "".join(NAMES[note.pitch] for note in perform(score).melody)


def told(score: Score) -> list[str]:
    """Its problems with their places."""
    return [str(problem) for problem in score.problems]


LISTS = [
    ("|:C2|[1,3 D2:|[2,4 E2:|F2|]", "CDCECDCEF"),
    ("|:C2|1,3 D2:|2,4 E2:|F2|]", "CDCECDCEF"),
    ("|:C2|[1,3,5-7 D2:|[2,4,8 E2:|", "CDCECDCECDCDCDCE"),
    ("|:C2|[1,3-4 D2:|[2 E2:|F2|]", "CDCECDCDF"),
    ("|:C2|[1-3 D2:|[4 E2|]F2|]", "CDCDCDCEF"),
    ("|:C2|[1,2 D2:|[3 E2:|F2|]", "CDCDCEF"),
    ("|:C2|[1 D2:|[2,3 E2:|F2|]", "CDCECEF"),
    ("|:C2|[1,3 D2|[2,4 E2|]F2|]", "CDCECDCEF"),
    ("C2|[1,3 D2:|[2,4 E2:|F2|]", "CDCECDCEF"),
    ("|:C2|\n|1,3 D2:|\n|2,4 E2:|\n|F2|]", "CDCECDCEF"),
    ("|:C2|[1,3 D2|E2:|[2 F2|]G2|]", "CDECFCDEG"),
    ("|:C2|[2,4 D2:|[1,3 E2:|F2|]", "CECDCECDF"),
    ("A2:|C2|[1,3 D2:|[2 E2:|F2|]", "AACDCECDF"),
    ("|:C2|[1,2 D2:|[3 E2||F2|[1,2 G2:|[3 A2|]", "CDCDCEFGFGFA"),
    ("|:C2|[1,3 D2:|[2 E2||F2|G2:|", "CDCECDFGFG"),
]


@pytest.mark.parametrize(("body", "notes"), LISTS)
def test_each_turn_plays_the_ending_that_lists_it(body: str, notes: str) -> None:
    """And there are as many turns as the highest number says, mended or to the letter (ABC 2.1 §4.10)."""
    tune = score(body)
    assert (played(mend_repeats(tune)), played(tune), told(tune)) == (notes, notes, [])


@pytest.mark.parametrize(
    ("body", "meant", "letter"),
    [
        ("|:C2|[1 D2:|[2 E2:|F2|]", "CDCEF", "CDCECF"),
        ("|:C2|1 D2:|2 E2|]F2|]", "CDCEF", "CDCEF"),
        ("|:C2|[1 D2:|[2 E2:|[3 F2:|G2|]", "CDCECFG", "CDCECFCG"),
        ("C2|[1 D2|[2 E2|[3 F2|G2|]", "CDCECFG", "CD"),
    ],
)
def test_endings_1_2_3_follow_their_signs_to_the_letter(body: str, meant: str, letter: str) -> None:
    """As abc2midi does: ``:|`` behind the last one asks for one more turn (ABC 2.1 §4.9)."""
    tune = score(body)
    assert (played(mend_repeats(tune)), played(tune)) == (meant, letter)


@pytest.mark.parametrize(
    ("body", "notes", "problems"),
    [
        (
            "|:C2|[1 D2:|[3 E2:|F2|]",
            "CDCCEF",
            ["7:9: no ending for turn 2: only the bars before the endings are played"],
        ),
        ("|:C2|[2 D2:|", "CCD", ["7:9: no ending for turn 1: only the bars before the endings are played"]),
        (
            "|:C2|[1,2 D2:|[2,3 E2:|F2|]",
            "CDCDCEF",
            ["7:20: turn 2 has an ending already: the first one is played"],
        ),
        ("|:C2:|[2 D2|]", "CCD", ["7:10: no ending for turn 1: the others are played"]),
        (
            "|:C2|[1, 3 D2:|[2 E2:|",
            "CDCECD",
            ["7:6: blanks between the numbers of an ending are passed over"],
        ),
        (
            "|:C2|[1,200 D2:|[2 E2|]",
            "CDCE",
            ["7:6: an ending has numbers from 1 to 99; passed over: 200"],
        ),
        (
            "|:C2|[1,5-3 D2:|[2 E2|]",
            "CDCE",
            ["7:6: a range that ends before it begins is passed over: 1,5-3"],
        ),
        ("|:C2:|[0 D2|]", "CCD", ["7:7: no ending: 0"]),
    ],
)
def test_doubtful_endings_are_told(body: str, notes: str, problems: list[str]) -> None:
    """Where they stand, and what is played (ABC 2.1 §4.10: any list of numbers and ranges without blanks)."""
    tune = score(body)
    assert (played(mend_repeats(tune)), told(tune)) == (notes, problems)


FOUR = "P:A\nC2|[1 D2:|[2 E2:|[3 F2:|[4 G2|]\nP:B\nA2|]"
TWO = "P:A\n|:C2|[1 D2:|[2 E2|]\nP:B\nA2|]"
PARTS = "P:A\nC2|\nP:B\nD2|\nP:C\nE2|\nP:D\nF2|]"


@pytest.mark.parametrize(
    ("order", "body", "notes"),
    [
        ("A4.B", FOUR, "CDCECFCGA"),
        ("A4.B4", FOUR, "CDCECFCGAAAA"),
        ("AAAAB", FOUR, "CDCECFCGA"),
        ("(AB)4", FOUR, "CDACEACFACGA"),
        ("(A4B)2", FOUR, "CDCECFCGACDCECFCGA"),
        ("A.B", FOUR, "CDCECFCGA"),
        ("A4.B", FOUR.replace(":|", "|"), "CDCECFCGA"),
        ("A4.B", FOUR.replace("C2|", "|:C2|"), "CDCECFCGA"),
        ("A4.B", "P:A\nC2|[1,3 D2:|[2,4 E2|]\nP:B\nA2|]", "CDCECDCEA"),
        ("A2.B", TWO, "CDCEA"),
        ("ABA", TWO, "CDCEACDCE"),
        ("AAB", "P:A\n|:C2:|\nP:B\nD2|]", "CCCCD"),
        ("((AB)3.(CD)3)2", PARTS, "CDCDCDEFEFEF" * 2),
        ("A.B . C.D", PARTS, "CDEF"),
        ("A2(B(CD)2)2", PARTS, "CCDEFEFDEFEF"),
    ],
)
def test_play_orders_with_endings(order: str, body: str, notes: str) -> None:
    """``P:A4.B4`` plays each part four times, with a different ending each time (ABC 2.1 §3.1.9, §4.10)."""
    tune = score(body, order)
    assert (played(mend_repeats(tune)), played(tune), told(tune)) == (notes, notes, [])


@pytest.mark.parametrize(
    ("order", "body", "notes", "problems"),
    [
        (
            "AXB",
            "P:A\nC2|\nP:B\nD2|]",
            "CD",
            ["5:3: the music has no part X: the play order goes on without"],
        ),
        (
            "XY",
            "P:A\nC2|\nP:B\nD2|]",
            "CD",
            ["5:3: the play order is not followed: the music has no part X, Y; played as written"],
        ),
        (
            "AB",
            "C2|D2|]",
            "CD",
            ["5:3: the play order is not followed: no P: in the music begins a part; played as written"],
        ),
        (
            "AB",
            "P:A\nC2|\nP:B\nD2|\nP:C\nE2|]",
            "CD",
            ["12:1: part C is not played: the play order does not name it"],
        ),
        (
            "AB",
            "P:A\nC2|\nP:B\nD2|\nP:Trio\nE2|]",
            "CD",
            ["12:1: part Trio is not played: a play order names parts by one letter each"],
        ),
        (
            "ABA",
            "P:A\nC2|\nP:B\nD2|\nP:A\nE2|]",
            "CDE",
            ["12:1: a further part A: the play order takes them in turn"],
        ),
        (
            "AB",
            "P:A\nC2|\nP:B\nD2|\nP:A\nE2|]",
            "CD",
            ["12:1: part A is not played: it is a further part A, and the play order has A less often"],
        ),
        (
            "A2.B",
            FOUR,
            "CDCECFCGCDCECFCGA",
            [
                "5:3: part A has endings for 4 turns, and the play order has it 2 times: "
                "all its turns are played each time"
            ],
        ),
        (
            "ABA last time only",
            "P:A\nC2|\nP:B\nD2|]",
            "CDC",
            ["5:7: words in a play order are passed over: last time only"],
        ),
        ("A*B", "P:A\nC2|\nP:B\nD2|]", "CD", ["5:4: passed over in a play order: *"]),
        ("2AB", "P:A\nC2|\nP:B\nD2|]", "CD", ["5:3: a number in a play order repeats nothing: 2"]),
        (
            "A(BA",
            "P:A\nC2|\nP:B\nD2|]",
            "CDC",
            ["5:4: a bracket in a play order is not closed: it is closed at the end"],
        ),
        (
            "A)B",
            "P:A\nC2|\nP:B\nD2|]",
            "CD",
            ["5:4: a bracket in a play order closes nothing: it is passed over"],
        ),
    ],
)
def test_doubtful_play_orders_are_told(order: str, body: str, notes: str, problems: list[str]) -> None:
    """Where they stand, and what is played instead (ABC 2.1 §3.1.9)."""
    tune = score(body, order)
    assert (played(mend_repeats(tune)), told(tune)) == (notes, problems)


@pytest.mark.parametrize(
    ("body", "order"), [*((body, "") for body, _ in LISTS), (FOUR, "A4.B"), (TWO, "ABA")]
)
def test_they_are_written_as_they_were(body: str, order: str) -> None:
    """parse(write(score)) == score, for the mended score too; it sounds the same."""
    tune = score(body, order)
    for one in (tune, mend_repeats(tune)):
        again = AbcNotation().parse(Tune(write_abc(one), "abc"))
        assert again == one
        assert played(again) == played(one)
