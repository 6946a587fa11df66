"""The interpolated Witten-Bell n-gram (Witten & Bell 1991), with or without a memory of the tune so far.

Let c(h) be the number of tokens seen after a context h, t(h) the number of different ones, and h' the context
h without its first token. Then p(w | h) = (c(h w) + t(h) p(w | h')) / (c(h) + t(h)). A context that was never
seen adds nothing. Below the empty context all tokens but the start mark are equally likely. With a memory
whose match of l tokens predicts the token v, the probability is (1 - s(l)) p(w | h) + s(l) [w = v].
"""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import safetensors
import safetensors.numpy
from numpy.typing import NDArray

from musegen import (
    JSON,
    ArtifactError,
    Sampling,
    Tokens,
    check_file,
)
from musegen_ngram.counts import GramCounts, Level
from musegen_sampling import LONGEST, Memory, recall

FORMAT = "musegen-ngram-2"

_Choice: TypeAlias = tuple[Tokens, NDArray[np.float64]]
"""Tokens, and the cumulative probability of each."""
_REMEMBERED = 4096
"""Number of contexts whose choice is kept at most while tunes are drawn."""
_CELLS = 1 << 22
"""Number of tokens in all those choices at most, so that a large vocabulary does not fill the memory."""


class NgramModel:
    """Predicts each token from the ``order`` tokens before it, fewer at the beginning of a tune."""

    def __init__(
        self,
        counts: GramCounts,
        symbols: Sequence[str],
        start: int,
        end: int,
        about: Mapping[str, JSON],
        shares: NDArray[np.float64] | None = None,
    ) -> None:
        """``counts``: those of grams of up to order + 1 tokens; ``about``: what a saved file says of its use.

        ``shares``: float64 (33,), the memory's share in a prediction, by the length of its match; None: the
        model has no memory.
        """
        self.counts, self.order, self.shares = counts, len(counts.levels) - 1, shares
        self.symbols, self._start, self._end, self._about = tuple(symbols), start, end, about
        # c(h) by node, for contexts of 0, 1, ... tokens; the last element stands for unknown ones.
        self._seen = list[NDArray[np.float64]]()
        self._kinds = list[NDArray[np.float64]]()  # t(h)
        nodes = 1
        for level in counts.levels:
            parents, after = level.keys // counts.size, level.counts > 0
            self._seen.append(np.bincount(parents, level.counts, nodes + 1).astype(np.float64))
            self._kinds.append(np.bincount(parents[after], minlength=nodes + 1).astype(np.float64))
            nodes = len(level.keys)
        self._lowest = np.full(counts.size, 1 / (counts.size - 1))
        self._lowest[start] = 0.0

    def probabilities(self, context: Tokens) -> NDArray[np.float64]:
        """float64 (V,): the probability of each token after ``context``, the tune so far.

        Without a memory only the last ``order`` tokens count.
        """
        chances = self._probabilities(self._context(context))
        if self.shares is None or not len(context):
            return chances
        memory = Memory(1, len(context))
        guess, match = [memory.hear(context[place : place + 1]) for place in range(len(context))][-1]
        return self._with_memory(chances, int(guess[0]), int(match[0]))

    def _with_memory(self, chances: NDArray[np.float64], guess: int, match: int) -> NDArray[np.float64]:
        share = self._share(guess, match)
        chances = chances * (1 - share)
        chances[guess] += share
        return chances

    def _share(self, guess: int, match: int) -> float:
        """The memory's share in a prediction; 0 where it predicts the start mark, which never comes."""
        return 0.0 if self.shares is None or guess == self._start else float(self.shares[match])

    def _context(self, context: Sequence[int] | Tokens) -> tuple[int, ...]:
        """The nodes of the last 0, 1, ..., ``order`` tokens, as far as these were ever seen."""
        last = np.asarray(context[-self.order :], np.int32)
        ending = [int(nodes[-1]) for nodes in self.counts.nodes(last)[1 : len(last) + 1]]
        known = ending.index(-1) if -1 in ending else len(ending)
        return (0, *ending[:known])

    def _probabilities(self, context: Sequence[int]) -> NDArray[np.float64]:
        chances = self._lowest
        for length, node in enumerate(context):
            kinds, seen = self._kinds[length][node], self._seen[length][node]
            if seen:
                tokens, counts = self.counts.children(length, node)
                chances = chances * (kinds / (seen + kinds))
                chances[tokens] += counts / (seen + kinds)
        return chances

    def nats(self, tunes: Sequence[Tokens]) -> list[NDArray[np.float64]]:
        """float64 (n - 1,) for each tune: -ln probability of each token but the first, given those before."""
        if self.shares is None:
            return [-np.log(self.chances(tune)) for tune in tunes]
        nats = list[NDArray[np.float64]]()
        for tune, guesses, matches in zip(tunes, *recall(tunes), strict=True):
            shares = np.where(guesses == self._start, 0.0, self.shares[matches])
            nats.append(-np.log((1 - shares) * self.chances(tune) + shares * (guesses == tune[1:])))
        return nats

    def chances(self, tune: Tokens) -> NDArray[np.float64]:
        """float64 (n - 1,): the probability of each token but the first, without the memory."""
        nodes = self.counts.nodes(tune)
        chances = self._lowest[tune[1:]]
        for length, level in enumerate(self.counts.levels):
            context, gram = nodes[length][:-1], nodes[length + 1][1:]
            seen, kinds = self._seen[length][context], self._kinds[length][context]
            counts = level.seen(gram)
            chances = np.where(seen > 0, (counts + kinds * chances) / np.maximum(seen + kinds, 1), chances)
        return chances

    def generate(
        self, primes: Sequence[Tokens], sampling: Sampling, seeds: Sequence[int]
    ) -> Iterator[Tokens]:
        """One continuation for each prime, without the prime; each has a random generator of its own seed."""

        @lru_cache(max(min(_REMEMBERED, _CELLS // self.counts.size), 1))
        def choice(recent: tuple[int, ...], guess: int, match: int) -> _Choice:
            chances = self._probabilities(self._context(recent))
            return _choice(self._with_memory(chances, guess, match) if match else chances, sampling)

        rules = sampling.rules or (None,) * len(primes)
        for prime, seed, rule in zip(primes, seeds, rules, strict=True):
            uniforms = np.random.default_rng(seed).random(sampling.max_tokens).tolist()
            tokens = [int(token) for token in prime]
            memory = Memory(1, len(tokens) + sampling.max_tokens) if self.shares is not None else None
            guess = match = 0
            heard = 0
            for uniform in uniforms:
                if memory:
                    for token in tokens[heard:]:
                        (guess, match) = (int(each[0]) for each in memory.hear(np.array([token], np.int32)))
                    heard = len(tokens)
                recent = tuple(tokens[-self.order :])
                if rule:
                    chances = self._with_memory(self._probabilities(self._context(recent)), guess, match)
                    token = sampling.choose(chances, uniform, rule.allow())
                    rule.take(token)
                else:
                    likeliest, up_to = choice(recent, guess, match)
                    token = int(likeliest[bisect_right(up_to, uniform * up_to[-1], hi=len(up_to) - 1)])
                if token == self._end:
                    break
                tokens.append(token)
                if token in sampling.stop:
                    break
            yield np.array(tokens[len(prime) :], np.int32)

    def save(self, path: Path) -> None:
        """Write one safetensors file whose bytes depend only on the model, the vocabulary and ``about``."""
        tensors = dict[str, NDArray[Any]]()
        for length, level in enumerate(self.counts.levels, 1):
            tensors |= {f"{length}.keys": level.keys, f"{length}.counts": level.counts}
        if self.shares is not None:
            tensors["memory"] = self.shares
        description = {
            "format": FORMAT,
            "order": self.order,
            "memory": self.shares is not None,
            "vocabulary": self.symbols,
            "start": self._start,
            "end": self._end,
            "about": self._about,
        }
        text = json.dumps(description, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        path.write_bytes(safetensors.numpy.save(tensors, {"musegen": text}))

    @classmethod
    def load(cls, path: Path) -> NgramModel:
        """The model of a saved file. Raises ArtifactError for a file that is not an n-gram."""
        try:
            check_file(path)
            with safetensors.safe_open(path, "np") as file:
                description = json.loads((file.metadata() or {})["musegen"])
                order, symbols = _described(description)
                levels = tuple(
                    Level(_counts(file, f"{length}.keys"), _counts(file, f"{length}.counts"))
                    for length in range(1, order + 2)
                )
                shares = _shares(file) if description["memory"] else None
        except OSError as error:
            raise ArtifactError(f"{path}: {error.strerror or error}") from error
        except (safetensors.SafetensorError, KeyError, TypeError, ValueError, RecursionError) as error:
            raise ArtifactError(f"{path}: is not an n-gram model ({error})") from error
        counts = GramCounts(len(symbols), levels)
        if fault := counts.faults():
            raise ArtifactError(f"{path}: is not an n-gram model ({fault})")
        return cls(counts, symbols, description["start"], description["end"], description["about"], shares)


def _described(description: Any) -> tuple[int, list[str]]:
    """Order and vocabulary from a file's metadata. Raises ValueError, TypeError or KeyError for nonsense."""
    if description["format"] != FORMAT:
        raise ValueError(f"format {description['format']!r}, not {FORMAT!r}")
    order, symbols = description["order"], description["vocabulary"]
    if type(order) is not int or not 1 <= order <= 100:
        raise ValueError(f"order {order!r}")
    if type(description["memory"]) is not bool:
        raise ValueError(f"memory {description['memory']!r}")
    if not isinstance(symbols, list) or not all(isinstance(symbol, str) for symbol in symbols):
        raise ValueError("its vocabulary is not a list of strings")
    if len(set(symbols)) < len(symbols):
        raise ValueError("its vocabulary has a symbol twice")
    for mark in ("start", "end"):
        if type(description[mark]) is not int or not 0 <= description[mark] < len(symbols):
            raise ValueError(f"{mark} {description[mark]!r} of {len(symbols)} symbols")
    if description["start"] == description["end"]:
        raise ValueError("start and end are the same token")
    if not isinstance(description["about"], dict):
        raise ValueError("about is not an object")
    return order, symbols


def _counts(file: Any, name: str) -> NDArray[np.int64]:
    array: NDArray[np.int64] = file.get_tensor(name)
    if array.dtype != np.int64 or array.ndim != 1:
        raise ValueError(f"{name} is {array.dtype} {array.shape}, not int64 (n,)")
    return array


def _shares(file: Any) -> NDArray[np.float64]:
    shares: NDArray[np.float64] = file.get_tensor("memory")
    if shares.dtype != np.float64 or shares.shape != (LONGEST + 1,):
        raise ValueError(f"memory is {shares.dtype} {shares.shape}, not float64 ({LONGEST + 1},)")
    if shares[0] != 0 or not np.all((shares >= 0) & (shares < 1)):
        raise ValueError("memory: shares from 0 to below 1 expected, 0 first")
    return shares


def _choice(chances: NDArray[np.float64], sampling: Sampling) -> _Choice:
    """The tokens to draw from: first temperature, then the likeliest ``top_k``, then nucleus ``top_p``."""
    order = np.argsort(-chances, kind="stable")  # of equally likely tokens the lower comes first
    order = order[: np.count_nonzero(chances)]
    if not sampling.temperature:
        return order[:1].astype(np.int32), np.ones(1)
    if sampling.top_k:
        order = order[: sampling.top_k]
    logits = np.log(chances[order])
    with np.errstate(over="ignore"):  # at a tiny temperature all but the likeliest become -infinity
        logits = (logits - logits[0]) / sampling.temperature
    up_to = np.cumsum(np.exp(logits))
    if sampling.top_p < 1:
        enough = int(np.searchsorted(up_to, sampling.top_p * up_to[-1])) + 1
        order, up_to = order[:enough], up_to[:enough]
    return order.astype(np.int32), up_to
