"""The fast LSTM layers against Keras's own: values, gradients, states, weights."""

from __future__ import annotations

import os
from typing import Any

import numpy as np
import pytest

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ["KERAS_BACKEND"] = "tensorflow"
tf = pytest.importorskip("tensorflow", reason="needs musegen[keras]")
pytest.importorskip("musegen_training", reason="needs the compiled extension")
import keras  # noqa: E402

from musegen_keras import layer as layers  # noqa: E402
from musegen_keras.layer import SequenceLSTM, TokenLSTM  # noqa: E402

ROWS, STEPS, SIZE, EMBEDDING, UNITS = 3, 6, 7, 5, 20
TOKENS = np.random.default_rng(0).integers(0, SIZE, (4, ROWS, STEPS)).astype(np.int32)


def network(*middle: Any, steps: int = STEPS) -> Any:
    """Tokens to logits."""
    inputs = keras.Input(batch_shape=(ROWS, steps), dtype="int32")
    return keras.Sequential([inputs, *middle, keras.layers.Dense(SIZE)])


def stacks(**options: Any) -> dict[str, Any]:
    """The same two-layer network in Keras's layers and in ours, with equal weights."""
    table, second = (keras.layers.Embedding(SIZE, EMBEDDING) for _ in range(2))
    own = {"return_sequences": True, **options}
    made = {
        "keras": network(table, keras.layers.LSTM(UNITS, **own), keras.layers.LSTM(9, **own)),
        "sequence": network(second, SequenceLSTM(UNITS, **options), SequenceLSTM(9, **options)),
        "token": network(TokenLSTM(SIZE, EMBEDDING, UNITS, **options), SequenceLSTM(9, **options)),
    }
    generator = np.random.default_rng(1)
    for weight, *others in zip(*(model.trainable_variables for model in made.values()), strict=True):
        array = generator.normal(0, 0.4, weight.shape).astype(np.float32)
        for variable in (weight, *others):
            variable.assign(array)
    return made


def learner(model: Any) -> Any:
    """Loss and dense gradients of tokens, compiled."""

    @tf.function
    def learn(tokens: Any) -> Any:
        with tf.GradientTape() as tape:
            logits = model(tokens, training=True)
            loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(tokens, logits))
        gradients = tape.gradient(loss, model.trainable_variables)
        return loss, [tf.convert_to_tensor(gradient) for gradient in gradients]

    return learn


@pytest.mark.parametrize("options", [{"stateful": True}, {}, {"use_bias": False}], ids=str)
def test_values_and_gradients_are_those_of_keras(options: dict[str, Any]) -> None:
    """Over several calls, with and without carried states, of embedding, all kernels and all biases."""
    models = stacks(**options)
    learners = {name: learner(model) for name, model in models.items()}
    for tokens in TOKENS:
        expected_loss, expected = learners["keras"](tokens)
        for name in ("sequence", "token"):
            loss, gradients = learners[name](tokens)
            np.testing.assert_allclose(loss, expected_loss, rtol=1e-5)
            for ours, theirs in zip(gradients, expected, strict=True):
                np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-6)


def test_inputs_have_gradients() -> None:
    """As Keras's layer gives them; also outside a tf.function, and of a loss that looks at the end alone."""
    inputs = tf.constant(np.random.default_rng(2).normal(0, 1, (ROWS, STEPS, EMBEDDING)).astype(np.float32))
    theirs, ours = keras.layers.LSTM(UNITS, return_sequences=True), SequenceLSTM(UNITS)
    results = []
    for each in (theirs, ours):
        each.build(inputs.shape)
        each.set_weights(theirs.get_weights())
        with tf.GradientTape() as tape:
            tape.watch(inputs)
            loss = tf.reduce_sum(each(inputs)[:, -1] ** 2)
        results.append(tape.gradient(loss, inputs))
    np.testing.assert_allclose(results[1], results[0], rtol=1e-4, atol=1e-6)


