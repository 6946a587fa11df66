"""Training with Keras: epochs, checkpoints, and the choice of the best one.

Everything random (the order of tunes, the key of each, the masks of dropout) is a function of seed, epoch and
step, so that a step depends on nothing but the checkpoint before it.
"""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import replace
from itertools import islice

import numpy as np

from musegen import Dataset, EpochLoss, ModelError, Tokens, TrainingJob, counted, derive_seed
from musegen_keras.backend import keras, tf
from musegen_keras.batches import Batches, Schedule, Windows, piece_steps
from musegen_keras.board import Board
from musegen_keras.checkpoint import Checkpoint, fingerprint, latest
from musegen_keras.distribution import describe, everybodys, make_strategy, workers
from musegen_keras.layer import release_memory, why_keras
from musegen_keras.network import Network
from musegen_keras.options import KerasLSTMOptions

_REHEARSED = 3
"""Number of trial batches: the first is slow, since the graph is made; the others tell how long one takes."""


def train(options: KerasLSTMOptions, dataset: Dataset, job: TrainingJob) -> Checkpoint:
    """Train to the end; ``best`` of the result holds the weights of the best epoch. Raises ModelError."""
    if keras.backend.backend() != "tensorflow":
        raise ModelError(f"Keras runs on {keras.backend.backend()}; set KERAS_BACKEND=tensorflow")
    tf.config.experimental.enable_op_determinism()
    try:
        return _Training(options, dataset, job).run()
    except tf.errors.ResourceExhaustedError as error:
        raise ModelError(
            "model: there is too little memory; make units, embedding, batch or sequence smaller"
        ) from error
    except (tf.errors.UnavailableError, tf.errors.AbortedError, tf.errors.DeadlineExceededError) as error:
        raise ModelError(
            "model: another worker of TF_CONFIG cannot be reached any more; start all of them again, "
            "they go on from their checkpoints"
        ) from error
    finally:
        release_memory()


