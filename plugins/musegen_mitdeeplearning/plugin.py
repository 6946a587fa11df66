"""``[[corpus]] use = "mitdeeplearning"`` and ``[[render]] use = "mitdeeplearning"``."""

from __future__ import annotations

from pydantic import Field

from musegen import (
    Collection,
    Component,
    CorpusReader,
    Notation,
    Options,
    Renderer,
    component,
    hookimpl,
)

IRISH = Collection(
    "mitdeeplearning",
    "The Irish tunes (irish.abc) of MIT's Introduction to Deep Learning",
    "mitdeeplearning package, data/irish.abc",
    "package MIT; the tunes' own terms are not stated there",
    804,
)


class IrishOptions(Options):
    """The Irish tunes that come with the mitdeeplearning package; there are no options."""


class Abc2WavOptions(Options):
    """Sound by the mitdeeplearning package's abc2wav: abc2midi, then timidity with a sound font."""

    timeout_s: float = Field(120.0, gt=0, le=3600)
    """Seconds that one tune may take."""


def build_reader(options: IrishOptions, corpus_reader: Component[CorpusReader]) -> CorpusReader:
    """A reader of irish.abc, which has no options; ``corpus_reader`` reads ABC files."""
    from musegen_mitdeeplearning.reader import IrishReader

    return IrishReader(corpus_reader)


def build_renderer(options: Abc2WavOptions, notation: Component[Notation]) -> Renderer:
    """The renderer, tried out, so that something missing is reported before any tune is rendered.

    ``notation`` is ABC, which abc2wav plays.
    """
    from musegen_mitdeeplearning.renderer import Abc2WavRenderer

    renderer = Abc2WavRenderer(notation.build(notation.options()), options.timeout_s)
    renderer.try_out()
    return renderer


@hookimpl
def musegen_corpus_readers() -> list[Component[CorpusReader]]:
    """Declare the reader of irish.abc."""
    return [
        component(
            "mitdeeplearning",
            version=1,
            options=IrishOptions,
            build=build_reader,
            collections=(IRISH,),
            needs={"corpus reader": "abc"},
        )
    ]


@hookimpl
def musegen_renderers() -> list[Component[Renderer]]:
    """Declare the renderer."""
    return [
        component(
            "mitdeeplearning",
            version=1,
            options=Abc2WavOptions,
            build=build_renderer,
            suffixes=(".mitdeeplearning.wav",),
            needs={"notation": "abc"},
        )
    ]
