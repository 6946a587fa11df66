"""Tunes that a model writes side by side, each in pieces: its header line by line, then its body."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from musegen.plugins.checked import fault_of
from musegen.protocols.models import ContinuingModel, LanguageModel, Passage
from musegen.protocols.sampling import Sampling
from musegen.protocols.token_rules import TokenRuleReader, TokenRules
from musegen.protocols.vocabulary import Tokens, Vocabulary


class Measured(NamedTuple):
    """What a model tells of a tune that it has written."""

    nats: float | None
    """The loss of all its tokens but the first; None where the model has to be asked for it."""
    taken: float = 0.0
    """What rules took of all probability, summed over ``ruled`` tokens."""
    ruled: int = 0
    """Number of the tokens that were drawn under rules, as far as the model tells what these took."""


@dataclass(frozen=True, slots=True)
class _Reached:
    """The beginning of a tune up to a place that the model has reached."""

    tokens: Tokens
    """All its tokens, from the start mark: int32 (n,)."""
    nats: NDArray[np.float64]
    """Their losses but that of the first: float64 (n - 1,)."""
    left: NDArray[np.float64]
    """What rules left of all probability before each of them: float64 (n - 1,). NaN without rules,
    and where the model does not tell."""
    passage: Passage

    @classmethod
    def of(cls, passage: Passage) -> _Reached:
        """The beginning that was read in this passage."""
        return cls(passage.tokens, passage.nats, np.full(len(passage.nats), np.nan), passage)

    def before(self, tokens: Tokens) -> bool:
        """Whether it is the beginning of these tokens."""
        own = self.tokens
        return len(own) <= len(tokens) and np.array_equal(own, tokens[: len(own)])

    def then(self, passage: Passage, *, ruled: bool = False) -> _Reached:
        """The same with a passage that goes on from it, which may have been written under rules."""
        tokens = np.concatenate([self.tokens, passage.tokens])
        own = passage.left if ruled and passage.left is not None else np.full(len(passage.nats), np.nan)
        nats, left = np.concatenate([self.nats, passage.nats]), np.concatenate([self.left, own])
        return _Reached(tokens, nats, left, passage)


class Script:
    """Some tunes in the making, by numbers. A model that can go on where it stopped reads nothing twice."""

    def __init__(
        self, network: LanguageModel, vocabulary: Vocabulary, rules: Sequence[TokenRules | None] = ()
    ) -> None:
        """``rules``: those of each tune, by its number; none by default."""
        self._network, self._vocabulary, self._rules = network, vocabulary, rules
        # Of each tune: where the model was before it wrote the last piece, and where after it.
        self._reached: dict[int, tuple[_Reached, ...]] = {}

    def write(
        self, numbers: Sequence[int], primes: Sequence[Tokens], sampling: Sampling, seeds: Sequence[int]
    ) -> Iterator[Tokens]:
        """One continuation for each tune, as ``generate`` gives it, whose text so far is its prime.

        A prime is what was written so far, or has something else in place of the last piece. Raises
        ComponentError for a token that the tokenizer does not have.
        """
        if self._rules:
            ruled = zip(numbers, primes, strict=True)
            sampling = replace(sampling, rules=tuple(self.ruled(number, prime) for number, prime in ruled))
        for tokens in self._continuations(numbers, primes, sampling, seeds):
            if len(tokens) and not 0 <= int(tokens.min()) <= int(tokens.max()) < len(self._vocabulary):
                method = "write_passages" if isinstance(self._network, ContinuingModel) else "generate"
                fault = f"{method}() gives a token outside 0 to {len(self._vocabulary) - 1}"
                raise fault_of(self._network, fault)
            yield tokens

    def ruled(self, number: int, prime: Tokens) -> TokenRuleReader | None:
        """The rules of a tune behind its prime; None if it has none, or if the prime itself breaks them."""
        rules = self._rules[number] if self._rules else None
        if rules is None:
            return None
        reader = rules.begin()
        try:
            for token in prime[1:].tolist():
                reader.take(token)
        except ValueError:
            return None
        return reader

    def measured(self, number: int, drawn: Tokens) -> Measured:
        """What the model told of a tune while it wrote it."""
        for reached in self._reached.get(number, ()):
            if np.array_equal(drawn, reached.tokens[: len(drawn)]):
                nats, left = reached.nats[: len(drawn) - 1], reached.left[: len(drawn) - 1]
                taken = 1 - left[~np.isnan(left)]
                return Measured(float(nats.sum()), float(taken.sum()), len(taken))
        return Measured(None)

    def _continuations(
        self, numbers: Sequence[int], primes: Sequence[Tokens], sampling: Sampling, seeds: Sequence[int]
    ) -> Iterator[Tokens]:
        network = self._network
        if not isinstance(network, ContinuingModel):
            yield from network.generate(primes, sampling, seeds)
            return
        begun = self._read(network, numbers, primes, sampling)
        written = network.write_passages([each.passage for each in begun], sampling, seeds)
        rules = sampling.rules or (None,) * len(begun)
        for number, before, passage, rule in zip(numbers, begun, written, rules, strict=True):
            self._reached[number] = before, before.then(passage, ruled=rule is not None)
            ended = len(passage.tokens) and passage.tokens[-1] == self._vocabulary.end
            yield passage.tokens[:-1] if ended else passage.tokens

    def _read(
        self, network: ContinuingModel, numbers: Sequence[int], primes: Sequence[Tokens], sampling: Sampling
    ) -> list[_Reached]:
        """Each tune up to the end of its prime. What some have in common from one place on is read once."""
        known = [self._latest(number, prime) for number, prime in zip(numbers, primes, strict=True)]
        rests = [
            prime[0 if reached is None else len(reached.tokens) :]
            for reached, prime in zip(known, primes, strict=True)
        ]
        keys = [(id(reached), rest.tobytes()) for reached, rest in zip(known, rests, strict=True)]
        unread = {key: i for i, (key, rest) in enumerate(zip(keys, rests, strict=True)) if len(rest)}
        places = list(unread.values())
        passages = network.read_passages(
            [rests[i] for i in places],
            [None if (each := known[i]) is None else each.passage for i in places],
            sampling,
        )
        read = {keys[i]: self._joined(known[i], piece) for i, piece in zip(places, passages, strict=True)}
        return [read.get(key) or reached for key, reached in zip(keys, known, strict=True)]  # type: ignore[misc]

    def _latest(self, number: int, prime: Tokens) -> _Reached | None:
        """The farthest place of a tune that its prime goes on from."""
        places = [each for each in self._reached.get(number, ()) if each.before(prime)]
        return max(places, key=lambda each: len(each.tokens), default=None)

    @staticmethod
    def _joined(before: _Reached | None, passage: Passage) -> _Reached:
        return before.then(passage) if before else _Reached.of(passage)