def test_states_are_those_of_keras() -> None:
    """[h, c], each (rows, units), that can be assigned to; reset_state makes them zero."""
    models = stacks(stateful=True)
    ours, theirs = models["token"].layers[0], models["keras"].layers[1]
    for tokens in TOKENS[:2]:
        for name in ("token", "keras"):
            models[name](tokens)
    for state, expected in zip(ours.states, theirs.states, strict=True):
        assert state.shape == (ROWS, UNITS)
        np.testing.assert_allclose(state, expected, rtol=1e-5, atol=1e-6)
    for state in (*ours.states, *theirs.states):
        state.assign(tf.where([[True], [False], [True]], 0.0, state))
    np.testing.assert_allclose(models["token"](TOKENS[2]), models["keras"](TOKENS[2]), rtol=1e-4, atol=1e-5)
    ours.reset_state()
    assert all(not np.any(state) for state in ours.states)
    assert [v.path for v in ours.trainable_variables] == [v.path for v in ours.trainable_weights]
    assert len(ours.trainable_variables) == 4


def test_first_weights_are_those_of_keras() -> None:
    """The same initializers with the same seeds give the same weights, forget bias 1."""
    initializers = keras.initializers

    def options() -> dict[str, Any]:
        return {
            "kernel_initializer": initializers.GlorotUniform(1),
            "recurrent_initializer": initializers.Orthogonal(seed=2),
            "bias_initializer": initializers.RandomNormal(seed=3),
        }

    theirs = keras.layers.LSTM(UNITS, return_sequences=True, **options())
    ours = SequenceLSTM(UNITS, **options())
    for each in (theirs, ours):
        each.build((ROWS, STEPS, EMBEDDING))
    for mine, other in zip(ours.get_weights(), theirs.get_weights(), strict=True):
        np.testing.assert_array_equal(mine, other)
    plain = SequenceLSTM(UNITS, unit_forget_bias=False)
    plain.build((ROWS, STEPS, EMBEDDING))
    assert not np.any(plain.bias)


@pytest.mark.parametrize("size", [SIZE, ROWS * STEPS + 1])
def test_places_are_added_to_the_tokens_as_in_keras(size: int) -> None:
    """Values and gradients of a sum of Keras's Embeddings, also where the vocabulary exceeds the batch."""
    sizes = (4, 1, 30)
    ours = TokenLSTM(size, EMBEDDING, UNITS, "normal", sizes, return_state=True)
    theirs = layers.KerasTokenLSTM(size, EMBEDDING, UNITS, "normal", sizes, return_state=True)
    theirs.lstm = keras.layers.LSTM(UNITS, return_sequences=True, return_state=True)
    generator = np.random.default_rng(5)
    places = np.stack([generator.integers(0, n, (ROWS, STEPS)) for n in sizes], -1).astype(np.int32)
    for each in (ours, theirs):
        each.build((ROWS, STEPS))
    weights = [generator.normal(0, 0.4, weight.shape) for weight in ours.get_weights()]
    results = []
    for each in (ours, theirs):
        each.set_weights(weights)
        with tf.GradientTape() as tape:
            outputs, *_ = each(TOKENS[0], places=places)
            loss = tf.reduce_sum(outputs**3)
        gradients = tape.gradient(loss, each.trainable_variables)
        results.append([outputs, *map(tf.convert_to_tensor, gradients)])
    assert [len(weight) for weight in weights] == [size, *sizes, EMBEDDING, UNITS, 4 * UNITS]
    for mine, other in zip(*results, strict=True):
        np.testing.assert_allclose(mine, other, rtol=1e-4, atol=1e-6)


def trained() -> list[bytes]:
    """The weights after five steps from one seed."""
    keras.utils.set_random_seed(5)
    model = network(TokenLSTM(SIZE, EMBEDDING, UNITS, stateful=True), SequenceLSTM(9, stateful=True))
    learn, optimizer = learner(model), keras.optimizers.Adam(0.01)
    for tokens in (*TOKENS, TOKENS[0]):
        optimizer.apply(learn(tokens)[1], model.trainable_variables)
    return [np.asarray(variable).tobytes() for variable in model.variables]


