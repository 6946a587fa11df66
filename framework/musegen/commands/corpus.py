"""``musegen corpus list``, ``check`` and ``show``."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from musegen.commands.console import report_faults, say, tell
from musegen.commands.flags import add_plugin
from musegen.errors import CorpusError
from musegen.music.tune import Tune
from musegen.protocols.commands import Command

if TYPE_CHECKING:
    from musegen.protocols.notations import Notation


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    def show_help(options: argparse.Namespace) -> int:
        parser.print_help()
        return 0

    parser.set_defaults(action=show_help)
    actions = parser.add_subparsers(metavar="ACTION")
    listed = actions.add_parser("list", help="every collection that a reader gives, with source and licence")
    listed.add_argument("--json", action="store_true", help="as JSON")
    listed.set_defaults(action=_list)
    check = actions.add_parser("check", help="what cannot be read, does not fit or is there twice")
    check.add_argument(
        "sources",
        nargs="+",
        metavar="SOURCE",
        help="a reader (mitdeeplearning), one of its collections (music21/ryansMammoth), a file, a folder, "
        "or a pipeline",
    )
    check.add_argument("--json", action="store_true", help="everything, as JSON")
    add_plugin(check)
    check.set_defaults(action=_check)
    show = actions.add_parser("show", help="print one tune")
    show.add_argument("tune", metavar="SOURCE:N", help="the N-th tune of a source, from 1")
    add_plugin(show)
    show.set_defaults(action=_show)


def _list(options: argparse.Namespace) -> int:
    from musegen.corpus.collections import collection_rows
    from musegen.plugins.registry import installed_plugins

    report_faults()
    rows = list(collection_rows(installed_plugins()))
    if options.json:
        print(json.dumps(rows, indent=2, ensure_ascii=False))
        return 0
    for row in rows:
        tunes = "" if row["tunes"] is None else f", {row['tunes']:,} tunes"
        missing = f" (needs {', '.join(row['missing'])})" if row["missing"] else ""
        name = row["reader"] if row["collection"] == row["reader"] else f"{row['reader']}/{row['collection']}"
        print(
            f"{name}{missing}\n  {row['title']}{tunes}\n  from {row['source']}\n  licence: {row['licence']}"
        )
    return 0


def _check(options: argparse.Namespace) -> int:
    from musegen.corpus.check import describe, diagnose

    report_faults()
    found = diagnose(*_tunes(options.sources, options.plugin))
    if not found.tunes:
        raise CorpusError(f"{', '.join(options.sources)}: no tune found")
    if options.json:
        print(json.dumps(found.as_json(), indent=1, ensure_ascii=False))
    else:
        print("\n".join(describe(found)))
    return 0


def _show(options: argparse.Namespace) -> int:
    source, _, number = options.tune.rpartition(":")
    if not source or not number.isdecimal() or not int(number):
        raise CorpusError(f'"{options.tune}" names no tune; write SOURCE:N, as tunes.abc:3')
    count = 0
    tunes, _ = _tunes([source], options.plugin)
    for tune in tunes:
        count += 1
        if count == int(number):
            print(tune.text, end="" if tune.text.endswith("\n") else "\n")
            return 0
    raise CorpusError(f"{source}: has no tune {number}; it holds {count}")


def _tunes(sources: Sequence[str], files: Sequence[Path]) -> tuple[Iterator[Tune], Mapping[str, Notation]]:
    """The tunes of some sources and the notations that they may be in; a wrong source is told at once."""
    from musegen.api.components import with_files
    from musegen.corpus.files import Notations
    from musegen.corpus.identity import read_all
    from musegen.pipeline.sources import find_source

    plugins = with_files(files)
    found = [find_source(plugins, source, say) for source in sources]
    tunes = read_all([reader for source in found for reader in source.readers], tell)
    return tunes, Notations(plugins, *(source.plugins for source in found))


def _run(options: argparse.Namespace) -> int:
    code: int = options.action(options)
    return code


COMMAND = Command(
    "corpus", "look at tune collections: what there is, and what is wrong", _add_arguments, _run
)
