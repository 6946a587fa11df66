"""``Sampler`` checks arguments and returns tokens; an engine does the arithmetic."""

from __future__ import annotations

import operator
import os
import threading
from collections.abc import Iterable, Iterator, Sequence
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from musegen_sampling.constraints import CompiledConstraint, Constraint, ConstraintError, DeadEndError
from musegen_sampling.engine import Choice, Draw, End
from musegen_sampling.inputs import MakeReader, Reader, check_maker
from musegen_sampling.memory import Memory
from musegen_sampling.precision import PRECISIONS, Precision
from musegen_sampling.sharing import cpus, shared_engine, shared_weights
from musegen_sampling.states import Nats, Passage, State, nats_of
from musegen_sampling.types import Doubles, Flags, Floats, Tokens
from musegen_sampling.weights import LSTMWeights

MAX_THREADS = 64

SECOND_THREAD_PAYS = 300_000
"""Weights read for a token, about LSTM(256), from which two idle cores are half as fast again (EPYC 7003)."""

WORDS_A_SLICE = 2**29
"""Words of 32 bits that are read between two looks at pending signals, which takes some 30 ms on one core."""

SLICES_ALONE = 20
"""Number of slices that one thread does alone when other programs took cores, before more are tried again."""

STREAMED = 16
"""Number of tokens that are drawn ahead of those that ``stream`` has yielded."""

Seed: TypeAlias = int | np.random.Generator
Rule: TypeAlias = Constraint | CompiledConstraint


