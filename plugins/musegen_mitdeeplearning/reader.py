"""The tunes of irish.abc."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from musegen import Component, CorpusError, CorpusReader, Tune
from musegen_mitdeeplearning.package import RECIPE, packaged


class IrishReader:
    """Reads the file ``data/irish.abc`` of the installed package."""

    def __init__(self, abc: Component[CorpusReader]) -> None:
        """``abc`` reads ABC files."""
        self._abc = abc

    def sources(self) -> list[Path]:
        """The file. Raises CorpusError, with the way to install the package, where it does not exist."""
        file = packaged("data", "irish.abc")
        if file is None:
            raise CorpusError(f"mitdeeplearning: the package with irish.abc is not installed; {RECIPE}")
        return [file]

    def read(self, report: Callable[[str], None]) -> Iterable[Tune]:
        """The 804 tunes, in the order of the file; their ``X:`` numbers repeat."""
        (file,) = self.sources()
        options = self._abc.options.model_validate({"paths": (str(file),)})
        return self._abc.build(options).read(report)
