"""Training with Keras. Nothing else imports TensorFlow.

Everything random is a function of (seed, epoch), so that an epoch depends on nothing but the checkpoint
before it: the order of tunes, and the masks of dropout, whose generators no checkpoint keeps.
"""

from __future__ import annotations

import math
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray

from musegen import Dataset, EpochLoss, ModelError, TrainingJob, derive_seed
from musegen_keras.batches import PADDING, Batch, Schedule, count_pieces
from musegen_keras.checkpoint import Checkpoint, fingerprint
from musegen_keras.options import KerasLSTMOptions
from musegen_keras.weights import lstm_weights
from musegen_sampling import LSTMWeights


@contextmanager
def _without_stderr() -> Iterator[None]:
    """Importing TensorFlow prints about missing GPUs before any log level counts."""
    sys.stderr.flush()
    kept, nothing = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nothing, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nothing)


# Both are read when the libraries are imported, here for the first time.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ["KERAS_BACKEND"] = "tensorflow"
with _without_stderr():
    import keras
    import tensorflow as tf

_CLIP = 1.0
"""Greatest norm of a gradient."""
_WEIGHT_DECAY = 0.01


def train(
    options: KerasLSTMOptions, dataset: Dataset, job: TrainingJob
) -> tuple[LSTMWeights, tuple[EpochLoss, ...], int]:
    """The weights of the best epoch, the losses of all, and which was best."""
    if keras.backend.backend() != "tensorflow":
        raise ModelError(f"Keras runs on {keras.backend.backend()}; set KERAS_BACKEND=tensorflow")
    tf.config.experimental.enable_op_determinism()
    try:
        network = _Network(options, dataset, job.seed)
        state = _Training(options, dataset, job, network).run()
    except tf.errors.ResourceExhaustedError as error:
        raise ModelError(
            "model: the memory does not suffice; make units, embedding, batch or sequence smaller"
        ) from error
    return lstm_weights(state.best, dataset.vocabulary), state.losses, state.best_epoch


