"""The checklist of the AI Music Generation Challenge for each new tune of an evaluation."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from musegen.music.checklist import checklist

if TYPE_CHECKING:
    from musegen.evaluation.findings import Findings


def checklist_lines(found: Findings) -> Iterator[str]:
    """Some lines for each new tune: its number and title, and each of the five checks with its reason."""
    limit = int(found.copying.limit) if found.copying else None
    copies = iter(found.copying.new) if found.copying else None
    for number, each in enumerate(found.new.tunes, 1):
        yield f"{number}. {each.tune.title}"
        if each.score is None:
            yield "  cannot be read"
            continue
        copied = next(copies).notes if copies else None
        yield from (f"  {check}" for check in checklist(each.score, copied, limit))
