"""User symbols, grace notes, microtones and tuplets in tuplets, as people write them."""

from __future__ import annotations

import pytest

from musegen import Annotation, Note, Score, Tune, perform
from musegen_abc.parser import parse_abc
from musegen_abc.reader import split_tunes
from musegen_abc.transpose import transpose_abc
from musegen_abc.writer import write_abc


def parse(body: str, header: str = "") -> Score:
    """The score of a body in quarter notes."""
    return parse_abc(Tune(f"X:1\nM:4/4\nL:1/4\n{header}K:C\n{body}\n", "abc"))


def heard(score: Score) -> list[tuple[str, str, int]]:
    """The notes that sound, in order of onset."""
    return [(str(n.onset), str(n.duration), n.pitch) for n in sorted(perform(score).melody)]


@pytest.mark.parametrize(
    ("definition", "body", "decorations", "texts"),
    [
        ("U: n = !trill!", "nC", ["trill"], []),
        ("U:T=!fermata!", "TC", ["fermata"], []),
        ("U:t = +trill+", "tC", ["trill"], []),
        ("U:~=!turn!", "~C", ["turn"], []),
        ("U:T=!trill!!f!", "TC", ["trill", "f"], []),
        ("U:H=.", "HC", ["staccato"], []),
        ('U:p = "^+"', "pC", [], ["^+"]),
        ('U:p = "<(" ">)" !accent!', "pC", ["accent"], ["<(", ">)"]),
        ("U:T=!nil!", "TC", [], []),
        ("U:T=!none!", "TC", [], []),
        ("U:T=nil", "TC", [], []),
        ("U:n=!trill!\nU:n=!turn!", "nC", ["turn"], []),
    ],
)
def test_user_symbols(definition: str, body: str, decorations: list[str], texts: list[str]) -> None:
    """Decorations and texts (§4.16), defined in the header, in the music or inside a line."""
    inline = "".join(f"[{line}]" for line in definition.split("\n"))
    for score in (
        parse(body, definition + "\n"),
        parse(f"{definition}\n{body}"),
        parse(inline + body) if "\n" not in definition else parse(body, definition + "\n"),
    ):
        assert score.problems == ()
        events = score.bars[0].events
        assert [
            name for event in events if isinstance(event, Note) for name in event.decorations
        ] == decorations
        assert [event.text for event in events if isinstance(event, Annotation)] == texts
        assert parse_abc(Tune(write_abc(score), "abc")) == score


def test_user_symbols_of_a_file() -> None:
    """They hold in every tune, but for those that it redefines (§4.16)."""
    head = "U:n=!trill!\nU:m=!turn!\n\n"
    one, two = split_tunes(f"{head}X:1\nL:1/4\nK:C\nnCmC\n\nX:2\nL:1/4\nU:m=!accent!\nK:C\nnCmC\n", "a.abc")
    for tune, expected in ((one, ["trill", "turn"]), (two, ["trill", "accent"])):
        notes = [event for event in parse_abc(tune).bars[0].events if isinstance(event, Note)]
        assert [note.decorations[0] for note in notes] == expected


@pytest.mark.parametrize(
    ("definition", "told"),
    [
        ("U:a=!trill!", "4:3: U:a=!trill! does not define a symbol"),
        ("U:T", "4:3: U:T does not define a symbol"),
        ("U:T=ABC", "4:3: U:T=ABC names no decoration or text"),
        ("U:T=!a b!", "4:3: U:T=!a b! names no decoration or text"),
    ],
)
def test_a_definition_that_is_not_understood_is_told(definition: str, told: str) -> None:
    """With its place."""
    assert [str(problem) for problem in parse("C", definition + "\n").problems] == [told]


@pytest.mark.parametrize(
    ("body", "sounds"),
    [
        ("{g}c4", [("0", "1/4", 79), ("1/4", "15/4", 72)]),
        ("{g2}c4", [("0", "1/2", 79), ("1/2", "7/2", 72)]),
        ("{g/}c4", [("0", "1/8", 79), ("1/8", "31/8", 72)]),
        ("{^g}g4", [("0", "1/4", 80), ("1/4", "15/4", 80)]),  # its accidental holds in the bar
        ("{_b/}b4|b4", [("0", "1/8", 82), ("1/8", "31/8", 82), ("4", "4", 83)]),
        ("{/^g2a}c4", [("0", "1/2", 80), ("1/2", "1/4", 81), ("3/4", "13/4", 72)]),
        ("{^/g}c4", [("0", "1/4", 80), ("1/4", "15/4", 72)]),
    ],
)
def test_grace_notes(body: str, sounds: list[tuple[str, str, int]]) -> None:
    """With accidentals and lengths, a quarter as long as written (§4.12)."""
    score = parse(body)
    assert heard(score) == sounds
    assert heard(parse_abc(Tune(write_abc(score), "abc"))) == sounds


@pytest.mark.parametrize(
    ("accidental", "alter"),
    [
        *(
            ("^/", 1),
            ("^/2", 1),
            ("^1/2", 1),
            ("^3/2", 1),
            ("^/4", 0),
            ("^3/4", 1),
            ("^5/4", 1),
            ("^7/4", 2),
            ("^2", 2),
        ),
        *(("_/", -1), ("_/2", -1), ("_3/2", -1), ("_1/4", 0), ("_5/3", -2), ("_9/2", -2)),
    ],
)
def test_microtones(accidental: str, alter: int) -> None:
    """The nearest semitone is taken and told once; of a half the one that is nearer to 1."""
    score = parse(f"B{accidental}c2c|{accidental}c3c|[{accidental}cE]4")
    c = 72
    assert [pitch for _, _, pitch in heard(score)] == [71, *[c + alter] * 4, *sorted((64, c + alter))]
    sign = {2: "^^", 1: "^", 0: "=", -1: "_", -2: "__"}[alter]
    assert [str(p) for p in score.problems] == [f"5:2: {accidental} is read as {sign}, the nearest semitone"]
    assert {problem.kind for problem in score.problems} == {"microtone"}
    assert parse_abc(Tune(write_abc(score), "abc")) == score
    moved = transpose_abc(Tune(f"X:1\nL:1/4\nK:C\n{accidental}c c|c\n", "abc"), 3)
    assert [pitch for _, _, pitch in heard(parse_abc(moved))] == [c + alter + 3, c + alter + 3, c + 3]


def test_tuplets_in_tuplets_are_told() -> None:
    """The outer one ends where the inner one begins; one behind another is none of them (§4.13)."""
    score = parse("(3AB(3cde f")
    assert [str(problem) for problem in score.problems] == [
        "5:5: (3 begins inside a tuplet, which ends there: tuplets are not nested"
    ]
    assert [length for _, length, _ in heard(score)] == ["2/3"] * 5 + ["1"]
    assert parse_abc(Tune(write_abc(score), "abc")) == score
    assert parse("(5(3ABc d").problems != ()
    assert parse("(3ABc(3cde f").problems == ()
    assert parse("(3(3ABc d").problems == ()  # the same sign twice
