"""Draws under the compiled constraint, without the GIL and with more than one thread."""

import numpy as np
from alternating import Alternating

from musegen_sampling import LSTMWeights, Sampler, _sampling

generator = np.random.default_rng(0)


def array(*shape):
    """Random weights."""
    return generator.uniform(-0.3, 0.3, shape).astype(np.float32)


layer = (array(8, 160), array(40, 160), array(160))
weights = LSTMWeights([chr(0x100 + n) for n in range(29)], array(29, 8), [layer], array(40, 29), array(29))
for threads in (1, 2):
    tokens = Sampler(weights, threads).generate([1], 100, constraint=Alternating())
    assert tokens.tolist() != [0, 1] * 50
    assert (tokens % 2).tolist() == [0, 1] * 50, tokens
print(f"{len(tokens)} tokens under a compiled constraint, targets here: {', '.join(_sampling.targets())}")
