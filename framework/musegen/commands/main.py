"""The ``musegen`` command: a thin layer over the Python API, and the only place that prints and exits.

Exit codes: 0 done, 1 a tune could not be rendered, 2 a mistake that the printed lines explain, 130 Ctrl-C.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from musegen.commands.console import add_plugin_flag, report_faults, say, tell
from musegen.commands.corpus import add_corpus
from musegen.commands.demo import add_demo
from musegen.commands.plugins import add_plugins
from musegen.errors import MusegenError

_INTERRUPTED = 130
_OF_A_MODEL = "a plugin's Python file that the model's pipeline named"
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
    schema.add_argument(
        "file", type=Path, nargs="?", metavar="PIPELINE", help="with the plugins that this one names"
    )
    schema.set_defaults(action=_schema)

    add_plugins(commands)

    add_demo(commands)

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
    render.add_argument("--force", action="store_true", help="write over files in DIR")
    add_plugin_flag(render)
    _add_output(render, "rendered")
    render.set_defaults(action=_render)
    return parser


def _add_sample(sample: argparse.ArgumentParser) -> None:
    sample.add_argument(
        "file", type=Path, nargs="?", metavar="MODEL", help="default: the model that comes with musegen"
    )
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
    add_plugin_flag(sample, _OF_A_MODEL)
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
    add_plugin_flag(export, _OF_A_MODEL)
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
    add_plugin_flag(convert)
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
    from musegen.api.pipelines import load
    from musegen.progress import Console, Lines, Silent

    report_faults()
    pipeline = load(options.file, options.set, reporter=Silent() if options.quiet else Lines(say))
    run = pipeline.run(Silent() if options.quiet else Console())
    suffixes = sorted({suffix for tune in run.tunes for suffix in tune.files})
    _say_where(f"{len(run.tunes)} tunes ({', '.join(suffixes)})", run.folder)
    return 0


def _train(options: argparse.Namespace) -> int:
    from musegen.api.pipelines import load
    from musegen.progress import Console, Lines, Silent

    report_faults()
    pipeline = load(options.file, options.set, reporter=Silent() if options.quiet else Lines(say))
    run = pipeline.train(Silent() if options.quiet else Console())
    _say_where("model.safetensors", run.folder)
    return 0


def _say_where(what: str, folder: Path) -> None:
    picture = ", loss.png" if (folder / "loss.png").exists() else ""
    print(f"{what}{picture} and run.json are in {folder}")


def _check(options: argparse.Namespace) -> int:
    from musegen.api.pipelines import load
    from musegen.progress import Lines

    report_faults()
    load(options.file, options.set, reporter=Lines(say))
    print(f"{options.file}: no mistake found")
    return 0


def _init(options: argparse.Namespace) -> int:
    from musegen.pipeline.document import example_pipeline
    from musegen.plugins.registry import installed_plugins

    report_faults()
    text = example_pipeline(installed_plugins())
    try:
        with options.file.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise MusegenError(f"{options.file}: exists; name another file: musegen init FILE") from None
    print(f"{options.file} is written; `musegen run {options.file}` runs it")
    return 0


def _schema(options: argparse.Namespace) -> int:
    from musegen.pipeline.document import pipeline_schema
    from musegen.plugins.registry import installed_plugins

    report_faults()
    plugins = installed_plugins()
    if options.file:
        from musegen.pipeline.plan import pipeline_plugins

        plugins = pipeline_plugins(plugins, options.file, say)
    print(json.dumps(pipeline_schema(plugins), indent=2, ensure_ascii=False))
    return 0


def _sample(options: argparse.Namespace) -> int:
    from musegen.api.sampling import demo_model, sample
    from musegen.progress import Console, Silent

    given = {name: getattr(options, name) for name in _SAMPLE_OPTIONS if getattr(options, name) is not None}
    report_faults()
    tunes = sample(
        options.file or demo_model(),
        options.output,
        seed=options.seed,
        renderers=_renderers(options.to),
        plugins=options.plugin,
        reporter=Silent() if options.quiet else Console(),
        **given,
    )
    valid = sum(tune.valid for tune in tunes)
    print(f"{len(tunes)} tunes, {valid} of them valid, are in {options.output}")
    return 0


def _export(options: argparse.Namespace) -> int:
    from musegen.api.exporting import export

    report_faults()
    made = export(
        options.file,
        options.output,
        options.store,
        vocabulary=options.vocabulary,
        force=options.force,
        plugins=options.plugin,
    )
    print(f"{made.path}: {made.size:,} bytes, {options.file} has {made.source_size:,}")
    return 0


def _compare(options: argparse.Namespace) -> int:
    from musegen.run.comparison import compare

    found = compare(options.first, options.second)
    if options.json:
        print(json.dumps(found.state(), indent=2, ensure_ascii=False))
        return 0
    for warning in found.warnings:
        print(warning, file=sys.stderr)
    print(found)
    return 0


def _render(options: argparse.Namespace) -> int:
    from musegen.api.rendering import render
    from musegen.progress import Console

    report_faults()
    made = render(
        options.files,
        options.output,
        _renderers(options.to),
        reporter=Console(),
        force=options.force,
        plugins=options.plugin,
    )
    failed = f"; failed: {len(made.failed)}" if made.failed else ""
    print(f"tunes rendered to {made.folder}: {made.rendered}{failed}")
    return 1 if made.failed else 0


def _convert(options: argparse.Namespace) -> int:
    from musegen.api.conversion import convert
    from musegen.progress import Lines

    report_faults()
    made = convert(
        options.file,
        options.output,
        tonic=options.key,
        semitones=options.semitones,
        strict=options.strict,
        number=options.tune,
        force=options.force,
        plugins=options.plugin,
        reporter=Lines(tell),
    )
    print(f"{made.path}: {made.tunes} tune{'s' * (made.tunes != 1)}")
    return 0


def _renderers(names: str) -> list[str]:
    return [name.strip() for name in names.split(",") if name.strip()]
