"""TOML files, with the line of each value for messages."""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

from musegen.bounds import Bounds
from musegen.errors import PipelineError
from musegen.inputs import read_file
from musegen.pipeline.toml_lines import Place, deep_key, long_number, statement_lines
from musegen.words import counted

_BITS = 63
_TOO_LARGE = "is an integer of more than 64 bits"


class TomlSource:
    """The tables of a TOML file, and the place of each value in the file."""

    def __init__(self, file: Path, text: str, tables: dict[str, Any]) -> None:
        self.file, self._text, self.tables = file, text, tables
        self._overridden: dict[Place, str] = {}

    @classmethod
    def read(cls, file: Path) -> TomlSource:
        """The content of a file. Raises PipelineError if it is missing, not text, or not valid TOML."""
        try:
            text = read_file(file, Bounds.PIPELINE).decode("utf-8-sig")
        except OSError as error:
            hint = "; `musegen init` writes one" if isinstance(error, FileNotFoundError) else ""
            raise PipelineError(f"{file}: {error.strerror}{hint}") from None
        except UnicodeDecodeError:
            raise PipelineError(f"{file}: is not UTF-8 text") from None
        if line := deep_key(text):
            raise PipelineError(f"{file}:{line}: a key has more than {counted(Bounds.KEY_PARTS, 'part')}")
        try:
            source = cls(file, text, tomllib.loads(text))
        except (tomllib.TOMLDecodeError, RecursionError) as error:
            raise PipelineError(f"{file}: is not valid TOML: {error}") from None
        except ValueError:  # out of int()
            most = f"{sys.get_int_max_str_digits():,}"
            raise PipelineError(f"{file}:{long_number(text)}: a number has more than {most} digits") from None
        if large := list(_large_integers(source.tables)):
            raise PipelineError(*(source.located(at, _TOO_LARGE) for at in large))
        return source

    def override(self, text: str) -> None:
        """Set one value. Raises PipelineError for a text that is not of the form ``table.key=value``."""
        if deep_key(text):
            parts = counted(Bounds.KEY_PARTS, "part")
            raise PipelineError(f"--set {text[:40]}...: a key has more than {parts}")
        name, equals, value_text = text.partition("=")
        keys = name.strip().split(".")
        if not equals or not all(keys) or len(keys) < 2:
            raise PipelineError(f"--set {text}: is not of the form table.key=value")
        try:
            value = tomllib.loads(f"value = {value_text}")["value"]
        except (ValueError, RecursionError):
            value = value_text.strip()
        if list(_large_integers(value)):
            raise PipelineError(f"--set {text[:40]}...: {_TOO_LARGE}")
        place: list[str | int] = []
        at: Any = self.tables
        for depth, key in enumerate(keys):
            if isinstance(at, list):
                if not key.isdecimal() or len(key) > 9 or int(key) >= len(at):
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

    def located(self, place: Place, message: str) -> str:
        """A message about a value, behind its place and its name: ``pipeline.toml:14: model.units: ...``."""
        name = dotted(place)
        for known in (name, str(place[-1])) if place else ():  # the message need not say it again
            message = message.removeprefix(f"{known}: ")
        return ": ".join(filter(None, [self.where(place), name, message]))

    def where(self, place: Place) -> str:
        """File and line of a value, or the ``--set`` that it came from."""
        for length in range(len(place), 0, -1):
            at = place[:length]
            if at in self._overridden:
                return f"--set {_short(self._overridden[at])}"
            if at in self._lines:
                break
            for overridden, text in self._overridden.items():
                if overridden[:length] == at:  # it made the table that the place names
                    return f"--set {_short(text)}"
        line = self.line(place)
        return f"{self.file}:{line}" if line else str(self.file)

    def line(self, place: Place) -> int:
        """Number of the line where a value begins; 0 if there is none, as for one that ``--set`` gave.

        For a value that the file does not set, it is the line of the nearest enclosing table.
        """
        if any(place[:length] in self._overridden for length in range(1, len(place) + 1)):
            return 0
        known = (self._lines.get(place[:length]) for length in range(len(place), 0, -1))
        return next((line for line in known if line), 0)

    @cached_property
    def _lines(self) -> Mapping[Place, int]:
        return statement_lines(self._text)


def _large_integers(tables: Any) -> Iterator[Place]:
    """The places of integers that have no room in 64 bits, which is all that TOML promises."""
    waiting: list[tuple[Place, Any]] = [((), tables)]
    while waiting:
        place, value = waiting.pop()
        if isinstance(value, dict | list):
            inside = value.items() if isinstance(value, dict) else enumerate(value)
            waiting += [((*place, key), each) for key, each in inside]
        elif isinstance(value, int) and value.bit_length() > _BITS:
            yield place


def _short(text: str) -> str:
    return text if len(text) <= 80 else f"{text[:77]}..."


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
