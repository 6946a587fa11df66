"""TOML files, with the line of each value for messages."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeAlias

from musegen.errors import PipelineError

Place: TypeAlias = "tuple[str | int, ...]"
"""Path to a value in the file: ``("corpus", 0, "paths")``."""

_MOST_BYTES = 1 << 20


class TomlSource:
    """The tables of a TOML file, and the place of each value in the file."""

    def __init__(self, file: Path, text: str, tables: dict[str, Any]) -> None:
        self.file, self._text, self.tables = file, text, tables
        self._overridden: dict[Place, str] = {}

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
                    raise PipelineError(f"--set {text}: {_choice(keys, depth, len(at))}")
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

    def where(self, place: Place) -> str:
        """The place of a value for messages: ``pipeline.toml:14``, or the ``--set`` that it came from."""
        for length in range(len(place), 0, -1):
            if place[:length] in self._overridden:
                return f"--set {self._overridden[place[:length]]}"
        if not has(self._whole, place):
            for overridden, text in self._overridden.items():
                if overridden[: len(place)] == place:  # it made the table that the place names
                    return f"--set {text}"
        line = self._line(place)
        return f"{self.file}:{line}" if line else str(self.file)

    def _line(self, place: Place) -> int:
        """Number of the line where the statement that sets ``place`` begins; 0 if there is none.

        For a value that the file does not set, it is the line of the nearest enclosing table. The statement
        begins after the longest first part of the file that is valid TOML and does not have the value.
        """
        for length in range(len(place), 0, -1):
            if not has(self._whole, place[:length]):
                continue
            lines = self._text.splitlines(keepends=True)
            begins = 0
            for count in range(1, len(lines) + 1):
                try:
                    tables = tomllib.loads("".join(lines[:count]))
                except tomllib.TOMLDecodeError:
                    continue
                if has(tables, place[:length]):
                    break
                begins = count
            while begins < len(lines) - 1 and lines[begins].strip()[:1] in ("", "#"):
                begins += 1
            return begins + 1
        return 0

    @property
    def _whole(self) -> Mapping[str, Any]:
        return tomllib.loads(self._text)


def _choice(keys: list[str], depth: int, count: int) -> str:
    """Why ``keys[depth]`` is no item of the list of ``count`` items before it, and what to write."""
    name, key = ".".join(keys[:depth]), keys[depth]
    if not count:
        return f"{name} is an empty list"
    if not key.isdecimal():
        one = ".".join([name, "0", *keys[depth:]])
        return f"{name} is a list; name one of its items by number, as {one} for the first"
    return f"{name} has no number {key}; its items are numbered 0 to {count - 1}"


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
