"""The Keras layers with their optimizer, and the compiled steps that change them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from musegen import Places, derive_seed
from musegen_keras.backend import keras, tf
from musegen_keras.batches import PADDING, Batch
from musegen_keras.checkpoint import Arrays
from musegen_keras.layer import lstm, token_lstm, why_keras
from musegen_keras.options import KerasLSTMOptions


class Network:
    """Embedding, LSTM layers with dropout and Dense, with the states that are carried from batch to batch.

    Every replica of ``strategy`` takes the same number of rows; gradients and losses are summed over all.
    The weights are plain variables, the same on every worker, since all apply the same sum.
    """

    def __init__(
        self,
        options: KerasLSTMOptions,
        size: int,
        rows: int,
        steps: int,
        seed: int,
        strategy: Any,
        places: Places | None = None,
    ) -> None:
        """``size``: V; ``rows``, ``steps``: shape of a batch; the same seed gives the same first weights.

        ``places``: the features that are read beside the tokens.
        """
        self.rows, self.steps, self._seed, self._strategy = rows, steps, seed, strategy
        self._share = rows // strategy.num_replicas_in_sync
        self._dropout = options.dropout
        self._recurrent_dropout = 0.0 if why_keras() else options.recurrent_dropout
        self._units = options.units
        sizes = places.sizes if places else ()
        remembered = places.remembered if places else 0
        self._left_out = [options.place_dropout] * (len(sizes) - remembered)
        self._left_out += [options.memory_dropout] * remembered
        self._recurrent, self._dense = _layers(options, size, sizes, self._share, seed)
        layers = [*self._recurrent, self._dense]
        self.variables = [variable for layer in layers for variable in layer.trainable_variables]
        self._shapes = [tuple(variable.shape) for variable in self.variables]
        self._optimizer = keras.optimizers.AdamW(
            options.learning_rate,
            weight_decay=options.weight_decay,
            global_clipnorm=options.clipnorm or None,
            use_ema=options.average > 0,
            ema_momentum=options.average,
        )
        self._optimizer.exclude_from_weight_decay(var_names=["bias"])
        self._optimizer.build(self.variables)
        self._learn, self._measure = tf.function(self._learn_batch), tf.function(self._measure_batch)
        self.forget()

    def forget(self) -> None:
        """Set the states to zero."""
        zero = tuple(np.zeros((self._share, units), np.float32) for units in self._units for _ in range(2))
        self._carried = self._each(lambda replica: zero)

    def set_learning_rate(self, rate: float) -> None:
        """Set the size of later steps."""
        self._optimizer.learning_rate.assign(rate)

    def learn(self, batch: Batch) -> float:
        """Take one step; returns the loss before it in nats, all tokens together."""
        nats, self._carried = self._learn(self._pieces(batch), self._carried)
        return float(nats)

    def measure(self, batch: Batch) -> float:
        """The loss in nats, all tokens together."""
        nats, self._carried = self._measure(self._pieces(batch), self._carried)
        return float(nats)

    def _each(self, values: Any) -> Any:
        """The values of each replica of this process: ``values(its number)``, arrays in a tuple."""
        return self._strategy.experimental_distribute_values_from_function(
            lambda context: tuple(tf.constant(value) for value in values(context.replica_id_in_sync_group))
        )

    def _pieces(self, batch: Batch) -> Any:
        def share(replica: int) -> Sequence[NDArray[Any]]:
            rows = slice(replica * self._share, (replica + 1) * self._share)
            return batch.inputs[rows], batch.places[rows], batch.targets[rows], batch.begins[rows]

        return self._each(share)

    def _learn_batch(self, pieces: Any, carried: Any) -> Any:
        gradient, nats, carried = self._strategy.run(self._gradient, (pieces, carried))
        gradient, nats = self._sum(gradient), self._sum(nats)
        parts = tf.split(gradient, [math.prod(shape) for shape in self._shapes])
        gradients = [tf.reshape(part, shape) for part, shape in zip(parts, self._shapes, strict=True)]
        self._optimizer.apply(gradients, self.variables)
        return nats, carried

    def _gradient(self, pieces: Any, carried: Any) -> Any:
        """The gradient of one replica as one vector, its loss in nats, and its states."""
        with tf.GradientTape() as tape:
            nats, carried = self._nats(pieces, carried, True)
            # Divided by a constant, so that a token counts the same in the small batches that end an epoch.
            loss = nats / (self.rows * self.steps)
        gradients = tape.gradient(loss, [variable.value for variable in self.variables])
        flat = [tf.reshape(tf.convert_to_tensor(gradient), [-1]) for gradient in gradients]
        return tf.concat(flat, 0), nats, carried

    def _measure_batch(self, pieces: Any, carried: Any) -> Any:
        nats, carried = self._strategy.run(self._nats, (pieces, carried, False))
        return self._sum(nats), carried

    def _sum(self, value: Any) -> Any:
        return self._strategy.reduce(tf.distribute.ReduceOp.SUM, value, axis=None)

    def _nats(self, pieces: Any, carried: Any, training: bool) -> Any:
        tokens, places, targets, begins = pieces
        carried = [tf.where(begins[:, tf.newaxis], 0.0, state) for state in carried]
        logits, states = self._logits(tokens, places, carried, training)
        nats = tf.nn.sparse_softmax_cross_entropy_with_logits(tf.maximum(targets, 0), logits)
        return tf.reduce_sum(tf.where(targets != PADDING, nats, 0.0)), states

    def _logits(self, tokens: Any, places: Any, carried: Any, training: bool) -> Any:
        states: list[Any] = []
        if training and any(self._left_out):
            places = tf.where(self._told(), places, 0)
        outputs, further = tokens, {"places": places}
        for number, layer in enumerate(self._recurrent):
            if training and self._recurrent_dropout:
                units = self._units[number]
                further["recurrent_mask"] = self._mask(
                    f"recurrent {number}", (units, 4 * units), self._recurrent_dropout
                )
            outputs, *after = layer(outputs, initial_state=carried[2 * number : 2 * number + 2], **further)
            further = {}
            states += after
            if training and self._dropout:
                outputs *= self._rows_mask(number)
        return self._dense(outputs), tuple(states)

    def logits(
        self, tokens: NDArray[np.int32], places: NDArray[np.int32] | None = None
    ) -> NDArray[np.float32]:
        """Logits float32 (rows, steps, V), from the zero state.

        ``tokens``: int32 (rows, steps); ``places``: int32 (rows, steps, F), for a model that reads them.
        """
        places = np.zeros((*tokens.shape, 0), np.int32) if places is None else places
        zero = [np.zeros((len(tokens), units), np.float32) for units in self._units for _ in range(2)]
        return np.asarray(self._logits(tokens, places, zero, False)[0])

    def _rows_mask(self, number: int) -> Any:
        """Dropout mask of a layer's outputs, the same in all steps of a piece.

        So a row sees the same outputs for as long as its piece lasts (Gal & Ghahramani 2016).
        """
        mask = self._mask(f"outputs {number}", (self.rows, 1, self._units[number]), self._dropout)
        return self._own_rows(mask)

    def _told(self) -> Any:
        """Which features are told at each step; the others are 0, as they are in the header.

        So the model does not come to rely on what it heard before alone, where it draws its own text.
        """
        shape = (self.rows, self.steps, len(self._left_out))
        return self._own_rows(self._random("features", shape) >= tf.constant(self._left_out))

    def _own_rows(self, array: Any) -> Any:
        """Those rows of a batch that this replica takes."""
        first = tf.distribute.get_replica_context().replica_id_in_sync_group * self._share
        return array[first : first + self._share]

    def _mask(self, name: str, shape: tuple[int, ...], share: float) -> Any:
        """0 for a share of the places, and elsewhere the factor that makes up for it."""
        return tf.cast(self._random(name, shape) >= share, tf.float32) / (1 - share)

    def _random(self, name: str, shape: tuple[int, ...]) -> Any:
        """Random numbers from 0 to below 1, which depend on seed and step alone."""
        seed = derive_seed(self._seed, "dropout", name) & 0x7FFFFFFF
        step = tf.cast(self._optimizer.iterations.value, tf.int32)
        return tf.random.stateless_uniform(shape, tf.stack([seed, step]))

    def state(self) -> tuple[Arrays, Arrays, Arrays]:
        """Copies of the weights, of the optimizer's variables and of the states carried."""
        return _arrays(self.variables), _arrays(self._optimizer.variables), self._states()

    def _states(self) -> Arrays:
        replicas = [self._strategy.experimental_local_results(state) for state in self._carried]
        return tuple(np.concatenate([np.asarray(state) for state in states]) for states in replicas)

    def restore(self, weights: Arrays, optimizer: Arrays, carried: Arrays) -> None:
        """Go back to what :meth:`state` gave."""
        self.assign(weights)
        for variable, array in zip(self._optimizer.variables, optimizer, strict=True):
            variable.assign(array)

        def own(replica: int) -> Arrays:
            """The rows of one replica among those of this process."""
            first = replica * self._share % len(carried[0])
            return tuple(state[first : first + self._share] for state in carried)

        self._carried = self._each(own)

    def assign(self, weights: Arrays) -> None:
        """Replace the weights by these."""
        for variable, array in zip(self.variables, weights, strict=True):
            variable.assign(array)

    def averaged(self) -> Arrays:
        """Replace the weights by their running average, if there is one, and return them."""
        if self._optimizer.use_ema:
            self._optimizer.finalize_variable_values(self.variables)
        return _arrays(self.variables)


