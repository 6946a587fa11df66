"""Receivers of progress and messages: bars on a terminal, plain lines elsewhere, nothing when quiet."""

from __future__ import annotations

import sys
import time
import warnings
from collections.abc import Callable
from typing import Any, Protocol, TextIO

_PLAIN_INTERVAL_S = 10.0


class Progress(Protocol):
    """A receiver of the progress and messages of one stage. The command line draws a bar."""

    def advance(self, done: int, total: int, note: str = "") -> None:
        """Report that ``done`` of ``total`` steps are finished; ``note``: a few words to show with it.

        ``total`` is 0 where it is not known.
        """
        ...

    def say(self, line: str) -> None:
        """Report one line that a user should read."""
        ...


class Reporter(Protocol):
    """A receiver of the progress and messages of a whole run, stage by stage."""

    def begin(self, stage: str) -> Progress:
        """Report that a stage starts its work. Returns the receiver of that stage's progress."""
        ...

    def finish(self, stage: str, line: str) -> None:
        """Report that a stage has its result, which ``line`` describes."""
        ...

    def say(self, line: str) -> None:
        """Report one line that a user should read."""
        ...


class Silent:
    """A reporter that ignores everything."""

    def begin(self, stage: str) -> Progress:
        """The same object, for every stage."""
        return self

    def finish(self, stage: str, line: str) -> None:
        """Do nothing."""

    def advance(self, done: int, total: int, note: str = "") -> None:
        """Do nothing."""

    def say(self, line: str) -> None:
        """Do nothing."""


class Lines(Silent):
    """A reporter that passes each line to a function and ignores everything else."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        """``tell``: the function that gets each line."""
        self._tell = tell

    def say(self, line: str) -> None:
        """Pass the line to the function."""
        self._tell(line)


class Renamed:
    """A reporter that hands everything on, and lines with another beginning."""

    def __init__(self, reporter: Reporter, old: str, new: str) -> None:
        """``new`` stands where a line begins with ``old``."""
        self._reporter, self._old, self._new = reporter, old, new

    def begin(self, stage: str) -> Progress:
        """Begin the stage."""
        return self._reporter.begin(stage)

    def finish(self, stage: str, line: str) -> None:
        """Finish the stage."""
        self._reporter.finish(stage, line)

    def say(self, line: str) -> None:
        """Report the line."""
        own = line.startswith(self._old)
        self._reporter.say(self._new + line.removeprefix(self._old) if own else line)


def chosen_reporter(reporter: Reporter | None, report: Callable[[str], None] | None = None) -> Reporter:
    """The reporter of a public function: ``reporter``, or a silent one if it is None.

    Before API 1.1 some functions took ``report``, a function of one line, instead. It still works, with a
    DeprecationWarning for their caller.
    """
    if report is None:
        return reporter or Silent()
    warnings.warn(
        "give reporter=musegen.Lines(function) in place of report", DeprecationWarning, stacklevel=3
    )
    return Lines(report)


class Console:
    """A reporter that writes to standard error: a bar with the time left on a terminal, else some lines."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stderr
        self._terminal = self._stream.isatty()
        self._stage = ""
        self._bar: Any = None
        self._spoke, self._note = 0.0, ""
        self._first: tuple[float, int] | None = None
        """Time of the stage's first report, and the number of steps that were done then."""

    def begin(self, stage: str) -> Progress:
        """Start to follow a new stage."""
        self._close()
        self._stage, self._spoke, self._note, self._first = stage, time.monotonic(), "", None
        return self

    def finish(self, stage: str, line: str) -> None:
        """Close the stage's bar and write the line that describes its result."""
        self._close()
        self.say(f"{stage:<10}{line}")

    def say(self, line: str) -> None:
        """Write a line, above the bar if there is one."""
        if self._bar is not None:
            self._bar.write(line, file=self._stream)
        else:
            print(line, file=self._stream, flush=True)

    def advance(self, done: int, total: int, note: str = "") -> None:
        """Move the bar. Without a terminal, write changed notes as lines, but only every ten seconds."""
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
            share = f"{100 * done // total:3d} %" if total else f"{done:,}"
            self.say(f"{self._stage:<10}{share}  {note}{rest}")

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
