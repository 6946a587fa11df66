"""A plugin's fault in one line."""

from __future__ import annotations

from pathlib import Path
from traceback import walk_tb

from musegen.errors import PluginError

_OURS = str(Path(__file__).parent.parent)


_THEIRS = {"importlib", "pluggy", "pydantic", "pydantic_core"}


def origin(name: str, distribution: str, version: str) -> str:
    """``plugin "words" of my-words 1.0``."""
    return f'plugin "{name}"{f" of {distribution} {version}" if distribution else ""}'


def cause(error: BaseException) -> str:
    """What happened and where, in one line: ``ImportError: No module named 'x' (words.py:3)``."""
    text = " ".join(str(error).partition("\n\nFor further")[0].split())[:300]
    if isinstance(error, PluginError):
        return text
    if isinstance(error, SyntaxError):
        text = f"{error.msg} ({error.filename}:{error.lineno})"
    elif where := _place(error):
        text = f"{text} ({where})"
    return f"{type(error).__name__}: {text}"


def _place(error: BaseException) -> str:
    """``file:line`` of the innermost code that is the plugin's own; empty where there is none."""
    places = [(frame.f_code.co_filename, line) for frame, line in walk_tb(error.__traceback__)]
    own = [(file, line) for file, line in places if not _foreign(file)]
    return f"{own[-1][0]}:{own[-1][1]}" if own else ""


def _foreign(file: str) -> bool:
    """Whether code is the framework's, the import system's, or that of what lies between."""
    return file.startswith((_OURS, "<")) or not _THEIRS.isdisjoint(Path(file).parts)
