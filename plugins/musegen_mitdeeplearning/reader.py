"""The tunes of irish.abc."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from musegen import CorpusError, Tune, read_tunes
from musegen_mitdeeplearning.package import RECIPE, packaged


class IrishReader:
    """The file ``data/irish.abc`` of the installed package."""

    def sources(self) -> list[Path]:
        """The file. Raises CorpusError, with the way to install it, where it is not there."""
        file = packaged("data", "irish.abc")
        if file is None:
            raise CorpusError(f"mitdeeplearning: the package with irish.abc is not installed; {RECIPE}")
        return [file]

    def read(self, report: Callable[[str], None]) -> Iterator[Tune]:
        """Its 804 tunes, in the order of the file; their ``X:`` numbers repeat."""
        (file,) = self.sources()
        return read_tunes(file, report)
