"""Sound without a sound font: ``[[render]] use = "wav"``."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from musegen import Component, Options, Renderer, component, hookimpl


class WavOptions(Options):
    """Sound by musegen's own synthesizer: stereo, 44.1 kHz, 16 bits."""

    tempo_bpm: float | None = Field(None, ge=10, le=600, examples=[100.0])
    """Beats a minute in place of the tune's own tempo: dotted quarters in a jig, half notes in a reel."""
    repeats: Literal["meant", "letter"] = "meant"
    """``meant`` goes back to the last double bar line where |: is missing, and plays each ending once;
    ``letter`` takes the signs as they stand, as abc2midi does."""
    swing: float = Field(1.0, ge=1, le=3, examples=[2.0])
    """Long half of a beat to the short: 1 as written, 2 as in triplets; 6/8 and its kind stay as written."""
    suggested_order: bool = False
    """Play the parts in the order that the tune's keeper suggests (Y: in the Nottingham database)."""
    accompaniment: bool = True
    """Sound the chord symbols."""
    instrument: Literal["piano", "plucked"] = "piano"
    """What it sounds like: struck strings, or plucked ones as of a harp."""


def build_renderer(options: WavOptions) -> Renderer:
    """The renderer; NumPy is imported with it, so that listing plugins does not wait for it."""
    from musegen_wav.renderer import WavRenderer

    return WavRenderer(
        tempo_bpm=options.tempo_bpm,
        mend=options.repeats == "meant",
        swing=options.swing,
        suggested_order=options.suggested_order,
        accompanied=options.accompaniment,
        instrument=options.instrument,
    )


@hookimpl
def musegen_renderers() -> list[Component[Renderer]]:
    """Declare ``wav``."""
    return [
        component(
            "wav",
            version=2,
            options=WavOptions,
            build=build_renderer,
            suffixes=(".wav",),
            suggested=True,
        )
    ]
