"""What a user can put right: one line that says where, what, and what to do.

The command line prints these and ends with exit code 2; any other exception is musegen's own bug and
traces back.
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


def locate(source: str, line: int, column: int = 0) -> str:
    """``jigs.abc:123:8`` for line 4, column 8, of the tune ``jigs.abc:120``; what is unknown is left out."""
    file, _, first = source.rpartition(":")
    shown = (file, int(first) + max(line - 1, 0)) if file and first.isdecimal() else (source, line)
    return ":".join(str(part) for part in (*shown, column) if part)


def closest(name: str, choices: Iterable[str]) -> str:
    """The choice that ``name`` may be a misspelling of; empty where none is close."""
    return next(iter(get_close_matches(name, list(choices), 1)), "")


def did_you_mean(name: str, choices: Iterable[str]) -> str:
    """``; did you mean "char"?`` where one of the choices is close to ``name``, else nothing.

    For the line of an error: ``f'no tokenizer "{name}"{did_you_mean(name, names)}'``.
    """
    close = closest(name, choices)
    return f'; did you mean "{close}"?' if close else ""


class MusegenError(Exception):
    """A mistake of the user's or of the surroundings; ``str()`` is the line to show."""


class PipelineError(MusegenError):
    """A pipeline file that cannot be run; ``mistakes`` holds one line each."""

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
    """A tune's text that its notation cannot read, located in the tune.

    ``source`` is that of the tune; where it ends in the number of the tune's first line, as ``jigs.abc:120``,
    the line shown is the file's. ``kind`` is a short word that all errors of this kind share, such as
    ``no key``: ``musegen corpus check`` counts them by it.
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
