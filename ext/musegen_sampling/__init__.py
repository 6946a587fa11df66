"""Samples from stacked LSTM language models on the CPU, without a deep learning framework.

``Sampler.load("model.safetensors").generate([start], 500, temperature=0.9, seed=1)`` gives tokens. The
arithmetic is compiled C (csrc/), the same bits on every machine; NumPy serves where it could not be built.
"""

from musegen_sampling.sampler import Sampler
from musegen_sampling.weights import LSTMLayer, LSTMWeights

__all__ = ["LSTMLayer", "LSTMWeights", "Sampler"]
