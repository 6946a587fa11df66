"""The stage ``figures``: the losses of the models on each part, and the picture of the training."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from musegen.canonical import JSON
from musegen.corpus.corpus import PARTS
from musegen.models.measuring import measure
from musegen.pipeline.plan import Plan
from musegen.plotting import can_plot
from musegen.progress import Progress
from musegen.run.plot import plot_losses
from musegen.run.stage import Stage, Top
from musegen.run.stages.baselines import Baselines
from musegen.run.stages.corpus import CorpusStage
from musegen.run.stages.model import ModelStage
from musegen.storage import RunFolder

PICTURE = "loss.png"
"""Picture of the training, at the top of a run folder if matplotlib is installed."""
TEST_TABLE = "test.csv"
"""Table with the figures of each test tune, at the top of a run folder."""
_FIGURES = "figures.json"


class FiguresStage(Stage):
    """The stage that measures the saved models. No other stage shows the test tunes to a model.

    It loads the models with the code that new tunes are drawn with.
    """

    name = "figures"
    version = 3

    def __init__(
        self, plan: Plan, storage: RunFolder, corpus: CorpusStage, model: ModelStage, baselines: Baselines
    ) -> None:
        super().__init__(plan, storage)
        self._corpus, self._model, self._baselines = corpus, model, baselines

    def depends_on(self) -> dict[str, JSON]:
        """The models, and whether a picture can be drawn."""
        return {
            "model": self._model.key,
            "baselines": {name: stage.folder.name for name, stage in self._baselines.trained.items()},
            "picture": can_plot(),
        }

    def build(self, folder: Path, progress: Progress) -> None:
        """Measure every model and draw the picture."""
        lines = {name: lambda s=stage: s.model.network for name, stage in self._baselines.trained.items()}
        measured = measure(self._model.model, lines, self._corpus.corpus, progress.say)
        (folder / _FIGURES).write_text(json.dumps(measured.figures, indent=1) + "\n")
        (folder / TEST_TABLE).write_bytes(measured.test_csv)
        if can_plot():
            losses = self._model.losses
            levels = {name: measured.figures.get(f"{name}_validation_nats") for name in lines}
            drawn = {name: level for name, level in levels.items() if level is not None}
            picture = plot_losses(losses.epochs, losses.best_epoch, drawn, losses.steps)
            (folder / PICTURE).write_bytes(picture)

    def describe(self) -> str:
        """The losses on each part in nats a token and bits a note, with those of the baselines."""
        figures, said = self._figures, []
        for unit, name in (("nats", "loss in nats a token"), ("bits_a_note", "in bits a note")):
            parts = [(part, figures[f"{part}_{unit}"]) for part in PARTS]
            lines = [(line, figures.get(f"{line}_{unit}")) for line in self._baselines.trained]
            shown, beside = (
                ", ".join(f"{each} {value:.3f}" for each, value in values if value is not None)
                for values in (parts, lines)
            )
            if shown:
                said.append(f"{name}: {shown}" + (f" (baselines {beside})" if beside else ""))
        return "; ".join(said)

    def publish(self, top: Top) -> None:
        """Add the figures, those of each test tune, and the picture if it could be drawn."""
        top.files[TEST_TABLE] = self.folder / TEST_TABLE
        if (self.folder / PICTURE).exists():
            top.files[PICTURE] = self.folder / PICTURE
        else:
            top.remarks.append(f'{PICTURE} is not drawn: it needs matplotlib; pip install "musegen[plot]"')
        top.report |= self._figures

    @property
    def _figures(self) -> Mapping[str, float | None]:
        figures: Mapping[str, float | None] = json.loads((self.folder / _FIGURES).read_text())
        return figures
