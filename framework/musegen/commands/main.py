"""The program ``musegen``: runs the command that is asked for, and turns errors into lines and exit codes.

Exit codes: 0 success, 1 a tune could not be rendered, 2 an error that the printed lines explain, 130 Ctrl-C.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from importlib import import_module

from musegen.commands.console import report_faults
from musegen.errors import MusegenError
from musegen.protocols.commands import BUILT_IN, Command

_INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    try:
        command, options = parse(words)
        return command.run(options) if command else 0
    except MusegenError as error:
        notes = getattr(error, "__notes__", ())
        print(f"{error} ({'; '.join(notes)})" if notes else error, file=sys.stderr)
        return 2
    except OSError as error:
        if isinstance(error, BrokenPipeError):  # the reader of our output has gone, as `head` does
            sys.stderr.close()
            return 0
        if error.filename is None:
            raise
        print(f"{error.filename}: {error.strerror}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        resumes = "; the same command resumes where it stopped" if _named(words) in ("run", "train") else ""
        print(f"\nstopped{resumes}", file=sys.stderr)
        return _INTERRUPTED


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
