"""Draws under the compiled constraint and with compiled further inputs, without the GIL and with more than one thread."""

import numpy as np
from alternating import Alternating
from counting import Counting

from musegen_sampling import LSTMWeights, Sampler, _sampling

generator = np.random.default_rng(0)


def array(*shape):
    """Random weights."""
    return generator.uniform(-0.3, 0.3, shape).astype(np.float32)


class InPython:
    """Counting again."""

    def __init__(self, fed=0):
        self.fed = fed

    def read(self, token):
        """Where a token stands."""
        self.fed += 1
        return (self.fed - 1) % 8, min((self.fed - 1) // 8, 3)

    def copy(self):
        """At the same place."""
        return InPython(self.fed)


symbols = [chr(0x100 + n) for n in range(29)]
arrays = (symbols, array(29, 8), [(array(8, 160), array(40, 160), array(160))], array(40, 29), array(29))
plain, weights = LSTMWeights(*arrays), LSTMWeights(*arrays, inputs=[array(8, 8), array(4, 8)])
for threads in (1, 2):
    tokens = Sampler(plain, threads).generate([1], 100, constraint=Alternating())
    assert tokens.tolist() != [0, 1] * 50
    assert (tokens % 2).tolist() == [0, 1] * 50, tokens
    begun, again = (
        Sampler(weights, threads, inputs=inputs).prime([1, 2, 3]) for inputs in (Counting, InPython)
    )
    drawn = Sampler(weights, threads, inputs=Counting).generate(begun, 100).tolist()
    assert drawn == Sampler(weights, threads, inputs=InPython).generate(again, 100).tolist()
    assert drawn != Sampler(plain, threads).generate([1, 2, 3], 100).tolist()
print(f"{len(tokens)} tokens under a compiled constraint, targets here: {', '.join(_sampling.targets())}")
print(f"{len(drawn)} tokens with compiled further inputs")
