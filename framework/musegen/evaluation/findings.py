"""What an evaluation finds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from musegen.canonical import JSON
from musegen.evaluation.classifier import ToldApart, sentences
from musegen.evaluation.copying import Copying
from musegen.evaluation.described import Compared
from musegen.evaluation.resampling import Estimate
from musegen.evaluation.rows import Row
from musegen.evaluation.tunes import TuneSet

if TYPE_CHECKING:
    import pandas


@dataclass(frozen=True, slots=True)
class Validity:
    """How many tunes keep the rules of ``[sample.valid]``, and which rules the others break."""

    new: Estimate
    """Share of the new tunes that are valid."""
    real: Estimate
    """Share of the real tunes that are valid."""
    reasons: Mapping[str, tuple[float, float]]
    """Shares of new and of real tunes with a fault of each kind, the most frequent in new tunes first."""

    def state(self) -> dict[str, JSON]:
        """The shares as JSON."""
        reasons = {kind: {"new": new, "real": real} for kind, (new, real) in self.reasons.items()}
        return {"new": self.new.state(), "real": self.real.state(), "reasons": reasons}


@dataclass(frozen=True)
class Findings:
    """How new tunes differ from real ones, in figures."""

    new: TuneSet
    """The tunes that are evaluated."""
    real: TuneSet
    """The real tunes that they are held against. No model has learned from them."""
    groups: tuple[int, int]
    """Number of groups of versions among the new and among the real tunes."""
    validity: Validity
    compared: tuple[Compared, ...]
    """Every descriptor of every measure."""
    copying: Copying | None
    """What new tunes share with the training tunes; None where these are not known."""
    told_apart: ToldApart | None
    """What a classifier makes of the tunes; None without scikit-learn or with too few tunes."""
    rows: tuple[Row, ...]
    """A row of facts and figures for each tune, new ones first."""
    remarks: tuple[str, ...]
    """One line for each thing that a reader of the figures should know."""
    seed: int
    """Seed of everything random: resamples, halves and the classifier."""

    @property
    def within(self) -> tuple[int, int]:
        """The number of descriptors whose distance is within that of real from real tunes, and of all."""
        known = [each.within for each in self.compared if each.within is not None]
        return sum(known), len(known)

    @cached_property
    def giveaways(self) -> tuple[str, ...]:
        """The descriptors by which the classifier knows new tunes, the strongest first, as sentences."""
        if self.told_apart is None:
            return ()
        return sentences(self.told_apart.by, [each.sentence for each in self.compared])

    def state(self) -> dict[str, JSON]:
        """All figures as JSON: the content of ``evaluation.json``."""
        inside, known = self.within
        return {
            "new": {"name": self.new.name, "tunes": len(self.new.tunes), "groups": self.groups[0]},
            "real": {"name": self.real.name, "tunes": len(self.real.tunes), "groups": self.groups[1]},
            "seed": self.seed,
            "validity": self.validity.state(),
            "classifier": self.told_apart.state() if self.told_apart else None,
            "giveaways": self.giveaways,
            "descriptors_within": {"within": inside, "of": known},
            "originality": self.copying.state() if self.copying else None,
            "descriptors": [each.state() for each in self.compared],
            "remarks": self.remarks,
        }

    def frame(self) -> pandas.DataFrame:
        """The rows as a pandas frame. Raises ImportError where pandas is not installed."""
        import pandas

        return pandas.DataFrame(list(self.rows))
