"""What is wrong with new tunes, for a reader at a terminal: counted by kind, with an example of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from musegen.words import counted, listed

_MEANINGS = {
    "parse": "text that cannot be read",
    "unfinished": "no end of the model's own",
    "metre": "no metre",
    "bars": "bars that do not fit the metre",
    "repeats": "repeat signs that do not match",
    "short": "too few bars",
    "repetition": "the same bar too often",
    "range": "notes out of range",
    "render": "no rendering",
}
"""Kind of a fault -> what it is; a plugin's kinds speak for themselves."""


def fault_lines(faults: Mapping[str, Sequence[str]]) -> list[str]:
    """A line for each kind of fault, the commonest first; none where no tune has any.

    ``faults`` gives, for the file of each tune, its faults as ``kind: message``. A tune that cannot be read
    cannot be rendered either; that is not said again.
    """
    found: dict[str, dict[str, str]] = {}
    for name, lines in faults.items():
        read = not any(line.startswith("parse: ") for line in lines)
        for line in lines:
            kind, _, message = line.partition(": ")
            if read or kind != "render":
                found.setdefault(kind, {}).setdefault(name, message)
    broken = sum(map(bool, faults.values()))
    if not broken:
        return []
    kinds = sorted(found.items(), key=lambda item: -len(item[1]))
    heading = f"{broken} of {counted(len(faults), 'tune')} broke a rule:"
    return [heading, *(f"  {len(of)} x {_said(kind)}: {_places(of)}" for kind, of in kinds)]


def _said(kind: str) -> str:
    return f"{_MEANINGS[kind]} ({kind})" if kind in _MEANINGS else kind


def _places(messages: Mapping[str, str]) -> str:
    """The first files, and what is wrong with the first of them."""
    names = list(messages)
    return f"{listed(names)}; {names[0]}: {messages[names[0]]}"
