"""Ties in chords: each note has its own (ABC 2.1 §4.11, §4.17)."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest

from musegen import Note, Prepare, Score, Tune, perform
from musegen.music.transposing import transpose_score
from musegen_abc.canonical import canonical_abc
from musegen_abc.parser import parse_abc
from musegen_abc.transpose import transpose_abc
from musegen_abc.writer import write_abc
from musegen_musicxml.renderer import MusicXMLRenderer

C, E, G = 60, 64, 67

# Body, and the notes that sound: onset and duration in quarter notes, and MIDI pitch
BODIES = [
    ("[C-E]2[CE]2", [(0, 2, E), (0, 4, C), (2, 2, E)]),
    ("[CE-]2[CE]2", [(0, 2, C), (0, 4, E), (2, 2, C)]),
    ("[CE]2-[CE]2", [(0, 4, C), (0, 4, E)]),
    ("[C-E-]2[CE]2", [(0, 4, C), (0, 4, E)]),
    ("[C-E]2-[CE]2", [(0, 4, C), (0, 4, E)]),
    ("[C-E]2 -[CE]2", [(0, 4, C), (0, 4, E)]),
    ("[C-E]2 C2", [(0, 2, E), (0, 4, C)]),
    ("[C-E]2 E2", [(0, 2, C), (0, 2, E), (2, 2, E)]),
    ("C2-[CE]2", [(0, 4, C), (2, 2, E)]),
    ("[CE]2-[EG]2", [(0, 2, C), (0, 4, E), (2, 2, G)]),
    ("[C-E]2 [CE-]2|E4", [(0, 2, E), (0, 4, C), (2, 6, E)]),
    ("[C-E]2 z2 [CE]2", [(0, 2, C), (0, 2, E), (4, 2, C), (4, 2, E)]),
    ("[C-E]2|[CE]2", [(0, 2, E), (0, 4, C), (2, 2, E)]),
    ("|:[C-E]2|[CE]2:|", [(0, 2, E), (0, 4, C), (2, 2, E), (4, 2, E), (4, 4, C), (6, 2, E)]),
    ("[C4-E2][C2E2]", [(0, 4, E), (0, 6, C), (4, 2, E)]),  # a chord is as long as its first note
    ("[CC-E]2[CE]2", [(0, 2, E), (0, 4, C), (2, 2, E)]),
    ("[C-E]>[CE]", [(0, "3/2", E), (0, 2, C), ("3/2", "1/2", E)]),
    ("(3[C-E][CE]G", [(0, "2/3", E), (0, "4/3", C), ("2/3", "2/3", E), ("4/3", "2/3", G)]),
    # A tied note keeps its accidental over the bar line, one that is not tied does not (§4.2)
    ("[^C-E]2|[CE]2", [(0, 2, E), (0, 4, 61), (2, 2, E)]),
    ("[^CE-]2|[CE]2", [(0, 2, 61), (0, 4, E), (2, 2, C)]),
    ("[_D-E]2|[^CE]2", [(0, 2, E), (0, 4, 61), (2, 2, E)]),
    ("[C-^C]2|[C^C]2", [(0, 2, 61), (0, 4, C), (2, 2, 61)]),
]


def parse(body: str) -> Score:
    """The score of a body in quarter notes."""
    return parse_abc(Tune(f"X:1\nM:4/4\nL:1/4\nK:C\n{body}\n", "abc"))


def heard(score: Score) -> list[tuple[str, str, int]]:
    """The notes that sound."""
    return sorted((str(n.onset), str(n.duration), n.pitch) for n in perform(score).melody)


@pytest.mark.parametrize(("body", "sounds"), BODIES)
def test_each_note_of_a_chord_has_its_own_tie(body: str, sounds: list[tuple[object, object, int]]) -> None:
    """What sounds; written back, prepared and transposed it is the same."""
    score = parse(body)
    assert score.problems == ()
    assert heard(score) == sorted((str(onset), str(length), pitch) for onset, length, pitch in sounds)
    tune = Tune(write_abc(score), "abc")
    assert parse_abc(tune) == score
    assert heard(parse_abc(canonical_abc(tune, Prepare()))) == heard(score)
    for semitones in (1, -6, 12):
        moved = transpose_abc(tune, semitones)
        assert parse_abc(transpose_abc(moved, -semitones)) == score
        expected = [(onset, length, pitch + semitones) for onset, length, pitch in heard(score)]
        assert sorted(expected) == heard(parse_abc(moved)) == heard(transpose_score(score, semitones))


@pytest.mark.parametrize(
    ("body", "written"),
    [
        ("[C-E]2[CE]2", "[C-E]2 [CE]2"),
        ("[C-E-]2[CE]2", "[CE]2- [CE]2"),
        ("[CE]2-[CE]2", "[CE]2- [CE]2"),
        ("[C-]2C2", "C2- C2"),
        ("[EC-]2{d}[CE]2", "[EC-]2 {d}[CE]2"),
    ],
)
def test_one_spelling_for_each(body: str, written: str) -> None:
    """A tie of all notes stands behind the chord, others inside it."""
    assert write_abc(parse(body)).splitlines()[-1] == written


def test_what_a_note_knows_of_its_ties() -> None:
    """Whether there is one, which notes have none, and which have one."""
    one, whole, none = (
        event for bar in parse("[C-E]2[CE]2-[CE]2").bars for event in bar.events if isinstance(event, Note)
    )
    assert (one.tie, whole.tie, none.tie) == (True, True, False)
    assert [str(pitch) for pitch in one.untied] == ["E4"]
    assert whole.untied == none.untied == none.tied == ()
    assert [str(pitch) for pitch in one.tied] == ["C4"]
    assert whole.tied == whole.pitches


@pytest.mark.parametrize(
    ("body", "ties"),
    [
        ("[C-E]2[CE]2", [("C", ["start"]), ("E", []), ("C", ["stop"]), ("E", [])]),
        ("[CE]2-[CE]2", [("C", ["start"]), ("E", ["start"]), ("C", ["stop"]), ("E", ["stop"])]),
        ("[C-E]2 C2", [("C", ["start"]), ("E", []), ("C", ["stop"])]),
        (
            "[C-E]2|[CE-]2|E2",
            [("C", ["start"]), ("E", []), ("C", ["stop"]), ("E", ["start"]), ("E", ["stop"])],
        ),
    ],
)
def test_music_xml(tmp_path: Path, body: str, ties: list[tuple[str, list[str]]]) -> None:
    """The same notes are tied there."""
    MusicXMLRenderer().render(parse(body), tmp_path / "a.musicxml")
    notes = ElementTree.parse(tmp_path / "a.musicxml").iter("note")
    assert [(n.findtext("pitch/step"), [tie.get("type") for tie in n.findall("tie")]) for n in notes] == ties
