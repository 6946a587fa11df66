"""The stage ``evaluate``: draws tunes without choosing among them, and holds them against the test tunes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from musegen.canonical import JSON
from musegen.evaluation.classifier import can_classify
from musegen.evaluation.corpora import held_out
from musegen.evaluation.evaluation import evaluate_tunes
from musegen.evaluation.files import PAGE, REPORT, TABLE, write_evaluation
from musegen.evaluation.measures import all_measures, measures_identity
from musegen.evaluation.settings import Evaluate, unselected
from musegen.evaluation.tunes import TuneSet
from musegen.models.raw_draws import save_draws
from musegen.pipeline.plan import Plan
from musegen.plotting import can_plot
from musegen.progress import Progress
from musegen.run.stage import Stage, Top
from musegen.run.stages.corpus import CorpusStage
from musegen.run.stages.melodies import MelodiesStage
from musegen.run.stages.model import ModelStage
from musegen.run.stages.sample import DRAWS
from musegen.storage import RunFolder


class EvaluateStage(Stage):
    """The stage that measures the music of a run's model, where ``[evaluate]`` asks for it."""

    name = "evaluate"
    table = ("evaluate",)
    version = 2

    def __init__(
        self,
        plan: Plan,
        storage: RunFolder,
        corpus: CorpusStage,
        melodies: MelodiesStage,
        model: ModelStage,
        options: Evaluate,
    ) -> None:
        super().__init__(plan, storage)
        self._corpus, self._melodies, self._model, self._options = corpus, melodies, model, options

    def depends_on(self) -> dict[str, JSON]:
        """The model, the options of both tables, the seed, the rules, the measures, and what is installed."""
        return {
            "model": self._model.key,
            "options": self._options.model_dump(mode="json"),
            "sample": unselected(self.plan.sample, self._options).model_dump(mode="json"),
            "seed": self.plan.run_options.seed,
            "rules": [use.inputs for use in self.plan.rules],
            "measures": measures_identity(self.plan.plugins),
            "classifier": can_classify(),
            "pictures": can_plot(),
        }

    def build(self, folder: Path, progress: Progress) -> None:
        """Draw the tunes and evaluate them."""
        plan, corpus, notation = self.plan, self._corpus.corpus, self._corpus.notation
        rules, seed = [use.build() for use in plan.rules], plan.run_options.seed
        asked = unselected(plan.sample, self._options)
        draws = self._model.model.compose(asked, seed, progress.advance, rules).draws
        save_draws(draws, folder / DRAWS)
        name = plan.run_options.folder
        found = evaluate_tunes(
            TuneSet.drawn(f"{name} (all draws at temperature {self._options.temperature:g})", draws),
            held_out(corpus, notation, "test", plan.sample.valid, name),
            all_measures(plan.plugins),
            self._melodies.index,
            seed=seed,
            advance=progress.advance,
        )
        for remark in found.remarks:
            progress.say(remark)
        write_evaluation(found, folder)

    def describe(self) -> str:
        """The AUC of the classifier with its floor, and the number of descriptors within theirs."""
        classifier, within = self._report["classifier"], self._report["descriptors_within"]
        said = f"{within['within']} of {within['of']} descriptors within the distance of real tunes"
        if classifier is None:
            return said
        floor = classifier["real_against_real"]["median"]
        beside = "" if floor is None else f" (real against real {floor:.3f})"
        return f"told from real tunes with AUC {classifier['auc']['value']:.3f}{beside}; {said}"

    def publish(self, top: Top) -> None:
        """Add the table of tunes and the page, and the figures of all tunes together."""
        for name in (REPORT, TABLE, PAGE):
            top.files[name] = self.folder / name
        top.report["evaluation"] = {
            name: self._report[name]
            for name in (
                "new",
                "real",
                "validity",
                "classifier",
                "giveaways",
                "descriptors_within",
                "originality",
            )
        }

    @property
    def _report(self) -> Mapping[str, Any]:
        report: Mapping[str, Any] = json.loads((self.folder / REPORT).read_text("utf-8"))
        return report
