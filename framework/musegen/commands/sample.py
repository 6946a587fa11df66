"""The command ``musegen sample``. The keys of ``[sample]`` are its flags."""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Any, Literal, Union, get_args, get_origin

from musegen.commands.console import print_tunes, report_faults, tell
from musegen.commands.flags import (
    OF_A_MODEL,
    RENDERERS,
    TOO_FEW,
    add_json,
    add_output,
    add_plugin,
    add_quiet,
    renderer_names,
)
from musegen.errors import MusegenError
from musegen.protocols.commands import Command
from musegen.words import counted

if TYPE_CHECKING:
    from pydantic.fields import FieldInfo

    from musegen.api.bulk import Shards

_SHORT = {"tunes": ("-n",)}
_MOST_FILES = 10_000
_MORE = {"prime": " The name of a file, such as jig.abc, stands for its text."}
_PREFIX = "sample."
"""Prefix of the names of these keys, so that none is confused with another flag of the command."""
_RULES = "rules."
"""The same of the keys of ``[sample.rules]``."""


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    from musegen.models.sample_options import Sample, keys_of_models
    from musegen.models.sample_rules import WISHES_OF_FORM, SampleRules
    from musegen.plugins.option_schema import descriptions
    from musegen.plugins.registry import installed_plugins

    parser.add_argument(
        "file",
        type=Path,
        nargs="?",
        metavar="MODEL",
        help="model.safetensors of a run (default: the model that comes with musegen)",
    )
    parser.add_argument("--seed", type=int, help="another number gives other tunes (default: 0)")
    parser.add_argument(
        "--again",
        metavar="TUNES.CSV:NUMBER",
        help="make the tune of this number in a tunes.csv (or in the folder of one) again, into the folder "
        "again unless -o names another; other options change only what they name",
    )
    add_quiet(parser)
    add_json(parser, "the facts of tunes.csv")
    add_plugin(parser, OF_A_MODEL)
    add_output(parser, "tunes")
    parser.set_defaults(output=None, to=None)
    parser.add_argument(
        "--shards",
        metavar="FORM",
        help="write shards of many tunes instead of a file each, as the notation (abc) or as parquet; more "
        f"than {_MOST_FILES:,} tunes are always written so, or with --to tunebook to one file",
    )
    parser.add_argument("--shard-size", type=int, metavar="DRAWS", help="draws in a shard (default: 1000)")
    parser.add_argument(
        "--cluster",
        metavar="ADDRESS",
        help="have the workers of the dask scheduler at this address draw shards, such as tcp://host:8786",
    )
    described = descriptions(Sample)
    parser.add_argument(
        "--list",
        action="store_true",
        help="list the keys, metres and rhythms of the model's training tunes, with their numbers, and write "
        "nothing; each can be given to --key, --metre or --rhythm",
    )
    for name, field in Sample.model_fields.items():
        _add_flag(parser, name, field, described.get(name, "") + _MORE.get(name, ""))
    described, fields = descriptions(SampleRules), SampleRules.model_fields
    _add_flag(parser, "rules", fields["on"], described["on"])
    for name in WISHES_OF_FORM:
        _add_flag(parser, name, fields[name], described[name], _RULES)
    parser.add_argument(
        "--rule",
        action="append",
        metavar="NAME",
        help="a rule of a plugin that every tune has to keep, as a table [[rule]] of a pipeline names it; "
        "may be given several times",
    )
    # The model is not known yet, so there are flags for the keys of every installed model.
    for name, model in keys_of_models(installed_plugins()).items():
        if model.sampling:
            field = model.sampling.model_fields[name]
            _add_flag(parser, name, field, descriptions(model.sampling).get(name, ""))


def _add_flag(
    parser: argparse.ArgumentParser, name: str, field: FieldInfo, description: str, prefix: str = _PREFIX
) -> None:
    """Add a flag for a key, unless its value is a table or list, or the command has a flag of that name."""
    flags = (*_SHORT.get(name, ()), f"--{name.replace('_', '-')}")
    how = _how(name, field.annotation)
    if how is None:
        return
    example = field.examples[0] if field.examples else "\n"
    if field.default not in (None, ""):
        description += f" (default: {field.default})"
    elif "\n" not in str(example):
        description += f" (such as {example})"
    words = " ".join(description.split()).replace("``", "").replace("%", "%%")
    with suppress(argparse.ArgumentError):
        parser.add_argument(*flags, dest=prefix + name, help=words, **how)


def _how(name: str, annotation: Any) -> Mapping[str, Any] | None:
    """Arguments for argparse to read a value of this type; None if a command line cannot give one."""
    kinds = [one for one in get_args(annotation) if one is not NoneType]
    if get_origin(annotation) is Literal:
        return {"type": type(kinds[0]), "choices": kinds}
    if get_origin(annotation) in (Union, UnionType) and len(kinds) == 1:  # it may be left out
        return _how(name, kinds[0])
    if annotation is bool:
        return {"action": argparse.BooleanOptionalAction}
    if annotation in (int, float, str):
        return {"type": annotation, "metavar": name.upper()}
    return None


