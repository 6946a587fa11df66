"""Renders scores to Standard MIDI Files (SMF 1.0, format 1)."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from mido import Message, MetaMessage, MidiFile, MidiTrack

from musegen import (
    Key,
    Metre,
    MusegenError,
    Performance,
    PlayedNote,
    Score,
    Tempo,
    accompaniment,
    mend_repeats,
    perform,
    ticks,
)

_MELODY_CHANNEL, _CHORD_CHANNEL = 0, 1
_MAJOR_KEYS = ("Cb", "Gb", "Db", "Ab", "Eb", "Bb", "F", "C", "G", "D", "A", "E", "B", "F#", "C#")
_MINOR_KEYS = ("Ab", "Eb", "Bb", "F", "C", "G", "D", "A", "E", "B", "F#", "C#", "G#", "D#", "A#")
"""The tonics of the signatures from seven flats to seven sharps."""
_MINOR_MODES = {"minor", "dorian", "phrygian", "locrian"}
_DENOMINATORS = {2**power for power in range(8)}
_LONGEST_TEMPO_US = 2**24 - 1  # microseconds in a quarter note, which a file holds in three bytes
_MOST_TICKS = 2**28 - 1  # the longest time between events, held in four bytes of seven bits


class MidiRenderer:
    """Writes a track with tempo, metre and key, one with the melody, and one with any chords."""

    suffix = ".mid"

    def __init__(
        self,
        *,
        ticks_per_beat: int = 480,
        tempo_bpm: float | None = None,
        program: int = 110,
        chord_program: int | None = 0,
        mend: bool = False,
        swing: float = 1.0,
        suggested_order: bool = False,
    ) -> None:
        """``chord_program`` None leaves the chord symbols silent."""
        self._ticks_per_beat = ticks_per_beat
        self._tempo_bpm = tempo_bpm
        self._program = program
        self._mend = mend
        self._swing = swing
        self._suggested_order = suggested_order
        self._chord_program = chord_program

    def render(self, score: Score, path: Path) -> None:
        """Write ``score`` to ``path``; every track ends where the tune does.

        Raises MusegenError for a pitch or tempo that MIDI does not have, or a tune longer than it can count.
        """
        performance = perform(
            mend_repeats(score) if self._mend else score,
            self._tempo_bpm,
            swing=self._swing,
            suggested_order=self._suggested_order,
        )
        end = ticks(performance.duration, self._ticks_per_beat) or int(performance.duration > 0)
        if end > _MOST_TICKS:
            raise MusegenError(
                f"a MIDI file counts to {_MOST_TICKS} ticks: choose fewer ticks_per_beat (got {end})"
            )
        tracks = [
            self._conductor(score.title, performance, end),
            self._notes("Melody", performance.melody, _MELODY_CHANNEL, self._program, end),
        ]
        if self._chord_program is not None and performance.chords:
            chords = accompaniment(performance)
            tracks.append(self._notes("Chords", chords, _CHORD_CHANNEL, self._chord_program, end))
        file = io.BytesIO()
        MidiFile(type=1, ticks_per_beat=self._ticks_per_beat, tracks=tracks).save(file=file)
        path.write_bytes(file.getvalue())

    def _conductor(self, title: str, performance: Performance, end: int) -> MidiTrack:
        """The tempo map, which SMF 1.0 wants in the first track; the track is named after the tune."""
        metres = [(onset, metre) for onset, metre in performance.metres if metre and _sayable(metre)]
        messages = [
            *((onset, _time_signature(metre)) for onset, metre in metres),
            *((onset, MetaMessage("key_signature", key=_key_name(key))) for onset, key in performance.keys),
            *(
                (onset, MetaMessage("set_tempo", tempo=_tempo_us(tempo)))
                for onset, tempo in performance.tempos
            ),
        ]
        timed = [(ticks(onset, self._ticks_per_beat), message) for onset, message in messages]
        timed.sort(key=lambda event: event[0])
        return _track(title, timed, end)

    def _notes(
        self, name: str, notes: Sequence[PlayedNote], channel: int, program: int, end: int
    ) -> MidiTrack:
        events: list[tuple[int, bool, int, int]] = []  # (tick, whether the note begins, pitch, velocity)
        for strike in _strikes(notes, self._ticks_per_beat, end):
            events.append((strike.start, True, strike.pitch, strike.velocity))
            events.append((strike.stop, False, strike.pitch, 64))
        events.sort()  # at one tick notes end before others begin, so that a repeated pitch is struck again
        messages = [(0, Message("program_change", channel=channel, program=program))]
        for tick, begins, pitch, velocity in events:
            kind = "note_on" if begins else "note_off"
            messages.append((tick, Message(kind, channel=channel, note=pitch, velocity=velocity)))
        return _track(name, messages, end)


class _Strike(NamedTuple):
    """A note, its times in ticks."""

    start: int
    stop: int
    pitch: int
    velocity: int


def _strikes(notes: Iterable[PlayedNote], ticks_per_beat: int, end: int) -> list[_Strike]:
    """The notes in ticks; each is rounded from its own onset, so that rounding errors never add up.

    Each lasts at least one tick and ends by ``end``; a pitch that is struck again while it sounds ends there.
    """
    strikes: list[_Strike] = []
    for note in sorted(notes, key=lambda note: (note.pitch, note.onset)):
        if not 0 <= note.pitch <= 127:
            raise MusegenError(f"a MIDI pitch is 0 to 127, C-1 to G9 (got {note.pitch})")
        if not note.duration:
            continue
        start = min(ticks(note.onset, ticks_per_beat), end - 1)
        stop = max(ticks(note.onset + note.duration, ticks_per_beat), start + 1)
        if strikes and strikes[-1].pitch == note.pitch and strikes[-1].stop > start:
            before = strikes.pop()
            if before.start < start:
                strikes.append(before._replace(stop=start))
        strikes.append(_Strike(start, stop, note.pitch, note.velocity))
    return strikes


def _track(name: str, messages: Iterable[tuple[int, Message | MetaMessage]], end: int) -> MidiTrack:
    """A track of messages at ascending ticks, with its end-of-track message at ``end``."""
    track = MidiTrack([MetaMessage("track_name", name=_smf_text(name), time=0)])
    now = 0
    for tick, message in messages:
        message.time, now = tick - now, tick
        track.append(message)
    track.append(MetaMessage("end_of_track", time=end - now))
    return track


def _time_signature(metre: Metre) -> MetaMessage:
    clocks = min(max(round(24 * metre.beat), 1), 255)  # MIDI clocks a click; a quarter has 24
    return MetaMessage(
        "time_signature",
        numerator=metre.numerator,
        denominator=metre.denominator,
        clocks_per_click=clocks,
    )


def _sayable(metre: Metre) -> bool:
    """Whether a time signature event can hold the metre: its denominator is stored as a power of two."""
    return 1 <= metre.numerator <= 255 and metre.denominator in _DENOMINATORS


def _key_name(key: Key) -> str:
    """mido's name of the key signature; a key that equals no signature is named by its tonic and mode.

    Keys beyond seven accidentals are named by their enharmonic equal: G# major as Ab major.
    """
    minor = key.mode in _MINOR_MODES
    alike = (place for place, tonic in enumerate(_MAJOR_KEYS) if Key(tonic).alterations == key.alterations)
    fifths = key.fifths if abs(key.fifths) <= 7 else (key.fifths + 5) % 12 - 5
    place = next(alike, 7 + fifths)
    return _MINOR_KEYS[place] + "m" if minor else _MAJOR_KEYS[place]


def _tempo_us(tempo: Tempo) -> int:
    microseconds = round(60_000_000 / tempo.quarters_per_minute)
    if not 1 <= microseconds <= _LONGEST_TEMPO_US:
        raise MusegenError(
            "the tempo of a MIDI file is 3.6 to 60,000,000 quarter notes a minute "
            f"(got {float(tempo.quarters_per_minute):g})"
        )
    return microseconds


def _smf_text(text: str) -> str:
    """``text`` for mido, which writes Latin-1; text that Latin-1 cannot hold becomes its bytes in UTF-8."""
    try:
        text.encode("latin-1")
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace").decode("latin-1")
    return text
