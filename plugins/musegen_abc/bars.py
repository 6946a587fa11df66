"""Turns bar lines into bars: where a bar ends, where repeats and endings begin, what signs in a row mean."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from musegen import Bar, Event

_WEIGHT = {"": 0, "|": 1, "||": 2, "[|": 3, "|]": 4}


class Sign(NamedTuple):
    """The meaning of a bar-line sign."""

    repeat_end: int
    """How often the passage before the sign is played; 0 without repeat dots on its left."""
    barline: str
    repeat_start: bool


def read_sign(text: str) -> Sign:
    """The meaning of a bar-line sign: dots, bars and brackets in any order (ABC 2.1 §4.8).

    ``::`` ends one repeat and begins the next; ``[|]`` is an invisible bar line.
    """
    return _read_sign(text) if len(text) <= 12 else _read_sign(text[:6] + text[-6:])


@lru_cache(maxsize=1024)
def _read_sign(text: str) -> Sign:
    bars = text.strip(".:")
    dots = len(text) - len(text.lstrip(":"))
    if bars in ("", "]"):
        return Sign(2, "|", True)
    barline = "|"
    if bars == "[|]":
        pass  # the invisible one
    elif "]" in bars:
        barline = "|]"
    elif bars.startswith("[|"):
        barline = "[|"
    elif bars.count("|") > 1:
        barline = "||"
    return Sign(min(dots, 9) + 1 if dots else 0, barline, text.endswith(":"))


@dataclass(slots=True)
class OpenBar:
    """A bar in the making."""

    events: list[Event] = field(default_factory=list)
    sounds: bool = False
    """Whether the bar has a note or rest yet."""
    repeat_start: bool = False
    repeat_end: int = 0
    endings: tuple[int, ...] = ()
    barline: str = ""
    part: str = ""
    line: int = 0
    column: int = 0


class Bars:
    """Collects the bars of a tune.

    Signs without music between them become one: an end goes to the bar before, a beginning to the bar after,
    and the heaviest line counts.
    """

    def __init__(self) -> None:
        self._done: list[OpenBar] = []
        self.current = OpenBar()

    def __len__(self) -> int:
        """The complete bars."""
        return len(self._done)

    def sign(self, sign: Sign, endings: tuple[int, ...] = ()) -> bool:
        """End the current bar; returns False for an end of repeat where nothing could be repeated."""
        if self.current.sounds:
            self.current.repeat_end, self.current.barline = sign.repeat_end, sign.barline
            self._close()
        elif self._done:
            last = self._done[-1]
            last.repeat_end = max(last.repeat_end, sign.repeat_end)
            if _WEIGHT[sign.barline] > _WEIGHT[last.barline]:
                last.barline = sign.barline
        if sign.repeat_start:
            self.current.repeat_start = True
        if endings:
            self.current.endings = endings
        return bool(self._done) or not sign.repeat_end

    def ending(self, endings: tuple[int, ...]) -> None:
        """Begin an ending here, with or without a bar line."""
        if self.current.sounds:
            self._close()
        self.current.endings = endings

    def part(self, label: str) -> None:
        """Begin a part here, with or without a bar line."""
        if self.current.sounds:
            self._close()
        self.current.part = label

    def _close(self) -> None:
        self._done.append(self.current)
        self.current = OpenBar()

    def finish(self) -> tuple[Bar, ...]:
        """All bars; signs after the last music belong to the last bar."""
        if self.current.sounds:
            self._close()
        elif self._done:
            self._done[-1].events.extend(self.current.events)
        return tuple(
            Bar(
                tuple(bar.events),
                bar.repeat_start,
                bar.repeat_end,
                bar.endings,
                bar.barline,
                bar.part,
                bar.line,
                bar.column,
            )
            for bar in self._done
        )
