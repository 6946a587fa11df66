"""Errors that a user can fix. Each has one line that says where, what, and what to do.

The command line prints that line and ends with exit code 2. Any other exception is a bug of musegen or a
plugin and is shown with its traceback.
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Self


def locate(source: str, line: int, column: int = 0) -> str:
    """A place in a file for a message: ``jigs.abc:123:8`` is line 4, column 8 of the tune ``jigs.abc:120``.

    Parts that are not known (0 or empty) are left out.
    """
    file, _, first = source.rpartition(":")
    shown = (file, int(first) + max(line - 1, 0)) if file and first.isdecimal() else (source, line)
    return ":".join(str(part) for part in (*shown, column) if part)


def closest(name: str, choices: Iterable[str]) -> str:
    """The choice that ``name`` may be a misspelling of; empty if none is close."""
    return next(iter(get_close_matches(name, list(choices), 1)), "")


def did_you_mean(name: str, choices: Iterable[str]) -> str:
    """The end of an error message, ``; did you mean "char"?``, if a choice is close to ``name``; else empty.

    Use it as in ``f'no tokenizer "{name}"{did_you_mean(name, names)}'``.
    """
    close = closest(name, choices)
    return f'; did you mean "{close}"?' if close else ""


class MusegenError(Exception):
    """An error that a user can fix, such as a wrong key or a missing file. ``str()`` is the line to show."""

    option: tuple[str | int, ...] = ()
    """Place of the option of a pipeline that is to blame, such as ``("sample", "start")``, if it is known."""
    located: bool = False
    """Whether the line names the pipeline's file and the line in it."""

    def at(self, *option: str | int) -> Self:
        """The same error, which blames an option of the pipeline, unless it blames one already.

        ``raise ModelError("is too large for this machine").at("model", "units")`` names the option's line.
        """
        self.option = self.option or option
        return self


class PipelineError(MusegenError):
    """A pipeline file that cannot be run. ``mistakes`` holds one line for each mistake."""

    def __init__(self, *mistakes: str) -> None:
        super().__init__("\n".join(mistakes))
        self.mistakes = mistakes


class PluginError(MusegenError):
    """A plugin or component that is missing, broken or declared twice."""


class ComponentError(PluginError):
    """A component that gives what its protocol does not allow; the line names it and its plugin."""


class CorpusError(MusegenError):
    """A corpus that cannot be read or has no usable tune."""


class NotationError(MusegenError):
    """A text that its notation cannot read, or a score that it cannot write.

    ``source`` is the source of the tune, and ``line`` and ``column`` are counted from 1 inside its text. If
    ``source`` ends in the number of the tune's first line, as in ``jigs.abc:120``, the message shows the line
    of the file. ``kind`` is a short name that all errors of one kind share, such as ``no key``; ``musegen
    corpus check`` counts errors by it.
    """

    def __init__(
        self, message: str, *, source: str = "", line: int = 0, column: int = 0, kind: str = ""
    ) -> None:
        where = locate(source, line, column)
        super().__init__(f"{where}: {message}" if where else message)
        self.message, self.source, self.line, self.column = message, source, line, column
        self.kind = kind


class VocabularyError(MusegenError):
    """A text with symbols outside the vocabulary, or tokens outside its range."""


class ArtifactError(MusegenError):
    """A run folder or saved file that cannot be written, read or trusted."""


class ModelError(MusegenError):
    """A model that cannot be built, trained, loaded or sampled as asked."""
