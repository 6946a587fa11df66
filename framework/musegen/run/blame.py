"""Who is to blame: a plugin in one line when it cannot be used, a component beside an exception of a run."""

from __future__ import annotations

from collections.abc import Collection
from traceback import walk_tb
from typing import TYPE_CHECKING

from musegen.plugins.faults import origin

if TYPE_CHECKING:
    from musegen.plugins.registry import Installed

_METHODS = {
    **dict.fromkeys(("sources", "read"), "corpus reader"),
    **dict.fromkeys(("parse", "write", "transpose", "prepare", "body", "key", "header"), "notation"),
    **dict.fromkeys(("guide", "wished", "chord_symbols", "is_field", "bare_text"), "notation"),
    **dict.fromkeys(("encode", "decode", "state"), "tokenizer"),
    **dict.fromkeys(("generate", "nats", "save", "save_as", "read_foreign"), "model"),
    **dict.fromkeys(("render", "render_book"), "renderer"),
    "faults": "rule",
}
"""What the framework calls -> the kind of component that has it; ``train`` and ``load`` two kinds have."""


def name_culprit(error: BaseException, used: Collection[Installed], stage: str) -> None:
    """Note on ``error`` out of which of the components in use it came, if it did, and in which stage."""
    found = _culprits(error, used)
    if found:
        names = " or ".join(f'{one.kind} "{one.component.name}"' for one in found)
        one = found[0]
        by = origin(one.plugin, one.distribution, one.distribution_version)
        error.add_note(f"in {names}, {by}, stage {stage}")


def _culprits(error: BaseException, used: Collection[Installed]) -> list[Installed]:
    """Those whose code the framework had called; of several in one package the one with that method."""
    for frame, _ in walk_tb(error.__traceback__):
        package = _package(frame.f_globals.get("__name__", ""))
        found = [one for one in used if package in _packages(one)]
        if found:
            called = frame.f_code
            built = [one for one in found if getattr(one.component.build, "__code__", None) is called]
            return built or [one for one in found if one.kind == _METHODS.get(called.co_name)] or found
    return []


def _package(module: str) -> str:
    return module.partition(".")[0]


def _packages(one: Installed) -> set[str]:
    """Where a component's code lies: the packages of its options and of its build function."""
    modules = (one.component.options.__module__, getattr(one.component.build, "__module__", ""))
    return {_package(module) for module in modules} - {"musegen", "builtins", ""}
