"""Originality: the longest run that a melody shares with a training tune, against a simple search."""

from __future__ import annotations

import random
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import example, given, strategies as st

from helpers.scores import tune
from musegen.music.melody import Melody
from musegen.music.originality import Copied, MelodyIndex, copied_quantiles
from musegen.music.suffixes import suffix_order


def melody(symbols: Sequence[int], title: str = "") -> Melody:
    """A melody of one note more than ``symbols`` has steps; three notes a bar."""
    notes = len(symbols) + 1
    return Melody(np.array(symbols, np.uint64), np.arange(3, notes + 3, dtype=np.int32) // 3, title)


def named(tunes: Sequence[Sequence[int]]) -> list[tuple[str, Melody]]:
    """Training tunes ``t0``, ``t1`` and so on."""
    return [(f"t{number}", melody(symbols, f"Title {number}")) for number, symbols in enumerate(tunes)]


def searched(new: Sequence[int], tunes: Sequence[Sequence[int]], shortest: int) -> Copied:
    """The same as an index finds, by comparing every place with every other."""
    best, found = 0, Copied()
    covered: set[int] = set()
    for number, other in enumerate(tunes):
        for there in range(len(other)):
            for here in range(len(new)):
                same = 0
                while (
                    [*new[here + same : here + same + 1]] == [*other[there + same : there + same + 1]] != []
                ):
                    same += 1
                notes = same + 1
                if same and notes >= shortest and notes >= 8:
                    covered |= set(range(here, here + notes))
                if same and notes >= shortest and notes > best:
                    best = notes
                    bars = (here + 3) // 3, (here + same + 3) // 3
                    theirs = (there + 3) // 3, (there + same + 3) // 3
                    found = Copied(notes, 0, f"t{number}", f"Title {number}", bars, theirs)
    share = len(covered) / (len(new) + 1)
    return Copied(found.notes, share, found.source, found.title, found.bars, found.source_bars)


_SYMBOLS = st.integers(0, 1) | st.integers(0, 3)
_TUNES = st.lists(st.lists(_SYMBOLS, max_size=25), max_size=5)


@given(_TUNES, _TUNES)
@example([], [[1, 2]])
@example([[]], [[], [1]])
@example([[0, 1] * 8, [0, 1] * 8], [[0, 1] * 9, [2]])
@example([[0] * 12, [0] * 12], [[0] * 20, [0] * 3, []])
def test_an_index_finds_what_a_slow_search_finds(tunes: list[list[int]], new: list[list[int]]) -> None:
    """The length, the first source of that length, its bars, and the share of notes in long runs."""
    index = MelodyIndex(named(tunes))
    assert index.copied([melody(each) for each in new]) == [searched(each, tunes, 2) for each in new]
    assert len(index) == len(tunes)


@given(_TUNES, _TUNES, st.sampled_from([3, 5, 8]))
@example([[0] * 12, [0] * 12], [[0] * 20, [0] * 3, []], 8)
def test_windows_find_the_same_runs_but_the_shortest(
    tunes: list[list[int]], new: list[list[int]], window: int
) -> None:
    """A run that is shorter than a window counts as none."""
    index = MelodyIndex(named(tunes)).windowed(window)
    assert index.copied([melody(each) for each in new]) == [searched(each, tunes, window) for each in new]
    assert index.window == window


@given(_TUNES)
def test_suffixes_are_in_order(tunes: list[list[int]]) -> None:
    """As Python sorts them, where each tune ends with a mark of its own."""
    text = [symbol for number, each in enumerate(tunes) for symbol in (*(s + 100 for s in each), number)]
    expected = sorted(range(len(text)), key=lambda place: text[place:])
    assert suffix_order(np.array(text, np.int32)).tolist() == expected


def test_melodies_are_looked_up_in_any_number_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The result of each does not depend on the others."""
    tunes = [[number % 3, 1, number % 5] * 8 for number in range(20)]
    index, new = MelodyIndex(named(tunes)), [melody(each[2:18]) for each in tunes]
    together = index.copied(new)
    monkeypatch.setattr("musegen.music.originality._BATCH", 40)
    assert index.copied(new) == together
    assert [index.copied([each])[0] for each in new] == together


def written(rng: random.Random, notes: int, shift: int = 0) -> list[str]:
    """Random notes from two octaves, in lengths of three kinds."""
    names = [f"{step}{octave}" for octave in (4, 5) for step in "CDEFGAB"]
    return [f"{rng.choice(names)}:{rng.choice(['1/2', '1', '3/2'])}" for _ in range(notes)]


def transposed(word: str, semitones: int, factor: int) -> str:
    """A note of :func:`written` that is higher, and ``factor`` halves as long."""
    name, length = word.split(":")
    number = "C D EF G A B".index(name[0]) + semitones
    sharp = ["C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B"]
    above, below = (int(part) for part in f"{length}/1".split("/")[:2])
    return f"{sharp[number % 12]}{int(name[1:]) + number // 12}:{above * factor}/{below * 2}"


def test_a_planted_transposed_copy_of_twelve_notes_is_always_found() -> None:
    """In 200 of 200 tries, with the tune and the bars that it was taken from."""
    rng = random.Random(1)
    tunes = [written(rng, 64) for _ in range(100)]
    bars = [" | ".join(" ".join(each[at : at + 8]) for at in range(0, 64, 8)) for each in tunes]
    index = MelodyIndex((f"t{number}", Melody.of(tune(text))) for number, text in enumerate(bars))
    by_windows = index.windowed(8)
    for _ in range(200):
        source, begin, place = rng.randrange(100), rng.randrange(52), rng.randrange(40)
        semitones, factor = rng.choice([-5, -2, 1, 3, 7]), rng.choice([1, 2, 4])
        copy = [transposed(word, semitones, factor) for word in tunes[source][begin : begin + 12]]
        new = written(rng, 40)
        new[place:place] = copy
        mine = Melody.of(tune(" | ".join(" ".join(new[at : at + 8]) for at in range(0, len(new), 8))))
        (found,) = index.copied([mine])
        assert found.source == f"t{source}"
        assert 12 <= found.notes <= 15  # chance may add a note
        assert found.bars is not None
        assert found.source_bars is not None
        assert found.bars[0] <= place // 8 + 1 <= (place + 11) // 8 + 1 <= found.bars[1]
        assert found.source_bars[0] <= begin // 8 + 1 <= (begin + 11) // 8 + 1 <= found.source_bars[1]
        assert found.share == pytest.approx(found.notes / 52)
        assert by_windows.copied([mine]) == [found]


def test_tunes_against_themselves_are_wholly_copied() -> None:
    """Each from itself, where no other has all of it."""
    rng = random.Random(2)
    melodies = [(f"t{n}", Melody.of(tune(" ".join(written(rng, 20 + n))))) for n in range(30)]
    for index in (MelodyIndex(melodies), MelodyIndex(melodies).windowed()):
        for (name, own), copied in zip(melodies, index.copied([m for _, m in melodies]), strict=True):
            assert (copied.notes, copied.share, copied.source) == (len(own.bars), 1.0, name)


def test_quantiles_are_lengths_that_occur() -> None:
    """At least half of the tunes have no more than the 50 % quantile, and so on."""
    copied = [Copied(notes) for notes in range(1, 101)]
    assert copied_quantiles(copied) == {50: 50, 90: 90, 95: 95, 99: 99}
    assert copied_quantiles([Copied(4), Copied(9)]) == {50: 4, 90: 9, 95: 9, 99: 9}
    assert copied_quantiles([]) == {}


def test_windows_are_made_from_an_exact_index_alone() -> None:
    """And hold three notes or more."""
    index = MelodyIndex(named([[1, 2, 3]]))
    for wrong in (lambda: index.windowed(2), lambda: index.windowed(3).windowed(4)):
        with pytest.raises(ValueError, match="only an exact index"):
            wrong()
