"""Scores as Standard MIDI Files."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import mido
import pytest
from hypothesis import given, settings, strategies as st
from pydantic import ValidationError

from helpers.scores import any_score, tune
from musegen import (
    Bar,
    Key,
    KeyChange,
    Metre,
    MetreChange,
    MusegenError,
    Note,
    Pitch,
    Rest,
    Score,
    Tempo,
    TempoChange,
    accompaniment,
    installed_plugins,
    mend_repeats,
    perform,
    ticks,
)
from musegen_midi.plugin import MidiOptions, build_renderer, musegen_renderers
from musegen_midi.renderer import MidiRenderer

JIG = tune('"D" D4:1/2 E4 "G" G4:3/2 | "A" A4:3 |]', "6/8", "D", title="Jig")


def written(score: Score, folder: Path, **options: object) -> mido.MidiFile:
    """The file read back."""
    path = folder / "tune.mid"
    build_renderer(MidiOptions.model_validate(options)).render(score, path)
    return mido.MidiFile(path)


def notes(track: mido.MidiTrack) -> list[tuple[int, int, int, int]]:
    """Onset and length in ticks, pitch, velocity; every note-on has its note-off."""
    now, sounding, found = 0, {}, []
    for message in track:
        now += message.time
        if message.type == "note_on":
            assert message.note not in sounding, "struck again before it ended"
            sounding[message.note] = (now, message.velocity)
        elif message.type == "note_off":
            onset, velocity = sounding.pop(message.note)
            found.append((onset, now - onset, message.note, velocity))
    assert not sounding
    return sorted(found)


def length(track: mido.MidiTrack) -> int:
    """Where its end-of-track stands."""
    return sum(message.time for message in track)


def events(file: mido.MidiFile, kind: str) -> list[tuple[int, mido.MetaMessage]]:
    """The events of a kind on the first track, and when."""
    now, found = 0, []
    for message in file.tracks[0]:
        now += message.time
        if message.type == kind:
            found.append((now, message))
    return found


def hexdump(text: str) -> bytes:
    """The bytes of lines of hexadecimal digits with comments."""
    return bytes.fromhex(" ".join(line.partition("#")[0] for line in text.splitlines()))


TINY = hexdump(
    """
    4D 54 68 64 00 00 00 06         # MThd, 6 bytes
    00 01 00 02 00 60               # format 1, 2 tracks, 96 ticks a quarter note
    4D 54 72 6B 00 00 00 1F         # MTrk, 31 bytes: the conductor
    00 FF 03 01 E9                  # name in Latin-1
    00 FF 58 04 03 02 18 08         # metre 3/4, a click every 24 clocks
    00 FF 59 02 FE 00               # two flats, major
    00 FF 51 03 06 8A 1B            # 428571 microseconds a quarter note: 140 a minute
    82 20 FF 2F 00                  # end, 288 ticks on
    4D 54 72 6B 00 00 00 22         # MTrk, 34 bytes: the melody
    00 FF 03 06 4D 65 6C 6F 64 79   # name
    00 C0 6E                        # fiddle
    00 90 46 68                     # B flat 4 on the first beat
    60 80 46 40                     # ends after 96 ticks
    00 90 48 5E                     # C5 on another beat
    81 40 80 48 40                  # ends after 192 ticks
    00 FF 2F 00                     # end
    """
)


def test_bytes_of_a_tiny_file(tmp_path: Path) -> None:
    """Every byte is accounted for."""
    path = tmp_path / "tiny.mid"
    MidiRenderer(ticks_per_beat=96).render(tune("Bb4 C5:2", "3/4", "Bb", title="\u00e9"), path)
    assert path.read_bytes() == TINY


def test_melody_is_on_the_first_track_with_notes(tmp_path: Path) -> None:
    """Onsets, lengths and pitches as written, beats accented; the tempo stands before it in track 0."""
    file = written(JIG, tmp_path)
    assert (file.type, file.ticks_per_beat, len(file.tracks)) == (1, 480, 3)
    conductor, melody, _ = file.tracks
    assert not notes(conductor)
    assert notes(melody) == [
        (0, 240, 62, 104),
        (240, 480, 64, 84),
        (720, 720, 67, 94),
        (1440, 1440, 69, 104),
    ]


def test_chords_have_a_track_and_a_channel(tmp_path: Path) -> None:
    """Bass and chord on the beats; their own sound."""
    _, melody, chords = written(JIG, tmp_path).tracks
    assert {message.channel for message in melody if not message.is_meta} == {0}
    assert {message.channel for message in chords if not message.is_meta} == {1}
    assert [(onset, pitch) for onset, _, pitch, _ in notes(chords)] == [
        (round(note.onset * 480), note.pitch)
        for note in sorted(accompaniment(perform(JIG)), key=lambda note: (note.onset, note.pitch))
    ]


def test_every_track_lasts_as_the_tune(tmp_path: Path) -> None:
    """Also where it ends with a rest or has no notes at all."""
    for score in (JIG, tune("C4 z:3"), tune("z:4")):
        file = written(score, tmp_path)
        assert {length(track) for track in file.tracks} == {perform(score).duration * 480}


def test_tempo_metre_and_key(tmp_path: Path) -> None:
    """A jig's dotted quarter at 116, 6/8 clicked in dotted quarters, two sharps; the title names the file."""
    file = written(JIG, tmp_path)
    ((when, tempo),) = events(file, "set_tempo")
    assert (when, tempo.tempo) == (0, round(60e6 / 174))
    ((_, metre),) = events(file, "time_signature")
    assert (metre.numerator, metre.denominator, metre.clocks_per_click) == (6, 8, 36)
    assert [key.key for _, key in events(file, "key_signature")] == ["D"]
    assert file.tracks[0].name == "Jig"


