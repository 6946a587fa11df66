"""The protocol of corpus readers."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Protocol

from musegen.music.tune import Tune


class CorpusReader(Protocol):
    """A reader of tunes from files on this machine."""

    def sources(self) -> Iterable[Path]:
        """The files whose content decides what :meth:`read` returns, in a fixed order.

        The content of each file counts in the cache key. Raises CorpusError if a file is missing.
        """
        ...

    def read(self, report: Callable[[str], None]) -> Iterable[Tune]:
        """The tunes, in the order of the sources.

        Return every tune, including those that their notation cannot parse. Call ``report`` with one line,
        which begins with the file and line, for each thing that a user should know, such as a guessed
        encoding.
        """
        ...
