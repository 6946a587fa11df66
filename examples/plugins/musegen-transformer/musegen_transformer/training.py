"""Trains a transformer: batches of tunes of similar length, Adam, a checkpoint after each epoch."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import safetensors
import safetensors.numpy

from musegen import Dataset, EpochLoss, ModelError, Tokens, TrainedModel, TrainingJob, derive_seed
from musegen_transformer.model import TransformerModel
from musegen_transformer.network import Array, Parameters, Shape, gradients, initial
from musegen_transformer.plugin import TransformerOptions

_DECAY, _CLIP, _WARM_UP, _LEAST = 0.02, 1.0, 50, 0.05
_BETAS = (0.9, 0.98)


@dataclass
class _State:
    """The state of a training between two epochs: everything that the next one depends on."""

    parameters: Parameters
    means: Parameters
    squares: Parameters
    best: Parameters
    losses: list[EpochLoss]
    best_epoch: int = 0
    steps: int = 0

    def save(self, path: Path) -> None:
        """Replace the file in one step, so that an interruption leaves the old one or the new one."""
        groups = {"p": self.parameters, "m": self.means, "s": self.squares, "b": self.best}
        tensors = {f"{key}/{name}": array for key, group in groups.items() for name, array in group.items()}
        about = {
            "losses": [asdict(loss) for loss in self.losses],
            "best_epoch": self.best_epoch,
            "steps": self.steps,
        }
        partial = path.with_suffix(".partial")
        partial.write_bytes(safetensors.numpy.save(tensors, {"state": json.dumps(about)}))
        partial.replace(path)

    @classmethod
    def load(cls, path: Path) -> _State:
        """The saved checkpoint."""
        with safetensors.safe_open(path, "np") as file:
            about = json.loads(file.metadata()["state"])
            groups: dict[str, Parameters] = {key: {} for key in "pmsb"}
            names = file.keys()
            for name in names:
                group, _, rest = name.partition("/")
                groups[group][rest] = file.get_tensor(name)
        losses = [EpochLoss(**loss) for loss in about["losses"]]
        return cls(
            groups["p"], groups["m"], groups["s"], groups["b"], losses, about["best_epoch"], about["steps"]
        )


class TransformerTrainer:
    """Trains and loads transformers."""

    def __init__(self, options: TransformerOptions) -> None:
        self._options = options

    def train(self, dataset: Dataset, job: TrainingJob) -> TrainedModel:
        """The model of the epoch with the lowest validation loss; without validation tunes, of the last.

        Raises ModelError without tunes, and where the loss stops being finite.
        """
        if not dataset.train:
            raise ModelError("no tune to learn from")
        options, vocabulary = self._options, dataset.vocabulary
        shape = Shape(len(vocabulary), options.layers, options.width, options.heads, options.context)
        file = job.checkpoints / "state.safetensors"
        state = _State.load(file) if file.is_file() else _begin(shape, job.seed)
        pieces = _pieces(dataset.train, options.context)
        done = len(state.losses)
        batches = math.ceil(len(pieces) / options.batch)
        for epoch in range(done + 1, options.epochs + 1):
            train = self._epoch(shape, state, pieces, epoch, batches, job)
            model = TransformerModel(shape, state.parameters, vocabulary, job.about)
            validation = None
            if dataset.validation:
                validation = float(np.concatenate(model.nats(dataset.validation)).mean())
            if not math.isfinite(train):
                raise ModelError(f"the loss is no longer finite in epoch {epoch}; lower learning_rate")
            earlier = [loss.validation for loss in state.losses if loss.validation is not None]
            if validation is None or not earlier or validation < min(earlier):
                state.best, state.best_epoch = dict(state.parameters), epoch
            state.losses.append(EpochLoss(epoch, train, validation))
            state.save(file)
        best = TransformerModel(shape, state.best, vocabulary, job.about)
        return TrainedModel(best, tuple(state.losses), state.best_epoch)

    def _epoch(
        self,
        shape: Shape,
        state: _State,
        pieces: Sequence[Tokens],
        epoch: int,
        batches: int,
        job: TrainingJob,
    ) -> float:
        """Train one epoch; returns the nats a token of the pieces, each as it was when it was learned."""
        options, total, predicted = self._options, 0.0, 0
        rng = np.random.default_rng(derive_seed(job.seed, "epoch", epoch))
        # Pieces of similar length stand side by side, but other ones in every epoch.
        order = np.argsort([len(piece) * rng.uniform(0.9, 1.1) for piece in pieces], kind="stable")
        for number, batch in enumerate(rng.permutation(batches)):
            chosen = [pieces[i] for i in order[batch * options.batch : (batch + 1) * options.batch]]
            tokens, targets, weights = _filled(chosen)
            nats, slopes = gradients(shape, state.parameters, tokens, targets, weights)
            rate = options.learning_rate * _rate(state.steps, batches * options.epochs)
            _adam(state, slopes, rate)
            total += nats
            predicted += int(weights.sum())
            job.progress.advance(
                (epoch - 1) * batches + number + 1,
                options.epochs * batches,
                f"epoch {epoch}, loss {total / predicted:.3f}",
            )
        return total / predicted

    def load(self, path: Path) -> TransformerModel:
        """A saved model. Raises ArtifactError for a file that is not a transformer."""
        return TransformerModel.load(path)


def _begin(shape: Shape, seed: int) -> _State:
    parameters = initial(shape, derive_seed(seed, "parameters"))
    means, squares = ({name: np.zeros_like(array) for name, array in parameters.items()} for _ in range(2))
    return _State(parameters, means, squares, dict(parameters), [])


def _pieces(tunes: Sequence[Tokens], context: int) -> list[Tokens]:
    """The tunes in pieces of at most context + 1 tokens; the last token of one is the first of the next."""
    return [tune[at : at + context + 1] for tune in tunes for at in range(0, len(tune) - 1, context)]


def _filled(pieces: Sequence[Tokens]) -> tuple[Tokens, Tokens, Array]:
    """Tokens, the ones that follow, and weights that are 1 where there is one: (B, T) each, padded with 0."""
    shape = len(pieces), max(len(piece) for piece in pieces) - 1
    tokens, targets = np.zeros(shape, np.int32), np.zeros(shape, np.int32)
    weights = np.zeros(shape, np.float32)
    for row, piece in enumerate(pieces):
        tokens[row, : len(piece) - 1], targets[row, : len(piece) - 1] = piece[:-1], piece[1:]
        weights[row, : len(piece) - 1] = 1
    return tokens, targets, weights


def _rate(step: int, steps: int) -> float:
    """Share of the highest learning rate: it goes up in a line, then down along a cosine."""
    falling = _LEAST + (1 - _LEAST) * 0.5 * (1 + math.cos(math.pi * step / steps))
    return min((step + 1) / _WARM_UP, 1.0) * falling


def _adam(state: _State, slopes: Parameters, rate: float) -> None:
    """Take one step of Adam (Kingma & Ba 2015) with decoupled decay (Loshchilov & Hutter 2019).

    A gradient of a norm above 1 is cut to it.
    """
    state.steps += 1
    length = math.sqrt(sum(float(np.vdot(slope, slope)) for slope in slopes.values()))
    scale = np.float32(min(1.0, _CLIP / max(length, 1e-12)))
    first, second = _BETAS
    for name, slope in slopes.items():
        slope = slope * scale
        state.means[name] = mean = np.float32(first) * state.means[name] + np.float32(1 - first) * slope
        square = np.float32(second) * state.squares[name] + np.float32(1 - second) * slope * slope
        state.squares[name] = square
        change = (mean / np.float32(1 - first**state.steps)) / (
            np.sqrt(square / np.float32(1 - second**state.steps)) + np.float32(1e-8)
        )
        if slope.ndim > 1:
            change = change + np.float32(_DECAY) * state.parameters[name]
        state.parameters[name] = state.parameters[name] - np.float32(rate) * change
