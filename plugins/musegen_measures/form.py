"""The measure ``form``: strains and their bars, what comes again and how often."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

from musegen import Descriptor, Options, Score
from musegen_measures.share import share, share_of
from musegen_measures.strains import Strain, strains
from musegen_measures.written import Written

_Content: TypeAlias = tuple[object, ...]
_LAGS = ((1, "the next bar"), (2, "two bars later"), (4, "four bars later"), (8, "eight bars later"))
_SECTION = 8
"""Bars of a section: longer strains are cut in sections where that comes out even."""


class FormOptions(Options):
    """Strains and their bars, and how much of melody and rhythm comes again."""


class Form:
    """What the strains of a tune are like, and how much of its melody and rhythm comes again.

    Bars are the full bars of all strains, one after another, with first endings only (see
    :func:`musegen_measures.strains.strains`). Two bars are equal if their notes and rests have equal lengths
    and pitches; grace notes, ornaments and ties do not count, and of chords the highest note does. Transposed
    bars are different ones.
    """

    descriptors = (
        Descriptor("strains", "strains of a tune", "strains"),
        Descriptor("bars", "bars of a tune as written, with first endings only", "bars"),
        Descriptor("strain_bars", "bars of a strain", "bars"),
        Descriptor("eight_bar_strains", "strains of eight bars", "%"),
        Descriptor("square_strains", "strains of 4, 8, 12, 16 or more bars that four divides", "%"),
        Descriptor("repeated_strains", "strains with a repeat sign or endings", "%"),
        Descriptor("strains_with_endings", "strains with a first and a second ending", "%"),
        Descriptor("upbeats_agree", "joints of strains where last bar and upbeat make a full bar", "%"),
        *(Descriptor(f"bars_again_{lag}", f"bars that come again {words}", "%") for lag, words in _LAGS),
        *(
            Descriptor(f"rhythms_again_{lag}", f"bars whose rhythm comes again {words}", "%")
            for lag, words in _LAGS
        ),
        Descriptor("different_bars", "different bars", "%"),
        Descriptor("different_rhythms", "bars of different rhythm", "%"),
        Descriptor("aabb", "tunes of the form AABB", "%"),
        Descriptor("sections_again", "sections that have been played before", "%"),
        Descriptor("halves_alike", "strains whose second half begins like the first", "%"),
        Descriptor("strain_ends_alike", "strains that end like the first strain", "%"),
    )

    def __init__(self, options: FormOptions) -> None:
        pass

    def describe(self, score: Score) -> Mapping[str, float | None]:
        """The figures of one tune."""
        found = strains(score)
        bars = [bar for strain in found for bar in strain.bars]
        contents: list[_Content] = [bar.content for bar in bars]
        rhythms: list[_Content] = [bar.rhythm for bar in bars]
        lengths = [len(strain.bars) for strain in found]
        count = len(found)
        played = _played(found)
        letters = _letters(played)
        return {
            "strains": count,
            "bars": len(bars),
            "strain_bars": share(len(bars), count),
            "eight_bar_strains": share(lengths.count(8), count),
            "square_strains": share_of([length % 4 == 0 for length in lengths]),
            "repeated_strains": share_of([strain.repeated for strain in found]),
            "strains_with_endings": share_of([strain.endings for strain in found]),
            "upbeats_agree": _upbeats_agree(found),
            **{f"bars_again_{lag}": _again(contents, lag) for lag, _ in _LAGS},
            **{f"rhythms_again_{lag}": _again(rhythms, lag) for lag, _ in _LAGS},
            "different_bars": share(len(set(contents)), len(contents)),
            "different_rhythms": share(len(set(rhythms)), len(rhythms)),
            "aabb": float(letters == [0, 0, 1, 1]) if letters else None,
            "sections_again": share(len(letters) - len(set(letters)), len(letters)),
            "halves_alike": _halves_alike(found),
            "strain_ends_alike": _ends_alike(found),
        }


def _again(bars: Sequence[_Content], lag: int) -> float | None:
    """Share of the bars that have a bar ``lag`` bars later and are equal to it."""
    return share_of([one == two for one, two in zip(bars, bars[lag:], strict=False)])


def _upbeats_agree(found: Sequence[Strain]) -> float | None:
    """Share of the joints where a short last bar and the upbeat make a full bar, or where neither is there.

    A repeated strain has a joint with itself, and every strain has one with the next; the last one has a
    joint with the beginning of the tune.
    """
    joints = [((strain.first_end + strain.upbeat), strain.full) for strain in found if strain.repeated]
    joints += [
        ((strain.last_end + following.before + following.upbeat), strain.full)
        for strain, following in zip(found, [*found[1:], *found[:1]], strict=True)
    ]
    joints = [(units, full) for units, full in joints if full]
    return share_of([units % full == 0 for units, full in joints])


def _played(found: Sequence[Strain]) -> list[list[Written]]:
    """The sections as they are played: strains, or each eight bars of them, twice if they are repeated."""
    played = []
    for strain in found:
        bars = strain.bars
        size = _SECTION if len(bars) % _SECTION == 0 else len(bars)
        sections = [bars[at : at + size] for at in range(0, len(bars), size)]
        played += sections * (2 if strain.repeated else 1)
    return played


def _letters(sections: Sequence[Sequence[Written]]) -> list[int]:
    """The form by melody: 0 for each section like the first, 1 for the next that is different, ...

    Sections are alike if they have as many bars and agree in all but the last one.
    """
    known: dict[tuple[int, _Content], int] = {}
    return [
        known.setdefault((len(bars), tuple([bar.content for bar in (bars[:-1] or bars)])), len(known))
        for bars in sections
    ]


def _halves_alike(found: Sequence[Strain]) -> float | None:
    """Share of the strains of 4, 8, 12, ... bars whose two halves begin with the same bar."""
    even = [strain.bars for strain in found if len(strain.bars) % 4 == 0]
    return share_of([bars[0].content == bars[len(bars) // 2].content for bars in even])


def _ends_alike(found: Sequence[Strain]) -> float | None:
    """Share of the later strains that have the last bar but one of the first strain."""
    ends = [strain.bars[-2].content for strain in found if len(strain.bars) > 1]
    return share(ends[1:].count(ends[0]), len(ends) - 1) if ends else None
