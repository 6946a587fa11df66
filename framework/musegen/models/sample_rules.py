"""``[sample.rules]``: what a tune has to keep to while the model writes it."""

from __future__ import annotations

from itertools import groupby

from pydantic import Field, field_validator

from musegen.options import Options

WISHES_OF_FORM = ("form", "strain", "cadence", "chords")
"""The keys that ask for more than a valid tune."""


class SampleRules(Options):
    """``[sample.rules]``: what a tune has to keep to while it is written. ``rules = false``: to nothing.

    All of it is as far as the notation can tell.
    """

    on: bool = True
    """Let the model write only what a valid tune can come of, token by token; ``false`` lets it write
    anything."""
    metre: bool = True
    """Bars fit their metre, and upbeats and last bars complete each other."""
    repeats: bool = True
    """Repeats and endings balance."""
    bars: bool = True
    """A tune has the full bars that [sample.valid] asks for."""
    repetition: bool = True
    """No bar comes more often in a row than [sample.valid] allows."""
    range: bool = True
    """Pitches lie within ``lowest`` to ``highest`` of [sample.valid]."""
    length: bool = True
    """A tune ends within ``max_length``: the room that its end needs is kept free."""
    header: bool = True
    """Where a key, a metre or a rhythm is asked for, it stays to the end of the tune."""
    astray: float = Field(0.02, gt=0, le=1)
    """With keep = "valid", a tune is astray and drawn again if the rules took so much more of the probability
    of a token, in the mean, than they take of the middle one of the first tunes. 1: none is."""
    form: str = Field("", examples=["AABB"])
    """The strains of a tune as they are played, a letter each; one that comes twice has a repeat sign. Empty
    for any form. A strain is a section of a tune, mostly of eight bars."""
    strain: int = Field(0, ge=0, le=64)
    """Number of full bars of every strain; 0 for any."""
    cadence: bool = False
    """Every strain ends on the tonic, the first note of the key."""
    chords: bool | None = Field(None, examples=[True])
    """``true``: every strain begins with a chord symbol; ``false``: there are none; left out: as the model
    likes."""

    @field_validator("form")
    @classmethod
    def _is_a_form(cls, form: str) -> str:
        runs = [(letter, len(list(same))) for letter, same in groupby(form)]
        in_order = [letter for letter, _ in runs] == [chr(ord("A") + number) for number in range(len(runs))]
        if not in_order or any(count > 2 for _, count in runs) or len(runs) > 8:
            raise ValueError("must name strains as A, B, C, ..., each once or twice in a row, such as AABB")
        return form

    def unwished(self, *, on: bool) -> SampleRules:
        """The same rules, on or off, without wishes for the form of a tune."""
        fields = type(self).model_fields
        return self.model_copy(update={"on": on, **{name: fields[name].default for name in WISHES_OF_FORM}})

    @property
    def wishes(self) -> list[str]:
        """The names of the wishes for the form of a tune, as far as there are any."""
        fields = type(self).model_fields
        return [name for name in WISHES_OF_FORM if getattr(self, name) != fields[name].default]