class _Training:
    """Epochs, checkpoints and the choice of the best one."""

    def __init__(
        self, options: KerasLSTMOptions, dataset: Dataset, job: TrainingJob, network: _Network
    ) -> None:
        self._options, self._dataset, self._job, self._network = options, dataset, job, network
        self._path = job.checkpoints / "training.safetensors"
        self._fingerprint = fingerprint(options.model_dump_json(), job.seed, dataset)
        self._pieces = sum(count_pieces(tune, network.steps) for tune in dataset.train)

    def run(self) -> Checkpoint:
        """Train, from where the last attempt was interrupted, to the end."""
        state = self._resume()
        while not self._finished(state):
            state = self._epoch(state)
            state.save(self._path, self._fingerprint)
            self._report(state.epoch, self._pieces, state)
        return state

    def _resume(self) -> Checkpoint:
        weights, optimizer = self._network.state()
        fresh = Checkpoint(weights, optimizer, weights, 0, ())
        if not self._path.exists():
            return fresh
        try:
            state = Checkpoint.load(self._path, self._fingerprint)
            if not state.like(fresh):
                raise ValueError("it is of another model")
        except (ValueError, OSError) as error:
            self._job.progress.say(f"{self._path}: not used, training starts anew: {error}")
            return fresh
        self._job.progress.say(f"resuming after epoch {state.epoch}")
        self._network.restore(state.weights, state.optimizer)
        return state

    def _finished(self, state: Checkpoint) -> bool:
        patience, waited = self._options.patience, state.epoch - state.best_epoch
        out_of_patience = bool(patience and self._dataset.validation and waited >= patience)
        return state.epoch >= self._options.epochs or (state.epoch > 0 and out_of_patience)

    def _epoch(self, state: Checkpoint) -> Checkpoint:
        epoch, network = state.epoch + 1, self._network
        schedule = Schedule(
            self._dataset.train, network.rows, network.steps, derive_seed(self._job.seed, "order", epoch)
        )
        network.begin_epoch(derive_seed(self._job.seed, "dropout", epoch))
        nats, tokens, pieces = 0.0, 0, 0
        for number, batch in enumerate(schedule):
            done = (epoch - 1 + number / len(schedule)) / self._options.epochs
            network.set_learning_rate(self._options.learning_rate * (1 + math.cos(math.pi * done)) / 2)
            nats += self._check_finite(network.learn(batch), epoch)
            tokens, pieces = tokens + batch.tokens, pieces + batch.pieces
            if pieces < self._pieces:
                self._report(epoch, pieces, state, nats / tokens)
        validation = None
        if self._dataset.validation:
            validation = self._check_finite(self._validate(), epoch)
        weights, optimizer = self._network.state()
        if not all(np.isfinite(array).all() for array in weights):
            self._check_finite(math.nan, epoch)
        losses = (*state.losses, EpochLoss(epoch, nats / tokens, validation))
        if self._is_best(losses):
            return Checkpoint(weights, optimizer, weights, epoch, losses)
        return Checkpoint(weights, optimizer, state.best, state.best_epoch, losses)

    def _validate(self) -> float:
        """Nats a token of the validation tunes."""
        tunes = self._dataset.validation
        schedule = Schedule(tunes, self._network.rows, self._network.steps, None)
        nats = math.fsum(self._network.measure(batch) for batch in schedule)
        return nats / sum(len(tune) - 1 for tune in tunes)

    @staticmethod
    def _is_best(losses: Sequence[EpochLoss]) -> bool:
        """Whether the last epoch is the best so far; without validation tunes it always is."""
        *before, last = (math.inf if loss.validation is None else loss.validation for loss in losses)
        return losses[-1].validation is None or all(last < loss for loss in before)

    def _check_finite(self, loss: float, epoch: int) -> float:
        if not math.isfinite(loss):
            raise ModelError(
                f"model: the loss is no longer finite in epoch {epoch}; "
                f"lower learning_rate (got {self._options.learning_rate:g})"
            )
        return loss

    def _report(self, epoch: int, pieces: int, state: Checkpoint, loss: float | None = None) -> None:
        """Progress after so many pieces; ``loss``: of the epoch so far, without it that of ``state``."""
        validation = state.losses[-1].validation if state.losses else None
        loss = state.losses[-1].train if loss is None else loss
        note = f"epoch {epoch}/{self._options.epochs} loss {loss:.3f}"
        if validation is not None:
            note += f" validation {validation:.3f}"
        done = (epoch - 1) * self._pieces + pieces
        self._job.progress.advance(done, self._options.epochs * self._pieces, note)


