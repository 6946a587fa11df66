"""Checks of a corpus: unreadable tunes, bars that do not fit, duplicates, and statistics of the rest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import quantiles
from typing import Any

from musegen.corpus.preparing import without_title
from musegen.corpus.splitting import group_tunes, large_groups
from musegen.corpus.told import PLACED
from musegen.errors import NotationError, locate
from musegen.music.score import Note, Score
from musegen.music.tune import Tune
from musegen.music.validity import Valid, judge
from musegen.protocols.notations import Notation
from musegen.words import counted

_HEAD = 2
"""Lines of a description that are there whatever was found."""
_ANY_LENGTH = Valid(bars=0, repetition=10**6, lowest="C-1", highest="G9")


@dataclass
class Diagnosis:
    """The findings about a corpus, each with its places, such as ``jigs.abc:123:4``.

    Failures and warnings are sorted by their ``kind``, or by their message if they have no kind.
    """

    tunes: int = 0
    """Number of tunes."""
    failures: dict[str, list[str]] = field(default_factory=dict)
    """Places of texts that cannot be read, by kind."""
    warnings: dict[str, list[str]] = field(default_factory=dict)
    """Places of mistakes that were tolerated, by kind."""
    messages: dict[str, str] = field(default_factory=dict)
    """Message at the first place of each kind."""
    bars: list[str] = field(default_factory=list)
    """Tunes with bars that do not fit the metre, each with its first such bar."""
    duplicates: list[list[str]] = field(default_factory=list)
    """Groups of tunes that are equal except for number and title."""
    groups: list[list[str]] = field(default_factory=list)
    """Groups of near-duplicates that are not all equal."""
    large: list[str] = field(default_factory=list)
    """First tune of each group of more than twenty tunes."""
    keys: Mapping[str, int] = field(default_factory=dict)
    """Number of tunes in each key."""
    metres: Mapping[str, int] = field(default_factory=dict)
    """Number of tunes in each metre."""
    rhythms: Mapping[str, int] = field(default_factory=dict)
    """Number of tunes of each rhythm."""
    lengths: Mapping[str, Sequence[float]] = field(default_factory=dict)
    """Characters, bars and notes of a tune: smallest number, lower quartile, median, upper quartile,
    largest."""
    characters: Mapping[str, int] = field(default_factory=dict)
    """Number of times that each character occurs."""

    def note(self, kinds: dict[str, list[str]], kind: str, message: str, where: str) -> None:
        """Add a place to ``kinds``, which is ``failures`` or ``warnings``."""
        self.messages.setdefault(kind or message, message)
        kinds.setdefault(kind or message, []).append(where)

    def reported(self, line: str) -> None:
        """Add a line of a reader to ``warnings``, if it names a place in a file."""
        if placed := PLACED.fullmatch(line):
            self.note(self.warnings, "", placed["message"], placed["file"] + placed["place"])

    def as_json(self) -> dict[str, Any]:
        """All findings as JSON."""
        return dict(vars(self))


def diagnose(
    tunes: Iterable[Tune],
    notations: Mapping[str, Notation],
    advance: Callable[[int, int, str], None] = lambda done, total, note: None,
) -> Diagnosis:
    """The findings about some tunes, each of which is parsed and judged; ``advance`` gets how far it is."""
    found = Diagnosis()
    read: list[tuple[Tune, Score]] = []
    characters: Counter[str] = Counter()
    for tune in tunes:
        found.tunes += 1
        advance(found.tunes, 0, tune.source)
        characters.update(tune.text)
        try:
            score = notations[tune.notation].parse(tune)
        except NotationError as error:
            where = locate(error.source or tune.source, error.line, error.column)
            found.note(found.failures, error.kind, error.message, where)
            continue
        read.append((tune, score))
        for problem in score.problems:
            where = tune.place(problem.line, problem.column)
            found.note(found.warnings, problem.kind, problem.message, where)
        faults = [fault for fault in judge(score, _ANY_LENGTH).faults if fault.kind == "bars"]
        if faults:
            found.bars.append(f"{tune.place(faults[0].line)}: {faults[0]}")
    advance(found.tunes, 0, "looking for versions")
    found.keys = _counted(str(score.key) for _, score in read)
    found.metres = _counted(str(score.metre or "none") for _, score in read)
    found.rhythms = _counted(score.rhythm or "none" for _, score in read)
    found.characters = dict(characters.most_common())
    found.lengths = {
        "characters": _spread([len(tune.text) for tune, _ in read]),
        "bars": _spread([len(score.bars) for _, score in read]),
        "notes": _spread(
            [sum(isinstance(e, Note) for bar in score.bars for e in bar.events) for _, score in read]
        ),
    }
    _find_versions(found, read, notations)
    return found


def _find_versions(
    found: Diagnosis, read: Sequence[tuple[Tune, Score]], notations: Mapping[str, Notation]
) -> None:
    texts: dict[Hashable, list[int]] = {}
    for i, (tune, _) in enumerate(read):
        texts.setdefault(without_title(notations[tune.notation], tune), []).append(i)
    found.duplicates = [[read[i][0].source for i in same] for same in texts.values() if len(same) > 1]
    groups = group_tunes([tune for tune, _ in read], [score for _, score in read], list(texts.values()))
    members: dict[int, list[int]] = {}
    for i, group in enumerate(groups):
        members.setdefault(group, []).append(i)
    copies = {tuple(same) for same in texts.values()}
    found.groups = [
        [read[i][0].source for i in inside]
        for inside in members.values()
        if len(inside) > 1 and tuple(inside) not in copies
    ]
    found.large = [read[group][0].source for group in large_groups(groups)]


def _counted(values: Iterable[str]) -> dict[str, int]:
    return dict(Counter(values).most_common())


def _spread(values: Sequence[int]) -> list[float]:
    if not values:
        return []
    middle = quantiles(values, n=4, method="inclusive") if len(values) > 1 else [float(values[0])] * 3
    return [float(min(values)), *middle, float(max(values))]


def describe(found: Diagnosis) -> list[str]:
    """The findings as lines for a terminal: totals, then the most frequent kinds with examples."""
    lines = [
        f"{counted(found.tunes, 'tune')}, {sum(map(len, found.failures.values()))} cannot be read, "
        f"{counted(sum(map(len, found.warnings.values())), 'warning')}, "
        f"{len(found.bars)} with bars that do not fit",
        f"{counted(sum(len(same) - 1 for same in found.duplicates), 'exact duplicate')}; "
        f"{counted(len(found.groups), 'group')} of near-duplicates "
        f"({counted(sum(map(len, found.groups)), 'tune')})",
    ]
    lines += _kinds("cannot be read", found.failures, found.messages)
    lines += _kinds("warnings", found.warnings, found.messages)
    lines += _examples("bars that do not fit", found.bars)
    lines += _examples("exact duplicates", [" = ".join(same) for same in found.duplicates])
    lines += _examples("near-duplicates", [" ~ ".join(group[:6]) for group in found.groups])
    lines += _examples("groups of more than twenty tunes", found.large)
    if len(lines) > _HEAD:
        lines += ["", "musegen corpus show SOURCE FILE:LINE prints the tune at one of these places"]
    lines += [""]
    for name, counts in (("keys", found.keys), ("metres", found.metres), ("rhythms", found.rhythms)):
        lines.append(f"{name + ':':12}{_commonest(counts, 10)}")
    for name, spread in found.lengths.items():
        if spread:
            least, low, mid, high, most = (f"{value:,.0f}" for value in spread)
            lines.append(
                f"{name + ':':12}median {mid}, half from {low} to {high}, all from {least} to {most}"
            )
    rare = {c: n for c, n in found.characters.items() if n < 10}
    lines.append(
        f"{'vocabulary:':12}{counted(len(found.characters), 'character')}, "
        f"{len(rare)} of them fewer than ten times"
    )
    if rare:
        lines.append(f"{'rare:':12}{' '.join(repr(character)[1:-1] for character in sorted(rare))}")
    return lines


def _kinds(title: str, kinds: Mapping[str, Sequence[str]], messages: Mapping[str, str]) -> list[str]:
    """A row for each kind, the most frequent first: its name, its first message, and some places."""
    rows = []
    for kind, places in sorted(kinds.items(), key=lambda item: -len(item[1])):
        said = messages[kind] if kind == messages[kind] else f"{kind}: {messages[kind]}"
        rows.append(f"{len(places)} x {said} ({', '.join(places[:3])})")
    return _examples(title, rows, 8)


def _examples(title: str, rows: Sequence[str], most: int = 5) -> list[str]:
    if not rows:
        return []
    more = [f"  ... and {len(rows) - most} more; --json has all"] if len(rows) > most else []
    return ["", f"{title}:", *(f"  {row}" for row in rows[:most]), *more]


def _commonest(counts: Mapping[str, int], most: int) -> str:
    shown = ", ".join(f"{name} {count}" for name, count in list(counts.items())[:most])
    return shown + (f", {len(counts) - most} others" if len(counts) > most else "")
