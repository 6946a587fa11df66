"""Bar copies: a bar that equals an earlier bar of its tune as one symbol, "as the bar L bars ago", and back.

The symbols are 33 characters of the Unicode private use area. U+E000 + L, for a lag L from 1 to 32, stands
for the bar L bars ago. U+E000 at the beginning says that no character of the text behind it is a symbol: a
text that has one of these characters of its own is written like that, and otherwise unchanged.

A bar is what stands between two bar lines or endings, without blanks around it and without inline fields and
comments before it. It is copied if it stands in one line, and has nothing but notes, rests and what belongs
to them: so fields, comments, line ends and lyrics stay where they are. Bars of fewer than three characters,
mostly upbeats, do not count.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from musegen import Problem, counted
from musegen_abc.layout import line_starts, read_field, split_lines
from musegen_abc.lexer import MUSIC

LAGS = 32
"""The greatest lag that has a symbol."""
SHORTEST = 3
"""The fewest characters of a bar that is copied and counts in lags."""
VERBATIM = "\ue000"
"""Begins a text without symbols that has such characters of its own."""
_OURS = re.compile(f"[{VERBATIM}-{chr(ord(VERBATIM) + LAGS)}]")
_PREFERRED = (4, 8, 16, 2, 1, 12, 6, 3)
_SOUND = frozenset({"run", "note", "rest", "chord", "old_chord"})
_COPIED = _SOUND | {
    *("space", "string", "tuplet", "broken", "grace", "decoration", "old_decoration", "symbol", "slur"),
    *("tie_sign", "spacer"),
}
_BETWEEN = frozenset({"field", "comment", "join", "line_end"})

Choice = Callable[[int, Sequence[int]], int]
"""Chooses among the lags at which an equal bar stands, ascending; it is also given the lag of the bar before,
0 if that was no copy."""


class Bar(NamedTuple):
    """What stands between two bar lines, without the blanks around it."""

    begin: int
    """Index of its first character in the text."""
    end: int
    """Index of the character after its last one."""
    plain: bool
    """Whether it can be copied: it stands in one line and has nothing but notes and what belongs to them."""
    sounds: bool
    """Whether it has a note or a rest."""
    closed: bool
    """Whether a bar line or an ending follows it."""

    @property
    def counts(self) -> bool:
        """Whether it counts as a bar in lags."""
        return self.sounds and self.end - self.begin >= SHORTEST


def copied_lag(symbol: str) -> int:
    """The lag that a character stands for; 0 for one that is no symbol."""
    lag = ord(symbol) - ord(VERBATIM)
    return lag if 0 < lag <= LAGS else 0


def choose_lag(before: int, lags: Sequence[int]) -> int:
    """The lag of the bar before, so that passages are copied as a whole; else the most usual; else the least.

    Of the ways that were tried, n-grams predict this one best (docs/training.md).
    """
    return before if before in lags else next((lag for lag in _PREFERRED if lag in lags), lags[0])


def fold(text: str, choose: Choice = choose_lag) -> str:
    """The text with a symbol in place of each whole bar that equals one of the last 32: see the module.

    ``unfold(fold(text)) == (text, ())`` for every text.
    """
    if _OURS.search(text):
        return VERBATIM + text
    pieces, written = list[str](), 0
    heard, known, before = list[str | None](), set[str | None](), 0
    for bar in _bars(text):
        if not bar.counts:
            continue
        content = text[bar.begin : bar.end] if bar.plain else None
        lag = 0
        if content in known and bar.closed:
            recent = heard[: -LAGS - 1 : -1]
            lags = [lag for lag, earlier in enumerate(recent, 1) if earlier == content]
            lag = choose(before, lags) if lags else 0
        if lag:
            pieces += text[written : bar.begin], chr(ord(VERBATIM) + lag)
            written = bar.end
        heard.append(content)
        if content is not None:
            known.add(content)
        before = lag
    return "".join([*pieces, text[written:]])


def unfold(text: str) -> tuple[str, list[Problem]]:
    """The text with all bars written out; a symbol without meaning is left out and told, as ``copies``.

    A copy counts as a bar, which may be copied again.
    """
    if text.startswith(VERBATIM):
        return text[1:], []
    if not _OURS.search(text):
        return text, []
    out = _Unfolded(text)
    heard = list[str | None]()
    for bar in _bars(text):
        content = text[bar.begin : bar.end]
        lag = copied_lag(content) if len(content) == 1 else 0
        if not lag:
            if bar.counts:
                heard.append(content if bar.plain and not _OURS.search(content) else None)
            continue
        ago = f"the bar {counted(lag, 'bar')} ago"
        if lag > len(heard):
            out.drop(bar, f"copies {ago}, and has {counted(len(heard), 'bar')} before it")
        elif (copied := heard[-lag]) is None:
            out.drop(bar, f"copies {ago}, which is no bar that can be copied")
        else:
            out.copy(bar, copied)
            heard.append(copied)
    return out.finished()


class _Unfolded:
    """An unfolded text in the making."""

    def __init__(self, text: str) -> None:
        self._text, self._read = text, 0
        self._pieces: list[str] = []
        self._problems: list[Problem] = []

    def copy(self, bar: Bar, content: str) -> None:
        """Write ``content`` in place of the bar."""
        self._up_to(bar.begin)
        self._pieces.append(content)
        self._read = bar.end

    def drop(self, bar: Bar, message: str) -> None:
        """Write a blank in place of the bar, so that the bar lines around it do not become one."""
        self._up_to(bar.begin)
        self._tell(bar.begin, message)
        self._pieces.append(" ")
        self._read = bar.end

    def finished(self) -> tuple[str, list[Problem]]:
        """The text and its problems."""
        self._up_to(len(self._text))
        return "".join(self._pieces), self._problems

    def _up_to(self, end: int) -> None:
        """Write the text up to a place; there are no symbols in it that mean a bar."""
        piece = self._text[self._read : end]
        for symbol in _OURS.finditer(piece):
            self._tell(self._read + symbol.start(), "a symbol of a copied bar that is not alone in its bar")
        self._pieces.append(_OURS.sub("", piece))
        self._read = end

    def _tell(self, place: int, message: str) -> None:
        begin = line_starts(self._text[:place])
        self._problems.append(Problem(len(begin), place - begin[-1] + 1, message, "copies"))


def _bars(text: str) -> Iterator[Bar]:
    """What stands between the bar lines of a tune's body, blanks left out.

    What goes over a line end is one bar, which is not plain; so is one inside which a field or a comment
    stands. Folding a bar changes no bar line, and so not what this gives for the text around it.
    """
    in_header = True
    begin = end = -1
    plain = sounds = False
    for at, line in zip(line_starts(text), split_lines(text), strict=False):
        plain = False
        field = read_field(line)
        if in_header:
            in_header = not (field and field[0] == "K")
            continue
        if field or line[:1] == "%":
            continue
        for token in MUSIC.finditer(line):
            kind = token.lastgroup
            if kind in ("bar", "ending"):
                if begin >= 0:
                    yield Bar(begin, end, plain, sounds, True)
                begin = -1
            elif kind != "space" and (begin >= 0 or kind not in _BETWEEN):
                if begin < 0:
                    begin, plain, sounds = at + token.start(), True, False
                end = at + token.start() + len(token[0].rstrip(" "))
                plain = plain and kind in _COPIED
                sounds = sounds or kind in _SOUND
    if begin >= 0:
        yield Bar(begin, end, plain, sounds, False)
