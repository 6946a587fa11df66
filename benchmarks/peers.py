"""The base of all other samplers, which feed tokens, give logits, draw tokens and feed them again."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from musegen_sampling import LSTMWeights, Sampler
from paired import Contender

Floats: TypeAlias = NDArray[np.float32]
Tokens: TypeAlias = NDArray[np.int64]

CHECKED_STEPS = 20


class Peer(ABC):
    """Samples ``batch`` tunes at once from one model, at temperature 1."""

    name: str
    tolerance = 1e-3
    """Greatest difference of the logits from musegen's in fp32."""
    steps = 50
    """Number of tokens that the smallest run draws of each tune."""
    batch_steps = 10
    """The same where more than one tune is drawn."""

    def __init__(self, weights: LSTMWeights, batch: int) -> None:
        self.weights = weights
        self.batch = batch
        self.steps = self.steps if batch == 1 else min(self.steps, self.batch_steps)
        self.units = [layer.units for layer in weights.layers]

    @abstractmethod
    def reset(self) -> None:
        """Go back to the zero state."""

    @abstractmethod
    def logits(self, tokens: Tokens) -> Floats:
        """Feed one token of each tune, int64 (B,); returns logits float32 (B, V)."""

    def sample(self, steps: int) -> None:
        """Draw ``steps`` tokens of each tune. Where the tool cannot draw itself, NumPy does."""
        uniforms = np.random.default_rng(0).random((steps, self.batch, 1), np.float32)
        self.reset()
        tokens = np.zeros(self.batch, np.int64)
        for uniform in uniforms:
            logits = self.logits(tokens)
            cumulative = np.exp(logits - logits.max(axis=1, keepdims=True)).cumsum(axis=1)
            tokens = (cumulative < uniform * cumulative[:, -1:]).sum(axis=1)

    def check(self) -> None:
        """Raises AssertionError if the logits are not those of musegen."""
        size = len(self.weights.vocabulary)
        fed = (7 * np.arange(CHECKED_STEPS)[:, np.newaxis] + np.arange(self.batch)) % size
        self.reset()
        theirs = np.stack([np.array(self.logits(tokens)) for tokens in fed])
        sampler = Sampler(self.weights, precision="fp32")
        for tune in {0, self.batch - 1}:
            ours = sampler.logits(fed[:, tune])
            np.testing.assert_allclose(theirs[:, tune], ours, rtol=0, atol=self.tolerance, err_msg=self.name)

    def contender(self) -> Contender:
        """This sampler, checked, as a contender of a paired run."""
        self.check()
        return Contender(self.name, self.steps * self.batch, self._run)

    def _run(self, tokens: int) -> None:
        for _ in range(tokens // (self.steps * self.batch)):
            self.sample(self.steps)
