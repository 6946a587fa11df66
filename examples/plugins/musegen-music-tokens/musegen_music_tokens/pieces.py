"""Cuts ABC text into pieces; joined, they are the same text again, so nothing can be lost.

In a field line the letter with its colon is a piece, and so is the whole value unless it is free text (ABC
2.1 §3). In music a piece is a note, rest, chord, chord symbol, tuplet mark, bar sign with its ending, inline
field or decoration (§4). All else is cut into single characters. Only the piece for a line end contains one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

FREE_TEXT = frozenset("ABCDFGHNOSTWZrw")
"""Fields whose value is words (ABC 2.1 §3.1); the X of a tune is a number, spelt as one."""

_PITCH = r"(?:\^{1,2}|_{1,2}|=)?[A-Ga-g](?:,+|'+)?"
_LENGTH = r"(?:\d+(?:/\d+|/+)?|/\d+|/+)"
_SILENCE = r"[zxZX]"
_SIGNS = r"""
      \[[A-Za-z]:[^\]\n]*\]             # inline field
    | "[^"\n]*"                         # chord symbol or annotation
    | ![^!\n|:\[\]]*!                   # decoration
    | \[\|:? | :+\|+(?:\d(?:[,-]\d)*|:*) | ::+ | \|+:+ | \|\] | \|\|   # bar signs, each with its repeats
    | \|\d(?:[,-]\d)* | \[\d(?:[,-]\d)* # an ending
    | \(\d(?::\d?){0,2}                 # tuplet
    | >+ | <+                           # broken rhythm
"""
_MUSIC = {
    True: re.compile(
        rf"(?:{_SIGNS}|\[(?:{_PITCH}{_LENGTH}?-?)+\]{_LENGTH}?|(?:{_PITCH}|{_SILENCE}){_LENGTH}?|.|\n)", re.X
    ),
    False: re.compile(
        rf"(?:{_SIGNS}|\[(?:{_PITCH}{_LENGTH}?-?)+\]|{_PITCH}|{_SILENCE}|{_LENGTH}|.|\n)", re.X
    ),
}
_FIELD = re.compile(r"[A-Za-z]:")


def pieces(text: str, with_lengths: bool) -> Iterator[str]:
    """The pieces of ``text``, none of them empty; joined they are ``text``.

    ``with_lengths``: whether a note and its length are one piece. A line is cut in the same way whatever
    stands around it.
    """
    for line in re.findall(r"[^\n]*\n|[^\n]+", text):
        body, end = (line[:-1], "\n") if line.endswith("\n") else (line, "")
        if not _FIELD.match(body):
            yield from _MUSIC[with_lengths].findall(body)
        elif body[0] in FREE_TEXT or body[0] == "X":
            yield body[:2]
            yield from body[2:]
        else:
            yield body
        if end:
            yield end
