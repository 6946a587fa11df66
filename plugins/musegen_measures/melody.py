"""The measure ``melody``: pitches, intervals, lengths of notes, and how they stand in the bar."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby, pairwise
from math import fsum, log2
from statistics import fmean, pstdev

from musegen import Descriptor, Options, Score
from musegen_measures.share import share, share_of
from musegen_measures.strains import strains
from musegen_measures.written import REST, Sounding, page


class MelodyOptions(Options):
    """Pitches, intervals, lengths of notes, and how they stand in the bar."""


class Melody:
    """The notes of a tune in written order, all endings included: their pitches, intervals and lengths.

    Notes that are tied are one note, and of notes that sound together the highest one counts. An interval
    leads from each note to the next, over rests and bar lines. Lengths are compared with the tune's most
    frequent one (the longer of two that are as frequent), so that the unit note length does not matter. Notes
    a bar are counted as written in the bars of ``form``. The histograms of intervals and lengths that these
    figures sum up are those of Yang and Lerch (2020), "On the evaluation of generative models in music",
    *Neural Computing and Applications* 32; syncopation is meant as in Longuet-Higgins and Lee (1984), "The
    rhythmic interpretation of monophonic music", *Music Perception* 1 (4).
    """

    descriptors = (
        Descriptor("lowest", "lowest pitch", "MIDI"),
        Descriptor("highest", "highest pitch", "MIDI"),
        Descriptor("range", "range", "semitones"),
        Descriptor("pitches", "different pitches of a tune", "pitches"),
        Descriptor("mean_interval", "size of an interval", "semitones"),
        Descriptor("unisons", "intervals that repeat a pitch", "%"),
        Descriptor("steps", "intervals of one or two semitones", "%"),
        Descriptor("thirds", "intervals of three or four semitones", "%"),
        Descriptor("leaps", "intervals wider than a fifth", "%"),
        Descriptor("octaves", "intervals of an octave or more", "%"),
        Descriptor("turns", "moves after which the melody changes its direction", "%"),
        Descriptor("longest_run", "longest run of notes in one direction", "notes"),
        Descriptor("lengths", "different lengths of notes", "lengths"),
        Descriptor("usual_length", "notes of the most frequent length", "%"),
        Descriptor("short_notes", "notes at most half as long as the most frequent length", "%"),
        Descriptor("long_notes", "notes at least twice as long as the most frequent length", "%"),
        Descriptor("length_entropy", "entropy of the lengths of notes", "bits"),
        Descriptor("dotted", "dotted notes", "%"),
        Descriptor("tuplets", "notes in triplets and other tuplets", "%"),
        Descriptor("notes_a_bar", "notes a bar", "notes"),
        Descriptor("notes_a_bar_spread", "standard deviation of the notes a bar", "notes"),
        Descriptor("syncopations", "notes off the beat that sound into the next, a bar", "notes"),
        Descriptor("rests", "rests among notes and rests", "%"),
        Descriptor("chords", "notes with others that sound together with them", "%"),
        Descriptor("graces", "grace notes a note", "notes"),
    )

    def __init__(self, options: MelodyOptions) -> None:
        pass

    def describe(self, score: Score) -> Mapping[str, float | None]:
        """The figures of one tune."""
        written, found = page(score), strains(score)
        notes = written.notes
        if not notes:
            return {"rests": 1.0} if written.rests else {}
        counts = [
            float(sum([pitch != REST for _, pitch in bar.content])) for strain in found for bar in strain.bars
        ]
        pitches = [note.pitch for note in notes]
        return {
            "lowest": min(pitches),
            "highest": max(pitches),
            "range": max(pitches) - min(pitches),
            "pitches": len(set(pitches)),
            **_intervals(pitches),
            **_lengths([note.units for note in notes], written.per_quarter),
            "notes_a_bar": fmean(counts) if counts else None,
            "notes_a_bar_spread": pstdev(counts) if counts else None,
            "syncopations": _syncopations(notes),
            "rests": share(written.rests, written.rests + len(notes)),
            "chords": share_of([len(note.note.pitches) > 1 for note in notes]),
            "graces": share(sum([len(note.note.graces) for note in notes]), len(notes)),
        }


def _intervals(pitches: Sequence[int]) -> Mapping[str, float | None]:
    moves = [two - one for one, two in pairwise(pitches)]
    sizes = [abs(move) for move in moves]
    directions = [move > 0 for move in moves if move]
    return {
        "mean_interval": share(sum(sizes), len(sizes)),
        "unisons": share_of([size == 0 for size in sizes]),
        "steps": share_of([1 <= size <= 2 for size in sizes]),
        "thirds": share_of([3 <= size <= 4 for size in sizes]),
        "leaps": share_of([size > 7 for size in sizes]),
        "octaves": share_of([size >= 12 for size in sizes]),
        "turns": share_of([one != two for one, two in pairwise(directions)]),
        "longest_run": max(_runs(moves), default=1),
    }


def _runs(moves: Sequence[int]) -> Iterator[int]:
    """Number of notes of each run that goes up, or down; a repeated pitch ends it."""
    for direction, run in groupby([(move > 0) - (move < 0) for move in moves]):
        if direction:
            yield len(list(run)) + 1


def _lengths(units: Sequence[int], per_quarter: int) -> Mapping[str, float | None]:
    counts = Counter(units)
    total = len(units)
    usual = max(counts, key=lambda length: (counts[length], length))
    kinds = {length: _kind(length, per_quarter) for length in counts}
    return {
        "lengths": len(counts),
        "usual_length": counts[usual] / total,
        "short_notes": sum([count for length, count in counts.items() if 2 * length <= usual]) / total,
        "long_notes": sum([count for length, count in counts.items() if length >= 2 * usual]) / total,
        "length_entropy": max(0.0, -fsum([n / total * log2(n / total) for n in counts.values()])),
        "dotted": sum([count for length, count in counts.items() if kinds[length] == "dotted"]) / total,
        "tuplets": sum([count for length, count in counts.items() if kinds[length] == "tuplet"]) / total,
    }


def _kind(length: int, per_quarter: int) -> str:
    """``plain``, ``dotted`` (once or twice, on any note), ``tuplet``, or ``tied`` for what needs a tie."""
    tuplet = per_quarter // (per_quarter & -per_quarter)  # the odd part of the grid
    if length % tuplet:
        return "tuplet"
    length //= tuplet
    odd = length // (length & -length)
    return {1: "plain", 3: "dotted", 7: "dotted"}.get(odd, "tied")


def _syncopations(notes: Sequence[Sounding]) -> float | None:
    """Notes that begin off the beat and sound into the next one, as a number a bar of written time."""
    count, bars = 0, 0.0
    seen: set[int] = set()
    for note in notes:
        bar = note.written
        if not bar.full:
            continue
        if id(bar) not in seen:
            seen.add(id(bar))
            bars += bar.units / bar.full
        off = note.at * bar.beats % bar.full
        count += bool(off) and off + note.units * bar.beats > bar.full
    return share(count, bars)
