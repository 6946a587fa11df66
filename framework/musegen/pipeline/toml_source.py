"""TOML files, with the line of each value for messages."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from contextlib import suppress
from functools import cached_property
from itertools import product
from pathlib import Path
from typing import Any, TypeAlias

from musegen.errors import PipelineError

Place: TypeAlias = "tuple[str | int, ...]"
"""Path to a value in the file: ``("corpus", 0, "paths")``."""

_MOST_BYTES = 1 << 20
_DEEPEST_ARRAY = 4
"""Arrays inside of arrays whose items have lines of their own."""


class TomlSource:
    """The tables of a TOML file, and the place of each value in the file."""

    def __init__(self, file: Path, text: str, tables: dict[str, Any]) -> None:
        self.file, self._text, self.tables = file, text, tables
        self._overridden: dict[Place, str] = {}
        self._parsed: dict[int, Mapping[str, Any]] = {}

    @classmethod
    def read(cls, file: Path) -> TomlSource:
        """The content of a file. Raises PipelineError if it is missing, not text, or not valid TOML."""
        try:
            with file.open("rb") as opened:
                content = opened.read(_MOST_BYTES + 1)
            if len(content) > _MOST_BYTES:
                raise PipelineError(f"{file}: is larger than a pipeline can be (1 MiB)")
            text = content.decode()
            return cls(file, text, tomllib.loads(text))
        except OSError as error:
            hint = "; `musegen init` writes one" if isinstance(error, FileNotFoundError) else ""
            raise PipelineError(f"{file}: {error.strerror}{hint}") from None
        except UnicodeDecodeError:
            raise PipelineError(f"{file}: is not UTF-8 text") from None
        except (tomllib.TOMLDecodeError, RecursionError) as error:
            raise PipelineError(f"{file}: is not valid TOML: {error}") from None

    def override(self, text: str) -> None:
        """Set one value. Raises PipelineError for a text that is not of the form ``table.key=value``."""
        name, equals, value_text = text.partition("=")
        keys = name.strip().split(".")
        if not equals or not all(keys) or len(keys) < 2:
            raise PipelineError(f"--set {text}: is not of the form table.key=value")
        try:
            value = tomllib.loads(f"value = {value_text}")["value"]
        except tomllib.TOMLDecodeError:
            value = value_text.strip()
        place: list[str | int] = []
        at: Any = self.tables
        for depth, key in enumerate(keys):
            if isinstance(at, list):
                if not key.isdecimal() or int(key) >= len(at):
                    raise PipelineError(f"--set {text}: {'.'.join(keys[:depth])} has no number {key}")
                place.append(int(key))
            elif isinstance(at, dict):
                place.append(key)
                at.setdefault(key, {})
            else:
                raise PipelineError(f"--set {text}: {'.'.join(keys[:depth])} is not a table")
            if depth == len(keys) - 1:
                at[place[-1]] = value
            else:
                at = at[place[-1]]
        self._overridden[tuple(place)] = text

    def located(self, place: Place, message: str) -> str:
        """A message about a value, behind its place and its name: ``pipeline.toml:14: model.units: ...``."""
        name = dotted(place)
        for known in (name, str(place[-1])) if place else ():  # the message need not say it again
            message = message.removeprefix(f"{known}: ")
        return ": ".join(filter(None, [self._where(place), name, message]))

    def _where(self, place: Place) -> str:
        """File and line of a value, or the ``--set`` that it came from."""
        for length in range(len(place), 0, -1):
            if place[:length] in self._overridden:
                return f"--set {self._overridden[place[:length]]}"
        line = self.line(place)
        return f"{self.file}:{line}" if line else str(self.file)

    def line(self, place: Place) -> int:
        """Number of the line where a value begins; 0 if there is none, as for one that ``--set`` gave.

        For a value that the file does not set, it is the line of the nearest enclosing table.
        """
        if any(place[:length] in self._overridden for length in range(1, len(place) + 1)):
            return 0
        return next(
            (self._begins(place[:n]) for n in range(len(place), 0, -1) if has(self._whole, place[:n])), 0
        )

    def _begins(self, place: Place) -> int:
        """The line where ``place``, which the file has, begins: the last before which the file lacks it.

        What the file has up to a line grows with the lines, so that halving finds the line.
        """
        lacks, having = 0, len(self._lines)
        while having - lacks > 1:
            middle = (lacks + having) // 2
            if has(self._until(middle), place):
                having = middle
            else:
                lacks = middle
        while lacks < having - 1 and self._lines[lacks].strip()[:1] in ("", "#"):
            lacks += 1
        return lacks + 1

    def _until(self, count: int) -> Mapping[str, Any]:
        """The tables of the first lines, where texts and arrays that end further down are closed."""
        if count not in self._parsed:
            lines = "\n".join([*self._lines[:count], ""])
            self._parsed[count] = {}
            for text, arrays in product(("", '"""', "'''"), range(_DEEPEST_ARRAY)):
                with suppress(tomllib.TOMLDecodeError, RecursionError, ValueError):
                    self._parsed[count] = tomllib.loads(lines + text + "]" * arrays)
                    break
        return self._parsed[count]

    @cached_property
    def _lines(self) -> list[str]:
        return self._text.split("\n")

    @cached_property
    def _whole(self) -> Mapping[str, Any]:
        """The tables as the file has them, without what ``--set`` changed."""
        return tomllib.loads(self._text)


def has(tables: Any, place: Place) -> bool:
    """Whether ``place`` leads to a value."""
    for key in place:
        try:
            tables = tables[key]
        except (KeyError, IndexError, TypeError):
            return False
    return True


def dotted(place: Place) -> str:
    """A place in the form that ``--set`` takes: ``corpus.1.paths``, where array items are counted from 0."""
    return ".".join(str(key) for key in place)
