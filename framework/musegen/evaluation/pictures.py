"""Pictures of an evaluation, drawn with matplotlib."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from typing import TYPE_CHECKING, Any

import numpy as np

from musegen.evaluation.described import Compared

if TYPE_CHECKING:
    from musegen.evaluation.findings import Findings

_NEW, _REAL = "#b5462f", "#4d6b4a"
_COLUMNS = 4
_MOST = 24


def distances(compared: Sequence[Compared]) -> bytes:
    """A PNG with the distance of each descriptor, its interval, and the distances of real from real tunes."""
    rows = [each for each in compared if each.distance.value is not None]
    figure, axes = _figure(9, 1 + 0.22 * len(rows))
    for place, each in enumerate(reversed(rows)):
        if each.limit is not None:
            axes.barh(place, each.limit, color=_REAL, alpha=0.25, height=0.9)
        inside = each.within is not False
        if each.distance.low is not None:
            axes.plot([each.distance.low, each.distance.high], [place, place], color=_NEW, linewidth=1)
        axes.plot(
            [each.distance.value],
            [place],
            "o",
            color=_NEW,
            fillstyle="none" if inside else "full",
            markersize=4,
        )
    axes.set_yticks(range(len(rows)), [each.descriptor.says for each in reversed(rows)], fontsize=7)
    axes.set_ylim(-0.7, len(rows) - 0.3)
    axes.set_xlim(0, 1)
    axes.set_xlabel("Kolmogorov-Smirnov distance of new from real tunes; green: 95 % of real from real tunes")
    return _png(figure)


def distributions(found: Findings) -> bytes:
    """A PNG with histograms of new and of real tunes, for the descriptors that differ most."""
    order = sorted(found.compared, key=lambda each: -(each.distance.value or 0))[:_MOST]
    lines = -(-len(order) // _COLUMNS)
    figure, axes = _figure(11, 0.5 + 1.7 * lines, lines, _COLUMNS)
    places = list(np.atleast_1d(axes).flat)
    for place, each in zip(places, order, strict=False):
        name = each.descriptor.name
        sides = [[row[name] for row in found.rows if row["set"] == side] for side in ("real", "new")]
        values = [np.array([value for value in side if value is not None], float) for side in sides]
        every = np.concatenate(values)
        bins = np.histogram_bin_edges(every, 20)
        for side, colour, label in zip(values, (_REAL, _NEW), ("real", "new"), strict=True):
            if len(side):
                weights = np.full(len(side), 1 / len(side))
                place.hist(side, bins, weights=weights, color=colour, alpha=0.5, label=label)
        unit = f" ({each.descriptor.unit})" if each.descriptor.unit not in ("", "%") else ""
        place.set_title(_folded(each.descriptor.says + unit), fontsize=7)
        place.tick_params(labelsize=6)
        place.set_yticks([])
    for place in places[len(order) :]:
        place.set_visible(False)
    if order:
        places[0].legend(frameon=False, fontsize=7)
    return _png(figure)


def _folded(text: str) -> str:
    from textwrap import fill

    return fill(text, 38)


def _figure(width: float, height: float, *grid: int) -> tuple[Any, Any]:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), dpi=100, layout="constrained")
    FigureCanvasAgg(figure)
    return figure, figure.subplots(*grid)


def _png(figure: Any) -> bytes:
    drawn = BytesIO()
    figure.savefig(drawn, format="png", metadata={"Software": None})
    return drawn.getvalue()
