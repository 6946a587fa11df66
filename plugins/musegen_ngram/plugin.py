"""An n-gram, trained at once and without TensorFlow: ``[model] use = "ngram"``."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from musegen import JSON, Component, ModelTrainer, Options, component, hookimpl


class NgramOptions(Options):
    """Interpolated Witten-Bell n-gram: trained in a second, a baseline that a neural network should beat."""

    order: Annotated[int, Field(ge=1, le=12)] | Literal["auto"] = "auto"
    """Number of tokens that it looks back on; "auto" takes the best number for the validation tunes."""
    memory: bool = False
    """Also predict the token after the longest earlier match in the same tune, since tunes repeat phrases."""


def build_model(options: NgramOptions) -> ModelTrainer:
    """The trainer."""
    from musegen_ngram.trainer import NgramTrainer

    return NgramTrainer(None if options.order == "auto" else options.order, memory=options.memory)


@hookimpl
def musegen_models() -> list[Component[ModelTrainer]]:
    """Declare ``ngram``."""
    lines: dict[str, dict[str, JSON]] = {"ngram": {}, "ngram_memory": {"memory": True}}
    return [component("ngram", version=2, options=NgramOptions, build=build_model, baselines=lines)]
