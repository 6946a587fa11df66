"""Turns the weights of Keras layers into those that musegen_sampling runs."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from musegen import Vocabulary
from musegen_sampling import LSTMWeights


def lstm_weights(arrays: Sequence[NDArray[np.float32]], vocabulary: Vocabulary) -> LSTMWeights:
    """The model of a Keras Sequential's trainable weights, in its order.

    ``arrays``: the embedding (V, E); of each LSTM its kernel (I, 4H), recurrent kernel (H, 4H) and bias
    (4H,); kernel (H, V) and bias (V,) of the dense layer.
    """
    embedding, *lstm, kernel, bias = arrays
    layers = [(lstm[i], lstm[i + 1], lstm[i + 2]) for i in range(0, len(lstm), 3)]
    return LSTMWeights(
        vocabulary.symbols, embedding, layers, kernel, bias, start=vocabulary.start, end=vocabulary.end
    )
