"""Scores as MusicXML."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import pytest
from hypothesis import given, settings

from helpers.scores import any_score, tune
from musegen import (
    Bar,
    Key,
    Metre,
    MusegenError,
    Note,
    Pitch,
    Rest,
    Score,
    Tuplet,
    mend_repeats,
    perform,
    write_out,
)
from musegen_abc.notation import AbcNotation
from musegen_abc.reader import AbcReader
from musegen_musicxml.durations import values
from musegen_musicxml.plugin import MusicXMLOptions, build_renderer


def written(score: Score, folder: Path, **options: object) -> Element:
    """The file read back."""
    path = folder / "tune.musicxml"
    build_renderer(MusicXMLOptions.model_validate(options)).render(score, path)
    return ElementTree.fromstring(path.read_bytes())


def notes(root: Element) -> Iterator[tuple[Fraction, Fraction, tuple[str, ...]]]:
    """Onset and length in quarter notes and the pitches of each note, rest (no pitch) and chord."""
    divisions = int(root.findtext(".//divisions") or 1)
    now, length, pitches = Fraction(0), Fraction(0), list[str]()
    for note in root.iter("note"):
        if note.find("grace") is not None:
            continue
        if note.find("chord") is None:
            if length:
                yield now, length, tuple(pitches)
            now, length, pitches = now + length, Fraction(int(note.findtext("duration") or 0), divisions), []
        if note.find("pitch") is not None:
            pitches.append(
                "".join(note.findtext(f"pitch/{tag}") or "" for tag in ("step", "octave", "alter"))
            )
    if length:
        yield now, length, tuple(pitches)


def expected(score: Score) -> Iterator[tuple[Fraction, Fraction, tuple[str, ...]]]:
    """The same of a score as it is written: repeats as they were meant, a play order written out."""
    now = Fraction(0)
    for bar in write_out(mend_repeats(score)).bars:
        for event in bar.events:
            if isinstance(event, Note | Rest):
                pitches = dict.fromkeys(event.pitches) if isinstance(event, Note) else ()
                names = tuple(f"{p.step}{p.octave}{p.alter or ''}" for p in pitches)
                yield now, event.duration, names
                now += event.duration


def joined(
    found: Iterator[tuple[Fraction, Fraction, tuple[str, ...]]],
    wanted: list[tuple[Fraction, Fraction, tuple[str, ...]]],
) -> list[tuple[Fraction, Fraction, tuple[str, ...]]]:
    """``found`` with the tied pieces of one note of ``wanted`` put together."""
    starts = {onset for onset, _, _ in wanted}
    whole: list[tuple[Fraction, Fraction, tuple[str, ...]]] = []
    for onset, length, pitches in found:
        if onset not in starts and whole and whole[-1][2] == pitches:
            whole[-1] = (whole[-1][0], whole[-1][1] + length, pitches)
        else:
            whole.append((onset, length, pitches))
    return whole


@settings(deadline=None, max_examples=60)
@given(any_score)
def test_every_note_is_written(tmp_path_factory: pytest.TempPathFactory, score: Score) -> None:
    """Onset, length and spelled pitch, whatever the length; the same bytes again."""
    folder = tmp_path_factory.mktemp("xml")
    wanted = list(expected(score))
    assert joined(notes(written(score, folder)), wanted) == wanted
    once = (folder / "tune.musicxml").read_bytes()
    written(score, folder)
    assert (folder / "tune.musicxml").read_bytes() == once


def test_real_tunes_are_written_and_music21_reads_them(nottingham: Path, tmp_path: Path) -> None:
    """Every tune of one file by its elements; three of them played by music21 to the same melody."""
    music21 = pytest.importorskip("music21")
    tunes = list(AbcReader([str(nottingham / "jigs.abc")]).read(lambda _: None))[:40]
    scores = [AbcNotation().parse(tune) for tune in tunes]
    assert scores
    for number, score in enumerate(scores):
        root = written(score, tmp_path)
        wanted = list(expected(score))
        assert joined(notes(root), wanted) == wanted
        if number < 3:
            plain = tuple(replace(bar, repeat_start=False, repeat_end=0, endings=()) for bar in score.bars)
            once = replace(score, bars=plain, play_order="", fields=())
            melody = [(n.onset, n.duration, n.pitch) for n in perform(once).melody]
            stream = music21.converter.parse(tmp_path / "tune.musicxml", forceSource=True)
            part = stream.parts[0].stripTies().flatten()
            read = [
                (Fraction(note.offset), Fraction(note.duration.quarterLength), note.pitch.midi)
                for note in part.notes
                if note.isNote
            ]
            assert read == melody


def test_repeats_endings_and_the_upbeat_are_signs(tmp_path: Path) -> None:
    """The upbeat is measure 0; an ending stops where its repeat does."""
    root = written(tune("C4:1 |: D4:4 [1 E4:4 :| [2 F4:4 |]"), tmp_path)
    assert [m.get("number") for m in root.iter("measure")] == ["0", "1", "2", "3"]
    assert [r.get("direction") for r in root.iter("repeat")] == ["forward", "backward"]
    endings = [(e.get("number"), e.get("type")) for e in root.iter("ending")]
    assert endings == [("1", "start"), ("1", "stop"), ("2", "start"), ("2", "stop")]


def test_accidentals_stand_where_a_reader_needs_them(tmp_path: Path) -> None:
    """Not for the key's own, once in a bar, and again in the next."""
    root = written(tune("F#4 G#4 G#4 G4 | G#4:4", key="D"), tmp_path)
    assert [n.findtext("accidental") for n in root.iter("note")] == [None, "sharp", None, "natural", "sharp"]


def test_a_tuplet_is_marked(tmp_path: Path) -> None:
    """Three eighths in the time of two."""
    triplet = tuple(Note(Fraction(1, 3), (Pitch(4, "C"),)) for _ in range(3))
    root = written(Score((Bar((Tuplet(3, 2, 3), *triplet)),), Key("C"), Metre(1, 4)), tmp_path)
    assert [n.findtext("type") for n in root.iter("note")] == ["eighth"] * 3
    assert {n.findtext("time-modification/actual-notes") for n in root.iter("note")} == {"3"}
    assert [t.get("type") for t in root.iter("tuplet")] == ["start", "stop"]


def test_a_length_without_a_value_of_its_own_is_tied() -> None:
    """Five eighths are a half and an eighth; a third is an eighth of a triplet."""
    assert [(v.type, v.dots) for v in values(Fraction(5, 2))] == [("half", 0), ("eighth", 0)]
    assert [(v.type, v.actual, v.normal) for v in values(Fraction(1, 3))] == [("eighth", 3, 2)]


def test_pitches_outside_musicxml_are_refused(tmp_path: Path) -> None:
    """With a line that names them."""
    with pytest.raises(MusegenError, match="octaves 0 to 9"):
        written(Score((Bar((Note(Fraction(1), (Pitch(-1, "C"),)),)),), Key("C")), tmp_path)
