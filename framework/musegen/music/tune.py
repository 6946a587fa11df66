"""One tune as text."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Tune:
    """The text of one tune, with the name of the notation it is written in."""

    text: str
    notation: str = ""
    """The name of the notation; empty only where nobody asks, as in ``parse(Tune(text))``."""
    title: str = ""
    source: str = ""
    """Where it comes from, as ``jigs.abc:120`` (file and first line); empty for generated tunes.

    No two tunes of a corpus have the same one: it is what a split and a comparison know a tune by.
    """
    work: str = ""
    """The work that it is a setting of; tunes of one work stay in one part of a split. Empty: of its own."""
    tonic: str = ""
    """The tonic that it had before ``[prepare] tonic`` brought it elsewhere; empty: as written."""
