"""Chord symbols in ABC: what sounds, what ends, what is told, and what other plugins make of them (§4.18)."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given, strategies as st

from musegen import ChordSymbol, Score, Tune, TuneLimits, accompaniment, perform, read_chord_symbol
from musegen_abc.chord_symbols import chord_in_string
from musegen_abc.parser import parse_abc
from musegen_abc.ruled_strings import _FIRST_OF_CHORDS, _NOT_IN_CHORDS, _QUALITIES
from musegen_abc.rules import PythonRules, limits_of
from musegen_abc.transpose import transpose_abc
from musegen_abc.writer import write_abc
from musegen_musicxml.renderer import MusicXMLRenderer
from musegen_nmd.texts import Meaning, read_text

STRINGS = """
    G G7 Am7(b5) D/F# D/f+ (E7) (E7 E7) G(Em) N.C. NC N.C Fine Coda f# bb e em H7 Gfoo Am7x C/dim E7/b9 C/(pl
    ^text 4 D.C. Bbmaj7/D F#m7b5/C# Cmaj7#11/G# C6/9/E C/E/G K GK ( ) / Bø F♯ Fa7 A1 Ab5 "
""".strip(' \n"').split()
STRINGS += ["", " ", "  Am", "Am ", " ^x", "\N{EM SPACE}Am", "Dm G7", "A part"]


def parse(body: str) -> Score:
    """The score of a body in quarter notes."""
    return parse_abc(Tune(f"X:1\nM:4/4\nL:1/4\nK:C\n{body}\n", "abc"))


@pytest.mark.parametrize("end", ["N.C.", "NC", "Gfoo", "H7", "Am7x"])
def test_what_is_no_chord_ends_the_chord_before_it(end: str) -> None:
    """And sounds as silence, to the next one."""
    notes = accompaniment(perform(parse(f'"G7"C4|"{end}"D4|"C"E4|')))
    assert {note.onset for note in notes} == {*range(4), *range(8, 12)}


@pytest.mark.parametrize("words", ["^N.C.", "_G7", "<Am", ">Am", "@Am", "Fine", "D.C.", "^Gfoo"])
def test_annotations_leave_it_sounding(words: str) -> None:
    """Those with a sign of their place, and words (§4.19)."""
    score = parse(f'"G7"C4|"{words}"D4|')
    assert {note.onset for note in accompaniment(perform(score))} == {*range(8)}
    assert score.problems == ()


def test_an_alternative_is_not_played() -> None:
    """The chord before the parentheses is (§4.18)."""
    notes = accompaniment(perform(parse('"G(Em)"C4|')))
    assert {note.pitch % 12 for note in notes} == {7, 11, 2}


def test_an_unknown_symbol_is_told_once() -> None:
    """Where it stands first; written back, it is told again."""
    score = parse('"G7"C2"Gfoo"D2|"Gfoo"E2"Am7x"F2|')
    assert [str(problem) for problem in score.problems] == [
        '5:7: unknown chord symbol "Gfoo": it is silent; words are written as "^Gfoo"',
        '5:24: unknown chord symbol "Am7x": it is silent; words are written as "^Am7x"',
    ]
    assert {problem.kind for problem in score.problems} == {"chord symbol"}
    again = parse_abc(Tune(write_abc(score), "abc"))
    assert again == score
    assert len(again.problems) == 2


@pytest.mark.parametrize("semitones", [1, -4, 6])
def test_symbols_move_with_the_tune(semitones: int) -> None:
    """All names of notes in one; what is unknown stays."""
    text = 'X:1\nL:1/4\nK:C\n"G(Em/B)"C"(E7)"D"N.C."E"Am7(b5)"F"Gfoo"G"H7"A"C6/9/E"B|\n'
    tune = Tune(text, "abc")
    moved = transpose_abc(tune, semitones)
    assert parse_abc(transpose_abc(moved, -semitones)) == parse_abc(tune)
    if semitones == 1:
        symbols = [event.text for event in parse_abc(moved).bars[0].events if isinstance(event, ChordSymbol)]
        assert symbols == ["Ab(Fm/C)", "(F7)", "N.C.", "Bbm7(b5)", "Gfoo", "H7", "Db6/9/F"]


@pytest.mark.parametrize(
    ("text", "chord"),
    [
        ("N.C.", "N.C."),
        ("A7+5", "A7+5"),
        ("B-m7", "Bbm7"),
        ("F+m/c+", "F#m/C#"),
        ("G7sus4", "G7sus4"),
        ("Am(maj7)", "Am(maj7)"),
        ("(Cmaj7)", "Cmaj7"),
        ("Am7x", "Am7x"),
    ],
)
def test_the_nottingham_format_knows_the_same_symbols(text: str, chord: str) -> None:
    """Its signs are + and -; what stands behind the name of a note is in the common table."""
    assert read_text(text) == Meaning(chord=chord)


@pytest.mark.parametrize(
    ("text", "kind", "degrees"),
    [
        ("Am(maj7)", "major-minor", []),
        ("Bø7", "half-diminished", []),
        ("Bo", "diminished", []),
        ("(E7)", "dominant", []),
        ("G(Em)", "major", []),
        ("N.C.", "none", []),
        ("Gfoo", "other", []),
        ("C7b9", "dominant", [("9", "-1", "add")]),
        ("C7#5b9", "dominant", [("5", "1", "alter"), ("9", "-1", "add")]),
        ("C7b5", "dominant", [("5", "-1", "alter")]),
        ("C6/9", "major-sixth", [("9", "0", "add")]),
        ("Cadd9", "major", [("9", "0", "add")]),
        ("Cmaj7#11", "major-seventh", [("11", "1", "add")]),
        ("C7sus4", "suspended-fourth", [("7", "-1", "add")]),
    ],
)
def test_music_xml(tmp_path: Path, text: str, kind: str, degrees: list[tuple[str, ...]]) -> None:
    """Kind and degrees of the same chords; what has no root shows none."""
    MusicXMLRenderer().render(parse(f'"{text}"C4|'), tmp_path / "a.musicxml")
    (harmony,) = ElementTree.parse(tmp_path / "a.musicxml").iter("harmony")
    assert harmony.findtext("kind") == kind
    names = ("degree-value", "degree-alter", "degree-type")
    assert [tuple(d.findtext(name) for name in names) for d in harmony.findall("degree")] == degrees
    step = harmony.find("root/root-step")
    assert step is not None
    assert (step.get("text") == "") is (kind in ("none", "other"))


@given(
    st.one_of(
        st.text(max_size=8),
        st.text("ABCDEFGHNabcdefghijmnosux0123456789#b+-/(),. ?*°ø♯♭\N{EM SPACE}eK", max_size=8),
    )
)
def test_a_string_that_the_rules_take_for_words_is_no_chord_symbol(text: str) -> None:
    """Not even an unknown one: ``chords = false`` lets no other string come."""
    ink = text.lstrip("".join(map(chr, range(33))))
    words = bool(ink) and ink[0] < "\x7f" and ink[0] not in _FIRST_OF_CHORDS
    if words or _NOT_IN_CHORDS & {*ink[1:]}:
        assert not isinstance(chord_in_string(text), ChordSymbol)


@pytest.mark.parametrize("chords", [None, True, False])
def test_both_machines_end_the_same_strings(chords: bool | None) -> None:
    """What may stand between quotation marks under rules: symbols that are known, and what is surely none."""
    musegen_reading = pytest.importorskip("musegen_reading", reason="needs the compiled extension")
    texts = ["", "", "\n", *map(chr, range(32, 127)), "ø", "♯", "\N{EM SPACE}"]
    limits = TuneLimits(bars=0, chords=chords)
    compiled = musegen_reading.AbcRules(texts, 1, limits_of(texts, limits), 300)
    for string in [*STRINGS, *(f"{root}{name}" for root in ("G", "F#", "(B") for name in sorted(_QUALITIES))]:
        taken = []
        for rules in (compiled, PythonRules(texts, 1, limits, 300)):
            reader = rules.begin()
            for character in f'M:2/4\nL:1/8\nK:C\n"{string}':
                reader.take(texts.index(character, 2))
            taken.append((bool(reader.allow()[texts.index('"')]), reader.shortest()))
        assert taken[0] == taken[1], string
        symbol = chord_in_string(string)
        if taken[0][0] and symbol:
            assert read_chord_symbol(string) is not None
            assert chords is not False
