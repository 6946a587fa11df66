"""LSTM layers that train several times as fast as Keras's on a CPU, with Keras's weights.

The part of a step that depends on the step before runs in compiled C (musegen_training), a whole sequence at
a call. The rest, the product of inputs and kernel, is one TensorFlow product for all steps. Where the inputs
are tokens, a batch has more of them than the vocabulary, so the product of embedding and kernel (V, 4H) is
computed once and looked up; its gradient is added up by token before it is multiplied back.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from musegen_keras.backend import cpu_threads, keras, tf

try:
    import musegen_training
except ImportError:  # musegen was installed where there was no compiler
    musegen_training = None  # type: ignore[assignment]


def why_keras() -> str | None:
    """Why :func:`lstm` and :func:`token_lstm` give Keras's own layers here; None where they do not."""
    if tf.config.get_visible_devices("GPU"):
        return "there is a GPU"
    if musegen_training is None:
        return "the compiled extension is missing; install a C compiler and reinstall musegen"
    return None


def release_memory() -> None:
    """Free the memory that a training keeps from step to step."""
    if musegen_training is not None:
        musegen_training.release()


def token_lstm(
    vocabulary: int,
    embedding: int,
    units: int,
    embeddings_initializer: Any = "uniform",
    places: Sequence[int] = (),
    **options: Any,
) -> Any:
    """A layer from tokens (B, T) to outputs (B, T, H): a :class:`TokenLSTM` or Keras's layers instead.

    ``places`` as for :class:`TokenLSTM`, ``options`` as for :func:`lstm`.
    """
    if why_keras() is None:
        return TokenLSTM(vocabulary, embedding, units, embeddings_initializer, places, **options)
    return KerasTokenLSTM(vocabulary, embedding, units, embeddings_initializer, places, **options)


