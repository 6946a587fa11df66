"""The hooks of musegen: seven that declare components, one that adds commands, and one that observes runs."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pluggy

from musegen.protocols.commands import Command
from musegen.protocols.component import Component
from musegen.protocols.corpora import CorpusReader
from musegen.protocols.measures import Measure
from musegen.protocols.models import ModelTrainer
from musegen.protocols.notations import Notation
from musegen.protocols.renderers import BookRenderer, Renderer
from musegen.protocols.rules import Rule
from musegen.protocols.tokenizers import TokenizerTrainer

API_VERSION = "1.5"
"""Version of the plugin API: of the names in ``musegen.__all__`` and ``musegen.testing.__all__``, and the
hooks.

The first number rises when plugins may have to change, the second when something is added.
"""
NAMESPACE = "musegen"
hookspec = pluggy.HookspecMarker(NAMESPACE)
hookimpl = pluggy.HookimplMarker(NAMESPACE)
"""Decorator that marks a function of a plugin as an implementation of the hook with the same name."""
KINDS: Mapping[str, str] = {
    "corpus reader": "musegen_corpus_readers",
    "notation": "musegen_notations",
    "tokenizer": "musegen_tokenizers",
    "model": "musegen_models",
    "renderer": "musegen_renderers",
    "rule": "musegen_rules",
    "measure": "musegen_measures",
}
"""The hook that declares components of each kind."""


@hookspec
def musegen_corpus_readers() -> list[Component[CorpusReader]]:
    """Return the corpus readers of the plugin, which pipelines name in ``[[corpus]] use = ...``."""


@hookspec
def musegen_notations() -> list[Component[Notation]]:
    """Return the notations of the plugin. A tune names its notation; ``[notation.NAME]`` has its options."""


@hookspec
def musegen_tokenizers() -> list[Component[TokenizerTrainer]]:
    """Return the tokenizers of the plugin, which pipelines name in ``[tokenizer] use = ...``."""


@hookspec
def musegen_models() -> list[Component[ModelTrainer]]:
    """Return the models of the plugin, which pipelines name in ``[model] use = ...``."""


@hookspec
def musegen_renderers() -> list[Component[Renderer | BookRenderer]]:
    """Return the renderers of the plugin, which pipelines name in ``[[render]] use = ...``."""


@hookspec
def musegen_rules() -> list[Component[Rule]]:
    """Return the rules of the plugin, which pipelines name in ``[[rule]] use = ...``."""


@hookspec
def musegen_measures() -> list[Component[Measure]]:
    """Return the measures of the plugin, by which ``musegen evaluate`` compares tunes."""


@hookspec
def musegen_commands() -> list[Command]:
    """Return the commands that the plugin adds to the command line: ``musegen NAME ...``."""


@hookspec
def musegen_stage_finished(stage: str, folder: Path, cached: bool) -> None:
    """Called when a stage of a run has its result in ``folder``. Do not change the folder.

    ``cached`` is True for a result of an earlier run, and False for one that was just made.
    """
