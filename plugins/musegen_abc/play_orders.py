"""Reads play orders, and tells what in them is passed over (ABC 2.1 §3.1.9)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from musegen import expand_play_order

_REMARK = re.compile(r"\b[A-Za-z]?[a-z]{2,}\b")  # after a play order: "AABA last time only"
_OTHER = re.compile(r"[^A-Za-z0-9()., \t]+")
_IDLE = re.compile(r"(?:^|\()[., \t]*(?P<idle>[0-9]+)")
_MOST = 1000
"""Number of labels that :func:`musegen.expand_play_order` writes out."""


def read_play_order(text: str) -> str:
    """The labels of a ``P:`` field of the header, written out: ``A2(BC)2`` is ``AABCBC``."""
    return expand_play_order(_REMARK.sub(" ", text)) if text else ""


def play_order_faults(text: str) -> Iterator[tuple[int, str]]:
    """What is passed over in a play order: its place in the text, from 0, and a message."""
    remarks = list(_REMARK.finditer(text))
    if remarks:
        words = text[remarks[0].start() : remarks[-1].end()]
        yield remarks[0].start(), f"words in a play order are passed over: {words[:30]}"
    order = _REMARK.sub(lambda remark: " " * len(remark[0]), text)
    if others := list(_OTHER.finditer(order)):
        signs = " ".join(other[0] for other in others[:30])
        yield others[0].start(), f"passed over in a play order: {signs[:30]}"
    yield from _brackets(order)
    if number := _IDLE.search(order):
        yield number.start("idle"), f"a number in a play order repeats nothing: {number['idle'][:20]}"
    if len(expand_play_order(order)) == _MOST:
        yield 0, f"the play order ends after {_MOST} parts"


def _brackets(order: str) -> Iterator[tuple[int, str]]:
    """The first bracket that closes nothing, and the first that is not closed."""
    open_, told = list[int](), False
    for place, character in enumerate(order):
        if character == "(":
            open_.append(place)
        elif character == ")" and open_:
            open_.pop()
        elif character == ")" and not told:
            told = True
            yield place, "a bracket in a play order closes nothing: it is passed over"
    if open_:
        yield open_[0], "a bracket in a play order is not closed: it is closed at the end"
