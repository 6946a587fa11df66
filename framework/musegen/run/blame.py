"""Blame: finds the component whose code raised an exception during a run."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import cache
from inspect import isfunction
from traceback import walk_tb
from typing import TYPE_CHECKING

from musegen.plugins.faults import origin
from musegen.protocols.corpora import CorpusReader
from musegen.protocols.models import ForeignModels, LanguageModel, ModelTrainer, StorableModel
from musegen.protocols.notations import (
    ChordedNotation,
    HeadedNotation,
    Notation,
    PreparingNotation,
    TransposingNotation,
)
from musegen.protocols.renderers import BookRenderer, Renderer
from musegen.protocols.rules import Rule
from musegen.protocols.tokenizers import Tokenizer, TokenizerTrainer

if TYPE_CHECKING:
    from musegen.plugins.installed import Installed

_PROTOCOLS: Mapping[str, tuple[type, ...]] = {
    "corpus reader": (CorpusReader,),
    "notation": (Notation, HeadedNotation, PreparingNotation, TransposingNotation, ChordedNotation),
    "tokenizer": (TokenizerTrainer, Tokenizer),
    "model": (ModelTrainer, LanguageModel, StorableModel, ForeignModels),
    "renderer": (Renderer, BookRenderer),
    "rule": (Rule,),
}
"""Protocols of the objects that components of each kind build, and of the objects that these make."""


@cache
def _kinds_by_method() -> Mapping[str, str]:
    """The kind of component that has each method of the protocols. Methods of two kinds are left out."""
    kinds: dict[str, set[str]] = {}
    for kind, protocols in _PROTOCOLS.items():
        for protocol in protocols:
            for name, member in vars(protocol).items():
                if isfunction(member) and not name.startswith("_"):
                    kinds.setdefault(name, set()).add(kind)
    return {name: next(iter(found)) for name, found in kinds.items() if len(found) == 1}


def name_culprit(error: BaseException, used: Collection[Installed], stage: str) -> None:
    """Add a note to ``error`` that names the component that it came from and the stage, if there is one."""
    found = _culprits(error, used)
    if found:
        names = " or ".join(f'{one.kind} "{one.component.name}"' for one in found)
        one = found[0]
        by = origin(one.plugin, one.distribution, one.distribution_version)
        error.add_note(f"in {names}, {by}, stage {stage}")


def _culprits(error: BaseException, used: Collection[Installed]) -> list[Installed]:
    """The components whose code raised the error. Of several in one package, the one with that method."""
    for frame, _ in walk_tb(error.__traceback__):
        package = _package(frame.f_globals.get("__name__", ""))
        found = [one for one in used if package in _packages(one)]
        if found:
            called = frame.f_code
            built = [one for one in found if getattr(one.component.build, "__code__", None) is called]
            kind = _kinds_by_method().get(called.co_name)
            return built or [one for one in found if one.kind == kind] or found
    return []


def _package(module: str) -> str:
    return module.partition(".")[0]


def _packages(one: Installed) -> set[str]:
    """The packages with a component's code: those of its options and of its build function."""
    modules = (one.component.options.__module__, getattr(one.component.build, "__module__", ""))
    return {_package(module) for module in modules} - {"musegen", "builtins", ""}
