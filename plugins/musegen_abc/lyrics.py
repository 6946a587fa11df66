"""Turns ``w:`` fields into the syllable that each note sings, and back (ABC 2.1 §5.1)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

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
_ESCAPED = re.compile(r"\\([-_*~|])|~")
_SPECIAL = re.compile(r"[-_*~|]")
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
            waiting = _ESCAPED.sub(lambda match: match[1] or " ", token[0])
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
            words.append(_SPECIAL.sub(r"\\\g<0>", text).replace(" ", "~") + hyphen)
    while words and words[-1] == "*":
        words.pop()
    return " ".join(words)
