"""Originality: the longest run of notes that a new tune shares with a tune that the model learned from.

The measure follows Yin, Reuben, Stepney and Collins 2022, "Measuring when a music generation algorithm copies
too much", SN Computer Science 3:340. Notes are compared by intervals and duration ratios, so that a
transposed copy is a copy too, and so is one with doubled or halved lengths.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from musegen.music.melody import Melody
from musegen.music.melody_library import MelodyLibrary
from musegen.music.suffixes import Runs, Suffixes
from musegen.words import counted

LONG_RUN = 8
"""Number of notes from which on a shared run counts for :attr:`Copied.share`."""
QUANTILES = (50, 90, 95, 99)
"""Percentages of :func:`copied_quantiles`."""
_EXACT = 2  # notes of a window that is a step
_BATCH = 1 << 18  # notes looked up at a time, which bounds the memory


@dataclass(frozen=True, slots=True)
class Copied:
    """What a tune shares with the training tune that shares the longest run of notes with it."""

    notes: int = 0
    """Number of notes of the longest run that the tune shares with any one training tune; 0 if there is no
    run of two notes."""
    share: float = 0.0
    """Share of the tune's notes that lie in shared runs of 8 notes and more, of whatever training tunes."""
    source: str = ""
    """Name of that training tune, the first one if several share as long a run: ``jigs.abc:120``. Empty if
    there is none."""
    title: str = ""
    """Title of that training tune."""
    bars: tuple[int, int] | None = None
    """First and last written bar of the run in the tune, from 1."""
    source_bars: tuple[int, int] | None = None
    """First and last written bar of the run in the training tune, from 1."""

    def __str__(self) -> str:
        if self.bars is None or self.source_bars is None:
            return "no run of notes is that of a training tune"
        title = f'"{self.title}" ({self.source})' if self.title else self.source
        notes = counted(self.notes, "note")
        return f"{notes} in {_named(self.bars)} are those of {title}, {_named(self.source_bars)}"


