"""MusicXML: ``[[render]] use = "musicxml"``."""

from __future__ import annotations

from musegen import Component, Options, Renderer, component, hookimpl


class MusicXMLOptions(Options):
    """MusicXML 4.0, a score with repeats as they were meant; opens in MuseScore and other programs."""

    chords: bool = True
    """Write the chord symbols over the staff."""
    lyrics: bool = True
    """Write the syllables below the notes."""


def build_renderer(options: MusicXMLOptions) -> Renderer:
    """The renderer, imported on use."""
    from musegen_musicxml.renderer import MusicXMLRenderer

    return MusicXMLRenderer(chords=options.chords, lyrics=options.lyrics)


@hookimpl
def musegen_renderers() -> list[Component[Renderer]]:
    """Declare ``musicxml``."""
    return [
        component(
            "musicxml", version=2, options=MusicXMLOptions, build=build_renderer, suffixes=(".musicxml",)
        )
    ]
