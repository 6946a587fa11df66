"""Samples from stacked LSTM language models on the CPU, without a deep learning framework.

``Sampler.load("model.safetensors").generate([start], 500, temperature=0.9, seed=1)`` gives tokens. The
arithmetic is compiled C (csrc/), which gives the same bits on every machine; NumPy serves where the C could
not be built.
"""

from pathlib import Path

from musegen_sampling.calibration import calibrate
from musegen_sampling.constraints import CompiledConstraint, Constraint, ConstraintError, DeadEndError
from musegen_sampling.inputs import CompiledInputs, Inputs, InputsError
from musegen_sampling.memory import LONGEST, Memory, copy_shares, memory_shares, recall
from musegen_sampling.precision import Precision
from musegen_sampling.sampler import Sampler
from musegen_sampling.sharing import cpus
from musegen_sampling.states import Passage, State
from musegen_sampling.weights import LSTMLayer, LSTMWeights

__all__ = [
    "CompiledConstraint",
    "CompiledInputs",
    "Constraint",
    "ConstraintError",
    "DeadEndError",
    "Inputs",
    "InputsError",
    "LONGEST",
    "LSTMLayer",
    "LSTMWeights",
    "Memory",
    "Passage",
    "Precision",
    "Sampler",
    "State",
    "calibrate",
    "copy_shares",
    "cpus",
    "get_include",
    "memory_shares",
    "recall",
]


def get_include() -> str:
    """The folder that holds ``constraint.h`` and ``inputs.h``, for plugins that are compiled against it."""
    return str(Path(__file__).parent)