class MelodyIndex:
    """An index of training melodies that finds what other melodies share with them.

    An exact index holds the steps between notes and finds runs of any length. One made by :meth:`windowed`
    holds hashes of windows of notes: it finds the same runs, but none that is shorter than a window.
    """

    def __init__(self, melodies: Iterable[tuple[str, Melody]]) -> None:
        """An exact index of melodies, each with the name of its tune, in the order that settles ties."""
        self._set(MelodyLibrary.of(melodies, _EXACT))

    def _set(self, library: MelodyLibrary) -> None:
        self._library = library
        self._alphabet, places = np.unique(library.symbols, return_inverse=True)
        self._suffixes = Suffixes(places.astype(np.int32), library.counts, len(self._alphabet))
        self._first_notes = np.cumsum(library.notes) - library.notes

    @classmethod
    def _of(cls, library: MelodyLibrary) -> MelodyIndex:
        made = cls.__new__(cls)
        made._set(library)
        return made

    @property
    def window(self) -> int:
        """Number of notes of the shortest run that the index finds: 2 if it is exact."""
        return self._library.window

    def __len__(self) -> int:
        """The number of training tunes."""
        return len(self._library.names)

    def windowed(self, notes: int = LONG_RUN) -> MelodyIndex:
        """The index of the same tunes by windows of ``notes`` notes, each kept as a hash of 32 bits.

        It does not hold the tunes, so it can be given to others where they cannot. Runs shorter than
        ``notes`` count as 0 notes. Two different windows have the same hash once in 2**32 pairs; so of tunes
        with 150 notes that share no window with 3,000 such tunes, one in a hundred seems to share one.

        Raises ValueError if this index is not exact, or if a window is shorter than three notes.
        """
        if self.window != _EXACT or notes <= _EXACT:
            raise ValueError("only an exact index has windows of three notes and more")
        return self._of(MelodyLibrary.of(self._library.melodies(), notes))

    def save(self, path: Path) -> None:
        """Write the index to a file, ``melodies.npz``, which holds no pickled objects."""
        self._library.save(path)

    @classmethod
    def load(cls, path: Path) -> MelodyIndex:
        """The index in a file. Raises ArtifactError for a file that is missing or damaged."""
        return cls._of(MelodyLibrary.load(path))

    def copied(self, melodies: Sequence[Melody]) -> list[Copied]:
        """For each melody the longest run of notes that it shares with a training tune, and which one.

        If several runs are as long, it is the one that comes first in the training tunes: in the first tune,
        at its first place there; then the first place in the melody.
        """
        return [copied for batch in _batches(melodies) for copied in self._copied(batch)]

    def _copied(self, melodies: Sequence[Melody]) -> Iterator[Copied]:
        windows = [melody.windows(self.window) for melody in melodies]
        ends = np.cumsum([len(each) + 1 for each in windows])
        closed = [part for each in windows for part in (each, np.zeros(1, np.uint64))]
        codes = self._codes(np.concatenate(closed))
        codes[ends - 1] = -1  # so that no run reaches from one melody into the next
        runs = self._suffixes.runs(codes)
        for melody, own, end in zip(melodies, windows, ends.tolist(), strict=True):
            mine = slice(end - 1 - len(own), end - 1)
            yield self._describe(melody, Runs(runs.lengths[mine], runs.lows[mine], runs.highs[mine]))

    def _codes(self, symbols: NDArray[np.uint64]) -> NDArray[np.int32]:
        """The number of each symbol in the alphabet; -1 if the training tunes do not have it."""
        if not len(self._alphabet):
            return np.full(len(symbols), -1, np.int32)
        codes = np.searchsorted(self._alphabet, symbols)
        codes[codes == len(self._alphabet)] = 0
        return np.where(self._alphabet[codes] == symbols, codes, -1).astype(np.int32)

    def _describe(self, melody: Melody, runs: Runs) -> Copied:
        longest = int(runs.lengths.max(initial=0))
        if not longest:
            return Copied()
        places = np.flatnonzero(runs.lengths == longest)
        _, different = np.unique(runs.lows[places], return_index=True)
        order = self._suffixes.order
        in_training, in_melody = min(
            (int(order[runs.lows[place] : runs.highs[place]].min()), int(place))
            for place in places[different]
        )
        tune = int(np.searchsorted(self._suffixes.ends, in_training, "right"))
        begin = int(self._suffixes.ends[tune - 1]) if tune else 0
        library, notes = self._library, longest + self.window - 1
        first_note = int(self._first_notes[tune]) + in_training - begin
        return Copied(
            notes,
            _share(runs.lengths + (self.window - 1), len(melody.bars)),
            library.names[tune],
            library.titles[tune],
            (int(melody.bars[in_melody]), int(melody.bars[in_melody + notes - 1])),
            (int(library.bars[first_note]), int(library.bars[first_note + notes - 1])),
        )


def copied_quantiles(copied: Sequence[Copied]) -> Mapping[int, int]:
    """The 50, 90, 95 and 99 % quantiles of the longest shared runs, in notes; empty if there are no tunes.

    A quantile is the smallest length that at least so many tunes do not exceed (NumPy's ``inverted_cdf``), so
    it always is a length that occurs.
    """
    notes = [each.notes for each in copied]
    if not notes:
        return {}
    found = np.percentile(notes, QUANTILES, method="inverted_cdf")
    return {percent: int(each) for percent, each in zip(QUANTILES, found, strict=True)}


def _named(bars: tuple[int, int]) -> str:
    first, last = bars
    return f"bar {first}" if first == last else f"bars {first} to {last}"


def _batches(melodies: Sequence[Melody]) -> Iterator[Sequence[Melody]]:
    """The melodies in their order, with a bounded number of notes at a time."""
    batch, notes = list[Melody](), 0
    for melody in melodies:
        batch.append(melody)
        notes += len(melody.bars)
        if notes >= _BATCH:
            yield batch
            batch, notes = [], 0
    if batch:
        yield batch


def _share(run_notes: NDArray[np.int32], notes: int) -> float:
    """Share of ``notes`` notes that lie in runs of :data:`LONG_RUN` notes and more, which begin at each."""
    begins = np.flatnonzero(run_notes >= LONG_RUN)
    changes = np.zeros(notes + 1, np.int64)
    changes[begins] += 1
    np.subtract.at(changes, begins + run_notes[begins], 1)
    return float(np.count_nonzero(np.cumsum(changes)[:-1])) / notes
