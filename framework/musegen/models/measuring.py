"""Measuring of a run's model and the baselines on each part. Nothing else shows test tunes to a model."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from musegen.canonical import JSON
from musegen.corpus.corpus import PARTS, Corpus
from musegen.models.losses import Scale, TuneLoss, figures, part_tunes
from musegen.models.tune_model import TuneModel
from musegen.plugins.installed import Installed
from musegen.plugins.registry import Plugins
from musegen.protocols.models import LanguageModel
from musegen.writing import csv_text


@dataclass(frozen=True, slots=True)
class Baseline:
    """A baseline: a simple model that every run is compared with. An installed model declares it."""

    name: str
    installed: Installed
    """Model that declares it."""
    options: Mapping[str, JSON]
    """Options that make it."""


def baselines(plugins: Plugins) -> list[Baseline]:
    """The baselines that installed models declare."""
    return [
        Baseline(name, each, options)
        for each in plugins
        if each.kind == "model"
        for name, options in each.component.baselines.items()
    ]


@dataclass(frozen=True)
class Measured:
    """The figures of one run."""

    figures: Mapping[str, float | None]
    """Figures by their names in ``run.json``: ``test_nats``, ``ngram_nats``, ... (docs/training.md)."""
    test_csv: bytes
    """Content of ``test.csv``: a line for each test tune, for ``musegen compare``."""


def measure(
    model: TuneModel,
    lines: Mapping[str, Callable[[], LanguageModel]],
    corpus: Corpus,
    say: Callable[[str], None],
) -> Measured:
    """The figures of the model on every part, and of the baselines on validation and test.

    ``lines``: a function for each baseline, by its name, that loads it. A baseline that fails is left out,
    and ``say`` gets a line with the reason.
    """
    language = model.language
    scales = {part: Scale(part_tunes(corpus, part), language) for part in PARTS}
    found: dict[str, float | None] = {}
    for part, scale in scales.items():
        losses = scale.losses(model.network)
        found |= {f"{part}_{name}": value for name, value in figures(losses).items()}
    tests = {"": losses}
    for name, load in lines.items():
        try:
            loaded = load()
            validation, test = (scales[part].losses(loaded) for part in ("validation", "test"))
        except Exception as error:
            say(failure(name, error))
            continue
        tests[f"{name}_"] = test
        found |= {f"{name}_{figure}": value for figure, value in figures(test).items()}
        found |= {f"{name}_validation_{figure}": value for figure, value in figures(validation).items()}
    return Measured(found, _test_csv(corpus, tests))


def failure(name: str, error: Exception) -> str:
    """The message about a baseline that failed."""
    cause = (str(error) or type(error).__name__).splitlines()[0]
    return f"{name}: this baseline, a simple model to compare with, is left out ({cause})"


def _test_csv(corpus: Corpus, tests: Mapping[str, list[TuneLoss]]) -> bytes:
    shared = ["source", "title", "group", "melody", "tokens", "notes"]
    table = [[*shared, *(f"{line}{column}" for line in tests for column in ("nats", "body_nats"))]]
    rows = zip(corpus.tunes, corpus.parts, corpus.groups, corpus.melodies, strict=True)
    held_out = [row for row in rows if row[1] == "test"]
    for (tune, _, group, melody), *losses in zip(held_out, *tests.values(), strict=True):
        first = losses[0]
        notes = first.notes if first.told else 0
        figures = [repr(value) for loss in losses for value in (loss.nats, loss.body_nats)]
        source = corpus.tunes[group].source
        table.append([tune.source, tune.title, source, melody, str(first.tokens), str(notes), *figures])
    return csv_text(table)
