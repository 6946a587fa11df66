"""The table of an evaluation on a terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from musegen.evaluation.copying import QUANTILES
from musegen.evaluation.described import Compared
from musegen.evaluation.resampling import Estimate
from musegen.words import counted

if TYPE_CHECKING:
    from musegen.evaluation.findings import Findings


def table(found: Findings) -> str:
    """The headline figures, and a line for each descriptor."""
    return "\n".join([*headlines(found), "", *_descriptors(found.compared), *_remarks(found)])


def headlines(found: Findings) -> list[str]:
    """The figures of an evaluation in lines of words."""
    lines = [
        f"new:  {found.new.name}, {counted(len(found.new.tunes), 'tune')}",
        f"real: {found.real.name}, {counted(len(found.real.tunes), 'tune')} "
        f"in {counted(found.groups[1], 'group')} of versions",
        f"valid: new {percent(found.validity.new)}, real {percent(found.validity.real)}",
    ]
    reasons = [f"{kind} {100 * new:.0f} %" for kind, (new, _) in found.validity.reasons.items() if new]
    if reasons:
        lines.append(f"  faults of new tunes: {', '.join(reasons)}")
    told = found.told_apart
    if told:
        floor = (
            ""
            if told.floor is None
            else (f"; real against real {told.floor:.3f} ({told.floor_low:.3f} to {told.floor_high:.3f})")
        )
        lines.append(f"a classifier tells new from real with AUC {estimate(told.auc)}{floor}")
        lines += [f"  {sentence}" for sentence in found.giveaways]
    inside, known = found.within
    lines.append(f"{inside} of {known} descriptors within the distance of real from real tunes")
    copying = found.copying
    if copying:
        for name, side in zip(("new", "real"), copying.notes, strict=True):
            values = " / ".join(f"{side[level].value:.0f}" for level in QUANTILES)
            quantiles = " / ".join(map(str, QUANTILES))
            lines.append(f"longest run of notes shared with a training tune, {quantiles} %: {name} {values}")
        lines.append(
            f"{counted(copying.flagged, 'new tune')} beyond {counted(round(copying.limit), 'note')}, "
            "the 99 % of the real tunes"
        )
    return lines


def estimate(figure: Estimate, show: Callable[[float], str] = "{:.3f}".format) -> str:
    """A figure with its interval: ``0.992 (0.984 to 0.997)``."""
    if figure.value is None:
        return "-"
    if figure.low is None or figure.high is None:
        return show(figure.value)
    return f"{show(figure.value)} ({show(figure.low)} to {show(figure.high)})"


def percent(figure: Estimate) -> str:
    """A share with its interval: ``24 % (20 % to 28 %)``."""
    return estimate(figure, lambda value: f"{100 * value:.0f} %")


def _descriptors(compared: Sequence[Compared]) -> Iterator[str]:
    head = ("", "new", "real", "distance", "95 % interval", "real-real", "95 % below")
    rows = [head]
    measure = ""
    for each in compared:
        if each.measure != measure:
            measure = each.measure
            rows.append((f"[{measure}]", "", "", "", "", "", ""))
        distance = each.distance
        spread = "" if distance.low is None else f"{distance.low:.2f} to {distance.high:.2f}"
        mark = " *" if each.within is False else "  "
        rows.append(
            (
                each.descriptor.says,
                each.shown(each.new.value),
                each.shown(each.real.value),
                _number(distance.value) + mark,
                spread,
                _number(each.floor),
                _number(each.limit),
            )
        )
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = [row[0].ljust(widths[0])]
        cells += [cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)]
        yield "  ".join(cells).rstrip()
    yield "* further from the real tunes than 95 % of the halves of real tunes are from each other"


def _number(figure: float | None) -> str:
    return "-" if figure is None else f"{figure:.2f}"


def _remarks(found: Findings) -> list[str]:
    return list(found.remarks)
