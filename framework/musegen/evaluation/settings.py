"""``[evaluate]``: the options for evaluating a run's model."""

from __future__ import annotations

from pydantic import Field

from musegen.models.sample_options import Sample
from musegen.options import Options


class Evaluate(Options):
    """``[evaluate]``: draws tunes without choosing among them, and holds them against the test tunes."""

    tunes: int = Field(400, ge=0, le=10_000)
    """Number of tunes to draw; 0 leaves the evaluation out."""
    temperature: float = Field(1.0, ge=0, le=100)
    """How boldly the model chooses. At 1 it writes what it takes to be likely, neither bolder nor more
    careful."""
    rules: bool = False
    """Let the model write only what a valid tune can come of, as with ``[sample] rules``. By default it
    writes freely, so that the figures are those of the model itself."""


def unselected(sample: Sample, evaluate: Evaluate) -> Sample:
    """The options of ``[sample]`` changed so that every draw is kept and nothing is asked for.

    What remains of them is the largest length, the rules that tunes are judged by, and the keys of the model.
    """
    changes = {
        **{name: Sample.model_fields[name].default for name in ("key", "metre", "rhythm", "start", "prime")},
        "top_k": 0,
        "top_p": 1.0,
        "keep": "all",
        "rules": sample.rules.unwished(on=evaluate.rules),
        "tunes": max(evaluate.tunes, 1),
        "temperature": evaluate.temperature,
    }
    return sample.model_copy(update=changes)
