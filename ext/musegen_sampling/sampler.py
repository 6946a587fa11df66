"""``Sampler``: checked arguments in, tokens out; an engine does the arithmetic."""

from __future__ import annotations

import functools
import operator
import os
import threading
import warnings
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import ArrayLike

from musegen_sampling.engine import Choice, Engine
from musegen_sampling.fallback import NumPyEngine
from musegen_sampling.reference import ReferenceEngine
from musegen_sampling.types import Flags, Floats, Tokens
from musegen_sampling.weights import LSTMWeights

MAX_THREADS = 64

SECOND_THREAD_PAYS = 300_000
"""Floats per token, about LSTM(256), from which two threads on idle cores beat one by half (EPYC 7003)."""

FLOATS_A_SLICE = 2**29
"""Weights read between two looks at pending signals: some 30 ms on one core."""


class Sampler:
    """Continues tunes with the model of ``weights``, one token after the other.

    The same seed gives the same tokens on every machine, whatever its instruction set and the number of
    threads (as long as the compiled extension serves; NumPy adds in another order). Python threads may share
    a Sampler.

    ``threads``: how many share a step, 1 to 64; None: one or two, by the size of the model and the CPUs that
    this process may use. The environment variable ``MUSEGEN_ISA`` forces a kernel target (``baseline``,
    ``avx2``, ``avx512``) or an engine in NumPy (``numpy``; ``reference`` repeats the kernels' arithmetic,
    slowly). Raises ValueError if it is unknown or cannot run here.
    """

    def __init__(self, weights: LSTMWeights, threads: int | None = None) -> None:
        if threads is None:
            threads = 1 if weights.floats_per_token < SECOND_THREAD_PAYS else min(2, _cpus())
        if not 1 <= operator.index(threads) <= MAX_THREADS:
            raise ValueError(f"threads: 1 to {MAX_THREADS} expected (got {threads})")
        self.weights = weights
        self.threads = threads
        self._engine = _engine(weights, os.environ.get("MUSEGEN_ISA", ""))
        self._slice = min(max(FLOATS_A_SLICE // weights.floats_per_token, 1), 4096)

    @classmethod
    def load(cls, path: str | os.PathLike[str], threads: int | None = None) -> Sampler:
        """A sampler for the file that ``LSTMWeights.save`` wrote. Raises as ``LSTMWeights.load``."""
        return cls(LSTMWeights.load(path), threads)

    @property
    def isa(self) -> str:
        """The kernel target in use, or ``numpy``."""
        return self._engine.isa

    def generate(
        self,
        prime: ArrayLike,
        length: int,
        temperature: float = 1.0,
        top_k: int = 0,
        top_p: float = 1.0,
        seed: int = 0,
        stop: Iterable[int] = (),
    ) -> Tokens:
        """Draws at most ``length`` tokens that continue ``prime``: int32 (n,), without the prime.

        ``prime``: int32 (m,), m ≥ 1. Logits are divided by ``temperature``; of the tokens only the ``top_k``
        likeliest stay (0: all), of these the likeliest until their probabilities reach ``top_p``; equal
        logits rank by token, lower first. Ends after the model's ``end``, which is not returned, and after a
        token in ``stop``, which is.

        Raises ValueError for an empty prime, tokens outside the vocabulary and arguments out of range.
        """
        choice, stops = Choice(temperature, top_k, top_p), self._stops(stop)
        checked, length = self._tokens("prime", prime), _natural("length", length)
        return _joined(self._draw(checked, length, choice, _natural("seed", seed), stops, self.threads))

    def generate_many(
        self,
        primes: Sequence[ArrayLike],
        length: int,
        temperature: float = 1.0,
        top_k: int = 0,
        top_p: float = 1.0,
        seeds: Sequence[int] | None = None,
        stop: Iterable[int] = (),
    ) -> list[Tokens]:
        """``[generate(primes[i], length, ..., seed=seeds[i], ...), ...]``, one tune a thread.

        ``seeds``: one a prime; None: 0, 1, 2, ... Raises as ``generate``, and if the numbers differ.
        """
        seeds = range(len(primes)) if seeds is None else seeds
        if len(seeds) != len(primes):
            raise ValueError(f"seeds: one for each of {len(primes)} primes expected (got {len(seeds)})")
        choice, stops = Choice(temperature, top_k, top_p), self._stops(stop)
        length = _natural("length", length)
        checked = [self._tokens(f"primes[{i}]", prime) for i, prime in enumerate(primes)]
        seeds = [_natural(f"seeds[{i}]", seed) for i, seed in enumerate(seeds)]
        workers = min(self.threads, len(primes))
        if workers <= 1:
            return [
                _joined(self._draw(prime, length, choice, seed, stops, self.threads))
                for prime, seed in zip(checked, seeds, strict=True)
            ]

        cancelled = threading.Event()  # Ctrl-C reaches the main thread only

        def tune(prime: Tokens, seed: int) -> Tokens:
            blocks = []
            for block in self._draw(prime, length, choice, seed, stops, threads=1):
                blocks.append(block)
                if cancelled.is_set():
                    break
            return _joined(blocks)

        with ThreadPoolExecutor(workers) as pool:
            try:
                return list(pool.map(tune, checked, seeds))
            except BaseException:
                cancelled.set()
                pool.shutdown(wait=False, cancel_futures=True)
                raise

    def logits(self, tokens: ArrayLike) -> Floats:
        """Logits float32 (n, V) after each of ``tokens`` (n,), from the zero state. Raises ValueError."""
        fed = self._tokens("tokens", tokens, empty=True)
        logits = np.empty((len(fed), len(self.weights.vocabulary)), np.float32)
        state = self._engine.state()
        for part in _parts(len(fed), self._slice):
            self._engine.feed(state, fed[part], self.threads, logits[part])
        return logits

    def nats(self, tokens: ArrayLike) -> float:
        """Negative log-likelihood in nats of ``tokens[1:]``, each given those before, from the zero state.

        0.0 for a single token. Memory does not grow with their number. Raises ValueError as ``generate``.
        """
        fed = self._tokens("tokens", tokens)
        state, total = self._engine.state(), 0.0
        for part in _parts(len(fed) - 1, min(self._slice, 256)):
            logits = np.empty((part.stop - part.start, len(self.weights.vocabulary)), np.float32)
            self._engine.feed(state, fed[part], self.threads, logits)
            below = logits - logits.max(axis=1, keepdims=True).astype(np.float64)
            drawn = below[np.arange(len(below)), fed[part.start + 1 : part.stop + 1]]
            total += float(np.sum(np.log(np.exp(below).sum(axis=1)) - drawn))
        return total

    def _draw(
        self, prime: Tokens, length: int, choice: Choice, seed: int, stops: Flags, threads: int
    ) -> Iterator[Tokens]:
        """Yields what is drawn in blocks; between two of them Python handles signals."""
        uniforms = np.random.Generator(np.random.PCG64(seed))
        state, token = self._engine.state(), int(prime[-1])
        for part in _parts(len(prime) - 1, self._slice):
            self._engine.feed(state, prime[part], threads)
        for part in _parts(length, self._slice):
            block = self._engine.draw(
                state, token, uniforms.random(part.stop - part.start), choice, stops, threads
            )
            token = int(block[-1])
            if stops[token]:
                yield block[:-1] if token == self.weights.end else block
                return
            yield block

    def _tokens(self, name: str, tokens: ArrayLike, *, empty: bool = False) -> Tokens:
        array, size = np.asarray(tokens), len(self.weights.vocabulary)
        if array.ndim != 1:
            raise ValueError(f"{name}: shape (n,) expected (got {array.shape})")
        if array.size == 0 and not empty:
            hint = "" if self.weights.start is None else f"; begin with start, {self.weights.start}"
            raise ValueError(f"{name}: at least one token expected (got none){hint}")
        if array.size and not np.issubdtype(array.dtype, np.integer):
            raise ValueError(f"{name}: integers expected (got {array.dtype})")
        if (outside := array[(array < 0) | (array >= size)]).size:
            raise ValueError(f"{name}: tokens from 0 to {size - 1} expected (got {outside[0]})")
        return np.array(array, np.int32)

    def _stops(self, stop: Iterable[int]) -> Flags:
        stops = np.zeros(len(self.weights.vocabulary), np.uint8)
        stops[self._tokens("stop", list(stop), empty=True)] = 1
        if self.weights.end is not None:
            stops[self.weights.end] = 1
        return stops


def _joined(blocks: Iterable[Tokens]) -> Tokens:
    return np.concatenate([np.empty(0, np.int32), *blocks])


def _parts(total: int, size: int) -> Iterator[slice]:
    """``range(total)`` in slices of at most ``size``."""
    return (slice(at, min(at + size, total)) for at in range(0, total, size))


def _natural(name: str, number: int) -> int:
    if operator.index(number) < 0:
        raise ValueError(f"{name}: at least 0 expected (got {number})")
    return operator.index(number)


def _cpus() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _engine(weights: LSTMWeights, isa: str) -> Engine:
    if isa == "numpy":
        return NumPyEngine(weights)
    if isa == "reference":
        return ReferenceEngine(weights)
    try:
        from musegen_sampling import _sampling
    except ImportError as error:
        if isa:
            raise ValueError(f"MUSEGEN_ISA={isa}: the compiled extension is missing ({error})") from None
        _warn_once(str(error))
        return NumPyEngine(weights)
    if isa and isa not in _sampling.targets():
        what = "cannot run on this CPU" if isa in _sampling.targets(here=False) else "unknown"
        choices = ", ".join((*_sampling.targets(), "numpy", "reference"))
        raise ValueError(f"MUSEGEN_ISA={isa}: {what}; here it can be {choices}")
    return _sampling.CompiledEngine(weights, isa)


@functools.cache
def _warn_once(reason: str) -> None:
    warnings.warn(
        f"musegen samples with NumPy, slower: its compiled extension is missing ({reason}); "
        "install a C compiler, then musegen again from source",
        RuntimeWarning,
        stacklevel=4,
    )