class KerasTokenLSTM(keras.layers.Layer):  # type: ignore[misc]
    """Keras's Embedding and LSTM as one layer, with the weights of a :class:`TokenLSTM` in its order."""

    def __init__(
        self,
        vocabulary: int,
        embedding: int,
        units: int,
        embeddings_initializer: Any,
        places: Sequence[int],
        **options: Any,
    ) -> None:
        super().__init__(dtype="float32")
        self.tables = [
            keras.layers.Embedding(
                size, embedding, embeddings_initializer=embeddings_initializer, dtype="float32"
            )
            for size in (vocabulary, *places)
        ]
        self.lstm = lstm(units, **options)

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Create the weights."""
        for table in self.tables:
            table.build(input_shape)
        self.lstm.build((*input_shape, self.tables[0].output_dim))

    def call(self, inputs: Any, initial_state: Any = None, places: Any = None) -> Any:
        """Outputs for tokens, as :meth:`TokenLSTM.call` gives them."""
        described = self.tables[0](inputs)
        for number, table in enumerate(self.tables[1:]):
            described += table(places[..., number])
        return self.lstm(described, initial_state=initial_state)


def lstm(units: int, **options: Any) -> Any:
    """A :class:`SequenceLSTM`, or Keras's LSTM where :func:`why_keras` says so.

    ``options``: ``stateful`` and the other arguments of :class:`SequenceLSTM`.
    """
    if why_keras() is None:
        return SequenceLSTM(units, **options)
    return keras.layers.LSTM(units, return_sequences=True, **{"dtype": "float32", **options})


class SequenceLSTM(keras.layers.Layer):  # type: ignore[misc]
    """``keras.layers.LSTM(units, return_sequences=True)``: inputs (B, T, I) to outputs (B, T, H), float32.

    Its weights are Keras's: ``kernel`` (I, 4H), ``recurrent_kernel`` (H, 4H), ``bias`` (4H,), gates in the
    order input, forget, candidate, output. With ``stateful`` the batch size is fixed, and ``states`` holds
    [h, c], each (B, H), which a call carries on. No masks, no dropout, no activations but sigmoid and tanh.
    """

    def __init__(
        self,
        units: int,
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        recurrent_initializer: Any = "orthogonal",
        bias_initializer: Any = "zeros",
        unit_forget_bias: bool = True,
        stateful: bool = False,
        return_state: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(**{"dtype": "float32", **kwargs})
        if self.compute_dtype != "float32":
            raise ValueError(f"{self.name}: float32 expected (got dtype {self.compute_dtype})")
        self.units, self.use_bias, self.stateful = units, use_bias, stateful
        self.return_state = return_state
        self.unit_forget_bias = unit_forget_bias
        self.kernel_initializer = keras.initializers.get(kernel_initializer)
        self.recurrent_initializer = keras.initializers.get(recurrent_initializer)
        self.bias_initializer = keras.initializers.get(bias_initializer)
        self.states: list[Any] | None = None

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Create the weights, and the states of a stateful layer."""
        rows, _, inputs = input_shape
        units = self.units
        self.kernel = self.add_weight((inputs, 4 * units), self.kernel_initializer, name="kernel")
        self.recurrent_kernel = self.add_weight(
            (units, 4 * units), self.recurrent_initializer, name="recurrent_kernel"
        )
        self.bias = self.add_weight((4 * units,), self._initial_bias, name="bias") if self.use_bias else None
        if self.stateful:
            if rows is None:
                raise ValueError(f"{self.name}: a stateful layer needs a fixed batch size")
            self.states = [
                self.add_weight((rows, units), "zeros", trainable=False, name=name) for name in ("h", "c")
            ]

    def _initial_bias(self, shape: tuple[int, ...], dtype: Any = None) -> Any:
        if not self.unit_forget_bias:
            return self.bias_initializer(shape, dtype=dtype)
        forget = tf.ones((self.units,), dtype or tf.float32)
        first = self.bias_initializer((self.units,), dtype=dtype)
        return tf.concat([first, forget, self.bias_initializer((2 * self.units,), dtype=dtype)], 0)

    def call(self, inputs: Any, initial_state: Any = None, recurrent_mask: Any = None) -> Any:
        """Outputs (B, T, H) for inputs (B, T, I); with ``return_state`` also the last h and c, each (B, H).

        ``recurrent_mask`` (H, 4H): factors for the recurrent kernel.
        """
        return self._run(self._start(inputs), None, tf.shape(inputs)[0], initial_state, recurrent_mask)

    def _start(self, inputs: Any) -> Any:
        """The inputs' part of the gates, (..., 4H) for inputs (..., I), for all steps at once."""
        product = tf.matmul(tf.reshape(inputs, (-1, inputs.shape[-1])), self.kernel)
        if self.bias is not None:
            product = tf.nn.bias_add(product, self.bias)
        return tf.reshape(product, tf.concat([tf.shape(inputs)[:-1], [4 * self.units]], 0))

    def _run(self, start: Any, lookup: Any, rows: Any, initial_state: Any, recurrent_mask: Any) -> Any:
        kernel = tf.convert_to_tensor(self.recurrent_kernel)
        if recurrent_mask is not None:
            kernel *= recurrent_mask
        if initial_state is not None:
            h, c = (tf.convert_to_tensor(state) for state in initial_state)
        elif self.states is None:
            h = c = tf.zeros((rows, self.units))
        else:
            h, c = (tf.convert_to_tensor(state) for state in self.states)
        outputs, cell = _sequence(start, lookup, kernel, h, c)
        if self.states is not None:
            self.states[0].assign(outputs[:, -1])
            self.states[1].assign(cell)
        return (outputs, outputs[:, -1], cell) if self.return_state else outputs

    def reset_state(self) -> None:
        """Set the states to zero for the next call."""
        for state in self.states or ():
            state.assign(tf.zeros_like(state))

    def compute_output_shape(
        self,
        inputs_shape: tuple[int | None, ...],
        initial_state_shape: Any = None,
        recurrent_mask_shape: Any = None,
    ) -> Any:
        """Shape (B, T, H) of the outputs, and (B, H) of the states where they are returned."""
        outputs, state = (*inputs_shape[:2], self.units), (inputs_shape[0], self.units)
        return (outputs, state, state) if self.return_state else outputs

    def get_config(self) -> dict[str, Any]:
        """What ``from_config`` makes an equal layer of."""
        return {
            **super().get_config(),
            "units": self.units,
            "use_bias": self.use_bias,
            "kernel_initializer": keras.initializers.serialize(self.kernel_initializer),
            "recurrent_initializer": keras.initializers.serialize(self.recurrent_initializer),
            "bias_initializer": keras.initializers.serialize(self.bias_initializer),
            "unit_forget_bias": self.unit_forget_bias,
            "stateful": self.stateful,
            "return_state": self.return_state,
        }


