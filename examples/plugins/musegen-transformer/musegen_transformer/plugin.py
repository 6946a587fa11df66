"""A transformer without a framework: ``[model] use = "transformer"``."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from musegen import Component, ModelTrainer, Options, component, hookimpl

musegen_api = "1.0"


def _even(width: int) -> int:
    if width % 8:
        raise ValueError("a width is a multiple of 8")
    return width


class TransformerOptions(Options):
    """Small decoder-only transformer in NumPy; it trains in a few minutes on one core, without TensorFlow."""

    layers: int = Field(2, ge=1, le=12)
    """Number of blocks of attention and feed-forward network."""
    width: Annotated[int, AfterValidator(_even)] = Field(96, ge=8, le=1024)
    """How many numbers describe a token: a multiple of 8."""
    heads: Literal[1, 2, 4, 8] = 4
    """Number of attention heads in a block."""
    context: int = Field(512, ge=16, le=4096)
    """Number of tokens that attention looks back on; longer tunes are learned in pieces of this length."""
    epochs: int = Field(8, ge=1, le=1000)
    """Number of passes over the training tunes."""
    batch: int = Field(8, ge=1, le=256)
    """Number of tunes, of similar length, in a step."""
    learning_rate: float = Field(3e-3, gt=0, le=1)
    """Highest learning rate of Adam; it falls to a twentieth along a cosine."""


def build_model(options: TransformerOptions) -> ModelTrainer:
    """The trainer; NumPy is imported here, so that listing plugins does not wait for it."""
    from musegen_transformer.training import TransformerTrainer

    return TransformerTrainer(options)


@hookimpl
def musegen_models() -> list[Component[ModelTrainer]]:
    """Declare ``transformer``."""
    return [component("transformer", version=1, options=TransformerOptions, build=build_model)]
