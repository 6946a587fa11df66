"""Finds blocks of typeset text, PostScript and the like, whose lines are no music (ABC 2.1 §2.2.3, §11.4)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

_MARK = re.compile(r"%%(begin|end)([A-Za-z]\w*)")


class TextBlock(NamedTuple):
    """A block such as the lines from ``%%begintext`` to ``%%endtext``. Lines are counted from 0."""

    begin: int
    """Line of its beginning."""
    end: int
    """The line after its last one."""
    kind: str
    """The word after ``%%begin``, such as ``text``, ``ps`` or ``svg``."""
    closed: bool
    """Whether its end is there. If not, it goes on to an empty line or the next ``X:``."""

    @property
    def message(self) -> str:
        """What to tell of a block that is not closed."""
        return f"%%begin{self.kind} without %%end{self.kind}: the lines below it are passed over as text"


def text_blocks(lines: Sequence[str]) -> list[TextBlock]:
    """The blocks of a text or tune, in order.

    A block ends with the ``%%end`` of its own kind. If another block of its kind begins before that, its own
    end is missing.
    """
    marks = [(i, match) for i, line in enumerate(lines) if line[:2] == "%%" and (match := _MARK.match(line))]
    if not marks:
        return []
    following: dict[str, tuple[int, bool]] = {}  # of each kind, the next mark below: its line, whether an end
    ends: dict[int, int] = {}  # line of a beginning -> line of its end
    for i, match in reversed(marks):
        begins, kind = match[1] == "begin", match[2]
        below = following.get(kind)
        if begins and below and below[1]:
            ends[i] = below[0]
        following[kind] = (i, not begins)
    blocks: list[TextBlock] = []
    for i, match in marks:
        if match[1] == "end" or (blocks and i < blocks[-1].end):
            continue
        closed = i in ends
        blocks.append(TextBlock(i, ends[i] + 1 if closed else _open_end(lines, i + 1), match[2], closed))
    return blocks


def _open_end(lines: Sequence[str], begin: int) -> int:
    """Where a block without an end leaves off."""
    for i in range(begin, len(lines)):
        if lines[i].startswith("X:") or not lines[i] or lines[i].isspace():
            return i
    return len(lines)


def inside(blocks: Iterable[TextBlock]) -> frozenset[int]:
    """The lines of some blocks, those of their beginnings and ends among them."""
    return frozenset(i for block in blocks for i in range(block.begin, block.end))
