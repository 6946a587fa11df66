"""The mistakes of one pipeline file, collected so that all are told at once."""

from __future__ import annotations

from musegen.bounds import Bounds
from musegen.errors import PipelineError
from musegen.pipeline.toml_lines import Place
from musegen.pipeline.toml_source import TomlSource


class Mistakes:
    """Lines for users, each with the place of its mistake, in the order of the file."""

    def __init__(self, source: TomlSource) -> None:
        self._source = source
        self._found: dict[str, int] = {}

    def __bool__(self) -> bool:
        return bool(self._found)

    def add(self, place: Place, message: str) -> None:
        """Add the mistake of a value; ``message`` follows the value's name."""
        self._found.setdefault(self._source.located(place, message), self._source.line(place))

    def refuse(self) -> None:
        """Raises PipelineError with all lines, at most :attr:`Bounds.MISTAKES`, if there are any."""
        if self._found:
            lines = sorted(self._found, key=self._found.__getitem__)
            further = [f"{self._source.file}: further mistakes are not listed"]
            more = further if len(lines) > Bounds.MISTAKES else []
            raise PipelineError(*lines[: Bounds.MISTAKES], *more)