class _Training:
    """A training, from where the last attempt was interrupted to its end."""

    def __init__(self, options: KerasLSTMOptions, dataset: Dataset, job: TrainingJob) -> None:
        self._options, self._dataset, self._job = options, dataset, job
        self._strategy = make_strategy(options.strategy)
        replicas = self._strategy.num_replicas_in_sync
        self._rows = -(-min(options.batch, len(dataset.train)) // replicas) * replicas
        self._steps = piece_steps(options.windows, options.sequence, dataset.train)
        self._places = options.reads(dataset.places)
        if options.place and dataset.places is None:
            job.progress.say(
                "place is left out: notation and tokenizer do not tell where a token stands in its tune"
            )
        elif options.memory and dataset.places and not dataset.places.remembered:
            job.progress.say("memory is left out: the notation does not tell what was heard before")
        size = len(dataset.vocabulary)
        self._network = Network(
            options, size, self._rows, self._steps, job.seed, self._strategy, self._places
        )
        self._path = job.checkpoints / "training.safetensors"
        self._fingerprint = fingerprint(options.model_dump_json(exclude={"recall"}), job.seed, dataset)
        self._board = Board(job.logs if options.tensorboard else None)
        self._an_epoch = len(self._batches(1))
        """Steps of the first epoch; later ones may have one or two more or less."""
        self._total = options.steps or options.epochs * self._an_epoch
        """Steps of the whole training, if nothing stops it early."""
        self._saved = time.monotonic()

    def run(self) -> Checkpoint:
        """Train to the end."""
        state = self._resume()
        if not self._finished(state):
            self._rehearse(state)
        while not self._finished(state):
            state = self._epoch(state)
            self._save(state)
            self._warn(state.losses)
            self._report(state)
        return state

    def _resume(self) -> Checkpoint:
        weights, optimizer, carried = self._network.state()
        fresh = Checkpoint(weights, optimizer, carried, weights, 0, ())
        state = latest(self._path, self._fingerprint, fresh, self._job.progress.say)
        # Workers may have been stopped on both sides of a checkpoint: all go on from the earlier one.
        place = divmod(min(everybodys(self._strategy, state.epoch << 32 | state.batch)), 1 << 32)
        if place != state.place:
            own = state.epoch
            state = latest(self._path, self._fingerprint, fresh, self._job.progress.say, place)
            # A worker that was stopped before its first checkpoint is one epoch behind. One that is further
            # behind has lost a checkpoint.
            if state.place != place or (state is fresh and own > 1):
                stands = f"at epoch {place[0]}" if place[0] else "before its first epoch"
                raise ModelError(
                    f"{self._path}: stands at epoch {own} and another worker {stands}; give all of them "
                    "the same checkpoint"
                )
            if state is fresh:
                self._job.progress.say("another worker has no checkpoint yet: all begin anew")
        if state is not fresh:
            batches = f", batch {state.batch}" if state.batch else ""
            self._job.progress.say(f"resuming after epoch {state.epoch}{batches}")
            self._network.restore(state.weights, state.optimizer, state.carried)
        return state

    def _finished(self, state: Checkpoint) -> bool:
        if state.batch or not state.epoch:
            return False
        options = self._options
        if (
            options.patience
            and self._dataset.validation
            and state.epoch - state.best_epoch >= options.patience
        ):
            return True
        if options.steps is not None:
            return sum(map(len, state.steps)) >= options.steps
        return state.epoch >= options.epochs

    def _batches(self, epoch: int) -> Batches:
        seed = derive_seed(self._job.seed, "order", epoch)
        tunes = self._tunes(epoch)
        if self._options.windows == "random":
            return Windows(tunes, self._rows, self._steps, seed, self._places)
        return Schedule(tunes, self._rows, self._steps, seed, self._places)

    def _tunes(self, epoch: int) -> Sequence[Tokens]:
        """The training tunes, each in one of the keys that it is given in."""
        train, transposed = self._dataset.train, self._dataset.transposed
        if not transposed:
            return train
        random = np.random.default_rng(derive_seed(self._job.seed, "keys", epoch))
        chosen = []
        for tune, versions in zip(train, transposed, strict=True):
            up_to = np.cumsum([1.0, *versions.weights])
            which = int(np.searchsorted(up_to, random.random() * up_to[-1], "right"))
            chosen.append(versions.tunes[which - 1] if which else tune)
        return chosen

    def _rehearse(self, state: Checkpoint) -> None:
        """Report what hardware trains and about how long it takes; the weights stay as they are."""
        batches = self._batches(state.epoch + 1)
        began = time.monotonic()
        for number, batch in enumerate(islice(batches.batches(), _REHEARSED)):
            if number == 1:
                began = time.monotonic()
            self._network.learn(batch)
        seconds = (time.monotonic() - began) / max(min(len(batches), _REHEARSED) - 1, 1)
        self._network.restore(state.weights, state.optimizer, state.carried)
        total = self._total
        left = total - sum(map(len, state.steps))
        reason = why_keras()
        if reason and self._options.recurrent_dropout:
            self._job.progress.say(
                f"recurrent_dropout is left out: it needs musegen's own LSTM layer ({reason})"
            )
        device = describe(self._strategy) + (f" with Keras's own LSTM ({reason})" if reason else "")
        self._job.progress.say(
            f"training on {device}: {counted(total, 'step')} of {self._rows} x {self._steps} "
            f"tokens, {self._an_epoch:,} an epoch; at most {_duration(left * seconds)}, validation aside"
        )

    def _epoch(self, state: Checkpoint) -> Checkpoint:
        """Train the epoch after ``state``, or what is left of it."""
        epoch, network = state.epoch + 1, self._network
        batches = self._batches(epoch)
        if not state.batch:
            network.forget()
            state = replace(state, steps=(*state.steps, np.zeros(0, np.float32)))
        *before, steps = state.steps
        earlier = sum(map(len, before))
        nats, tokens, losses = state.nats, state.tokens, steps.tolist()
        for number, batch in enumerate(batches.batches(state.batch), state.batch):
            if earlier + number == self._options.steps:
                break
            network.set_learning_rate(self._rate(earlier + number, epoch - 1 + number / len(batches)))
            loss = self._check_finite(network.learn(batch), epoch)
            nats, tokens = nats + loss, tokens + batch.tokens
            losses.append(loss / batch.tokens)
            if number + 1 < len(batches):
                self._report(state, (number + 1) / len(batches), nats / tokens)
            if self._is_time():
                weights, optimizer, carried = network.state()
                learned = (*before, np.array(losses, np.float32))
                between = replace(state, weights=weights, optimizer=optimizer, carried=carried, steps=learned)
                self._save(replace(between, batch=number + 1, nats=nats, tokens=tokens))
        weights, optimizer, carried = network.state()
        if not all(np.isfinite(array).all() for array in weights):
            self._check_finite(math.nan, epoch)
        averaged = network.averaged()
        validation = self._check_finite(self._validate(), epoch) if self._dataset.validation else None
        network.assign(weights)
        history = (*state.losses, EpochLoss(epoch, nats / tokens, validation))
        best, best_epoch = (averaged, epoch) if _is_best(history) else (state.best, state.best_epoch)
        self._board.write(history[-1], earlier + len(losses))
        learned = (*before, np.array(losses, np.float32))
        return Checkpoint(weights, optimizer, carried, best, best_epoch, history, steps=learned)

    def _rate(self, steps: int, epochs: float) -> float:
        """The learning rate after so many steps, which make so many epochs."""
        if self._options.schedule == "constant":
            return self._options.learning_rate
        done = epochs / self._options.epochs if self._options.steps is None else steps / self._options.steps
        return self._options.learning_rate * (1 + math.cos(math.pi * done)) / 2

    def _validate(self) -> float:
        """The loss on the validation tunes, in nats a token."""
        tunes = self._dataset.validation
        schedule = Schedule(tunes, self._rows, self._steps, None, self._places)
        self._network.forget()
        nats = math.fsum(self._network.measure(batch) for batch in schedule.batches())
        return nats / sum(len(tune) - 1 for tune in tunes)

    def _check_finite(self, loss: float, epoch: int) -> float:
        if not math.isfinite(loss):
            raise ModelError(
                f"model: the loss is no longer finite in epoch {epoch}; "
                f"lower learning_rate (got {self._options.learning_rate:g})"
            )
        return loss

    def _is_time(self) -> bool:
        """Whether to save in the middle of an epoch; workers save together, at its end."""
        waited = time.monotonic() - self._saved
        return waited >= 60 * self._options.checkpoint_minutes and workers(self._strategy) == 1

    def _save(self, state: Checkpoint) -> None:
        state.save(self._path, self._fingerprint)
        self._saved = time.monotonic()

    def _warn(self, losses: Sequence[EpochLoss]) -> None:
        """Report the first time that the validation loss rises."""
        rises = [
            number
            for number in range(1, len(losses))
            if (losses[number].validation or 0) > (losses[number - 1].validation or 0)
            and losses[number].train < losses[number - 1].train
        ]
        if rises == [len(losses) - 1]:
            before, last = losses[-2:]
            self._job.progress.say(
                f"epoch {last.epoch}: validation loss rises ({before.validation:.3f} to "
                f"{last.validation:.3f}) while the training loss falls: it begins to learn the tunes by heart"
            )

    def _report(self, state: Checkpoint, share: float = 0.0, loss: float | None = None) -> None:
        """Report progress after ``state`` and this share of an epoch, with the epoch's ``loss`` so far."""
        losses, epochs = state.losses, f"/{self._options.epochs}" if self._options.steps is None else ""
        epoch, loss = (state.epoch, losses[-1].train) if loss is None else (state.epoch + 1, loss)
        note = f"epoch {epoch}{epochs} loss {loss:.3f}"
        if losses and losses[-1].validation is not None:
            note += f" validation {losses[-1].validation:.3f}"
        done = round((state.epoch + share) * self._an_epoch)
        self._job.progress.advance(min(done, self._total), self._total, note)


def _is_best(losses: Sequence[EpochLoss]) -> bool:
    """Whether the last epoch is the best so far; without validation tunes it always is."""
    *before, last = (math.inf if loss.validation is None else loss.validation for loss in losses)
    return losses[-1].validation is None or all(last < loss for loss in before)


def _duration(seconds: float) -> str:
    """The time in words: ``40 s``, ``12 min``, ``3 h 20 min``."""
    if seconds < 100:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 100 else f"{minutes // 60} h {minutes % 60} min"