def test_changes_come_in_their_places(tmp_path: Path) -> None:
    """And come again when a repeat goes back."""
    changed = (
        MetreChange(Metre(3, 4)),
        KeyChange(Key("E", "minor")),
        TempoChange(Tempo(Fraction(1), Fraction(60))),
    )
    score = tune("|: C4:4 | D4:3 :|")
    score = replace(
        score, bars=(score.bars[0], replace(score.bars[1], events=(*changed, *score.bars[1].events)))
    )
    file = written(score, tmp_path, ticks_per_beat=10)
    assert [(when, event.numerator) for when, event in events(file, "time_signature")] == [
        (0, 4),
        (40, 3),
        (70, 4),
        (110, 3),
    ]
    assert [event.key for _, event in events(file, "key_signature")] == ["C", "Em", "C", "Em"]
    assert [when for when, _ in events(file, "set_tempo")] == [0, 40, 70, 110]


def test_tempo_bpm_overrides(tmp_path: Path) -> None:
    """It counts the tune's beat, in a jig the dotted quarter."""
    assert events(written(JIG, tmp_path, tempo_bpm=100.0), "set_tempo")[0][1].tempo == 400_000


@pytest.mark.parametrize(
    ("key", "name"),
    [
        (Key("D"), "D"),
        (Key("E", "minor"), "Em"),
        (Key("D", "dorian"), "Am"),
        (Key("A", "mixolydian"), "D"),
        (Key("F", "lydian"), "C"),
        (Key("E", "phrygian"), "Am"),
        (Key("Cb"), "Cb"),
        (Key("G#"), "Ab"),
        (Key("D#", "major"), "Eb"),
        (Key("Fb"), "E"),
        (Key("D", "major", (("C", 0),)), "G"),
        (Key("D", "major", (("B", -1),)), "D"),
        (Key("", "major", (("F", 1), ("C", 1))), "D"),
        (Key(""), "C"),
    ],
)
def test_key_signatures(key: Key, name: str, tmp_path: Path) -> None:
    """By fifths, minor where the mode is; as many explicit accidentals as a signature can say.

    Beyond seven sharps or flats the enharmonic equal is written.
    """
    file = written(replace(tune("C4:4"), key=key), tmp_path)
    assert events(file, "key_signature")[0][1].key == name


