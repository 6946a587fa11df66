"""What a corpus reader must do."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Protocol

from musegen.music.tune import Tune


class CorpusReader(Protocol):
    """Reads tunes from somewhere on this machine."""

    def sources(self) -> Iterable[Path]:
        """The files whose content decides what :meth:`read` gives, in a fixed order.

        Raises CorpusError where one is missing. The content of each goes into the cache key.
        """
        ...

    def read(self, report: Callable[[str], None]) -> Iterable[Tune]:
        """The tunes, in the order of the sources.

        Every tune is given, also one that its notation will not be able to read; ``report`` is given one
        located line for what a user should know, such as a guessed encoding. Each has a source of its own,
        also where files of one name lie in several folders: :func:`musegen.distinct_names` names them apart.
        """
        ...
