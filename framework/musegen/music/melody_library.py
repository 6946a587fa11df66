"""Libraries of melodies: the melodies of many tunes as arrays, and as a file without the tunes' texts."""

from __future__ import annotations

import io
import json
import tokenize
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from musegen.errors import ArtifactError
from musegen.inputs import check_file
from musegen.music.melody import Melody
from musegen.writing import write_atomically

MELODIES = "melodies.npz"
"""Name of the file of a model's training melodies, beside the model."""
_FORMAT = "musegen-melodies-1"
_ARRAYS = {"notes": "i", "bars": "i", "symbols": "u", "about": "u"}
"""Arrays of a file, and the kind of their numbers: with or without a sign."""
_MOST_BYTES = 2**30
_LARGEST_WINDOW = 64


@dataclass(frozen=True, eq=False)
class MelodyLibrary:
    """The melodies of some tunes, as their windows of successive notes (:meth:`Melody.windows`)."""

    window: int
    """Number of notes of a window."""
    names: tuple[str, ...]
    """Name of each tune."""
    titles: tuple[str, ...]
    """Title of each tune."""
    notes: NDArray[np.int64]
    """Number of notes of each tune: (tunes,)."""
    bars: NDArray[np.int32]
    """Number of the bar in which each note begins, tune after tune: (all notes,)."""
    symbols: NDArray[np.uint64]
    """The windows of all tunes, tune after tune."""

    @classmethod
    def of(cls, melodies: Iterable[tuple[str, Melody]], window: int) -> MelodyLibrary:
        """The library of some named melodies."""
        names, titles, bars, symbols = [], [], [np.empty(0, np.int32)], [np.empty(0, np.uint64)]
        for name, melody in melodies:
            names.append(name)
            titles.append(melody.title)
            bars.append(melody.bars)
            symbols.append(melody.windows(window))
        notes = np.array([len(each) for each in bars[1:]], np.int64)
        return cls(window, tuple(names), tuple(titles), notes, np.concatenate(bars), np.concatenate(symbols))

    @property
    def counts(self) -> NDArray[np.int64]:
        """Number of windows of each tune: (tunes,)."""
        return np.maximum(self.notes - (self.window - 1), 0)

    def melodies(self) -> Iterator[tuple[str, Melody]]:
        """Each tune's name and melody. Only a library with windows of two notes has them."""
        steps = np.split(self.symbols, np.cumsum(self.counts)[:-1])
        bars = np.split(self.bars, np.cumsum(self.notes)[:-1])
        for name, title, its_steps, its_bars in zip(self.names, self.titles, steps, bars, strict=False):
            yield name, Melody(its_steps, its_bars, title)

    def save(self, path: Path) -> None:
        """Write the library to a compressed file. Equal libraries give equal bytes with the same zlib."""
        about = {"format": _FORMAT, "window": self.window, "names": self.names, "titles": self.titles}
        file = io.BytesIO()
        np.savez_compressed(
            file,
            about=np.frombuffer(json.dumps(about, ensure_ascii=False).encode("utf-8", "replace"), np.uint8),
            notes=_small(self.notes),
            bars=_small(_bar_changes(self.bars, self.notes)),
            symbols=self.symbols if self.window == 2 else self.symbols.astype(np.uint32),
        )
        write_atomically(path, file.getvalue())

    @classmethod
    def load(cls, path: Path) -> MelodyLibrary:
        """The library in a file. Raises ArtifactError for a file that is not there or not a whole library."""
        try:
            check_file(path, _MOST_BYTES)
            arrays = _read_arrays(path)
            about: Mapping[str, Any] = json.loads(arrays["about"].tobytes().decode())
            if about["format"] != _FORMAT:
                raise ValueError(f"the format is {about['format']!r:.40}")
            window, names, titles = about["window"], tuple(about["names"]), tuple(about["titles"])
            if type(window) is not int or not 2 <= window <= _LARGEST_WINDOW:
                raise ValueError("the window is not a number of notes")
            if not all(isinstance(text, str) for text in (*names, *titles)):
                raise ValueError("names and titles are not texts")
            notes = arrays["notes"].astype(np.int64)
            changes = arrays["bars"].astype(np.int32)
            if len(notes) and (int(notes.min()) < 0 or int(notes.max()) > len(changes)):
                raise ValueError("a tune has a wrong number of notes")
            if not len(names) == len(titles) == len(notes) or int(notes.sum()) != len(changes):
                raise ValueError("the arrays do not have the same tunes")
            bars = _bars(changes, notes)
            found = cls(window, names, titles, notes, bars, arrays["symbols"].astype(np.uint64))
            if int(found.counts.sum()) != len(found.symbols):
                raise ValueError("the arrays do not have the same notes")
        except OSError as error:
            raise ArtifactError(f"{path}: {error.strerror or error}") from error
        except (
            *(ValueError, KeyError, TypeError, AttributeError, RecursionError, MemoryError, EOFError),
            *(NotImplementedError, SyntaxError, tokenize.TokenError, zipfile.BadZipFile, zlib.error),
        ) as error:
            raise ArtifactError(
                f"{path}: is not a file of melodies, or is damaged ({error}); make the model again"
            ) from error
        return found


def _read_arrays(path: Path) -> dict[str, NDArray[Any]]:
    """The arrays of a file: one dimension, whole numbers. Raises ValueError for a file with others."""
    with zipfile.ZipFile(path) as archive:
        sizes = {info.filename.removesuffix(".npy"): info.file_size for info in archive.infolist()}
    if sorted(sizes) != sorted(_ARRAYS):
        raise ValueError(f"it does not hold {', '.join(_ARRAYS)}")
    if sum(sizes.values()) > _MOST_BYTES:
        raise ValueError("it is too large")
    with np.load(path, allow_pickle=False) as file:
        arrays: dict[str, NDArray[Any]] = {name: file[name] for name in _ARRAYS}
    for name, array in arrays.items():
        if array.ndim != 1 or array.dtype.kind != _ARRAYS[name] or array.nbytes > sizes[name]:
            raise ValueError(f"{name} has a wrong type")
    return arrays


def _small(numbers: NDArray[Any]) -> NDArray[Any]:
    """The same numbers in as few bytes each as hold them."""
    kinds = (np.int8, np.int16, np.int32, np.int64)
    most = max(int(numbers.max()), -int(numbers.min())) if len(numbers) else 0
    return numbers.astype(next(kind for kind in kinds if most <= np.iinfo(kind).max))


def _firsts(notes: NDArray[np.int64]) -> NDArray[np.int64]:
    """Place of the first note of each tune that has notes."""
    return (np.cumsum(notes) - notes)[notes > 0]


def _bar_changes(bars: NDArray[np.int32], notes: NDArray[np.int64]) -> NDArray[np.int32]:
    """How many bars each note begins after the note before it; a first note after bar 0."""
    changes = np.diff(bars, prepend=np.int32(0))
    firsts = _firsts(notes)
    changes[firsts] = bars[firsts]
    return changes


def _bars(changes: NDArray[np.int32], notes: NDArray[np.int64]) -> NDArray[np.int32]:
    """The bars that :func:`_bar_changes` was made from."""
    sums = np.cumsum(changes, dtype=np.int64)
    firsts = _firsts(notes)
    before = sums[firsts] - changes[firsts]
    return (sums - np.repeat(before, notes[notes > 0])).astype(np.int32)
