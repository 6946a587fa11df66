"""The commands ``musegen corpus list``, ``check`` and ``show``."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from musegen.commands.console import report_faults, say, tell
from musegen.commands.flags import add_plugin
from musegen.errors import CorpusError
from musegen.music.tune import Tune
from musegen.protocols.commands import Command
from musegen.words import counted

if TYPE_CHECKING:
    from musegen.protocols.notations import Notation


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    def show_help(options: argparse.Namespace) -> int:
        parser.print_help()
        return 0

    parser.set_defaults(action=show_help)
    actions = parser.add_subparsers(metavar="ACTION")
    listed = actions.add_parser("list", help="list the collections of tunes, with source and licence")
    listed.add_argument("--json", action="store_true", help="print the list as JSON")
    listed.set_defaults(action=_list)
    check = actions.add_parser(
        "check", help="find tunes that cannot be read, bars that do not fit, and duplicates"
    )
    check.add_argument(
        "sources",
        nargs="+",
        metavar="SOURCE",
        help="a reader (mitdeeplearning), one of its collections (music21/ryansMammoth), a file, a folder, "
        "or a pipeline; FILE:LINE is the tune of a file that this line stands in",
    )
    check.add_argument("--json", action="store_true", help="print all findings as JSON")
    add_plugin(check)
    check.set_defaults(action=_check)
    show = actions.add_parser("show", help="print one tune")
    show.add_argument("source", metavar="SOURCE", help="as for check; jigs.abc:120 is the tune at line 120")
    show.add_argument("place", nargs="?", metavar="FILE:LINE", help="where it stands, as check prints it")
    show.add_argument("--tune", type=int, metavar="N", help="the N-th tune of the source, from 1")
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
        tunes = "" if row["tunes"] is None else f", {counted(row['tunes'], 'tune')}"
        missing = f" (needs {', '.join(row['missing'])})" if row["missing"] else ""
        name = row["reader"] if row["collection"] == row["reader"] else f"{row['reader']}/{row['collection']}"
        print(
            f"{name}{missing}\n  {row['title']}{tunes}\n  from {row['source']}\n  licence: {row['licence']}"
        )
    return 0


def _check(options: argparse.Namespace) -> int:
    from musegen.corpus.check import describe, diagnose
    from musegen.corpus.told import Told
    from musegen.progress import Console

    report_faults()
    console = Console()
    reported = list[str]()
    tunes, notations = _tunes(options.sources, options.plugin, reported.append)
    found = diagnose(tunes, notations, console.begin("check").advance)
    told = Told(console.say)
    for line in reported:
        told.line(line)
        found.reported(line)
    told.finish()
    console.finish("check", counted(found.tunes, "tune"))
    if not found.tunes:
        raise CorpusError(f"{', '.join(options.sources)}: no tune found")
    if options.json:
        print(json.dumps(found.as_json(), indent=1, ensure_ascii=False))
    else:
        print("\n".join(describe(found)))
    return 0


def _show(options: argparse.Namespace) -> int:
    from musegen.corpus.places import read_place, tune_at
    from musegen.corpus.told import Told

    if options.tune is not None and options.place is not None:
        raise CorpusError("a tune is named by its place or by --tune; give one of them")
    told = Told(tell, options.source)
    tunes = list(_tunes([options.source], options.plugin, told.line)[0])
    if options.tune is not None:
        tune = _numbered(options.source, tunes, options.tune)
    elif options.place is not None:
        place = read_place(options.place)
        index = tune_at(tunes, *place) if place else None
        if index is None:
            raise CorpusError(
                f"{options.source}: has no tune at {options.place}; write FILE:LINE as check does"
            )
        tune = tunes[index]
    elif _place(options.source):
        (tune,) = tunes
    else:
        between = ":" if Path(options.source).is_file() else " FILE:"
        raise CorpusError(
            f'"{options.source}" names no tune; write {options.source}{between}120 for the one at line 120, '
            f"or {options.source} --tune 3"
        )
    print(tune.text, end="" if tune.text.endswith("\n") else "\n")
    told.finish()
    return 0


def _place(source: str) -> tuple[str, int] | None:
    """File and line of a SOURCE that names one tune; None for one that names all that is there."""
    from musegen.corpus.places import read_place

    return None if Path(source).exists() else read_place(source)


def _tunes(
    sources: Sequence[str], files: Sequence[Path], told: Callable[[str], None]
) -> tuple[Iterator[Tune], Mapping[str, Notation]]:
    """The tunes of some sources, and their notations. A wrong source is found before any tune is read.

    ``told`` gets each line that their readers report.
    """
    from musegen.api.components import with_files
    from musegen.corpus.files import Notations
    from musegen.corpus.identity import read_all
    from musegen.pipeline.sources import find_source

    plugins = with_files(files)
    places = [_place(source) for source in sources]
    names = [place[0] if place else source for source, place in zip(sources, places, strict=True)]
    found = [find_source(plugins, name, say) for name in names]

    if not any(places):
        tunes = read_all([reader for source in found for reader in source.readers], told)
    else:
        tunes = (
            tune
            for source, place in zip(found, places, strict=True)
            for read in [read_all(source.readers, told)]
            for tune in ([_at_line(*place, list(read))] if place else read)
        )
    return tunes, Notations(plugins, *(source.plugins for source in found))


def _at_line(source: str, line: int, tunes: Sequence[Tune]) -> Tune:
    """The tune that a line of a file stands in.

    Where lines say nothing, because the source has several files or the line comes before the first tune, it
    is the tune of this number, as ``SOURCE:N`` once was; the user is told so.
    """
    from musegen.corpus.places import only_file, tune_at

    file, plain = only_file(tunes), Path(source)
    if file and Path(file).name == plain.name and line > (last := len(plain.read_bytes().splitlines())):
        raise CorpusError(f"{source}: has no line {line}; its last is {last}")
    index = tune_at(tunes, file, line) if file else None
    if index is None:
        tune = _numbered(source, tunes, line)
        tell(f"{source}:{line}: taken for --tune {line}, as no tune of {source} is known by this line")
        return tune
    if index + 1 != line <= len(tunes):
        tell(f"{source}:{line}: the tune at line {line}; --tune {line} is the one of that number")
    return tunes[index]


def _numbered(source: str, tunes: Sequence[Tune], number: int) -> Tune:
    if not 1 <= number <= len(tunes):
        raise CorpusError(f"{source}: has no tune {number}; it holds {len(tunes)}")
    return tunes[number - 1]


def _run(options: argparse.Namespace) -> int:
    code: int = options.action(options)
    return code


COMMAND = Command("corpus", "list, check and show collections of tunes", _add_arguments, _run)
