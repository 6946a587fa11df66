"""The ``musegen`` command: a thin layer over the Python API, and the only place that prints and exits.

Exit codes: 0 done, 1 a tune could not be rendered, 2 a mistake that the printed lines explain, 130 Ctrl-C.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from musegen.corpus_commands import add_corpus
from musegen.errors import MusegenError

_INTERRUPTED = 130
_SAMPLE_OPTIONS = (
    *("tunes", "key", "metre", "rhythm", "start", "prime"),
    *("temperature", "top_k", "top_p", "precision", "max_length", "keep", "attempts"),
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if not options.command:
        parser.print_help()
        return 0
    try:
        code: int = options.action(options)
        return code
    except MusegenError as error:
        print(error, file=sys.stderr)
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
        resumes = "; the same command resumes where it stopped" if options.command in ("run", "train") else ""
        print(f"\nstopped{resumes}", file=sys.stderr)
        return _INTERRUPTED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="musegen", description="Learn from folk tunes, write new ones, hear them."
    )
    parser.add_argument("--version", action="version", version=f"musegen {_version()}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")

    run = commands.add_parser("run", help="run a pipeline: read tunes, learn, write new ones, render them")
    train = commands.add_parser("train", help="run a pipeline up to its trained model")
    for parsed, action in ((run, _run), (train, _train)):
        parsed.add_argument("file", type=Path, metavar="PIPELINE", help="a pipeline.toml")
        parsed.add_argument("--quiet", "-q", action="store_true", help="say nothing but the result's place")
        _add_set(parsed)
        parsed.set_defaults(action=action)

    check = commands.add_parser("check", help="report every mistake in a pipeline at once")
    check.add_argument("file", type=Path, metavar="PIPELINE")
    _add_set(check)
    check.set_defaults(action=_check)

    init = commands.add_parser("init", help="write a commented pipeline")
    init.add_argument("file", type=Path, nargs="?", default=Path("pipeline.toml"), metavar="FILE")
    init.set_defaults(action=_init)

    schema = commands.add_parser("schema", help="print the JSON Schema of pipelines")
    schema.set_defaults(action=_schema)

    plugins = commands.add_parser("plugins", help="list every installed component")
    plugins.add_argument("--json", action="store_true", help="as JSON")
    plugins.set_defaults(action=_plugins)

    _add_sample(commands.add_parser("sample", help="write tunes from a model.safetensors alone"))

    _add_export(commands.add_parser("export", help="store a model.safetensors otherwise, say in int8"))

    _add_convert(commands.add_parser("convert", help="convert a file of tunes, or transpose it"))

    add_corpus(commands)

    compare = commands.add_parser("compare", help="say how far apart two runs are on the same test tunes")
    compare.add_argument("first", type=Path, metavar="RUN", help="a run folder")
    compare.add_argument("second", type=Path, metavar="RUN")
    compare.add_argument("--json", action="store_true", help="as JSON")
    compare.set_defaults(action=_compare)

    render = commands.add_parser("render", help="render every tune of some files")
    render.add_argument("files", type=Path, nargs="+", metavar="FILE")
    _add_output(render, "rendered")
    render.set_defaults(action=_render)
    return parser


def _add_sample(sample: argparse.ArgumentParser) -> None:
    sample.add_argument("file", type=Path, metavar="MODEL")
    sample.add_argument("-n", "--tunes", type=int, default=8, help="how many tunes (default: 8)")
    sample.add_argument("--seed", type=int, default=0, help="the same seed gives the same tunes")
    sample.add_argument("--temperature", type=float)
    sample.add_argument("--top-k", type=int)
    sample.add_argument("--top-p", type=float)
    sample.add_argument(
        "--precision",
        choices=["auto", "fp32", "bf16", "int8"],
        help="arithmetic of keras-lstm (default: auto)",
    )
    sample.add_argument("--max-length", type=int, help="tokens a tune at most")
    sample.add_argument("--key", help="such as D or Edor")
    sample.add_argument("--metre", help="such as 6/8")
    sample.add_argument("--rhythm", help="such as jig, spelt as in the corpus")
    sample.add_argument("--start", help="what the body begins with")
    sample.add_argument("--prime", help="what the whole tune begins with, header included")
    sample.add_argument("--keep", choices=["valid", "all"], help="draw again what is not valid, or keep it")
    sample.add_argument("--attempts", type=int, help="draws a tune at most")
    sample.add_argument("--quiet", "-q", action="store_true")
    _add_output(sample, "tunes")
    sample.set_defaults(action=_sample)


def _add_export(export: argparse.ArgumentParser) -> None:
    export.add_argument("file", type=Path, metavar="MODEL", help="a model.safetensors, or a .keras file")
    export.add_argument("-o", "--output", type=Path, required=True, metavar="OUT")
    export.add_argument("--store", default="int8", help="fp32, or int8: a quarter as large (default: int8)")
    export.add_argument(
        "--vocabulary",
        type=Path,
        metavar="FILE",
        help="of a .keras file: its symbols as JSON, or the text whose sorted characters they are",
    )
    export.add_argument("--force", action="store_true", help="write over OUT")
    export.set_defaults(action=_export)


def _add_convert(convert: argparse.ArgumentParser) -> None:
    convert.add_argument("file", type=Path, metavar="IN", help="tunes: .abc, or .mus in Foxley's format")
    convert.add_argument(
        "-o", "--output", type=Path, required=True, metavar="OUT", help="such as tune.abc, .mid or .musicxml"
    )
    convert.add_argument("--tune", type=int, metavar="N", help="the N-th tune alone")
    moved = convert.add_mutually_exclusive_group()
    moved.add_argument("--key", default="", help="tonic to bring every tune to, by the shortest way: D, Bb")
    moved.add_argument("--semitones", type=int, default=0, help="how far to transpose every tune")
    convert.add_argument("--strict", action="store_true", help="refuse what would be read as meant")
    convert.add_argument("--force", action="store_true", help="write over OUT")
    convert.set_defaults(action=_convert)


def _add_set(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="TABLE.KEY=VALUE",
        help="override a key for this once, as sample.temperature=1.1 or corpus.0.paths=['a.abc']",
    )


def _add_output(parser: argparse.ArgumentParser, folder: str) -> None:
    parser.add_argument(
        "--to",
        default="midi,wav",
        help="renderers, separated by commas (default: midi,wav)",
    )
    parser.add_argument(
        "-o", "--output", type=Path, default=Path(folder), metavar="DIR", help=f"default: {folder}"
    )


def _version() -> str:
    from musegen import __version__

    return __version__


def _run(options: argparse.Namespace) -> int:
    from musegen.api import load
    from musegen.console import Console, Silent

    _report_faults()
    pipeline = load(options.file, options.set)
    run = pipeline.run(Silent() if options.quiet else Console())
    suffixes = sorted({suffix for tune in run.tunes for suffix in tune.files})
    print(f"{len(run.tunes)} tunes ({', '.join(suffixes)}), loss.png and run.json are in {run.folder}")
    return 0


def _train(options: argparse.Namespace) -> int:
    from musegen.api import load
    from musegen.console import Console, Silent

    _report_faults()
    run = load(options.file, options.set).train(Silent() if options.quiet else Console())
    print(f"model.safetensors, loss.png and run.json are in {run.folder}")
    return 0


def _check(options: argparse.Namespace) -> int:
    from musegen.api import load

    _report_faults()
    load(options.file, options.set)
    print(f"{options.file}: no mistake found")
    return 0


def _init(options: argparse.Namespace) -> int:
    from musegen.document import example_pipeline
    from musegen.plugins import installed_plugins

    text = example_pipeline(installed_plugins())
    try:
        with options.file.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise MusegenError(f"{options.file}: exists; name another file: musegen init FILE") from None
    print(f"{options.file} is written; `musegen run {options.file}` runs it")
    return 0


def _schema(options: argparse.Namespace) -> int:
    from musegen.document import pipeline_schema
    from musegen.plugins import installed_plugins

    print(json.dumps(pipeline_schema(installed_plugins()), indent=2, ensure_ascii=False))
    return 0


def _plugins(options: argparse.Namespace) -> int:
    from musegen.plugins import installed_plugins

    _report_faults()
    rows = installed_plugins().rows()
    if options.json:
        print(json.dumps(rows, indent=2, ensure_ascii=False))
        return 0
    widths = [max((len(str(row[key])) for row in rows), default=0) for key in ("kind", "name", "plugin")]
    for row in rows:
        kind, name, plugin = (
            str(row[key]).ljust(width) for key, width in zip(("kind", "name", "plugin"), widths, strict=True)
        )
        missing = row["missing"]
        needs = f"  (needs {', '.join(missing)})" if isinstance(missing, list) and missing else ""
        origin = f"{row['distribution']} {row['distribution_version']}"
        print(f"{kind}  {name}  v{row['version']}  {plugin}  {origin}  {row['summary']}{needs}")
    return 0


def _sample(options: argparse.Namespace) -> int:
    from musegen.api import sample
    from musegen.console import Console, Silent

    given = {name: getattr(options, name) for name in _SAMPLE_OPTIONS if getattr(options, name) is not None}
    _report_faults()
    tunes = sample(
        options.file,
        options.output,
        seed=options.seed,
        renderers=_renderers(options.to),
        reporter=Silent() if options.quiet else Console(),
        **given,
    )
    valid = sum(tune.valid for tune in tunes)
    print(f"{len(tunes)} tunes, {valid} of them valid, are in {options.output}")
    return 0


def _export(options: argparse.Namespace) -> int:
    from musegen.api import export

    _report_faults()
    before, after = export(
        options.file, options.output, options.store, vocabulary=options.vocabulary, force=options.force
    )
    print(f"{options.output}: {after:,} bytes, {options.file} has {before:,}")
    return 0


def _compare(options: argparse.Namespace) -> int:
    from musegen.comparison import compare

    found = compare(options.first, options.second)
    if options.json:
        print(json.dumps(found.state(), indent=2, ensure_ascii=False))
        return 0
    for warning in found.warnings:
        print(warning, file=sys.stderr)
    print(found)
    return 0


def _render(options: argparse.Namespace) -> int:
    from musegen.api import render
    from musegen.console import Console

    _report_faults()
    rendered, failed = render(options.files, options.output, _renderers(options.to), Console())
    print(f"tunes rendered to {options.output}: {rendered}" + (f"; failed: {failed}" if failed else ""))
    return 1 if failed else 0


def _convert(options: argparse.Namespace) -> int:
    from musegen.conversion import convert

    _report_faults()
    written = convert(
        options.file,
        options.output,
        tonic=options.key,
        semitones=options.semitones,
        strict=options.strict,
        number=options.tune,
        force=options.force,
        report=lambda line: print(line, file=sys.stderr),
    )
    print(f"{options.output}: {written} tune{'s' * (written != 1)}")
    return 0


def _renderers(names: str) -> list[str]:
    return [name.strip() for name in names.split(",") if name.strip()]


def _report_faults() -> None:
    """A line for each plugin that was left out."""
    from musegen.plugins import installed_plugins

    for fault in installed_plugins().faults:
        print(f"musegen: {fault}", file=sys.stderr)
