"""Sound without a sound font: ``[[render]] use = "wav"``."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from musegen import Component, Options, Renderer, component, hookimpl


class WavOptions(Options):
    """Sound by musegen's own synthesizer: stereo, 44.1 kHz, 16 bits."""

    tempo_bpm: float | None = Field(None, ge=10, le=600, examples=[100.0])
    """Beats a minute in place of the tune's own tempo: dotted quarters in a jig, half notes in a reel."""
    accompaniment: bool = True
    """Sound the chord symbols."""
    instrument: Literal["piano", "plucked"] = "piano"
    """What it sounds like: struck strings, or plucked ones as of a harp."""


def build_renderer(options: WavOptions) -> Renderer:
    """The renderer; NumPy is imported with it, so that listing plugins does not wait for it."""
    from musegen_wav.renderer import WavRenderer

    return WavRenderer(
        tempo_bpm=options.tempo_bpm,
        accompanied=options.accompaniment,
        instrument=options.instrument,
    )


@hookimpl
def musegen_renderers() -> list[Component[Renderer]]:
    """Declare ``wav``."""
    return [component("wav", version=1, options=WavOptions, build=build_renderer)]