def _arrays(variables: Sequence[Any]) -> Arrays:
    return tuple(np.array(variable.numpy(), order="C") for variable in variables)


def _layers(
    options: KerasLSTMOptions, size: int, places: Sequence[int], rows: int, seed: int
) -> tuple[list[Any], Any]:
    """The layers from tokens to logits, with their variables made; the seed decides the first weights.

    The first of the recurrent layers is called with tokens and places; all are called with their states.
    """

    def seed_of(name: str) -> int:
        return derive_seed(seed, "weights", name) & 0x7FFFFFFF

    initializers = keras.initializers
    recurrent = []
    for number, units in enumerate(options.units):
        given = {
            "kernel_initializer": initializers.GlorotUniform(seed_of(f"kernel {number}")),
            "recurrent_initializer": initializers.Orthogonal(seed=seed_of(f"recurrent kernel {number}")),
            "return_state": True,
        }
        if number:
            layer = lstm(units, **given)
            layer.build((rows, None, options.units[number - 1]))
        else:
            first = initializers.RandomUniform(-0.05, 0.05, seed_of("embedding"))
            layer = token_lstm(size, options.embedding, units, first, places, **given)
            layer.build((rows, None))
        recurrent.append(layer)
    dense = keras.layers.Dense(
        size, kernel_initializer=initializers.GlorotUniform(seed_of("dense")), dtype="float32"
    )
    dense.build((rows, None, options.units[-1]))
    return recurrent, dense
