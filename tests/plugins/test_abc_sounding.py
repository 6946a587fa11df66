"""Where notes sound, and where they are written (ABC 2.1 §4.6; `%%MIDI transpose` as abc2midi has it)."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest

from helpers.abc2midi import play
from musegen import Note, Prepare, Score, Tune, perform, to_tonic
from musegen.music.transposing import transpose_score
from musegen_abc.canonical import canonical_abc
from musegen_abc.notation import AbcNotation
from musegen_abc.parser import parse_abc
from musegen_abc.prepare import prepare_abc
from musegen_abc.reader import split_tunes
from musegen_abc.transpose import transpose_abc
from musegen_abc.writer import write_abc
from musegen_midi.renderer import MidiRenderer
from musegen_musicxml.renderer import MusicXMLRenderer

# Each text from its K: field on, or from before it, where each bar is one C in the key of C or G; and the
# semitones that each bar sounds higher. The texts of the first list sound so in abc2midi too.
SAME = [
    ("K:C treble+8\nC4|", [12]),
    ("K:C treble-8\nC4|", [-12]),
    ("K:C clef=bass-8\nC4|", [-12]),
    ("K:Am treble+8\nC4|", [12]),
    ("K:C tenor-8\nC4|", [-12]),
    ("K:C treble-15\nC4|", [-24]),
    ("K:C treble8\nC4|", [0]),
    ("K:C treble_8\nC4|", [0]),
    ("K:C bass\nC4|", [0]),
    ("K:C clef=bass middle=d\nC4|", [0]),
    ("K:C octave=1\nC4|", [12]),
    ("K:C octave=-1\nC4|", [-12]),
    ("K:C transpose=2\nC4|", [2]),
    ("K:C transpose=-12\nC4|", [-12]),
    ("K:C treble+8 transpose=2\nC4|", [14]),
    ("K:C shift=CD\nC4|", [2]),
    ("K:C sound=eC\nC4|", [-16]),
    ("K:C score=CD\nC4|", [0]),
    ("K:C treble+8\nC4|[K:G]C4|", [12, 12]),
    ("K:C transpose=2\nC4|\nK:G\nC4|", [2, 2]),
    ("K:C octave=1\nC4|[K:treble]C4|", [12, 12]),
    ("K:C\nC4|[K:treble+8]C4|", [0, 12]),
    ("K:C\nC4|[K:G transpose=2]C4|", [0, 2]),
    ("K:C\nV:1 treble+8\nC4|C4|", [12, 12]),
    ("V:1 octave=1\nK:C\nV:1\nC4|", [12]),
    ("V:1 transpose=3\nK:C\nV:1\nC4|[K:G transpose=1]C4|", [3, 1]),
    ('V:1 octave=-1 name="treble+8"\nV:2 octave=2\nK:C\nV:1\nC4|\nV:2\nC4|\nV:1\nC4|', [-12, -12]),
    ("K:C\nV:1\nC4|[V:1 octave=1]C4|", [0, 12]),
    ("%%MIDI transpose 2\nK:C\nC4|", [2]),
    ("K:C\n%%MIDI transpose 2\nC4|\n%%MIDI transpose 3\nC4|\n%%MIDI transpose -12\nC4|", [2, 3, -12]),
    ("K:C\n%%MIDI rtranspose 2\nC4|\n%%MIDI rtranspose 3\nC4|", [2, 5]),
    ("K:C\nI:MIDI transpose 2\nC4|[I:MIDI transpose 0]C4|", [2, 0]),
    ("K:C octave=1\n%%MIDI transpose 2\nC4|", [14]),
    ("K:C transpose=2\n%%MIDI transpose 3\nC4|", [3]),
    ("K:C\n%%transpose 2\nC4|", [0]),
    ("K:C\n%%MIDI program 2\nC4|", [0]),
]
# Texts that abc2midi plays otherwise: by §4.6 each parameter may be used independently of the others, in any
# K: or V: field. It leaves out some of them in V: fields of the header and in K: fields without a key.
OTHERS = [
    ("K:C treble+8 octave=1\nC4|", [24]),
    ("K:C clef=treble+8 t=-2\nC4|", [10]),
    ("K:C t=3\nC4|", [3]),
    ("K:C +8\nC4|", [12]),
    ("K:C treble+8\nC4|[K:bass]C4|", [12, 0]),
    ("K:C\nC4|[K:octave=1]C4|[K:transpose=2]C4|", [0, 12, 14]),
    ("V:1 treble+8\nK:C\nC4|", [12]),
    ("V:1 treble+8\nV:2 octave=-1\nK:C treble-8\nV:2\nC4|", [-24]),
    ("V:1 transpose=3\nK:C transpose=2\nV:1\nC4|", [3]),
    ("K:C octave=4\nc''''4|", [0]),  # no higher than MIDI goes: as many octaves as there is room for
]
HEAD = "X:1\nM:4/4\nL:1/4\n"


def parse(text: str) -> Score:
    """The score of a text behind the head."""
    return parse_abc(Tune(f"{HEAD}{text}\n", "abc"))


def sounds(score: Score) -> list[int]:
    """The MIDI pitches that sound, in order."""
    return [note.pitch for note in perform(score).melody]


def written(score: Score) -> list[int]:
    """The MIDI pitches that are written."""
    notes = [event for bar in score.bars for event in bar.events if isinstance(event, Note)]
    return [pitch.midi for note in notes for pitch in note.pitches]


@pytest.mark.parametrize(("text", "higher"), [*SAME, *OTHERS])
def test_where_notes_sound(text: str, higher: list[int]) -> None:
    """Written back it sounds the same; the written notes stay, and are what is learned."""
    score = parse(text)
    notes = written(score)
    assert not [problem for problem in score.problems if problem.kind != "voice"]
    assert sounds(score) == [note + up for note, up in zip(notes, higher, strict=True)]
    again = parse_abc(Tune(write_abc(score), "abc"))
    assert again == score
    tune = Tune(f"{HEAD}{text}\n", "abc")
    for learned in (prepare_abc(tune, Prepare()), canonical_abc(tune, Prepare())):
        assert sounds(parse_abc(learned)) == notes
        assert prepare_abc(learned, Prepare()).text == learned.text


@pytest.mark.parametrize(("text", "higher"), SAME)
def test_abc2midi_agrees(text: str, higher: list[int]) -> None:
    """Where the standard leaves no doubt."""
    pytest.importorskip("symusic", reason="brings abc2midi along")
    assert [pitch for _, _, pitch in play(f"{HEAD}{text}\n").notes] == [
        note + up for note, up in zip(written(parse(text)), higher, strict=True)
    ]


@pytest.mark.parametrize("semitones", [1, -3, 12])
@pytest.mark.parametrize("text", [text for text, _ in [*SAME, *OTHERS[:-1]]])
def test_a_transposed_tune_sounds_as_much_higher(text: str, semitones: int) -> None:
    """As text and as a score: what is said of the sound stays; moved back, the score is the same."""
    tune, score = Tune(f"{HEAD}{text}\n", "abc"), parse(text)
    moved = transpose_abc(tune, semitones)
    expected = [pitch + semitones for pitch in sounds(score)]
    assert sounds(parse_abc(moved)) == sounds(transpose_score(score, semitones)) == expected
    assert parse_abc(transpose_abc(moved, -semitones)) == score
    assert transpose_score(transpose_score(score, semitones), -semitones) == score


def test_a_tonic_is_that_of_the_written_key() -> None:
    """``musegen convert --key`` and ``[prepare] tonic`` count from what is written."""
    tune = to_tonic(AbcNotation(), Tune(f"{HEAD}K:D treble-8\nDEFA|\n", "abc"), "C")
    assert tune.text.endswith("K:C treble-8\nCDEG|\n")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("K:C octave=x\nC|", "4:5: octave=x: a whole number from -4 to 4 is expected"),
        ("K:C octave=9\nC|", "4:5: octave=9: a whole number from -4 to 4 is expected"),
        ("K:C transpose=1.5\nC|", "4:5: transpose=1.5: a whole number from -48 to 48 is expected"),
        ("K:C  t=Bb\nC|", "4:6: t=Bb: a whole number from -48 to 48 is expected"),
        ("K:C shift=2\nC|", "4:5: shift=2: two notes are expected, as in CD for a tone up"),
        (
            "K:C clef=violin\nC|",
            "4:5: clef=violin: a clef is treble, alto, tenor, bass, perc or none, as in treble-8",
        ),
        ("K:C treble+9\nC|", "4:5: treble+9: a clef is followed by +8, -8, +15 or -15"),
        ("V:1 octave=x\nK:C\nV:1\nC|", "4:5: octave=x: a whole number from -4 to 4 is expected"),
        ("K:C\nC|[K:octave=x]C|", "5:3: octave=x: a whole number from -4 to 4 is expected"),
        ("K:C\n%%MIDI transpose up\nC|", "5:8: transpose up: a whole number from -48 to 48 is expected"),
        ("K:C\nI:MIDI transpose\nC|", "5:8: transpose: a whole number from -48 to 48 is expected"),
    ],
)
def test_what_is_not_understood_is_told(text: str, told: str) -> None:
    """Once, with its place; the notes sound where they are written."""
    score = parse(text)
    assert [str(problem) for problem in score.problems] == [told]
    assert {problem.kind for problem in score.problems} == {"transposition"}
    assert sounds(score) == written(score)


def test_keys_and_chords_sound_with_the_notes(tmp_path: Path) -> None:
    """As those of a clarinet in B flat do; the score itself has what is written."""
    score = parse('K:D transpose=-2\n"A7"A4|"Bm/F#"B4|[K:G octave=1]"D"D4|')
    performance = perform(score)
    assert [str(key) for _, key in performance.keys] == ["C major", "F major"]
    assert [chord.symbol.text for chord in performance.chords] == ["G7", "Am/E", "C"]
    assert [chord.symbol.root for chord in performance.chords] == [7, 9, 0]
    assert str(score.key) == "D major"
    MidiRenderer().render(score, tmp_path / "a.mid")
    assert (tmp_path / "a.mid").read_bytes()


def test_music_xml_has_the_written_notes_and_where_they_sound(tmp_path: Path) -> None:
    """``<transpose>``, in the beginning and where it changes."""
    MusicXMLRenderer().render(
        parse("K:C treble-8 t=-2\nC4|[K:transpose=3]C4|[K:treble]C4|"), tmp_path / "a.musicxml"
    )
    root = ElementTree.parse(tmp_path / "a.musicxml")
    assert [note.findtext("pitch/octave") for note in root.iter("note")] == ["4"] * 3
    found = [{part.tag: part.text for part in element} for element in root.iter("transpose")]
    assert found == [
        {"diatonic": "-1", "chromatic": "-2", "octave-change": "-1"},
        {"diatonic": "-5", "chromatic": "-9"},
        {"diatonic": "2", "chromatic": "3"},
    ]
    attributes = next(root.iter("attributes"))
    assert [part.tag for part in attributes] == ["divisions", "key", "time", "clef", "transpose"]


def test_the_header_of_a_file() -> None:
    """Its directive about the sound holds for every tune (§2.2.2)."""
    tunes = list(split_tunes("%%MIDI transpose 5\n\nX:1\nL:1/4\nK:C\nC\n\nX:2\nL:1/4\nK:C\nC\n", "a.abc"))
    assert [sounds(parse_abc(tune)) for tune in tunes] == [[65], [65]]
