"""The program ``musegen``: runs the command that is asked for, and turns errors into lines and exit codes.

Exit codes: 0 success, 1 less than was asked for (a tune could not be rendered or converted, or too few
valid tunes were found), 2 an error that the printed lines explain; stopped by a signal, 128 plus its number:
130 for Ctrl-C.
"""

from __future__ import annotations

import argparse
import gc
import io
import os
import signal
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from difflib import get_close_matches
from importlib import import_module
from typing import TextIO

from musegen.commands.console import report_faults
from musegen.errors import MusegenError
from musegen.protocols.commands import BUILT_IN, Command


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    try:
        with _garbage_seldom_sought(), _signals_stop(), _all_printed():
            command, options = parse(words)
            return command.run(options) if command else 0
    except MusegenError as error:
        notes = getattr(error, "__notes__", ())
        _complain(f"{error} ({'; '.join(notes)})" if notes else str(error))
        return 2
    except OSError as error:
        if isinstance(error, BrokenPipeError):  # the reader of our output has gone, as `head` does
            _let_go(sys.stdout)
            return 0
        where = error.filename or _lost_output()
        if where is None:
            raise
        _complain(f"{where}: {error.strerror}")
        return 2
    except KeyboardInterrupt as error:
        resumes = "; the same command resumes where it stopped" if _named(words) in ("run", "train") else ""
        resumes = "".join(f"; {note}" for note in getattr(error, "__notes__", ())) or resumes
        _complain(f"\nstopped{resumes}")
        return 128 + (error.number if isinstance(error, _Stopped) else signal.SIGINT)


@contextmanager
def _garbage_seldom_sought() -> Iterator[None]:
    """Python searches for cycles of objects every 700 new ones, for 5 % of the time that a command starts in.

    Neither what is imported nor the scores of tunes have any.
    """
    before = gc.get_threshold()
    gc.set_threshold(50_000, 20, 50)
    try:
        yield
    finally:
        gc.set_threshold(*before)


class _Stopped(KeyboardInterrupt):
    """A signal that asks to end, which everything on the way out tidies up for as for Ctrl-C."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number


@contextmanager
def _signals_stop() -> Iterator[None]:
    """SIGTERM and SIGHUP end a command as Ctrl-C does, unless whoever started it chose otherwise."""

    def stop(number: int, _: object) -> None:
        raise _Stopped(number)

    ours = []
    if threading.current_thread() is threading.main_thread():
        present = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
        ours = [number for number in present if signal.getsignal(number) is signal.SIG_DFL]
    for number in ours:
        signal.signal(number, stop)
    try:
        yield
    finally:
        for number in ours:
            signal.signal(number, signal.SIG_DFL)


@contextmanager
def _all_printed() -> Iterator[None]:
    """What is printed is there at the end, or an OSError says why not; no name of a file is too odd."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        yield
    finally:
        sys.stdout.flush()


def _lost_output() -> str | None:
    """The name of standard output where it cannot be written; what it still holds is let go."""
    try:
        print(flush=True)  # what failed before is not tried again; this begins the line of a traceback
    except OSError:
        _let_go(sys.stdout)
        return "standard output"
    return None


def _complain(line: str) -> None:
    """Write a line to standard error, if it is there: the terminal may be gone, or the disk full."""
    try:
        print(line, file=sys.stderr, flush=True)
    except OSError:
        _let_go(sys.stderr)


def _let_go(stream: TextIO) -> None:
    """Lead the stream nowhere, so that what it still holds is no error when Python ends."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def parse(words: Sequence[str]) -> tuple[Command | None, argparse.Namespace]:
    """The command that the words name, and its arguments. If they name none, print help and return None.

    Raises MusegenError for a command that does not exist, and SystemExit as argparse does.
    """
    named = _named(words)
    commands = _commands(named, words)
    command = commands.get(named)
    if named and not command:
        close = get_close_matches(named, commands, 1)
        hint = f'; did you mean "{close[0]}"?' if close else ""
        raise MusegenError(f'no command "{named}"{hint} (commands: {", ".join(commands)})')
    parser = argparse.ArgumentParser(
        prog="musegen", description="Learn from folk tunes, write new ones, hear them."
    )
    parser.add_argument("--version", action="version", version=f"musegen {_version()}")
    listed = parser.add_subparsers(metavar="COMMAND")
    for each in commands.values():
        own = listed.add_parser(each.name, help=each.help.replace("%", "%%"), description=each.help)
        if each is command:
            each.add_arguments(own)
    options = parser.parse_args(words)
    if not command:
        parser.print_help()
    return command, options


def _named(words: Sequence[str]) -> str:
    """The name of the command: the first word that is not a flag, as no flag before it takes a value."""
    return next((word for word in words if not word.startswith("-")), "")


def _commands(named: str, words: Sequence[str]) -> Mapping[str, Command]:
    """All commands by name. If one of musegen's own is asked for, it is the only one: no plugin is loaded."""
    names = (named,) if named in BUILT_IN and words[0] == named else BUILT_IN
    found: dict[str, Command] = {name: import_module(f"musegen.commands.{name}").COMMAND for name in names}
    if names is not BUILT_IN or words[:1] == ["--version"]:
        return found
    from musegen.plugins.loading import offered_by_others

    if not offered_by_others():
        return found
    from musegen.plugins.registry import installed_plugins

    try:
        report_faults()
        return found | {each.command.name: each.blamed() for each in installed_plugins().commands}
    except MusegenError as error:  # MUSEGEN_STRICT_PLUGINS is set; help should work nevertheless
        if named:
            raise
        print(error, file=sys.stderr)
        return found


def _version() -> str:
    from musegen import __version__

    return __version__