def test_two_runs_end_with_equal_bits() -> None:
    """With the same seed and TensorFlow's determinism."""
    tf.config.experimental.enable_op_determinism()
    assert trained() == trained()


def test_a_vocabulary_larger_than_the_batch_is_looked_up_first() -> None:
    """With the same values."""
    large = TokenLSTM(ROWS * STEPS + 1, EMBEDDING, UNITS)
    large.build((ROWS, STEPS))
    small = TokenLSTM(SIZE, EMBEDDING, UNITS)
    small.build((ROWS, STEPS))
    weights = large.get_weights()
    small.set_weights([weights[0][:SIZE], *weights[1:]])
    np.testing.assert_allclose(large(TOKENS[0]), small(TOKENS[0]), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(
    "made", [SequenceLSTM(4, use_bias=False, stateful=True, name="x"), TokenLSTM(9, 3, 4, name="y")], ids=str
)
def test_configuration_makes_an_equal_layer(made: Any) -> None:
    """As Keras needs it to save a model."""
    again = type(made).from_config(made.get_config())
    assert again.get_config() == made.get_config()


def test_what_is_not_supported_is_refused() -> None:
    """Other types than float32, and states without a fixed batch size."""
    with pytest.raises(ValueError, match="float32 expected"):
        SequenceLSTM(4, dtype="mixed_bfloat16")
    with pytest.raises(ValueError, match="fixed batch size"):
        SequenceLSTM(4, stateful=True).build((None, 3, 2))


def test_keras_serves_where_there_is_no_extension(monkeypatch: pytest.MonkeyPatch) -> None:
    """The reason is said, and the weights have the same shapes in the same order."""
    assert layers.why_keras() is None
    ours = network(layers.token_lstm(SIZE, EMBEDDING, UNITS, stateful=True), layers.lstm(9, stateful=True))
    monkeypatch.setattr(layers, "musegen_training", None)
    reason = layers.why_keras()
    assert reason is not None
    assert "install a C compiler" in reason
    theirs = network(layers.token_lstm(SIZE, EMBEDDING, UNITS, stateful=True), layers.lstm(9, stateful=True))
    assert isinstance(theirs.layers[1], keras.layers.LSTM)
    shapes = [[variable.shape for variable in model.trainable_variables] for model in (ours, theirs)]
    assert shapes[0] == shapes[1]


def test_keras_serves_where_there_is_a_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its own layer is cuDNN's there."""
    monkeypatch.setattr(tf.config, "get_visible_devices", lambda kind: ["one"] if kind == "GPU" else [])
    assert layers.why_keras() == "there is a GPU"
    assert isinstance(layers.lstm(4), keras.layers.LSTM)


def test_a_mask_of_the_recurrent_kernel_is_a_kernel_with_holes() -> None:
    """Outputs are those of a layer whose kernel is the product; so is the gradient where the mask is 1."""
    inputs = tf.random.stateless_normal((2, 5, 3), [1, 2])
    mask = tf.cast(tf.random.stateless_uniform((4, 16), [3, 4]) > 0.5, tf.float32)
    whole, holed = SequenceLSTM(4), SequenceLSTM(4)
    whole.build((2, 5, 3))
    holed.build((2, 5, 3))
    kernel, recurrent_kernel, bias = whole.get_weights()
    holed.set_weights([kernel, recurrent_kernel * mask.numpy(), bias])
    gradients = []
    for layer, given in ((whole, {"recurrent_mask": mask}), (holed, {})):
        with tf.GradientTape() as tape:
            outputs = layer(inputs, **given)
        gradients.append((outputs, tape.gradient(outputs, layer.recurrent_kernel.value)))
    np.testing.assert_allclose(gradients[0][0], gradients[1][0], rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(gradients[0][1], gradients[1][1] * mask, rtol=1e-5, atol=1e-6)