class Sampler:
    """Continues tunes with the model of ``weights``, one token after the other.

    In each precision the same seed gives the same tokens on every machine, whatever its instruction set, the
    number of threads and of tunes at once (as long as the compiled extension serves; NumPy adds in another
    order). Python threads may share a Sampler; samplers of the same weights share what was packed for the
    kernels.

    ``threads``: how many share the work, 1 to 64; None: one or two, by the size of the model and the CPUs
    that this process may use. ``precision``: "fp32", "bf16", "int8" (precision.py says what they are) or
    "auto", which is ``weights.precision`` and fp32 where nobody has measured. ``inputs``: for a model with
    further inputs, and only for one: called for each tune that is begun, it returns a reader of its own that
    says what is fed beside the tune's tokens (inputs.py); it is pickled with the Sampler. The environment
    variable ``MUSEGEN_ISA`` forces a kernel target (``baseline``, ``avx2``, ``avx512``, ``amx``, ``neon``) or
    an engine in NumPy (``numpy``; ``reference`` repeats the kernels' arithmetic, slowly).

    Raises ValueError for a target that is unknown or cannot run here, and for inputs that are missing or not
    wanted. Whatever feeds tokens raises what a reader raises, ValueError for values that are in no table, and
    InputsError where the C function of a reader reports an error.
    """

    def __init__(
        self,
        weights: LSTMWeights,
        threads: int | None = None,
        precision: Precision | Literal["auto"] = "auto",
        inputs: MakeReader | None = None,
    ) -> None:
        if threads is None:
            threads = 1 if weights.weights_per_token < SECOND_THREAD_PAYS else min(2, cpus())
        if not 1 <= operator.index(threads) <= MAX_THREADS:
            raise ValueError(f"threads: 1 to {MAX_THREADS} expected (got {threads})")
        if precision not in ("auto", *PRECISIONS):
            raise ValueError(f"precision: auto, {', '.join(PRECISIONS)} expected (got {precision!r})")
        check_maker(tuple(map(len, weights.inputs)), inputs)
        self.weights = weights
        self.threads = threads
        self.inputs = inputs
        self.precision: Precision = (weights.precision or "fp32") if precision == "auto" else precision
        self._engine = shared_engine(weights, self.precision, os.environ.get("MUSEGEN_ISA", ""))
        per_word = {"fp32": 1, "bf16": 2, "int8": 4}[self.precision]
        self._alone = 0
        self._slice = min(max(WORDS_A_SLICE * per_word // weights.weights_per_token, 1), 4096)

    @classmethod
    def load(
        cls,
        path: str | os.PathLike[str],
        threads: int | None = None,
        precision: Precision | Literal["auto"] = "auto",
        inputs: MakeReader | None = None,
    ) -> Sampler:
        """A sampler for the file that ``LSTMWeights.save`` wrote. Raises as it and ``LSTMWeights.load`` do.

        A file that another sampler holds already is not read again, unless it has changed.
        """
        return cls(shared_weights(path), threads, precision, inputs)

    def __reduce__(self) -> tuple[type[Sampler], tuple[LSTMWeights, int, Precision, MakeReader | None]]:
        """Weights and settings, for pickling; another process packs them for its own CPU."""
        return Sampler, (self.weights, self.threads, self.precision, self.inputs)

    @property
    def isa(self) -> str:
        """The kernel target in use, or ``numpy``."""
        return self._engine.isa

    def prime(self, tokens: ArrayLike, state: State | None = None) -> State:
        """The state after ``tokens`` (m,), m ≥ 1, from which ``generate`` goes on; after ``state`` if given.

        ``state`` stays as it is. Raises ValueError as ``generate``.
        """
        states, fed = self._to_feed([("tokens", tokens)], [("state", state)])
        self._feed(states, fed)
        return states[0]

    def read_many(
        self, tunes: Sequence[ArrayLike], states: Sequence[State | None] | None = None
    ) -> list[Passage]:
        """``[prime(tunes[i], states[i]), ...]``, side by side, with the loss of each of their tokens.

        Raises ValueError as ``generate``, and if the numbers of tunes and states differ.
        """
        states = [None] * len(tunes) if states is None else states
        if len(states) != len(tunes):
            raise ValueError(f"states: one for each of {len(tunes)} tunes expected (got {len(states)})")
        begun, fed = self._to_feed(
            [(f"tunes[{i}]", tokens) for i, tokens in enumerate(tunes)],
            [(f"states[{i}]", state) for i, state in enumerate(states)],
        )
        nats = self._feed_measured(begun, fed)
        own = [tokens[0 if state is None else 1 :] for tokens, state in zip(fed, states, strict=True)]
        return list(map(Passage, own, nats, begun))

    def generate(
        self,
        prime: ArrayLike | State,
        length: int,
        temperature: float = 1.0,
        top_k: int = 0,
        top_p: float = 1.0,
        seed: Seed = 0,
        stop: Iterable[int] = (),
        constraint: Rule | None = None,
        cancel: threading.Event | None = None,
    ) -> Tokens:
        """Draw at most ``length`` tokens that continue ``prime``: int32 (n,), without the prime.

        ``prime``: int32 (m,), m ≥ 1, or a State, which stays as it is. Logits are divided by ``temperature``
        (0: always the likeliest). Only the ``top_k`` likeliest tokens stay (0: all), and of these the
        likeliest until their probabilities reach ``top_p``; equal logits rank by token, lower first. The tune
        ends after the model's ``end``, which is not returned, and after a token in ``stop``, which is.
        ``seed``: a number, or a NumPy Generator, which goes on where it is. ``constraint`` is asked before
        each draw which tokens may come. ``cancel``: once it is set, the tokens so far are returned within
        some 30 ms.

        Raises ValueError for an empty prime, tokens outside the vocabulary and arguments out of range,
        DeadEndError where the constraint allows nothing, and whatever a constraint raises.
        """
        many = self.generate_many(
            [prime],
            length,
            temperature,
            top_k,
            top_p,
            [seed],
            stop,
            None if constraint is None else [constraint],
            cancel,
        )
        return many[0]

    def stream(
        self,
        prime: ArrayLike | State,
        length: int,
        temperature: float = 1.0,
        top_k: int = 0,
        top_p: float = 1.0,
        seed: Seed = 0,
        stop: Iterable[int] = (),
        constraint: Rule | None = None,
    ) -> Iterator[int]:
        """Yield the tokens that ``generate`` returns, one at a time; a tune that is left alone costs no more.

        A few tokens are drawn ahead, which ``constraint`` sees. Raises as ``generate`` does.
        """
        choice, stops, length = (
            Choice(temperature, top_k, top_p),
            self._stops(stop),
            _natural("length", length),
        )
        (begun,) = self._begun([("prime", prime)])
        tunes = [_Tune(begun, _generator("seed", seed), constraint)]
        for part in _parts(length, STREAMED):
            tokens = self._draw(tunes, part.stop - part.start, choice, stops, None)[0].tolist()
            if tunes[0].ended and tokens[-1] == self.weights.end:
                tokens.pop()
            yield from tokens
            if tunes[0].ended:
                return

    def generate_many(
        self,
        primes: Sequence[ArrayLike | State],
        length: int,
        temperature: float = 1.0,
        top_k: int = 0,
        top_p: float = 1.0,
        seeds: Sequence[Seed] | None = None,
        stop: Iterable[int] = (),
        constraints: Sequence[Rule | None] | None = None,
        cancel: threading.Event | None = None,
    ) -> list[Tokens]:
        """Draw ``[generate(primes[i], length, ..., seed=seeds[i], ...), ...]``, many tunes side by side.

        The more tunes there are, the less each costs, since the weights are read once for all of them.
        ``seeds``: one for each prime; None: 0, 1, 2, ... Raises as ``generate`` does, and ValueError if the
        numbers of primes and seeds differ.
        """
        choice = Choice(temperature, top_k, top_p)
        tunes, drawn = self._write(primes, length, choice, seeds, stop, constraints, cancel, None)
        return [
            tokens[:-1] if tune.ended and tune.state._token == self.weights.end else tokens
            for tune, tokens in zip(tunes, drawn, strict=True)
        ]

    def write_many(
        self,
        primes: Sequence[ArrayLike | State],
        length: int,
        temperature: float = 1.0,
        top_k: int = 0,
        top_p: float = 1.0,
        seeds: Sequence[Seed] | None = None,
        stop: Iterable[int] = (),
        constraints: Sequence[Rule | None] | None = None,
        cancel: threading.Event | None = None,
    ) -> list[Passage]:
        """The same draws, the end mark included, with the loss of each token and the state after the last.

        From that state ``generate`` goes on, unless the end mark was drawn.
        """
        surprises: list[list[Doubles]] = [[] for _ in primes]
        choice = Choice(temperature, top_k, top_p)
        tunes, drawn = self._write(primes, length, choice, seeds, stop, constraints, cancel, surprises)
        return [
            Passage(tokens, nats, tune.state, left)
            for tokens, (nats, left), tune in zip(drawn, map(nats_of, surprises), tunes, strict=True)
        ]

    def _write(
        self,
        primes: Sequence[ArrayLike | State],
        length: int,
        choice: Choice,
        seeds: Sequence[Seed] | None,
        stop: Iterable[int],
        constraints: Sequence[Rule | None] | None,
        cancel: threading.Event | None,
        surprises: list[list[Doubles]] | None,
    ) -> tuple[list[_Tune], list[Tokens]]:
        """The tunes of ``generate_many`` and what was drawn for each, with the end mark.

        ``surprises``: a list for each tune, to which those of its tokens are added; None if not wanted.
        """
        seeds = range(len(primes)) if seeds is None else seeds
        for name, given in (("seeds", seeds), ("constraints", constraints)):
            if given is not None and len(given) != len(primes):
                raise ValueError(f"{name}: one for each of {len(primes)} primes expected (got {len(given)})")
        stops, length = self._stops(stop), _natural("length", length)
        one = len(primes) == 1
        generators = [_generator("seed" if one else f"seeds[{i}]", seed) for i, seed in enumerate(seeds)]
        begun = self._begun([("prime" if one else f"primes[{i}]", prime) for i, prime in enumerate(primes)])
        tunes = [
            _Tune(state, generators[i], constraints[i] if constraints else None)
            for i, state in enumerate(begun)
        ]
        drawn: list[list[Tokens]] = [[] for _ in tunes]
        going = list(range(len(tunes)))
        for part in _parts(length, self._steps_a_slice(len(tunes))):
            if not going or (cancel and cancel.is_set()):
                break
            wanted = None if surprises is None else [surprises[i] for i in going]
            blocks = self._draw([tunes[i] for i in going], part.stop - part.start, choice, stops, wanted)
            for i, block in zip(going, blocks, strict=True):
                drawn[i].append(block)
            going = [i for i in going if not tunes[i].ended]
        return tunes, [np.concatenate([np.empty(0, np.int32), *blocks]) for blocks in drawn]

    def _steps_a_slice(self, tunes: int) -> int:
        """Steps of so many tunes side by side between two looks at pending signals."""
        return max(self._slice // max(tunes // self.threads, 1), 1)

    def logits(self, tokens: ArrayLike) -> Floats:
        """Logits float32 (n, V) after each of ``tokens`` (n,), from the zero state. Raises ValueError."""
        fed = self._tokens("tokens", tokens, empty=True)
        logits = np.empty((len(fed), len(self.weights.vocabulary)), np.float32)
        state, reader, memory = self._engine.state(), self._reader(), self._memory()
        for part in _parts(len(fed), self._slice):
            self._engine.feed([state], [fed[part]], self.threads, [logits[part]], [reader], [memory])
        return logits

    def nats(self, tokens: ArrayLike) -> Nats:
        """float64 (n - 1,): -ln probability of ``tokens[1:]``, each given those before, from the zero state.

        Apart from the result, memory does not grow with their number. Raises ValueError as ``generate`` does.
        """
        return self.nats_many([tokens])[0]

    def nats_many(self, tunes: Sequence[ArrayLike]) -> list[Nats]:
        """``[nats(tokens) for tokens in tunes]``, many tunes side by side."""
        states, fed = self._to_feed([("tokens", tokens) for tokens in tunes], [("", None)] * len(tunes))
        return self._feed_measured(states, fed)

    def _reader(self) -> Reader | None:
        """A reader of further inputs for a tune that is begun; None where the model has none."""
        return None if self.inputs is None else self.inputs()

    def _memory(self) -> Memory | None:
        """A memory for a tune that is begun; None where the model has none."""
        return None if self.weights.memory is None else Memory()

    def _begun(self, primes: Sequence[tuple[str, ArrayLike | State]]) -> list[State]:
        """A state of its own for each tune that goes on from a prime, which an error calls by its name."""
        begun = {name: self._copied(name, prime) for name, prime in primes if isinstance(prime, State)}
        given = [(name, prime) for name, prime in primes if not isinstance(prime, State)]
        states, fed = self._to_feed(given, [("", None)] * len(given))
        self._feed(states, fed)
        begun |= {name: state for (name, _), state in zip(given, states, strict=True)}
        return [begun[name] for name, _ in primes]

    def _copied(self, name: str, state: State) -> State:
        if state._engine is not self._engine:
            raise ValueError(f"{name}: a State of this model, precision and kernel target expected")
        return state.copy()

    def _to_feed(
        self, tunes: Sequence[tuple[str, ArrayLike]], after: Sequence[tuple[str, State | None]]
    ) -> tuple[list[State], list[Tokens]]:
        """New states, and the tokens to feed to each: what ``after`` still has to be fed, then the tune.

        The last token stays with the state.
        """
        states, fed = list[State](), list[Tokens]()
        for (name, tokens), (other, state) in zip(tunes, after, strict=True):
            own = self._tokens(name, tokens)
            if state is None:
                begun = State(self._engine, self._engine.state(), 0, self._reader(), self._memory())
            else:
                begun = self._copied(other, state)
                own = np.concatenate([[begun._token], own]).astype(np.int32)
            begun._token = int(own[-1])
            states.append(begun)
            fed.append(own)
        return states, fed

    def _feed(self, states: Sequence[State], fed: Sequence[Tokens]) -> None:
        """Feed to each state all of its tokens but the last."""
        for part in _parts(max(map(len, fed), default=1) - 1, self._steps_a_slice(len(fed))):
            going = [i for i, tokens in enumerate(fed) if len(tokens) - 1 > part.start]
            self._engine.feed(
                [states[i]._array for i in going],
                [fed[i][part.start : min(part.stop, len(fed[i]) - 1)] for i in going],
                self.threads,
                None,
                [states[i]._reader for i in going],
                [states[i]._memory for i in going],
            )

    def _feed_measured(self, states: Sequence[State], fed: Sequence[Tokens]) -> list[Nats]:
        """Feed the same; float64 (n - 1,) for each of its n tokens but the first: -ln of its probability."""
        nats = [np.empty(len(tokens) - 1, np.float64) for tokens in fed]
        for part in _parts(max(map(len, fed), default=1) - 1, 64):
            going = [i for i, tokens in enumerate(fed) if len(tokens) - 1 > part.start]
            read = [fed[i][part.start : min(part.stop, len(fed[i]) - 1)] for i in going]
            logits = [np.empty((len(some), len(self.weights.vocabulary)), np.float32) for some in read]
            self._engine.feed(
                [states[i]._array for i in going],
                read,
                self.threads,
                logits,
                [states[i]._reader for i in going],
                [states[i]._memory for i in going],
            )
            for i, rows in zip(going, logits, strict=True):
                below = rows - rows.max(axis=1, keepdims=True).astype(np.float64)
                drawn = below[np.arange(len(below)), fed[i][part.start + 1 :][: len(below)]]
                nats[i][part.start :][: len(below)] = np.log(np.exp(below).sum(axis=1)) - drawn
        return nats

    def _draw(
        self,
        tunes: list[_Tune],
        length: int,
        choice: Choice,
        stops: Flags,
        surprises: list[list[Doubles]] | None,
    ) -> list[Tokens]:
        """Draw the next tokens of each tune, at most ``length``; between two calls Python handles signals.

        A block of each tune's surprises is added to ``surprises``, if they are wanted.
        """
        draws = [
            Draw(
                tune.state._array,
                tune.state._token,
                tune.generator.random(length),
                tune.constraint,
                tune.state._reader,
                None if surprises is None else np.empty((length, 3)),
                tune.state._memory,
            )
            for tune in tunes
        ]
        self._alone = max(self._alone - 1, 0)
        if self._engine.draw(draws, choice, stops, 1 if self._alone else self.threads):
            self._alone = SLICES_ALONE
        for number, (tune, draw) in enumerate(zip(tunes, draws, strict=True)):
            if draw.end is End.DEAD_END:
                raise DeadEndError("constraint: no token is allowed")
            if draw.end is End.REFUSED:
                raise ConstraintError("the constraint reported an error")
            tune.ended = draw.end is End.STOPPED
            tune.state._token = int(draw.tokens[-1])
            if surprises is not None and draw.surprises is not None:
                surprises[number].append(draw.surprises[: len(draw.tokens)])
        return [draw.tokens for draw in draws]

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


class _Tune:
    """A tune that is being drawn."""

    __slots__ = ("constraint", "ended", "generator", "state")

    def __init__(self, state: State, generator: np.random.Generator, constraint: Rule | None) -> None:
        self.state, self.generator, self.constraint, self.ended = state, generator, constraint, False


def _parts(total: int, size: int) -> Iterator[slice]:
    """``range(total)`` in slices of at most ``size``."""
    return (slice(at, min(at + size, total)) for at in range(0, total, size))


def _generator(name: str, seed: Seed) -> np.random.Generator:
    if isinstance(seed, np.random.Generator):
        return seed
    return np.random.Generator(np.random.PCG64(_natural(name, seed)))


def _natural(name: str, number: int) -> int:
    if operator.index(number) < 0:
        raise ValueError(f"{name}: at least 0 expected (got {number})")
    return operator.index(number)
