"""Tunes as text."""

from __future__ import annotations

from dataclasses import dataclass

from musegen.errors import locate


@dataclass(frozen=True, slots=True)
class Tune:
    """The text of one tune, with the name of its notation and its origin."""

    text: str
    """The tune in its notation."""
    notation: str = ""
    """Name of the notation. It may be empty where nothing needs it, as in ``parse(Tune(text))``."""
    title: str = ""
    source: str = ""
    """File and first line that the tune comes from, as in ``jigs.abc:120``; empty for generated tunes.

    No two tunes of a corpus have the same source: a split and a comparison know a tune by it.
    """
    work: str = ""
    """Work that the tune is a setting of; empty if that is not known. All tunes of one work are put into one
    part of a split."""
    tonic: str = ""
    """Tonic that the tune had before ``[prepare] tonic`` transposed it; empty if it was not transposed."""
    inherited: int = 0
    """Number of lines behind the first, or before it, that are elsewhere in the file, such as in its header;
    the lines below them are counted without them in messages."""

    def place(self, line: int, column: int = 0) -> str:
        """The place of a line of the text, from 1, for a message: ``jigs.abc:123:4``; see :func:`locate`."""
        return locate(self.source, self.own_line(line), column)

    def own_line(self, line: int) -> int:
        """The number that a line of the text has where the file has the tune, from 1."""
        return max(line - self.inherited, 1)
