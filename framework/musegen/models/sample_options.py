"""``[sample]``: the options for writing new tunes, in a pipeline, on the command line or in Python."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar, Literal, cast

from pydantic import Field, create_model, field_validator

from musegen.errors import NotationError, PluginError
from musegen.models.known import WISHES
from musegen.models.sample_rules import SampleRules
from musegen.music.tune_limits import TuneLimits
from musegen.music.validity import Valid
from musegen.options import Options
from musegen.plugins.registry import Plugins
from musegen.protocols.component import Component
from musegen.protocols.models import ModelTrainer
from musegen.protocols.notations import HeadedNotation, Notation, Wishes
from musegen.protocols.rules import LimitingRule, Rule
from musegen.protocols.sampling import Sampling


def names_file(text: str) -> bool:
    """Whether a text can be the name of a file, such as ``jig.abc``, and not the beginning of a tune."""
    return bool(re.fullmatch(r"(?:[A-Za-z]:[\\/])?[^\n:|\"]*\w\.[A-Za-z][A-Za-z0-9]{1,7}", text.strip()))


class Sample(Options):
    """``[sample]``: number of new tunes, wishes for them, and how the model draws them."""

    of_model: ClassVar[type[Options] | None] = None
    """Class of the keys that the model adds, if it adds any: see :func:`sample_options`."""

    tunes: int = Field(8, ge=1, le=10_000)
    """Number of tunes to write."""
    key: str | None = Field(None, examples=["D"])
    """Key of every tune, as the notation writes it. If left out, the model chooses."""
    metre: str | None = Field(None, examples=["6/8"])
    """Metre of every tune. If left out, the model chooses."""
    rhythm: str | None = Field(None, examples=["jig"])
    """Rhythm of every tune, spelled as in the corpus. If left out, the model chooses."""
    start: str = ""
    """Text that the music of every tune begins with, after the header."""
    prime: str | None = None
    """Text that every tune begins with, header included. It replaces key, metre, rhythm and start."""
    temperature: float = Field(0.9, ge=0, le=100)
    """How boldly the model chooses. Below 1 likely tokens become likelier still, above 1 unlikely ones do; at
    0 the likeliest is always taken, and tunes of one header are the same. A token is a piece of text, such as
    one character."""
    top_k: int = Field(0, ge=0)
    """Number of likeliest tokens to choose from at each place; 0 chooses from all."""
    top_p: float = Field(1.0, gt=0, le=1)
    """Choose only from the likeliest tokens that together have this probability."""
    max_length: int = Field(2000, ge=1, le=1_000_000)
    """Largest number of tokens in a tune, header included."""
    keep: Literal["valid", "all"] = "valid"
    """``valid`` rejects tunes that break a rule of [sample.valid] and writes others, with the next seeds;
    ``all`` keeps every tune."""
    attempts: int = Field(50, ge=1, le=100)
    """Largest number of draws for each tune, on average, when keep = "valid". A draw is one attempt of the
    model to write a tune."""
    rules: SampleRules = SampleRules()
    """What a tune has to keep to while it is written; ``false``: to nothing."""
    valid: Valid = Valid()

    @field_validator("rules", mode="before")
    @classmethod
    def _switched(cls, rules: object) -> object:
        """``rules = false`` for a table whose rules are off."""
        return {"on": rules} if isinstance(rules, bool) else rules

    @field_validator("prime")
    @classmethod
    def _no_file_name(cls, prime: str | None) -> str | None:
        if prime is not None and names_file(prime):
            raise ValueError("is the name of a file and not the beginning of a tune; give the file's text")
        return prime

    def wishes(self, home: str = "") -> Wishes:
        """The wishes for a header. ``home``: the tonic of all tunes that the model knows, if there is one."""
        return Wishes(self.key, self.metre, self.rhythm, home)

    def wished(self, notation: Notation, home: str = "") -> Mapping[str, str]:
        """The header fields that every tune gets, and their values. ``home``: as for :meth:`wishes`.

        Raises NotationError for a wish that the notation cannot write.
        """
        if isinstance(notation, HeadedNotation):
            return notation.wished(self.wishes(home))
        asked = [name for name in WISHES if getattr(self, name) is not None]
        if asked:
            line = f"{asked[0]}: tunes in this notation have no header for it; leave it out"
            raise NotationError(line).at("sample", asked[0])
        return {}

    @property
    def limits(self) -> TuneLimits:
        """What a new tune has to keep to while it is written, and its wishes for form."""
        valid, asked = TuneLimits.of(self.valid), self.rules
        return TuneLimits(
            bars=valid.bars if asked.bars else 0,
            repetition=valid.repetition if asked.repetition else 0,
            lowest=valid.lowest if asked.range else 0,
            highest=valid.highest if asked.range else 127,
            metre=asked.metre,
            repeats=asked.repeats,
            length=asked.length,
            one_key=asked.header and self.key is not None,
            one_metre=asked.header and self.metre is not None,
            one_rhythm=asked.header and self.rhythm is not None,
            form=asked.form,
            strain=asked.strain,
            cadence=asked.cadence,
            chords=asked.chords,
        )

    @property
    def sampling(self) -> Sampling:
        """The options for drawing the tokens of a tune's body."""
        own, model = self.of_model, None
        if own is not None:
            model = own.model_construct(**{key: getattr(self, key) for key in own.model_fields})
        return Sampling(self.temperature, self.top_k, self.top_p, self.max_length, model=model)


def limits_of(options: Sample, rules: Sequence[Rule]) -> TuneLimits:
    """What a new tune has to keep to by the options, and by rules of plugins that can be said in limits."""
    limits = options.limits
    for rule in rules:
        limits = rule.limit(limits) if isinstance(rule, LimitingRule) else limits
    return limits


def sample_options(model: Component[ModelTrainer]) -> type[Sample]:
    """The class of ``[sample]`` for this model, with the keys that the model adds.

    Raises PluginError if musegen itself has a key of the same name.
    """
    own = model.sampling
    if own is None:
        return Sample
    taken = [key for key in own.model_fields if key in Sample.model_fields or hasattr(Sample, key)]
    if taken:
        raise PluginError(
            f'model "{model.name}" adds the key {taken[0]} to [sample], but musegen itself has that key'
        )
    made: type[Sample] = cast(Any, create_model)(
        "Sample", __base__=(own, Sample), __module__=Sample.__module__, __doc__=Sample.__doc__
    )
    made.of_model = own
    return made


def keys_of_models(plugins: Plugins) -> dict[str, Component[ModelTrainer]]:
    """Each key that an installed model adds to ``[sample]``, with the first model that adds it."""
    models = [plugins.model(name) for name in plugins.names("model")]
    return {key: model for model in reversed(models) if model.sampling for key in model.sampling.model_fields}


def ignored_keys(keys: Iterable[str], model: Component[ModelTrainer], plugins: Plugins) -> dict[str, str]:
    """The keys among ``keys`` that only other installed models have, each with a message for the user."""
    own = {*Sample.model_fields, *(model.sampling.model_fields if model.sampling else ())}
    others = keys_of_models(plugins)
    return {
        key: f'has no effect: it belongs to the model "{others[key].name}", and this one is "{model.name}"'
        for key in keys
        if key in others and key not in own
    }
