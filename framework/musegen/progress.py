"""Where work reports to: bars on a terminal, plain lines elsewhere, nothing when quiet."""

from __future__ import annotations

import sys
import time
import warnings
from collections.abc import Callable
from typing import Any, Protocol, TextIO

_PLAIN_INTERVAL_S = 10.0


class Progress(Protocol):
    """Where long work reports to; the command line draws it."""

    def advance(self, done: int, total: int, note: str = "") -> None:
        """``done`` of ``total`` steps of the stage are finished."""
        ...

    def say(self, line: str) -> None:
        """One line that a user should read."""
        ...


class Reporter(Protocol):
    """Follows a run from stage to stage."""

    def begin(self, stage: str) -> Progress:
        """A stage starts to work; what it returns follows that stage."""
        ...

    def finish(self, stage: str, line: str) -> None:
        """A stage has its result; ``line`` says which."""
        ...

    def say(self, line: str) -> None:
        """One line that a user should read."""
        ...


class Silent:
    """Says nothing."""

    def begin(self, stage: str) -> Progress:
        """Itself, for every stage."""
        return self

    def finish(self, stage: str, line: str) -> None:
        """Nothing."""

    def advance(self, done: int, total: int, note: str = "") -> None:
        """Nothing."""

    def say(self, line: str) -> None:
        """Nothing."""


class Lines(Silent):
    """Hands lines on to a function, and is silent of all else."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        self._tell = tell

    def say(self, line: str) -> None:
        """Hand it on."""
        self._tell(line)


def chosen_reporter(reporter: Reporter | None, report: Callable[[str], None] | None = None) -> Reporter:
    """What a public function reports to: ``reporter``, or nothing.

    ``report``, which takes lines alone, is what some of them took before API 1.1; it still works, with a
    DeprecationWarning at their caller.
    """
    if report is None:
        return reporter or Silent()
    warnings.warn(
        "give reporter=musegen.Lines(function) in place of report", DeprecationWarning, stacklevel=3
    )
    return Lines(report)


class Console:
    """Writes to standard error: a bar with the time left on a terminal, else a line now and then."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stderr
        self._terminal = self._stream.isatty()
        self._stage = ""
        self._bar: Any = None
        self._spoke, self._note = 0.0, ""
        self._first: tuple[float, int] | None = None
        """When the stage's first step was reported, and which it was."""

    def begin(self, stage: str) -> Progress:
        """Follow a new stage."""
        self._close()
        self._stage, self._spoke, self._note, self._first = stage, time.monotonic(), "", None
        return self

    def finish(self, stage: str, line: str) -> None:
        """Close the stage's bar and say what came out."""
        self._close()
        self.say(f"{stage:<10}{line}")

    def say(self, line: str) -> None:
        """Write a line, above the bar where there is one."""
        if self._bar is not None:
            self._bar.write(line, file=self._stream)
        else:
            print(line, file=self._stream, flush=True)

    def advance(self, done: int, total: int, note: str = "") -> None:
        """Move the bar; off a terminal, a line when the note changes, at most every ten seconds."""
        if self._terminal:
            self._draw(done, total, note)
            return
        now = time.monotonic()
        self._first = self._first or (now, done)
        if note and note != self._note and (now - self._spoke >= _PLAIN_INTERVAL_S):
            self._spoke, self._note = now, note
            began, first = self._first or (now, done)
            left = (now - began) / (done - first) * (total - done) if done > first else 0.0
            rest = f", {left / 60:.0f} min left" if left >= 60 else ""
            self.say(f"{self._stage:<10}{100 * done // max(total, 1):3d} %  {note}{rest}")

    def _draw(self, done: int, total: int, note: str) -> None:
        if self._bar is None:
            from tqdm import tqdm

            self._bar = tqdm(
                total=total or None,
                desc=f"{self._stage:<9}",
                file=self._stream,
                leave=False,
                dynamic_ncols=True,
                initial=done,
            )
        if total and self._bar.total != total:
            self._bar.total = total
        self._bar.n = done
        if note != self._note:
            self._note = note
            self._bar.set_postfix_str(note, refresh=False)
        self._bar.update(0)

    def _close(self) -> None:
        if self._bar is not None:
            self._bar.close()
            self._bar = None
