"""The tables that a pipeline may have, and the options of those that belong to the framework."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import Field

from musegen.corpus.splitting import Split
from musegen.evaluation.settings import Evaluate
from musegen.models.sample_options import Sample
from musegen.options import Options, PathPattern
from musegen.protocols.notations import Prepare


class RunOptions(Options):
    """``[run]``: the folder of the results, and the one seed that everything random depends on."""

    folder: PathPattern = "runs/tunes"
    """Folder for the results, relative to the folder of this file."""
    seed: int = Field(0, ge=0, le=2**31 - 1)
    """Seed of everything random. The same seed, corpus and options give the same tunes."""


class PluginFiles(Options):
    """``[plugins]``: plugins that only this pipeline uses."""

    files: tuple[PathPattern, ...] = ()
    """Python files of plugins, relative to the folder of this file. Their code is run, so name only files
    that you trust."""


SETTINGS: Mapping[str, type[Options]] = {
    "run": RunOptions,
    "plugins": PluginFiles,
    "prepare": Prepare,
    "split": Split,
    "sample": Sample,
    "evaluate": Evaluate,
}
"""Tables whose options belong to the framework, not to a component."""


@dataclass(frozen=True, slots=True)
class UseTable:
    """A kind of table whose key ``use`` names a component."""

    kind: str
    """Kind of the component, one of :data:`musegen.plugins.registry.KINDS`."""
    several: bool = False
    """Whether a pipeline may have more than one such table, as with ``[[render]]``."""
    required: bool = True
    """Whether a pipeline must have one."""


USES: Mapping[str, UseTable] = {
    "corpus": UseTable("corpus reader", several=True),
    "tokenizer": UseTable("tokenizer"),
    "model": UseTable("model"),
    "rule": UseTable("rule", several=True, required=False),
    "render": UseTable("renderer", several=True),
}
"""Tables whose key ``use`` names a component, by the name of the table."""


TABLES = (
    "run",
    "plugins",
    "corpus",
    "notation",
    "prepare",
    "split",
    "tokenizer",
    "model",
    "sample",
    "rule",
    "evaluate",
    "render",
)
"""All tables of a pipeline, in the order in which they are shown."""
