"""Messages about the faults of plugins, each in one line."""

from __future__ import annotations

from pathlib import Path
from traceback import walk_tb

from musegen.errors import PluginError

_OURS = str(Path(__file__).parent.parent)


_THEIRS = {"importlib", "pluggy", "pydantic", "pydantic_core"}


def origin(name: str, distribution: str, version: str) -> str:
    """A plugin as messages name it: ``plugin "words" of my-words 1.0``."""
    return f'plugin "{name}"{f" of {distribution} {version}" if distribution else ""}'


def cause(error: BaseException) -> str:
    """An error and its place in one line: ``ImportError: No module named 'x' (words.py:3)``."""
    text = " ".join(str(error).partition("\n\nFor further")[0].split())[:300]
    if isinstance(error, PluginError):
        return text
    if isinstance(error, SyntaxError):
        text = f"{error.msg} ({error.filename}:{error.lineno})"
    elif where := _place(error):
        text = f"{text} ({where})"
    return f"{type(error).__name__}: {text}"


def _place(error: BaseException) -> str:
    """The place of the innermost code of the plugin itself, as ``file:line``; empty if there is none."""
    places = [(frame.f_code.co_filename, line) for frame, line in walk_tb(error.__traceback__)]
    own = [(file, line) for file, line in places if not _foreign(file)]
    return f"{own[-1][0]}:{own[-1][1]}" if own else ""


def _foreign(file: str) -> bool:
    """Whether a file belongs to musegen, the import system or pluggy and pydantic, and not to a plugin."""
    return file.startswith((_OURS, "<")) or not _THEIRS.isdisjoint(Path(file).parts)
