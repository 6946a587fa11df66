"""How well near-duplicates are told: ``python tests/similarity_figures.py``.

For each collection at hand: copies of its tunes that are transposed, written with other bar lines, with
doubled lengths, or with 5 % of their notes changed, and how many of them are joined with their original; and
of pairs of one metre and key, how many are joined. ``--pairs`` names those.
"""

from __future__ import annotations

import argparse
import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import combinations

from helpers.real_tunes import collections
from musegen import Bar, MusegenError, Note, Pitch, Rest, Score, Tune
from musegen.music.similarity import Patterns, components, patterns, similar_pairs
from musegen_abc.notation import AbcNotation

_ABC = AbcNotation()
_PAIRS = 200_000


def transposed(score: Score, rng: random.Random) -> Score:
    """Every note the same number of semitones away."""
    by = rng.choice([-5, -3, -2, 2, 3, 5, 12])
    return _each_note(score, lambda note: replace(note, pitches=tuple(_moved(p, by) for p in note.pitches)))


def rebarred(score: Score, rng: random.Random) -> Score:
    """The same notes and strains with other bars: about every second bar line is gone."""
    bars: list[Bar] = []
    for bar in score.bars:
        last = bars[-1] if bars else None
        if (
            last
            and not (last.ends_strain or bar.endings or bar.repeat_start or bar.part)
            and rng.random() < 0.5
        ):
            bars[-1] = replace(
                last, events=last.events + bar.events, repeat_end=bar.repeat_end, barline=bar.barline
            )
        else:
            bars.append(bar)
    return replace(score, bars=tuple(bars))


def doubled(score: Score, rng: random.Random) -> Score:
    """Every length twice as long."""
    return _each_note(score, lambda note: replace(note, duration=2 * note.duration), rests=2)


def edited(score: Score, rng: random.Random) -> Score:
    """Five of a hundred notes are another one: a step or a third away."""
    notes = sum(isinstance(event, Note) for bar in score.bars for event in bar.events)
    places = set(rng.sample(range(notes), round(notes / 20)))
    chosen = iter([place in places for place in range(notes)])
    return _each_note(
        score,
        lambda note: (
            replace(note, pitches=(_moved(note.pitches[0], rng.choice([-4, -2, -1, 1, 2, 4])),))
            if next(chosen)
            else note
        ),
    )


def _each_note(score: Score, change: Callable[[Note], Note], rests: int = 1) -> Score:
    def changed(event: object) -> object:
        if isinstance(event, Note):
            return change(event)
        return Rest(event.duration * Fraction(rests)) if isinstance(event, Rest) else event

    bars = tuple(replace(bar, events=tuple(map(changed, bar.events))) for bar in score.bars)  # type: ignore[arg-type]
    return replace(score, bars=bars)


def _moved(pitch: Pitch, semitones: int) -> Pitch:
    octave, place = divmod(pitch.midi + semitones, 12)
    return Pitch(octave - 1, "CCDDEFFGGAAB"[place], int("010100101010"[place]))


CHANGES = {"transposed": transposed, "re-barred": rebarred, "doubled lengths": doubled, "5 % edited": edited}


def scores(tunes: Sequence[Tune]) -> list[Score]:
    """Those that can be compared: at least 24 notes."""
    read = []
    for tune in tunes:
        try:
            score = _ABC.parse(tune)
        except MusegenError:
            continue
        if len(patterns(score)):
            read.append(score)
    return read


def found(read: Sequence[Score], name: str, seed: int = 1) -> float:
    """Share of the changed copies that are joined with their original."""
    rng = random.Random(seed)
    hits = 0
    for score in read:
        pair = [patterns(score), patterns(CHANGES[name](score, rng))]
        hits += len(list(similar_pairs(pair)))
    return hits / len(read)


def joined(
    read: Sequence[Score], sets: Sequence[Patterns], seed: int = 1
) -> tuple[list[tuple[int, int]], int]:
    """Which pairs of one metre and key are joined, and of how many; at most 200,000 are drawn."""
    alike: dict[str, list[int]] = {}
    for i, score in enumerate(read):
        alike.setdefault(f"{score.metre} {score.key}", []).append(i)
    pairs = [pair for group in alike.values() for pair in combinations(group, 2)]
    chosen = set(random.Random(seed).sample(pairs, min(_PAIRS, len(pairs))))
    return sorted(chosen & set(similar_pairs(sets))), len(chosen)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", action="store_true", help="name the pairs of one metre and key joined")
    options = parser.parse_args()
    columns = ["collection", "tunes", *CHANGES, "pairs of one metre and key joined", "groups", "largest"]
    print(f"| {' | '.join(columns)} |\n{'|---' * len(columns)}|")
    for name, tunes in collections():
        read = scores(tunes)
        sets = [patterns(score) for score in read]
        shares = [f"{found(read, change):.1%}" for change in CHANGES]
        hits, pairs = joined(read, sets)
        groups = Counter(components(len(sets), similar_pairs(sets)))
        of_pairs = f"{len(hits)} of {pairs:,} ({len(hits) / pairs:.3%})"
        sizes = [size for size in groups.values() if size > 1]
        row = [name, f"{len(read):,}", *shares, of_pairs, str(len(sizes)), str(max(sizes))]
        print(f"| {' | '.join(row)} |", flush=True)
        for a, b in hits if options.pairs else ():
            print(f"  {read[a].title} / {read[b].title}")


if __name__ == "__main__":
    main()
