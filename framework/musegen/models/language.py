"""How the tunes are written that a model learns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from random import Random

from musegen.canonical import JSON
from musegen.music.tune import Tune
from musegen.protocols.notations import Notation
from musegen.protocols.sampling import derive_seed
from musegen.protocols.tokenizers import Tokenizer


@dataclass(frozen=True)
class Home:
    """The one tonic of the tunes that a model has learned, and where they came from."""

    tonic: str
    tonics: Mapping[str, Mapping[str, int]]
    """Mode -> tonic -> how many training tunes had it; new tunes get theirs by these shares."""

    @classmethod
    def of(cls, tonic: str, tunes: Iterable[Tune], notation: Notation) -> Home:
        """The home of tunes that were all brought to ``tonic``; each says in ``tonic`` where it came from."""
        tonics: dict[str, Counter[str]] = {}
        for tune in tunes:
            if tune.tonic:
                mode = notation.parse(tune).key.mode
                tonics.setdefault(mode, Counter())[tune.tonic] += 1
        return cls(tonic, tonics)

    def state(self) -> dict[str, JSON]:
        """The home as JSON."""
        return {"tonic": self.tonic, "tonics": {mode: dict(counts) for mode, counts in self.tonics.items()}}

    def choose(self, mode: str, seed: int) -> str:
        """A tonic for a new tune in this mode."""
        counts = self.tonics.get(mode) or {}
        if not counts:
            return self.tonic
        return Random(derive_seed(seed, "tonic")).choices(list(counts), list(counts.values()))[0]


@dataclass(frozen=True)
class Language:
    """Everything about the texts that a model learns: notation, header fields, home tonic and tokenizer."""

    notation_name: str
    notation: Notation
    tokenizer: Tokenizer
    fields: Sequence[str] = ()
    """The header fields of the corpus, in its order."""
    home: Home | None = None
    """Where the tunes were brought, if ``[prepare] tonic`` brought them to one tonic."""

    @property
    def tonic(self) -> str:
        """The tonic of all tunes that the model knows; empty where they have several."""
        return self.home.tonic if self.home else ""


def header_fields(headers: Iterable[Mapping[str, str]]) -> tuple[str, ...]:
    """The fields that some headers have, in an order that fits all of them as far as one does."""
    order: list[str] = []
    for header in headers:
        place = 0
        for field in header:
            if field in order:
                place = order.index(field) + 1
            else:
                order.insert(place, field)
                place += 1
    return tuple(order)
