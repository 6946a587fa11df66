"""Piano-roll pictures: ``[[render]] use = "piano-roll"``, and the command ``musegen piano-roll``."""

from __future__ import annotations

from pydantic import Field

from musegen import Command, Component, Options, Renderer, component, hookimpl

musegen_api = "1.1"


class PianoRollOptions(Options):
    """Picture of a tune as it is played, in SVG for browsers and papers; no other program is needed."""

    bars_a_row: int = Field(8, ge=1, le=64)
    """Number of bars in a row; the next bars stand below it."""
    width: int = Field(1000, ge=300, le=10_000)
    """Width of the picture in pixels."""
    row_height: int = Field(7, ge=3, le=40)
    """Height of a semitone in pixels."""
    chords: bool = True
    """Write the chord symbols above the notes."""


def build_renderer(options: PianoRollOptions) -> Renderer:
    """The renderer."""
    from musegen_pianoroll.picture import PianoRoll

    return PianoRoll(options)


@hookimpl
def musegen_renderers() -> list[Component[Renderer]]:
    """Declare ``piano-roll``."""
    return [component("piano-roll", version=1, options=PianoRollOptions, build=build_renderer)]


@hookimpl
def musegen_commands() -> list[Command]:
    """Declare ``musegen piano-roll``."""
    from musegen_pianoroll.command import COMMAND

    return [COMMAND]
