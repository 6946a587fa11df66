"""The protocol of corpus readers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Protocol, runtime_checkable

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
        encoding. Each tune has a source of its own, also where files of one name lie in several folders:
        :func:`musegen.distinct_names` tells those apart.
        """
        ...


@runtime_checkable
class RewritingReader(CorpusReader, Protocol):
    """A reader that can write a file again with its tunes changed and all else as it stands.

    ``musegen convert`` then keeps what is not a tune: what stands before the first one and between tunes,
    line ends, the encoding. Without it only the tunes are written, one after another.
    """

    def rewrite(self, file: Path, tunes: Sequence[Tune]) -> bytes | None:
        """Content of ``file`` with ``tunes`` in place of those that :meth:`read` gives of it, in their order.

        None for a file that it cannot write, such as an archive. Raises CorpusError for one that cannot be
        read.
        """
        ...
