"""Chooses the engine that serves a model here; samplers of one model share it."""

from __future__ import annotations

import functools
import os
import threading
import warnings
import weakref
from pathlib import Path

from musegen_sampling.engine import Engine
from musegen_sampling.fallback import NumPyEngine
from musegen_sampling.precision import Precision
from musegen_sampling.reference import ReferenceEngine
from musegen_sampling.weights import LSTMWeights

_lock = threading.Lock()
_engines: weakref.WeakKeyDictionary[LSTMWeights, weakref.WeakValueDictionary[tuple[str, str], Engine]] = (
    weakref.WeakKeyDictionary()
)
_files: weakref.WeakValueDictionary[tuple[object, ...], LSTMWeights] = weakref.WeakValueDictionary()


def _renew_lock() -> None:
    """Make a new lock in a child process: a thread that held the old one may exist in the parent alone."""
    global _lock
    _lock = threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_renew_lock)


def shared_engine(weights: LSTMWeights, precision: Precision, isa: str) -> Engine:
    """The engine of these weights that some sampler holds already, or a new one. Raises ValueError."""
    with _lock:
        engines = _engines.setdefault(weights, weakref.WeakValueDictionary())
        engine = engines.get((precision, isa))
        if engine is None:
            engine = engines[precision, isa] = _engine(weights, precision, isa)
        return engine


def shared_weights(path: str | os.PathLike[str]) -> LSTMWeights:
    """The weights in a file, read once for all who hold them. Raises as ``LSTMWeights.load``."""
    file = Path(path).resolve()
    status = file.stat()
    key = (file, status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns)
    with _lock:
        weights = _files.get(key)
        if weights is None:
            weights = _files[key] = LSTMWeights.load(path)
        return weights


def cpus() -> int:
    """CPUs that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _engine(weights: LSTMWeights, precision: Precision, isa: str) -> Engine:
    if isa == "numpy":
        return NumPyEngine(weights, precision)
    if isa == "reference":
        return ReferenceEngine(weights, precision)
    try:
        from musegen_sampling import _sampling
    except ImportError as error:
        if isa:
            raise ValueError(f"MUSEGEN_ISA={isa}: the compiled extension is missing ({error})") from None
        _warn_once(str(error))
        return NumPyEngine(weights, precision)
    if isa and isa not in _sampling.targets():
        what = "cannot run on this CPU" if isa in _sampling.targets(here=False) else "unknown"
        choices = ", ".join((*_sampling.targets(), "numpy", "reference"))
        raise ValueError(f"MUSEGEN_ISA={isa}: {what}; here it can be {choices}")
    return _sampling.CompiledEngine(weights, precision, isa)


@functools.cache
def _warn_once(reason: str) -> None:
    warnings.warn(
        f"musegen samples with NumPy, slower: its compiled extension is missing ({reason}); "
        "install a C compiler, then musegen again from source",
        RuntimeWarning,
        stacklevel=5,
    )
