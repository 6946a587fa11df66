"""The command ``musegen sample``. The keys of ``[sample]`` are its flags."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Any, Literal, Union, get_args, get_origin

from musegen.commands.console import report_faults
from musegen.commands.flags import OF_A_MODEL, add_output, add_plugin, add_quiet, renderer_names
from musegen.protocols.commands import Command
from musegen.words import counted

if TYPE_CHECKING:
    from pydantic.fields import FieldInfo

_SHORT = {"tunes": ("-n",)}
_PREFIX = "sample."
"""Prefix of the names of these keys, so that none is confused with another flag of the command."""


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    from musegen.models.sample_options import Sample, keys_of_models
    from musegen.plugins.option_schema import descriptions
    from musegen.plugins.registry import installed_plugins

    parser.add_argument(
        "file",
        type=Path,
        nargs="?",
        metavar="MODEL",
        help="model.safetensors of a run (default: the model that comes with musegen)",
    )
    parser.add_argument("--seed", type=int, default=0, help="another number gives other tunes (default: 0)")
    add_quiet(parser)
    add_plugin(parser, OF_A_MODEL)
    add_output(parser, "tunes")
    described = descriptions(Sample)
    for name, field in Sample.model_fields.items():
        _add_flag(parser, name, field, described.get(name, ""))
    # The model is not known yet, so there are flags for the keys of every installed model.
    for name, model in keys_of_models(installed_plugins()).items():
        if model.sampling:
            field = model.sampling.model_fields[name]
            _add_flag(parser, name, field, descriptions(model.sampling).get(name, ""))


def _add_flag(parser: argparse.ArgumentParser, name: str, field: FieldInfo, description: str) -> None:
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
        parser.add_argument(*flags, dest=_PREFIX + name, help=words, **how)


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
    from musegen.api.sampling import demo_model, sample
    from musegen.progress import Console, Silent

    asked = {
        name.removeprefix(_PREFIX): value
        for name, value in vars(options).items()
        if name.startswith(_PREFIX) and value is not None
    }
    report_faults()
    tunes = sample(
        options.file or demo_model(),
        options.output,
        seed=options.seed,
        renderers=renderer_names(options.to),
        plugins=options.plugin,
        reporter=Silent() if options.quiet else Console(),
        **asked,
    )
    valid = sum(tune.valid for tune in tunes)
    print(f"{options.output}: {counted(len(tunes), 'tune')}, {valid} of them valid")
    return 0


COMMAND = Command("sample", "write new tunes with a trained model", _add_arguments, _run)
