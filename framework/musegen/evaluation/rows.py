"""A row of facts and figures for each evaluated tune: the content of ``evaluation.csv``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from musegen.evaluation.copying import Copying
from musegen.evaluation.tunes import JudgedTune, TuneSet
from musegen.writing import csv_text

Row: TypeAlias = Mapping[str, "str | int | float | bool | None"]
"""Facts and figures of one tune by the names of their columns."""


def tune_rows(
    new: TuneSet,
    real: TuneSet,
    names: Sequence[str],
    values_new: NDArray[np.float64],
    values_real: NDArray[np.float64],
    copying: Copying | None,
) -> tuple[Row, ...]:
    """A row for each tune, new ones first; a tune that cannot be read has no figures.

    ``values_new`` and ``values_real``: a row for each tune that can be read, a column for each of ``names``.
    """
    rows = []
    sides = (
        ("new", new, values_new, copying.new if copying else None),
        ("real", real, values_real, copying.real if copying else None),
    )
    for side, tunes, values, copies in sides:
        at = 0
        for number, each in enumerate(tunes.tunes, 1):
            row = {"set": side, "number": number, **_facts(each)}
            figures: Mapping[str, float | None] = dict.fromkeys(names)
            copied: Mapping[str, str | int | float | bool | None] = {}
            if copying:
                copied = copying.columns(None)
            if each.score is not None:
                figures = {
                    name: float(figure) if np.isfinite(figure) else None
                    for name, figure in zip(names, values[at], strict=True)
                }
                if copying and copies:
                    copied = copying.columns(copies[at])
                at += 1
            rows.append({**row, **copied, **figures})
    return tuple(rows)


def _facts(each: JudgedTune) -> dict[str, str | int | float | bool | None]:
    score = each.score
    return {
        "title": each.tune.title,
        "source": each.tune.source,
        "seed": each.seed,
        "valid": each.judgement.valid,
        "faults": "; ".join(map(str, each.judgement.faults)),
        "key": str(score.key) if score else None,
        "metre": str(score.metre) if score else None,
        "rhythm": score.rhythm if score else None,
        "bars": len(score.bars) if score else None,
    }


def rows_csv(rows: Sequence[Row]) -> bytes:
    """The rows as comma-separated values with a line of column names; empty where something is unknown."""
    columns = [*rows[0]]
    return csv_text(
        [columns, *(["" if row[name] is None else row[name] for name in columns] for row in rows)]
    )
