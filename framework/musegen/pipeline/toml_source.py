"""A TOML file whose values know the line they stand on."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeAlias

from musegen.errors import PipelineError

Place: TypeAlias = "tuple[str | int, ...]"
"""The way to a value in the file: ``("corpus", 0, "paths")``."""

_MOST_BYTES = 1 << 20


class TomlSource:
    """The file's tables, and where in the file a value stands."""

    def __init__(self, file: Path, text: str, tables: dict[str, Any]) -> None:
        self.file, self._text, self.tables = file, text, tables
        self._overridden: dict[Place, str] = {}

    @classmethod
    def read(cls, file: Path) -> TomlSource:
        """Read a file. Raises PipelineError for one that is missing, no text or no TOML."""
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
            raise PipelineError(f"{file}: is no UTF-8 text") from None
        except (tomllib.TOMLDecodeError, RecursionError) as error:
            raise PipelineError(f"{file}: is no TOML: {error}") from None

    def override(self, text: str) -> None:
        """Set one value. Raises PipelineError for a text that is no ``table.key=value``."""
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
                raise PipelineError(f"--set {text}: {'.'.join(keys[:depth])} is no table")
            if depth == len(keys) - 1:
                at[place[-1]] = value
            else:
                at = at[place[-1]]
        self._overridden[tuple(place)] = text

    def where(self, place: Place) -> str:
        """``pipeline.toml:14``, or the ``--set`` that a value came from."""
        for length in range(len(place), 0, -1):
            if place[:length] in self._overridden:
                return f"--set {self._overridden[place[:length]]}"
        line = self._line(place)
        return f"{self.file}:{line}" if line else str(self.file)

    def _line(self, place: Place) -> int:
        """The line where the statement of ``place`` begins; its nearest enclosing table's where it has none.

        It begins after the last beginning of the file that is TOML and lacks it.
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


def has(tables: Any, place: Place) -> bool:
    """Whether ``place`` leads to a value."""
    for key in place:
        try:
            tables = tables[key]
        except (KeyError, IndexError, TypeError):
            return False
    return True


def dotted(place: Place) -> str:
    """``corpus.1.paths``; the parts of arrays count from 0, as ``--set`` takes them."""
    return ".".join(str(key) for key in place)