@pytest.mark.parametrize("metre", [None, Metre(4, 3), Metre(300, 4), Metre(1, 2**40)])
def test_metres_that_midi_cannot_say_are_left_out(metre: Metre | None, tmp_path: Path) -> None:
    """Free metre, denominators that are no power of two, numbers beyond a byte."""
    score = replace(tune("C4:4"), metre=metre)
    file = written(score, tmp_path)
    assert events(file, "time_signature") == []
    assert len(notes(file.tracks[1])) == 1


@pytest.mark.parametrize(
    ("title", "latin"),
    [
        ("Ná Éireann", "Ná Éireann"),
        ("Łódź", "Łódź".encode().decode("latin-1")),
        ("曲 🎻", "曲 🎻".encode().decode("latin-1")),
        ("a\ud800b", "a?b"),
        ("", ""),
    ],
)
def test_any_title_can_be_written(title: str, latin: str, tmp_path: Path) -> None:
    """In Latin-1 as SMF readers expect, else in UTF-8."""
    assert written(replace(JIG, title=title), tmp_path).tracks[0].name == latin


def test_swing_and_suggested_order_are_options(tmp_path: Path) -> None:
    """Triplet swing moves the off-beat from tick 240 to 320; Y: changes the order of the parts."""
    track = written(tune("C4:1/2 D4:1/2 E4:3"), tmp_path, swing=2.0).tracks[1]
    assert [onset for onset, *_ in notes(track)] == [0, 320, 480]
    score = replace(tune("P:A C4:4 | P:B D4:4 |]"), play_order="AB", suggested_order="BA")
    for asked, pitches in ((False, [60, 62]), (True, [62, 60])):
        track = written(score, tmp_path, suggested_order=asked).tracks[1]
        assert [pitch for _, _, pitch, _ in notes(track)] == pitches


def test_programs_are_options(tmp_path: Path) -> None:
    """Fiddle and piano unless others are asked for."""
    for options, programs in (({}, [110, 0]), ({"program": 73, "chord_program": 24}, [73, 24])):
        tracks = written(JIG, tmp_path, **options).tracks[1:]
        assert [track[1].program for track in tracks] == programs


def test_chords_may_be_silent(tmp_path: Path) -> None:
    """Then there is no track of them; nor is there in a tune without chord symbols."""
    assert len(written(JIG, tmp_path, accompaniment=False).tracks) == 2
    assert len(written(tune("C4:4"), tmp_path).tracks) == 2


def test_a_repeated_pitch_is_struck_again(tmp_path: Path) -> None:
    """At one tick the note-off comes before the note-on."""
    track = written(tune("C4 C4 E4 C4"), tmp_path).tracks[1]
    kinds = [(message.type, message.note) for message in track if message.type.startswith("note")]
    assert kinds[:4] == [("note_on", 60), ("note_off", 60), ("note_on", 60), ("note_off", 60)]
    assert [onset for onset, *_ in notes(track)] == [0, 480, 960, 1440]


def test_events_of_one_tick_have_one_order(tmp_path: Path) -> None:
    """Note-offs before note-ons, each by pitch, however the chord was spelled."""
    one = written(tune("C4E4 G4E4"), tmp_path).tracks[1]
    other = written(tune("E4C4 E4G4"), tmp_path).tracks[1]
    assert one == other


def test_tuplets_do_not_drift(tmp_path: Path) -> None:
    """Each onset is rounded by itself: seven in the time of four, a hundred times over."""
    score = tune(" | ".join([" ".join(["C4:4/7"] * 7)] * 100))
    found = notes(written(score, tmp_path, ticks_per_beat=100).tracks[1])
    assert [onset for onset, *_ in found] == [round(Fraction(4 * i, 7) * 100) for i in range(700)]
    assert all(57 <= span <= 58 for _, span, *_ in found)


