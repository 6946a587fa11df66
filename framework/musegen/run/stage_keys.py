"""What the result of each stage depends on: the values that its key is a digest of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from musegen.canonical import JSON, content_key
from musegen.errors import CorpusError
from musegen.models.saved_model import describe_component
from musegen.options import Options
from musegen.pipeline.plan import Plan, Use
from musegen.protocols.component import Component
from musegen.protocols.corpora import CorpusReader
from musegen.protocols.models import ModelTrainer
from musegen.protocols.sampling import derive_seed
from musegen.run.plot import can_plot
from musegen.writing import file_digest

_VERSIONS = {"corpus": 3, "tokenizer": 1, "baseline": 1, "model": 3, "figures": 2, "sample": 1, "render": 1}
"""Raised when the framework's own part of a stage gives another result for the same input."""

Inputs = dict[str, JSON]


def corpus_inputs(plan: Plan, readers: Iterable[CorpusReader]) -> Inputs:
    """A source counts by its content, not its place. Raises CorpusError where a given split is not there."""
    sources: list[JSON] = []
    for reader in readers:
        sources.extend([path.name, file_digest(path)] for path in reader.sources())
    return {
        "stage": ["corpus", _VERSIONS["corpus"]],
        "readers": [describe_use(use) for use in plan.corpus],
        "notations": [describe_use(use) for use in plan.notations.values()],
        "sources": sources,
        "prepare": options_json(plan.prepare),
        "split": [options_json(plan.split), *_split_file(plan)],
        "seed": derive_seed(plan.run_options.seed, "corpus"),
    }


def tokenizer_inputs(plan: Plan, corpus: str) -> Inputs:
    """``corpus``: the key of that stage's result; so too below."""
    return _component_inputs("tokenizer", plan.tokenizer, "corpus", corpus)


def model_inputs(plan: Plan, use: Use[ModelTrainer], tokenizer: str, stage: str = "model") -> Inputs:
    """Those of the run's own model, or of a ``baseline``."""
    seed = derive_seed(plan.run_options.seed, stage)
    return {**_component_inputs(stage, use, "tokenizer", tokenizer), "seed": seed}


def figures_inputs(model: str, baselines: Mapping[str, str]) -> Inputs:
    """``baselines``: name to where its model is."""
    return {
        "stage": ["figures", _VERSIONS["figures"]],
        "model": model,
        "baselines": dict(baselines),
        "picture": can_plot(),
    }


def sample_inputs(plan: Plan, tokenizer: str) -> Inputs:
    """Known before the model is trained."""
    return {
        "stage": ["sample", _VERSIONS["sample"]],
        "model": content_key(model_inputs(plan, plan.model, tokenizer)),
        "options": options_json(plan.sample),
        "seed": plan.run_options.seed,
        **({"rules": [describe_use(use) for use in plan.rules]} if plan.rules else {}),
    }


def render_inputs(plan: Plan, sample: str) -> Inputs:
    """Each renderer with its options."""
    return {
        "stage": ["render", _VERSIONS["render"]],
        "renderers": [describe_use(use) for use in plan.render],
        "sample": sample,
    }


def options_json(options: Options) -> Inputs:
    """Options as JSON, defaults included."""
    return options.model_dump(mode="json")


def describe_use(use: Use[Any]) -> Inputs:
    """What of a component counts in cache keys; of a plugin that is one file its content too."""
    component: Component[Any] = use.component
    file = use.installed.file if use.installed else None
    code: Inputs = {"code": file.digest} if file else {}
    return describe_component(component.name, component.version, options=options_json(use.options), **code)


def _component_inputs(stage: str, use: Use[Any], after: str, key: str) -> Inputs:
    return {"stage": [stage, _VERSIONS[stage]], "component": describe_use(use), after: key}


def _split_file(plan: Plan) -> list[str]:
    """The digest of the split that is given, if one is."""
    file = plan.split.file
    if file is None:
        return []
    if not Path(file).is_file():
        raise CorpusError(f"{file}: no such file; [split] file names a split.csv of an earlier run")
    return [file_digest(Path(file))]
