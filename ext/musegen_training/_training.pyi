from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float32]

MAX_THREADS: int

def targets(here: bool = True) -> tuple[str, ...]: ...
def release() -> None: ...
def forward(
    start: Floats,
    lookup: NDArray[np.int32] | None,
    recurrent_kernel: Floats,
    h_first: Floats,
    c_first: Floats,
    threads: int,
    isa: str = "",
) -> tuple[Floats, Floats, Floats]: ...
def backward(
    start: Floats,
    lookup: NDArray[np.int32] | None,
    recurrent_kernel: Floats,
    h_first: Floats,
    c_first: Floats,
    h: Floats,
    kept: Floats,
    dh: Floats,
    dc_last: Floats,
    threads: int,
    isa: str = "",
) -> tuple[Floats, Floats, Floats, Floats]: ...
