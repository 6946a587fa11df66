"""``[sample]``: what a pipeline, a command or a call asks of new tunes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar, Literal, cast

from pydantic import Field, create_model

from musegen.errors import NotationError, PluginError
from musegen.music.validity import Valid
from musegen.options import Options
from musegen.plugins.registry import Plugins
from musegen.protocols.component import Component
from musegen.protocols.models import ModelTrainer
from musegen.protocols.notations import HeadedNotation, Notation, Wishes
from musegen.protocols.sampling import Sampling

WISHES = ("key", "metre", "rhythm")
"""The options that are asked of a header."""


class Sample(Options):
    """``[sample]``: how many tunes to write, and what is wished of them."""

    of_model: ClassVar[type[Options] | None] = None
    """The keys that the model adds, where it adds any: see :func:`sample_options`."""

    tunes: int = Field(8, ge=1, le=10_000)
    """How many tunes to keep."""
    key: str | None = Field(None, examples=["D"])
    """Key of every tune, as the notation writes it; left out: the model chooses."""
    metre: str | None = Field(None, examples=["6/8"])
    """Metre of every tune; left out: the model chooses."""
    rhythm: str | None = Field(None, examples=["jig"])
    """Rhythm of every tune, spelt as in the corpus; left out: the model chooses."""
    start: str = ""
    """What every tune's body begins with."""
    prime: str | None = None
    """What every tune begins with, header included; instead of key, metre, rhythm and start."""
    temperature: float = Field(0.9, gt=0, le=100)
    """Below 1 the likely becomes likelier, above 1 the unlikely."""
    top_k: int = Field(0, ge=0)
    """Draw from the k likeliest tokens only; 0 draws from all."""
    top_p: float = Field(1.0, gt=0, le=1)
    """Draw from the likeliest tokens that together have this probability."""
    max_length: int = Field(2000, ge=1, le=1_000_000)
    """Tokens a tune at most, header included."""
    keep: Literal["valid", "all"] = "valid"
    """``valid`` draws again, under the next seed, what breaks a rule of [sample.valid]."""
    attempts: int = Field(50, ge=1, le=100)
    """Draws a tune at most, on average, when keep = "valid"."""
    valid: Valid = Valid()

    def wishes(self, home: str = "") -> Wishes:
        """What is asked of a header; ``home``: the tonic of all tunes that the model knows, if any."""
        return Wishes(self.key, self.metre, self.rhythm, home)

    def wished(self, notation: Notation, home: str = "") -> Mapping[str, str]:
        """The header fields that every tune is given, and their values; ``home`` as above.

        Raises NotationError for a wish that the notation cannot write.
        """
        if isinstance(notation, HeadedNotation):
            return notation.wished(self.wishes(home))
        asked = [name for name in WISHES if getattr(self, name) is not None]
        if asked:
            raise NotationError(f"{asked[0]}: tunes in this notation have no header to say it; leave it out")
        return {}

    @property
    def sampling(self) -> Sampling:
        """How the body's tokens are drawn."""
        own, model = self.of_model, None
        if own is not None:
            model = own.model_construct(**{key: getattr(self, key) for key in own.model_fields})
        return Sampling(self.temperature, self.top_k, self.top_p, self.max_length, model=model)


def sample_options(model: Component[ModelTrainer]) -> type[Sample]:
    """``[sample]`` as this model has it, with the keys that it adds.

    Raises PluginError where one of them is a key of the framework's.
    """
    own = model.sampling
    if own is None:
        return Sample
    taken = [key for key in own.model_fields if key in Sample.model_fields or hasattr(Sample, key)]
    if taken:
        raise PluginError(
            f'model "{model.name}" adds the key {taken[0]} to [sample], which musegen has itself'
        )
    made: type[Sample] = cast(Any, create_model)(
        "Sample", __base__=(own, Sample), __module__=Sample.__module__, __doc__=Sample.__doc__
    )
    made.of_model = own
    return made


def keys_of_models(plugins: Plugins) -> dict[str, Component[ModelTrainer]]:
    """Each key that some installed model adds to ``[sample]``, with the first model that does."""
    models = [plugins.model(name) for name in plugins.names("model")]
    return {key: model for model in reversed(models) if model.sampling for key in model.sampling.model_fields}


def ignored_keys(keys: Iterable[str], model: Component[ModelTrainer], plugins: Plugins) -> dict[str, str]:
    """Those of ``keys`` that only other installed models have, each with the words to say so."""
    own = {*Sample.model_fields, *(model.sampling.model_fields if model.sampling else ())}
    others = keys_of_models(plugins)
    return {
        key: f'does not count: it belongs to the model "{others[key].name}", this one is "{model.name}"'
        for key in keys
        if key in others and key not in own
    }