class TokenLSTM(SequenceLSTM):
    """A Keras Embedding with an LSTM above it: tokens (B, T), each in [0, V), to outputs (B, T, H).

    Beside each token it can read F whole numbers, the places (B, T, F): number j is in [0, N_j), and its row
    of a table (N_j, E) is added to the token's. Its weights are ``embeddings`` (V, E), these tables, and
    those of :class:`SequenceLSTM`, in this order.
    """

    def __init__(
        self,
        vocabulary: int,
        embedding: int,
        units: int,
        embeddings_initializer: Any = "uniform",
        places: Sequence[int] = (),
        **kwargs: Any,
    ) -> None:
        """``places``: N_j of each number."""
        super().__init__(units, **kwargs)
        self.vocabulary, self.embedding, self.places = vocabulary, embedding, tuple(places)
        self.embeddings_initializer = keras.initializers.get(embeddings_initializer)

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Create the weights, and the states of a stateful layer."""
        self.embeddings = self.add_weight(
            (self.vocabulary, self.embedding), self.embeddings_initializer, name="embeddings"
        )
        self.place_embeddings = [
            self.add_weight((size, self.embedding), self.embeddings_initializer, name=f"places_{number}")
            for number, size in enumerate(self.places)
        ]
        super().build((*input_shape, self.embedding))

    def call(
        self, inputs: Any, initial_state: Any = None, recurrent_mask: Any = None, places: Any = None
    ) -> Any:
        """Outputs (B, T, H) for tokens (B, T) and places; all else as :meth:`SequenceLSTM.call`."""
        tokens, table = tf.cast(inputs, tf.int32), tf.convert_to_tensor(self.embeddings)
        lookup, placed = tokens[..., tf.newaxis], None
        if self.places:
            firsts = np.cumsum([self.vocabulary, *self.places], dtype=np.int32)[:-1]
            lookup = tf.concat([lookup, tf.cast(places, tf.int32) + firsts], -1)
            placed = tf.concat([tf.convert_to_tensor(weights) for weights in self.place_embeddings], 0)
        steps = tokens.shape.num_elements()
        if steps is not None and steps < self.vocabulary:
            whole = table if placed is None else tf.concat([table, placed], 0)
            described = tf.reduce_sum(tf.gather(whole, lookup), -2)
            return super().call(described, initial_state, recurrent_mask)
        start = self._start(table)
        if placed is not None:
            start = tf.concat([start, tf.matmul(placed, self.kernel)], 0)
        return self._run(start, lookup, tf.shape(tokens)[0], initial_state, recurrent_mask)

    def get_config(self) -> dict[str, Any]:
        """What ``from_config`` makes an equal layer of."""
        return {
            **super().get_config(),
            "vocabulary": self.vocabulary,
            "embedding": self.embedding,
            "places": self.places,
            "embeddings_initializer": keras.initializers.serialize(self.embeddings_initializer),
        }


def _sequence(start: Any, lookup: Any, recurrent_kernel: Any, h: Any, c: Any) -> tuple[Any, Any]:
    """Outputs (B, T, H) and the last cell (B, H), with gradients; arguments of musegen_training.forward."""
    steps = start.shape[1] if lookup is None else lookup.shape[1]
    given_lookup = () if lookup is None else (lookup,)
    threads = min(cpu_threads(), musegen_training.MAX_THREADS)

    def forward(start: Any, recurrent_kernel: Any, h: Any, c: Any, lookup: Any = None) -> Any:
        return musegen_training.forward(start, lookup, recurrent_kernel, h, c, threads)

    def backward(*arrays: Any) -> Any:
        start, recurrent_kernel, h, c, outputs, kept, by_outputs, by_cell, *rest = arrays
        lookup = rest[0] if rest else None
        return musegen_training.backward(
            start, lookup, recurrent_kernel, h, c, outputs, kept, by_outputs, by_cell, threads
        )

    @tf.custom_gradient  # type: ignore[untyped-decorator]
    def run(*given: Any) -> Any:
        h = given[2]
        results = tf.numpy_function(forward, [*given, *given_lookup], [tf.float32] * 3, stateful=False)
        outputs, cell, kept = results
        outputs.set_shape((h.shape[0], steps, h.shape[1]))
        cell.set_shape(h.shape)

        def gradient(by_outputs: Any, by_cell: Any) -> Any:
            arrays = [*given, outputs, kept, by_outputs, by_cell, *given_lookup]
            results = tf.numpy_function(backward, arrays, [tf.float32] * 4, stateful=False)
            for result, array in zip(results, given, strict=True):
                result.set_shape(array.shape)
            return results

        return (outputs, cell), gradient

    result: tuple[Any, Any] = run(start, recurrent_kernel, h, c)
    return result
