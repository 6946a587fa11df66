"""Foxley's own text format: ``[[corpus]] use = "nmd"``."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from musegen import Component, CorpusReader, Notation, Options, PathPattern, component, hookimpl

SUFFIXES = (".mus", ".nmd")


class NmdOptions(Options):
    """Tunes in Foxley's own text format; the reader follows notes about it, for want of a genuine file."""

    paths: tuple[PathPattern, ...] = Field(
        min_length=1,
        description="Files, folders (all .mus and .nmd files, and others with a .MS line), or patterns.",
        examples=[["tunes/*.mus"]],
    )
    unit: Literal["auto", "1/4", "1/8"] = "auto"
    """Length of a note without marks; ``auto`` takes the length that makes the bars fit."""
    upbeat: Literal["auto", "0", "1"] = "auto"
    """Number of a short first bar, for copies of bars; ``auto`` takes the number that makes the bars fit."""


def build_reader(options: NmdOptions, notation: Component[Notation]) -> CorpusReader:
    """A reader of the files that the patterns name; ``notation`` is ABC, which writes the tunes."""
    from musegen_nmd.reader import NmdReader

    return NmdReader(notation.build(notation.options()), options.paths, options.unit, options.upbeat)


@hookimpl
def musegen_corpus_readers() -> list[Component[CorpusReader]]:
    """Declare ``nmd``."""
    return [
        component(
            "nmd",
            version=1,
            options=NmdOptions,
            build=build_reader,
            suffixes=SUFFIXES,
            needs={"notation": "abc"},
        )
    ]