class _Network:
    """The Keras model with its optimizer, and the compiled steps that change them."""

    def __init__(self, options: KerasLSTMOptions, dataset: Dataset, seed: int) -> None:
        """The first weights; the same seed gives the same."""
        self.rows = min(options.batch, len(dataset.train))
        """Tunes side by side, whose states the LSTM layers carry."""
        self.steps = min(options.sequence, max(map(len, dataset.train)) - 1)
        """Tokens of each that are learned from at a time."""
        self._model = _build(options, len(dataset.vocabulary), self.rows, self.steps, seed)
        self._variables = self._model.trainable_variables
        self._recurrent = [layer for layer in self._model.layers if isinstance(layer, keras.layers.LSTM)]
        self._dropout = [layer for layer in self._model.layers if isinstance(layer, keras.layers.Dropout)]
        self._optimizer = keras.optimizers.AdamW(
            options.learning_rate, weight_decay=_WEIGHT_DECAY, global_clipnorm=_CLIP
        )
        self._optimizer.exclude_from_weight_decay(var_names=["bias"])
        self._optimizer.build(self._variables)
        tokens = tf.TensorSpec((self.rows, self.steps), tf.int32)
        signature = [tokens, tokens, tf.TensorSpec((self.rows,), tf.bool)]
        self._learn = tf.function(self._learn_batch, input_signature=signature)
        self._measure = tf.function(self._measure_batch, input_signature=signature)

    def begin_epoch(self, seed: int) -> None:
        """Give the dropout layers the masks that belong to ``seed``."""
        for number, layer in enumerate(self._dropout):
            layer_seed = derive_seed(seed, number)
            layer.seed_generator.state.assign(
                np.array([layer_seed & 0xFFFFFFFF, layer_seed >> 32], np.uint32)
            )

    def set_learning_rate(self, rate: float) -> None:
        """The size of the steps to come."""
        self._optimizer.learning_rate.assign(rate)

    def learn(self, batch: Batch) -> float:
        """Take one step; the loss on the way in nats, all tokens together."""
        return float(self._learn(batch.inputs, batch.targets, batch.begins))

    def measure(self, batch: Batch) -> float:
        """The loss in nats, all tokens together."""
        return float(self._measure(batch.inputs, batch.targets, batch.begins))

    def _learn_batch(self, inputs: Any, targets: Any, begins: Any) -> Any:
        with tf.GradientTape() as tape:
            nats = self._nats(inputs, targets, begins, training=True)
            # By a constant, so that a token counts the same in the thin batches that end an epoch.
            loss = nats / (self.rows * self.steps)
        self._optimizer.apply(tape.gradient(loss, self._variables), self._variables)
        return nats

    def _measure_batch(self, inputs: Any, targets: Any, begins: Any) -> Any:
        return self._nats(inputs, targets, begins, training=False)

    def _nats(self, inputs: Any, targets: Any, begins: Any, training: bool) -> Any:
        for layer in self._recurrent:
            for state in layer.states:
                state.assign(tf.where(begins[:, tf.newaxis], 0.0, state))
        logits = self._model(inputs, training=training)
        nats = tf.nn.sparse_softmax_cross_entropy_with_logits(tf.maximum(targets, 0), logits)
        return tf.reduce_sum(tf.where(targets != PADDING, nats, 0.0))

    def state(self) -> tuple[tuple[NDArray[Any], ...], tuple[NDArray[Any], ...]]:
        """Copies of the weights and of the optimizer's variables."""
        return _arrays(self._variables), _arrays(self._optimizer.variables)

    def restore(self, weights: Sequence[NDArray[Any]], optimizer: Sequence[NDArray[Any]]) -> None:
        """Go back to what :meth:`state` gave."""
        for variable, array in zip(self._variables, weights, strict=True):
            variable.assign(array)
        for variable, array in zip(self._optimizer.variables, optimizer, strict=True):
            variable.assign(array)


def _arrays(variables: Sequence[Any]) -> tuple[NDArray[Any], ...]:
    return tuple(np.array(variable.numpy(), order="C") for variable in variables)


def _build(options: KerasLSTMOptions, size: int, rows: int, steps: int, seed: int) -> Any:
    """Embedding, LSTM and Dropout by turns, Dense; the seed decides the weights."""

    def seed_of(name: str) -> int:
        return derive_seed(seed, "weights", name) & 0x7FFFFFFF

    initializers = keras.initializers
    model = keras.Sequential(
        [
            keras.Input(batch_shape=(rows, steps), dtype="int32"),
            keras.layers.Embedding(
                size,
                options.embedding,
                embeddings_initializer=initializers.RandomUniform(-0.05, 0.05, seed_of("embedding")),
                dtype="float32",
            ),
        ]
    )
    for number, units in enumerate(options.units):
        model.add(
            keras.layers.LSTM(
                units,
                return_sequences=True,
                stateful=True,
                kernel_initializer=initializers.GlorotUniform(seed_of(f"kernel {number}")),
                recurrent_initializer=initializers.Orthogonal(seed=seed_of(f"recurrent kernel {number}")),
                dtype="float32",
            )
        )
        if options.dropout:
            # The seed given here does not matter: begin_epoch sets the generator.
            model.add(keras.layers.Dropout(options.dropout, seed=number, dtype="float32"))
    model.add(
        keras.layers.Dense(
            size, kernel_initializer=initializers.GlorotUniform(seed_of("dense")), dtype="float32"
        )
    )
    return model
