"""Turns ``w:`` fields into the syllable that each note sings, and back (ABC 2.1 §5.1)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from musegen_abc.accents import read_text, write_text

_TOKEN = re.compile(
    r"""
    (?P<blank>[ \t]+)
  | (?P<bar>\|)
  | (?P<hold>_)
  | (?P<skip>\*)
  | (?P<hyphen>-)
  | (?P<text>(?:\\[^ \t]|[^ \t|_*\\-])+)
    """,
    re.VERBOSE,
)
_ESCAPES = {"~": " ", r"\-": "-", r"\_": "_", r"\*": "*", r"\|": "|"}
_SPECIAL = re.compile(r"[-_*~| ]")
_WRITTEN = {" ": "~", "~": r"\u007e"}  # "\~n" is a letter with an accent
BAR = "|"
"""Mark among the syllables of a line: go on with the first note of the next bar."""


def read_syllables(text: str) -> Iterator[str]:
    """The text that each note in turn sings.

    It is a syllable, with ``-`` at its end where its word goes on, or ``_`` to hold the one before. An empty
    text stands for a note that sings nothing, :data:`BAR` for a bar line.
    """
    waiting = ""  # a syllable whose hyphen may still follow
    for token in _TOKEN.finditer(text):
        kind = token.lastgroup
        if kind == "hyphen":
            if waiting:
                yield f"{waiting}-"
                waiting = ""
            elif token.start():  # "--" or " -": the syllable before goes on over one more note
                yield "_"
            continue
        if waiting:
            yield waiting
            waiting = ""
        if kind == "text":
            waiting = read_text(token[0], _ESCAPES)
        elif kind != "blank":
            yield {"bar": BAR, "hold": "_", "skip": ""}[kind or ""]
    if waiting:
        yield waiting


def write_syllables(syllables: Sequence[str]) -> str:
    """The value of a ``w:`` field for the syllables of each note in turn; see :func:`read_syllables`."""
    words = []
    for syllable in syllables:
        if syllable == "_":
            words.append("_")
        elif not syllable:
            words.append("*")
        else:
            goes_on = syllable.endswith("-") and syllable != "-"
            text, hyphen = (syllable[:-1], "-") if goes_on else (syllable, "")
            words.append(_SPECIAL.sub(_special, write_text(text)) + hyphen)
    while words and words[-1] == "*":
        words.pop()
    return " ".join(words)


def _special(match: re.Match[str]) -> str:
    return _WRITTEN.get(match[0], f"\\{match[0]}")
