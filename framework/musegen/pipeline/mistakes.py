"""The mistakes of one pipeline file, collected so that all are told at once."""

from __future__ import annotations

from musegen.bounds import Bounds
from musegen.errors import PipelineError
from musegen.pipeline.toml_lines import Place
from musegen.pipeline.toml_source import TomlSource
from musegen.words import counted


class Mistakes:
    """Lines for users, each with the place of its mistake, in the order of the file."""

    def __init__(self, source: TomlSource) -> None:
        self._source = source
        self._found: dict[str, int] = {}
        self._more = 0

    def add(self, place: Place, message: str) -> None:
        """Add the mistake of a value; ``message`` follows the value's name."""
        if len(self._found) < Bounds.MISTAKES:
            self._found.setdefault(self._source.located(place, message), self._source.line(place))
        else:
            self._more += 1

    def refuse(self) -> None:
        """Raises PipelineError with all lines, at most :attr:`Bounds.MISTAKES`, if there are any."""
        if self._found:
            lines = sorted(self._found, key=self._found.__getitem__)
            more = [f"{self._source.file}: and {counted(self._more, 'mistake')} more"] if self._more else []
            raise PipelineError(*lines, *more)
