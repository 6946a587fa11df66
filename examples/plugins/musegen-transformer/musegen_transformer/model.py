"""A trained transformer: it draws, judges, and is saved as one file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from musegen import JSON, ArtifactError, Sampling, SavedModel, Tokens, Vocabulary
from musegen_transformer.network import Parameters, Shape, empty_cache, step

FORMAT = "musegen-transformer-1"
_BLOCK = 256
"""Number of tokens that :meth:`TransformerModel.nats` takes at a time, which bounds its memory."""


class TransformerModel:
    """Predicts each token from the ``context`` tokens before it."""

    def __init__(
        self, shape: Shape, parameters: Parameters, vocabulary: Vocabulary, about: Mapping[str, JSON]
    ) -> None:
        """``about``: what a saved file says about its use."""
        self._shape, self._parameters = shape, parameters
        self._vocabulary, self._about = vocabulary, about
        self.symbols = vocabulary.symbols

    def generate(
        self, primes: Sequence[Tokens], sampling: Sampling, seeds: Sequence[int]
    ) -> Iterator[Tokens]:
        """One continuation for each prime, without the prime.

        Tunes are drawn one after the other: a product over many tunes would round otherwise than one over
        few, and the seed alone shall decide a tune.
        """
        rules = sampling.rules or (None,) * len(primes)
        for prime, seed, rule in zip(primes, seeds, rules, strict=True):
            rng = np.random.default_rng(seed)
            cache = empty_cache(self._shape)
            drawn = list[int]()
            following: Sequence[int] | Tokens = prime
            while len(drawn) < sampling.max_tokens:
                logits = step(self._shape, self._parameters, following, cache)[-1].astype(np.float64)
                chances = np.exp(logits - logits.max())
                allowed = rule.allow() if rule else None
                token = sampling.choose(chances / chances.sum(), rng.random(), allowed)
                if rule:
                    rule.take(token)
                if token == self._vocabulary.end:
                    break
                drawn.append(token)
                if token in sampling.stop:
                    break
                following = [token]
            yield np.array(drawn, np.int32)

    def nats(self, tunes: Sequence[Tokens]) -> list[NDArray[np.float64]]:
        """float64 (n - 1,) for each tune: -ln probability of each token but the first, given those before."""
        return [self._nats(tune) for tune in tunes]

    def _nats(self, tune: Tokens) -> NDArray[np.float64]:
        cache, nats = empty_cache(self._shape), [np.zeros(0)]
        for begin in range(0, len(tune) - 1, _BLOCK):
            targets = tune[begin + 1 : begin + 1 + _BLOCK]
            logits = step(self._shape, self._parameters, tune[begin : begin + len(targets)], cache)
            logits = logits.astype(np.float64)
            highest = logits.max(axis=-1)
            normalisers = highest + np.log(np.exp(logits - highest[:, None]).sum(axis=-1))
            nats.append(normalisers - logits[np.arange(len(targets)), targets])
        return np.concatenate(nats)

    def save(self, path: Path) -> None:
        """Write one safetensors file whose bytes depend only on parameters, vocabulary and ``about``."""
        described: dict[str, JSON] = {
            "shape": asdict(self._shape),
            "vocabulary": self._vocabulary.symbols[len(Vocabulary.MARKS) :],
        }
        SavedModel(FORMAT, self._parameters, described, self._about).write(path)

    @classmethod
    def load(cls, path: Path) -> TransformerModel:
        """The model of a saved file. Raises ArtifactError for a file that is not a transformer."""
        saved = SavedModel.read(path, FORMAT)
        try:
            shape = Shape(**saved.settings["shape"])  # type: ignore[arg-type]
            vocabulary = Vocabulary(saved.settings["vocabulary"])  # type: ignore[arg-type]
            sizes = {name: array.shape for name, array in saved.tensors.items()}
            if sizes != shape.sizes() or shape.vocabulary != len(vocabulary):
                raise ValueError("its arrays are not those of its shape")
        except (KeyError, TypeError, ValueError, ZeroDivisionError) as error:
            raise ArtifactError(f"{path}: is not a transformer ({error})") from error
        return cls(shape, dict(saved.tensors), vocabulary, saved.about)
