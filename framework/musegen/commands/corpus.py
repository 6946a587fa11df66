"""``musegen corpus list``, ``check`` and ``show``."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator

from musegen.commands.console import report_faults, say
from musegen.errors import CorpusError
from musegen.music.tune import Tune
from musegen.protocols.commands import Command


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
    check.set_defaults(action=_check)
    show = actions.add_parser("show", help="print one tune")
    show.add_argument("tune", metavar="SOURCE:N", help="the N-th tune of a source, from 1")
    show.set_defaults(action=_show)


def _list(options: argparse.Namespace) -> int:
    from musegen.corpus.collections import collection_rows

    report_faults()
    rows = list(collection_rows())
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
    from musegen.plugins.registry import installed_plugins

    report_faults()
    plugins = installed_plugins()
    notations = {
        name: component.build(component.options())
        for name in plugins.names("notation")
        for component in [plugins.notation(name)]
    }
    found = diagnose((tune for source in options.sources for tune in _tunes(source)), notations)
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
    for tune in _tunes(source):
        count += 1
        if count == int(number):
            print(tune.text, end="" if tune.text.endswith("\n") else "\n")
            return 0
    raise CorpusError(f"{source}: has no tune {number}; it holds {count}")


def _tunes(source: str) -> Iterator[Tune]:
    from musegen.pipeline.sources import source_readers

    for reader in source_readers(source, say):
        yield from reader.read(lambda line: print(line, file=sys.stderr))


def _run(options: argparse.Namespace) -> int:
    code: int = options.action(options)
    return code


COMMAND = Command(
    "corpus", "look at tune collections: what there is, and what is wrong", _add_arguments, _run
)
