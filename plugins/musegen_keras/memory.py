"""Estimates whether a training fits into the memory of this machine."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from musegen import ModelError, Tokens
from musegen_keras.batches import piece_steps
from musegen_keras.options import KerasLSTMOptions

# Peak memory measured with TensorFlow 2.21 on x86-64 Linux, one and two layers of 64 to 2048 units.
_TENSORFLOW = 600_000_000
"""Bytes that a process takes when its network is tiny."""
_COPIES = 14
"""Bytes for each weight: gradient, moments, the best weights so far, a checkpoint and the first weights."""
_FLOATS_A_UNIT = 14
"""Bytes kept for each unit at each step for the backward pass."""
_FLOATS_A_LOGIT = 6


def training_bytes(options: KerasLSTMOptions, size: int, steps: int, tunes: int) -> int:
    """Bytes that training takes at its peak, roughly. ``size``: V; ``steps``: targets of a piece."""
    weights, inputs = size * options.embedding, options.embedding
    for units in options.units:
        weights += 4 * units * (inputs + units + 1)
        inputs = units
    weights += (inputs + 1) * size
    step = 2 * options.embedding + _FLOATS_A_UNIT * sum(options.units) + _FLOATS_A_LOGIT * size
    tokens = min(options.batch, tunes) * steps
    return _TENSORFLOW + 4 * (_COPIES * weights + tokens * step)


def available_bytes() -> int | None:
    """Bytes that this process can still take, within the limit of its container; None where unknown."""
    free = list[int]()
    with suppress(OSError):
        found = re.search(r"^MemAvailable:\s*(\d+) kB", Path("/proc/meminfo").read_text(), re.MULTILINE)
        free += [int(found[1]) * 1024] if found else []
    with suppress(OSError, ValueError):  # ValueError: the file says "max", which means no limit
        limit, used = (int(Path(f"/sys/fs/cgroup/memory.{name}").read_text()) for name in ("max", "current"))
        free += [max(limit - used, 0)]
    if not free:
        with suppress(AttributeError, OSError, ValueError):  # not on every system
            free += [os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")]
    return min(free, default=None)


def check_memory(options: KerasLSTMOptions, size: int, tunes: Sequence[Tokens]) -> None:
    """Raises ModelError where training needs more memory than there is."""
    steps = piece_steps(options.windows, options.sequence, tunes)
    needed = training_bytes(options, size, steps, len(tunes))
    available = available_bytes()
    if available is not None and needed > available:
        raise ModelError(
            f"model: training needs about {_gigabytes(needed)} of memory, {_gigabytes(available)} are free; "
            f"make units (got {list(options.units)}), embedding, batch or sequence smaller"
        )


def _gigabytes(count: int) -> str:
    return f"{count / 1e9:,.1f} GB"
