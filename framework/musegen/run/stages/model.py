"""The stage ``model``: trains the model and keeps its losses."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path

from musegen.bounds import Bounds
from musegen.canonical import JSON
from musegen.inputs import read_file
from musegen.models.encoding import encode_part, encode_transposed
from musegen.models.saved_model import check_about
from musegen.models.tune_model import TuneModel, describe_model, with_places
from musegen.pipeline.plan import Plan
from musegen.plugins.use import Use
from musegen.progress import Progress
from musegen.protocols.models import Dataset, EpochLoss, ModelTrainer, TrainedModel, TrainingJob
from musegen.protocols.sampling import derive_seed
from musegen.run.stage import Stage, Top
from musegen.run.stages.corpus import CorpusStage
from musegen.run.stages.tokenizer import TokenizerStage
from musegen.storage import CHECKPOINTS, RunFolder
from musegen.writing import csv_text, file_digest

MODEL = "model.safetensors"
"""File of the trained model, in the folder of the stage and at the top of a run folder."""
LOSS_TABLE = "loss.csv"
"""Table with the losses of each epoch, at the top of a run folder. :func:`read_loss_table` reads it."""
_STEP_TABLE = "steps.csv"
_LOSSES = "losses.json"


@dataclass(frozen=True)
class Losses:
    """The losses of a training, in nats a token."""

    epochs: tuple[EpochLoss, ...]
    """Losses of each epoch."""
    best_epoch: int
    """Number of the epoch whose weights the model has, from 1."""
    steps: tuple[Sequence[float], ...]
    """Losses of each epoch, step by step; empty if training does not go by steps."""

    @property
    def best(self) -> EpochLoss:
        """The losses of the epoch whose weights the model has."""
        return next(loss for loss in self.epochs if loss.epoch == self.best_epoch)


class ModelStage(Stage):
    """The stage that trains the model of ``[model]``."""

    name = "model"
    table = ("model",)
    version = 4

    def __init__(
        self,
        plan: Plan,
        storage: RunFolder,
        corpus: CorpusStage,
        tokenizer: TokenizerStage,
        use: Use[ModelTrainer],
    ) -> None:
        super().__init__(plan, storage)
        self._corpus, self._tokenizer, self.use = corpus, tokenizer, use

    def depends_on(self) -> dict[str, JSON]:
        """The component, the tokenizer and the seed."""
        return {"component": self.use.inputs, "tokenizer": self._tokenizer.key, "seed": self._seed}

    def build(self, folder: Path, progress: Progress) -> None:
        """Train the model, or continue its training, and save it with its losses. Test tunes are not used."""
        checkpoints = folder / CHECKPOINTS
        checkpoints.mkdir(exist_ok=True)
        logs = self.plan.folder / "logs" / folder.name
        job = TrainingJob(self._seed, checkpoints, progress, self._about, logs)
        trained = self.use.build().train(self._dataset, job)
        trained.model.save(folder / MODEL)
        check_about(trained.model, folder / MODEL, job.about)
        _save_losses(trained, folder)

    def describe(self) -> str:
        """The number of the best epoch."""
        return f"best epoch {self.losses.best_epoch} of {len(self.losses.epochs)}"

    def publish(self, top: Top) -> None:
        """Add the model and the tables of its losses."""
        losses = self.losses
        top.files[MODEL] = self.folder / MODEL
        top.files[LOSS_TABLE] = _loss_table(losses.epochs)
        if losses.steps:
            top.files[_STEP_TABLE] = _step_table(losses.steps)
        top.report["best_epoch"] = losses.best_epoch

    @cached_property
    def model(self) -> TuneModel:
        """The trained model, loaded from its file."""
        path = self.folder / MODEL
        language = self._tokenizer.language
        network = with_places(path, self.use.build().load(path), language)
        return TuneModel(network, language, self.use.component, path, self.plan.plugins, self.digest)

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the trained model's file."""
        return file_digest(self.folder / MODEL)

    @cached_property
    def losses(self) -> Losses:
        """The losses of the training."""
        saved = json.loads((self.folder / _LOSSES).read_text())
        epochs = tuple(EpochLoss(**row) for row in saved["losses"])
        return Losses(epochs, saved["best_epoch"], tuple(saved["steps"]))

    @property
    def _dataset(self) -> Dataset:
        corpus, language = self._corpus.corpus, self._tokenizer.language
        train, validation = (encode_part(corpus, part, language) for part in ("train", "validation"))
        transposed = encode_transposed(self._corpus.transposed, language)
        return Dataset(language.tokenizer.vocabulary, train, validation, transposed, language.places)

    @property
    def _about(self) -> dict[str, JSON]:
        language = self._tokenizer.language
        notation = self.plan.notations[language.notation_name]
        return describe_model(self.use, self.plan.tokenizer, notation, language)

    @property
    def _seed(self) -> int:
        return derive_seed(self.plan.run_options.seed, self.name)


def read_loss_table(folder: Path) -> tuple[EpochLoss, ...]:
    """The losses of each epoch at the top of a run folder.

    Raises OSError, ValueError or KeyError if they cannot be read.
    """
    text = read_file(folder / LOSS_TABLE, Bounds.RUN_FILE).decode()
    return tuple(
        EpochLoss(
            int(row["epoch"]),
            float(row["train"]),
            float(row["validation"]) if row["validation"] else None,
        )
        for row in csv.DictReader(io.StringIO(text, newline=""))
    )


def _loss_table(losses: Sequence[EpochLoss]) -> bytes:
    rows = [["epoch", "train", "validation"]]
    for loss in losses:
        validation = "" if loss.validation is None else repr(loss.validation)
        rows.append([str(loss.epoch), repr(loss.train), validation])
    return csv_text(rows)


def _step_table(epochs: Sequence[Sequence[float]]) -> bytes:
    rows = [["step", "epoch", "train"]]
    for epoch, losses in enumerate(epochs, 1):
        rows += [[str(step), str(epoch), f"{loss:.6g}"] for step, loss in enumerate(losses, len(rows))]
    return csv_text(rows)


def _save_losses(trained: TrainedModel, folder: Path) -> None:
    losses = {
        "best_epoch": trained.best_epoch,
        "losses": [asdict(loss) for loss in trained.losses],
        "steps": [list(epoch) for epoch in trained.steps],
    }
    (folder / _LOSSES).write_text(json.dumps(losses, indent=1) + "\n")
