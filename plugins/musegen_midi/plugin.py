"""Standard MIDI Files: ``[[render]] use = "midi"``."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from musegen import Component, Options, Renderer, component, hookimpl


class MidiOptions(Options):
    """Standard MIDI File: melody and chords on tracks of their own."""

    ticks_per_beat: int = Field(480, ge=1, le=32767)
    """Ticks in a quarter note; 480 holds lengths down to 1/128 notes, and triplets of 1/32 notes, exactly."""
    tempo_bpm: float | None = Field(None, ge=10, le=600, examples=[100.0])
    """Beats a minute instead of the tune's own tempo: dotted quarters in a jig, half notes in a reel."""
    repeats: Literal["meant", "letter"] = "meant"
    """``meant``: a repeat without |: goes back to the last double bar line, and each ending is played once;
    ``letter``: repeat signs are played as they stand, as abc2midi does."""
    swing: float = Field(1.0, ge=1, le=3, examples=[2.0])
    """Ratio of the long half of a beat to the short one: 1 as written, 2 as in triplets; metres such as 6/8
    stay as written."""
    suggested_order: bool = False
    """Play the parts in the order that the collection suggests (Y: in the Nottingham database)."""
    program: int = Field(110, ge=0, le=127)
    """General MIDI sound of the melody, counted from 0: 110 fiddle, 73 flute, 21 accordion, 105 banjo."""
    accompaniment: bool = True
    """Play the chord symbols."""
    chord_program: int = Field(0, ge=0, le=127)
    """General MIDI sound of the chords, counted from 0: 0 piano, 24 guitar."""


def build_renderer(options: MidiOptions) -> Renderer:
    """The renderer; mido is imported with it, so that listing plugins does not wait for it."""
    from musegen_midi.renderer import MidiRenderer

    return MidiRenderer(
        ticks_per_beat=options.ticks_per_beat,
        tempo_bpm=options.tempo_bpm,
        mend=options.repeats == "meant",
        swing=options.swing,
        suggested_order=options.suggested_order,
        program=options.program,
        chord_program=options.chord_program if options.accompaniment else None,
    )


@hookimpl
def musegen_renderers() -> list[Component[Renderer]]:
    """Declare ``midi``."""
    return [
        component(
            "midi",
            version=2,
            options=MidiOptions,
            build=build_renderer,
            suffixes=(".mid",),
            suggested=True,
        )
    ]
