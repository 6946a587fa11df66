"""Scores as Standard MIDI Files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import mido
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

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
    perform,
    ticks,
)
from musegen_midi.plugin import MidiOptions, build_renderer, musegen_renderers
from musegen_midi.renderer import MidiRenderer
from scores import any_score, tune

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


TINY = bytes.fromhex(
    """
    4D 54 68 64 00 00 00 06        # MThd, 6 bytes
    00 01 00 02 00 60              # format 1, 2 tracks, 96 ticks a quarter note
    4D 54 72 6B 00 00 00 1F        # MTrk, 31 bytes: the conductor
    00 FF 03 01 41                 # name "A"
    00 FF 58 04 03 02 18 08        # metre 3/4, a click every 24 clocks
    00 FF 59 02 FE 00              # two flats, major
    00 FF 51 03 06 8A 1B           # 428571 microseconds a quarter note: 140 a minute
    82 20 FF 2F 00                 # end, 288 ticks on
    4D 54 72 6B 00 00 00 23        # MTrk, 35 bytes: the melody
    00 FF 03 06 4D 65 6C 6F 64 79  # name "Melody"
    00 C0 6E                       # fiddle
    00 90 46 68                    # B flat 4, first beat
    60 80 46 40                    # off after 96 ticks
    00 90 48 5E                    # C5, another beat
    81 40 80 48 40                 # off after 192 ticks
    00 FF 2F 00                    # end
    """.replace("\n", " ")
    if False
    else "".join(
        line.partition("#")[0]
        for line in """
    4D 54 68 64 00 00 00 06        # MThd, 6 bytes
    """.splitlines()
    )
)
