"""The hooks of musegen: those that declare components, one that adds commands, one that observes."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pluggy

from musegen.protocols.commands import Command
from musegen.protocols.component import Component
from musegen.protocols.corpora import CorpusReader
from musegen.protocols.models import ModelTrainer
from musegen.protocols.notations import Notation
from musegen.protocols.renderers import BookRenderer, Renderer
from musegen.protocols.rules import Rule
from musegen.protocols.tokenizers import TokenizerTrainer

API_VERSION = "1.1"
"""Of what plugins rely on: ``musegen.__all__``, ``musegen.testing.__all__`` and the hooks.

The first number rises when a plugin may have to change, the second when there is something new.
"""
NAMESPACE = "musegen"
hookspec = pluggy.HookspecMarker(NAMESPACE)
hookimpl = pluggy.HookimplMarker(NAMESPACE)
"""Marks a function of a plugin as an implementation of the hook whose name it bears."""
KINDS: Mapping[str, str] = {
    "corpus reader": "musegen_corpus_readers",
    "notation": "musegen_notations",
    "tokenizer": "musegen_tokenizers",
    "model": "musegen_models",
    "renderer": "musegen_renderers",
    "rule": "musegen_rules",
}
"""Kind of component -> the hook that declares it."""


@hookspec
def musegen_corpus_readers() -> list[Component[CorpusReader]]:
    """Readers for ``[[corpus]] use = ...``."""


@hookspec
def musegen_notations() -> list[Component[Notation]]:
    """Notations for ``[notation.NAME]``; a tune names the one it is written in."""


@hookspec
def musegen_tokenizers() -> list[Component[TokenizerTrainer]]:
    """Tokenizers for ``[tokenizer] use = ...``."""


@hookspec
def musegen_models() -> list[Component[ModelTrainer]]:
    """Models for ``[model] use = ...``."""


@hookspec
def musegen_renderers() -> list[Component[Renderer | BookRenderer]]:
    """Renderers for ``[[render]] use = ...``."""


@hookspec
def musegen_rules() -> list[Component[Rule]]:
    """Rules for ``[[rule]] use = ...``."""


@hookspec
def musegen_commands() -> list[Command]:
    """Commands for the command line: ``musegen NAME ...``."""


@hookspec
def musegen_stage_finished(stage: str, folder: Path, cached: bool) -> None:
    """A stage of a run has its result in ``folder``, from before (``cached``) or fresh. Do not change it."""
