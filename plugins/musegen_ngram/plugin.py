"""An n-gram, trained at once and without TensorFlow: ``[model] use = "ngram"``."""

from __future__ import annotations

from pydantic import Field

from musegen import Component, ModelTrainer, Options, component, hookimpl


class NgramOptions(Options):
    """Interpolated Witten-Bell n-gram: trained in a second, the line that a neural network must beat."""

    order: int = Field(4, ge=1, le=12)
    """Tokens that it looks back on; 4 predicts a token from the four before it."""


def build_model(options: NgramOptions) -> ModelTrainer:
    """The trainer."""
    from musegen_ngram.model import NgramTrainer

    return NgramTrainer(options.order)


@hookimpl
def musegen_models() -> list[Component[ModelTrainer]]:
    """Declare ``ngram``."""
    return [component("ngram", version=1, options=NgramOptions, build=build_model)]
