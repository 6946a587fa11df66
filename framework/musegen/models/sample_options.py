"""``[sample]``: what a pipeline, a command or a call asks of new tunes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import Field

from musegen.errors import NotationError
from musegen.music.validity import Valid
from musegen.options import Options
from musegen.protocols.notations import HeadedNotation, Notation, Wishes
from musegen.protocols.sampling import Sampling

WISHES = ("key", "metre", "rhythm")
"""The options that are asked of a header."""


class Sample(Options):
    """``[sample]``: how many tunes to write, and what is wished of them."""

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
    precision: Literal["auto", "fp32", "bf16", "int8"] = "auto"
    """Arithmetic of keras-lstm; ``auto`` is the fastest that lost nothing on the validation tunes."""
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
        return Sampling(self.temperature, self.top_k, self.top_p, self.max_length, self.precision)