def test_notes_shorter_than_a_tick_last_one(tmp_path: Path) -> None:
    """At one tick a quarter note, and none beyond the end of the tune."""
    file = written(tune("C4:1/8 D4:1/8 E4:3/4 F4:1/8 G4:7/8"), tmp_path, ticks_per_beat=1)
    assert [(onset, span) for onset, span, *_ in notes(file.tracks[1])] == [
        (0, 1),
        (0, 1),
        (0, 1),
        (1, 1),
        (1, 1),
    ]
    assert length(file.tracks[1]) == 2


def test_pitches_outside_midi_are_refused(tmp_path: Path) -> None:
    """With a line that names them, and no file."""
    for octave in (-3, 11):
        score = Score((Bar((Note(Fraction(1), (Pitch(octave, "C"),)),)),), Key("C"))
        with pytest.raises(MusegenError, match=r"0 to 127.*got -?\d+"):
            written(score, tmp_path)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("per_minute", [Fraction(1), Fraction(10**9)])
def test_tempos_outside_midi_are_refused(per_minute: Fraction, tmp_path: Path) -> None:
    """Three bytes of microseconds hold no others."""
    with pytest.raises(MusegenError, match="quarter notes a minute"):
        written(tune("C4", tempo=Tempo(Fraction(1), per_minute)), tmp_path)


def test_a_tune_beyond_the_ticks_is_refused(tmp_path: Path) -> None:
    """Four bytes of seven bits hold no longer time."""
    score = Score((Bar((Rest(Fraction(19_000)),)),), Key("C"))
    assert length(written(score, tmp_path).tracks[1]) == 19_000 * 480
    with pytest.raises(MusegenError, match="fewer ticks_per_beat"):
        written(score, tmp_path, ticks_per_beat=32767)


@pytest.mark.parametrize(
    "options",
    [
        {"ticks_per_beat": 0},
        {"ticks_per_beat": 32768},
        {"tempo_bpm": 0.0},
        {"tempo_bpm": 1e9},
        {"program": 128},
        {"chord_program": -1},
        {"channel": 3},
    ],
)
def test_options_have_bounds(options: dict[str, object]) -> None:
    """Checked before anything runs."""
    with pytest.raises(ValidationError):
        MidiOptions.model_validate(options)


def test_the_plugin_declares_midi() -> None:
    """With a summary for the list of plugins."""
    (component,) = musegen_renderers()
    assert (component.name, component.options) == ("midi", MidiOptions)
    assert component.summary.startswith("Standard MIDI File")
    assert component.build(MidiOptions()).suffix == ".mid"


@settings(deadline=None, max_examples=60)
@given(any_score, st.sampled_from([1, 7, 480, 32767]))
def test_any_score_can_be_written(
    tmp_path_factory: pytest.TempPathFactory, score: Score, division: int
) -> None:
    """Notes inside the tune, each with its end; tracks as long as the tune; the same bytes again."""
    folder = tmp_path_factory.mktemp("midi")
    file = written(score, folder, ticks_per_beat=division)
    once = (folder / "tune.mid").read_bytes()
    written(score, folder, ticks_per_beat=division)
    assert (folder / "tune.mid").read_bytes() == once
    performance = perform(mend_repeats(score))
    end = ticks(performance.duration, division) or int(performance.duration > 0)
    assert {length(track) for track in file.tracks} == {end}
    for track in file.tracks[1:]:
        assert all(0 <= onset < onset + span <= end for onset, span, *_ in notes(track))


@pytest.mark.parametrize(("repeats", "notes"), [("meant", "CDCE"), ("letter", "CDCEC")])
def test_repeats_as_meant_or_to_the_letter(tmp_path: Path, repeats: str, notes: str) -> None:
    """The ``:|`` behind the last ending ends it, or asks for one turn more."""
    component = installed_plugins().renderer("midi")
    renderer = component.build(component.options.model_validate({"repeats": repeats}))
    renderer.render(tune("C4:4 [1 D4:4 :| [2 E4:4 :|"), tmp_path / "a.mid")
    played = [m.note for m in mido.MidiFile(tmp_path / "a.mid") if m.type == "note_on" and m.velocity]
    assert played == [{"C": 60, "D": 62, "E": 64}[name] for name in notes]
