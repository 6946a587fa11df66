"""Turns the weights of Keras layers into those that musegen_sampling runs."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from musegen import Vocabulary
from musegen_sampling import LSTMWeights


def lstm_weights(
    arrays: Sequence[NDArray[np.float32]], vocabulary: Vocabulary, places: int = 0
) -> LSTMWeights:
    """The model of a Keras Sequential's trainable weights, in its order.

    ``arrays``: the embedding (V, E), and one (N, E) of each of the F ``places``; of each LSTM its kernel (I,
    4H), recurrent kernel (H, 4H) and bias (4H,); kernel (H, V) and bias (V,) of the dense layer.
    """
    embedding, *lstm, kernel, bias = arrays
    tables, lstm = lstm[:places], lstm[places:]
    layers = [(lstm[i], lstm[i + 1], lstm[i + 2]) for i in range(0, len(lstm), 3)]
    return LSTMWeights(
        vocabulary.symbols,
        embedding,
        layers,
        kernel,
        bias,
        start=vocabulary.start,
        end=vocabulary.end,
        inputs=tables,
    )