def _run(options: argparse.Namespace) -> int:
    from musegen.api.sampling import demo_model, sample, sample_again
    from musegen.models.wishes import PRIME
    from musegen.progress import Console, Lines, Renamed

    asked: dict[str, Any] = {
        name.removeprefix(_PREFIX): value
        for name, value in vars(options).items()
        if name.startswith(_PREFIX) and value is not None
    }
    form = {
        name.removeprefix(_RULES): value
        for name, value in vars(options).items()
        if name.startswith(_RULES) and value is not None
    }
    if form:
        asked["rules"] = {**form, "on": asked.get("rules", True)}
    if options.rule:
        asked["rule"] = options.rule
    report_faults()
    if options.list:
        return _list(options)
    asked["plugins"], asked["reporter"] = options.plugin, Lines(tell) if options.quiet else Console()
    if "prime" in asked:
        named, asked["prime"] = asked["prime"], _text(asked["prime"])
        if asked["prime"] != named:
            asked["reporter"] = Renamed(asked["reporter"], f"{PRIME}:", f"{Path(named).name}:")
    many = asked.get("tunes", 0) > _MOST_FILES
    if options.shards or options.shard_size or options.cluster or (many and options.to is None):
        return _run_shards(options, asked)
    asked["renderers"] = renderer_names(RENDERERS if options.to is None else options.to)
    if many:
        return _run_book(options, asked)
    folder = options.output or Path("again" if options.again else "tunes")
    if options.again:
        tunes = sample_again(options.again, folder, model=options.file, seed=options.seed, **asked)
    else:
        tunes = sample(options.file or demo_model(), folder, seed=options.seed or 0, **asked)
    valid = sum(tune.valid for tune in tunes)
    if options.json:
        print_tunes(folder, tunes)
    else:
        print(f"{folder}: {counted(len(tunes), 'tune')}, {valid} of them valid")
    return 0 if valid == len(tunes) or asked.get("keep") == "all" or options.again else TOO_FEW


def _run_shards(options: argparse.Namespace, asked: dict[str, Any]) -> int:
    from musegen.api.bulk import SHARD_SIZE, sample_shards
    from musegen.api.sampling import demo_model
    from musegen.models.sample_options import Sample

    for flag, given in (("--again", options.again), ("--to", options.to)):
        if given is not None:
            raise MusegenError(f"{flag}: does not go with shards of tunes; leave it out")
    tunes = asked.get("tunes", Sample.model_fields["tunes"].default)
    made = sample_shards(
        options.file or demo_model(),
        options.output or Path("tunes"),
        seed=options.seed or 0,
        cluster=options.cluster,
        form=options.shards,
        shard_size=SHARD_SIZE if options.shard_size is None else options.shard_size,
        **{**asked, "tunes": tunes},
    )
    return _told(options, made, tunes)


def _run_book(options: argparse.Namespace, asked: dict[str, Any]) -> int:
    from musegen.api.books import sample_book
    from musegen.api.sampling import demo_model

    if options.again is not None:
        raise MusegenError("--again: does not go with so many tunes; leave it out")
    folder, tunes = options.output or Path("tunes"), asked["tunes"]
    made = sample_book(options.file or demo_model(), folder, seed=options.seed or 0, **asked)
    return _told(options, made, tunes)


def _told(options: argparse.Namespace, made: Shards, tunes: int) -> int:
    """Print what was made. Returns the exit code."""
    if options.json:
        print(json.dumps(made.state(), indent=1, ensure_ascii=False))
    else:
        print(f"{made.folder}: {counted(made.tunes, 'tune')} in {counted(len(made.files), 'file')}")
    return 0 if made.tunes == tunes else TOO_FEW


def _list(options: argparse.Namespace) -> int:
    from musegen.api.sampling import demo_model, open_model

    model = open_model(options.file or demo_model(), plugins=options.plugin)
    known = model.known
    if options.json:
        print(json.dumps({"model": str(model.path), **known}, indent=1, ensure_ascii=False))
        return 0
    for wish, counts in known.items():
        print(f"--{wish}")
        if counts is None:
            print(f"  not known: {model.path} does not tell which its training tunes have")
        for value, count in (counts or {}).items():
            print(f"  {count:>7,}  {value}")
    return 0


def _text(prime: str) -> str:
    """The prime, or the text of the file that it names. Raises MusegenError for a file that is not there."""
    from musegen.bounds import Bounds
    from musegen.inputs import read_file
    from musegen.models.sample_options import names_file

    try:
        if not prime or (not names_file(prime) and not Path(prime).exists()):
            return prime
    except (OSError, ValueError):  # too long for a name, or with a zero in it
        return prime
    try:
        text = read_file(Path(prime), Bounds.TUNE_FILE).decode("utf-8-sig")
    except OSError as error:
        hint = "name a file of text, or give the text itself with its line ends"
        raise MusegenError(f"--prime: {prime}: {error.strerror}; {hint}") from None
    except UnicodeDecodeError:
        raise MusegenError(f"--prime: {prime}: is not text in UTF-8") from None
    return text.replace("\r\n", "\n")


COMMAND = Command("sample", "write new tunes with a trained model", _add_arguments, _run)
