"""Sound without a sound font: ``[[render]] use = "wav"``."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from musegen import Component, Options, Renderer, component, hookimpl


class WavOptions(Options):
    """Sound by musegen's own synthesizer: stereo, 44.1 kHz, 16 bits."""

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
    accompaniment: bool = True
    """Play the chord symbols."""
    instrument: Literal["piano", "plucked"] = "piano"
    """The sound: ``piano`` has struck strings, ``plucked`` has plucked ones like a harp's."""


def build_renderer(options: WavOptions) -> Renderer:
    """The renderer; NumPy is imported here, so that listing plugins does not wait for it."""
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
