"""What hostile ABC may do to musegen, and the smallest text that does something else.

Whatever the text, it is read, prepared and played, or refused by musegen's own errors, in bounded time; what
is read is the same after it is written, and the text is the same after its bars were folded and unfolded.
"""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager

from musegen import MusegenError, NotationError, Prepare, Score, Tune, Valid, judge, perform
from musegen_abc.notation import AbcNotation

GUARD_S = 10
"""For one tune of at most 5,000 characters: a hundred times what nearly all need."""
_OPTIONS = (Prepare(), Prepare(annotations=True, decorations=True))
_NOTATION = AbcNotation()


class Slow(Exception):  # noqa: N818 (not an error of the reader's)
    """A tune took longer than the guard allows."""


class Broken(Exception):  # noqa: N818 (likewise)
    """A law does not hold."""


@contextmanager
def guarded(seconds: int = GUARD_S) -> Iterator[None]:
    """Raise :class:`Slow` inside the block when it takes longer; where there is no alarm, no guard."""
    if not hasattr(signal, "SIGALRM"):
        yield
        return

    def ring(*_: object) -> None:
        raise Slow(f"took more than {seconds} s")

    before = signal.signal(signal.SIGALRM, ring)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def check(text: str) -> str:
    """What became of a text: ``refused``, ``unplayable``, ``played with problems`` or ``played``.

    Raises whatever the reader raised that it may not, and :class:`Broken` where a law does not hold.
    """
    tune = Tune(text, "abc")
    if _NOTATION.unfold(_NOTATION.fold(text)) != (text, []):
        raise Broken("is another text after its bars were folded and unfolded")
    try:
        score = _NOTATION.parse(tune)
    except NotationError:
        score = None
    for options in _OPTIONS:
        try:
            _NOTATION.prepare(tune, options)
        except NotationError:
            continue
    if score is None:
        return "refused"
    judge(score, Valid())
    _write_and_read(score)
    try:
        performance = perform(score)
    except MusegenError:
        return "unplayable"
    if not performance.melody:
        if any(bar.endings for bar in score.bars):  # all its notes stand in an ending that no turn plays
            return "unplayable"
        raise Broken("a tune that was read has no note to play")
    return "played with problems" if score.problems else "played"


def _write_and_read(score: Score) -> None:
    try:
        text = _NOTATION.write(score)
    except NotationError:  # such as a length that no sane text has
        return
    if _NOTATION.parse(Tune(text, "abc")) != score:
        raise Broken(f"reads otherwise after it is written as {text!r}")


def outcome(text: str) -> tuple[str, BaseException | None]:
    """What :func:`check` gives, or the kind of failure and the exception."""
    try:
        with guarded():
            return check(text), None
    except Exception as error:
        return type(error).__name__, error


def smallest(text: str, kind: str) -> str:
    """A part of ``text`` that still fails in this way; no single character can be left out of it."""
    size = len(text) // 2
    deadline = time.monotonic() + 60
    while size and time.monotonic() < deadline:
        at = 0
        while at < len(text) and time.monotonic() < deadline:
            shorter = text[:at] + text[at + size :]
            if outcome(shorter)[0] == kind:
                text = shorter
            else:
                at += size
        size //= 2
    return text
