"""Which tunes are learned from side by side."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from helpers.training_jobs import tunes
from musegen.testing.examples import ExamplePlaces
from musegen_keras.batches import PADDING, Batch, Schedule, Windows, count_pieces


def busy(batch: Batch) -> int:
    """Rows that have something to learn."""
    return int((batch.targets != PADDING).any(axis=1).sum())


@settings(deadline=None, max_examples=50)
@given(
    count=st.integers(1, 12),
    rows=st.integers(1, 5),
    steps=st.integers(1, 20),
    seed=st.none() | st.integers(0, 9),
)
def test_every_tune_is_learned_once_and_in_order(count: int, rows: int, steps: int, seed: int | None) -> None:
    """Row by row, what follows a beginning is one tune, whole; every tune is there once."""
    corpus = tunes(count, seed=1)
    schedule = Schedule(corpus, rows, steps, seed)
    found: list[list[int]] = []
    batches = list(schedule.batches())
    for row in range(rows):
        for batch in batches:
            seen = batch.targets[row] != PADDING
            if not seen.any():
                continue
            assert not np.diff(seen.astype(int)).max(initial=0) > 0, "padding comes last"
            if batch.begins[row]:
                found.append([int(batch.inputs[row, 0])])
            assert batch.inputs[row, 0] == found[-1][-1]
            assert batch.inputs[row][seen][1:].tolist() == batch.targets[row][seen][:-1].tolist()
            found[-1] += batch.targets[row][seen].tolist()
    assert sorted(found) == sorted(tune.tolist() for tune in corpus)
    assert len(batches) == len(schedule)
    assert sum(busy(batch) for batch in batches) == sum(count_pieces(tune, steps) for tune in corpus)
    assert sum(batch.tokens for batch in batches) == sum(len(tune) - 1 for tune in corpus)


@pytest.mark.parametrize("first", [0, 3])
def test_places_belong_to_their_tokens(first: int) -> None:
    """Those of the whole tune, also where a training goes on in its middle; none without a notation's."""
    corpus, places = tunes(12, seed=1), ExamplePlaces()
    known = {tuple(tune[:-1].tolist()): places.rows(tune[:-1]).tolist() for tune in corpus}
    schedule = Schedule(corpus, 3, 7, 2, places)
    whole = list(schedule.batches())
    for row in range(3):
        read, told = list[int](), list[list[int]]()
        for batch in whole:
            seen = batch.targets[row] != PADDING
            if batch.begins[row] and read:
                assert known[tuple(read)] == told
                read, told = [], []
            read += batch.inputs[row][seen].tolist()
            told += batch.places[row][seen].tolist()
        assert not read or known[tuple(read)] == told
    rest = list(schedule.batches(first))
    assert [batch.places.tolist() for batch in rest] == [batch.places.tolist() for batch in whole[first:]]
    assert all(batch.places.shape == (3, 7, 0) for batch in Schedule(corpus, 3, 7, 2).batches())


def test_windows_have_the_places_of_their_tunes() -> None:
    """Each tune is read from its own beginning, not from that of the window."""
    corpus, places = tunes(12, seed=1), ExamplePlaces()
    text, told = np.concatenate(corpus), np.concatenate([places.rows(tune) for tune in corpus])
    pieces = {
        (*text[at : at + 11].tolist(), *told[at : at + 10].ravel().tolist()) for at in range(len(text) - 10)
    }
    for batch in Windows(corpus, 3, 10, 4, places).batches():
        for inputs, targets, rows in zip(batch.inputs, batch.targets, batch.places, strict=True):
            assert (int(inputs[0]), *targets.tolist(), *rows.ravel().tolist()) in pieces


def test_the_seed_decides_the_order() -> None:
    """Another epoch, another order; without a seed that of the tunes."""
    corpus = tunes(12, seed=1)

    def order(seed: int | None) -> list[list[int]]:
        return [batch.targets.tolist() for batch in Schedule(corpus, 2, 10, seed).batches()]

    assert order(1) == order(1)
    assert order(1) != order(2)
    first = next(Schedule(corpus, 2, 100, None).batches())
    for row in (0, 1):
        assert first.targets[row, : len(corpus[row]) - 1].tolist() == corpus[row][1:].tolist()


@pytest.mark.parametrize("rows", [1, 2, 4])
def test_no_row_waits_for_another(rows: int) -> None:
    """All are busy until the tunes run out."""
    schedule = Schedule(tunes(40, seed=1), rows, 5, 3)
    assert [busy(batch) for batch in schedule.batches()][: len(schedule) - 8] == [rows] * (len(schedule) - 8)


def test_windows_come_from_anywhere_in_the_text() -> None:
    """Each is a piece of the tunes side by side, from the zero state; an epoch fills the text."""
    corpus = tunes(12, seed=1)
    text = np.concatenate(corpus)
    windows = Windows(corpus, 3, 10, seed=4)
    batches = list(windows.batches())
    assert len(batches) == len(windows) == -(-len(text) // 30)
    pieces = {tuple(text[at : at + 11]) for at in range(len(text) - 10)}
    seen = set()
    for batch in batches:
        assert batch.begins.all()
        for inputs, targets in zip(batch.inputs, batch.targets, strict=True):
            piece = (int(inputs[0]), *map(int, targets))
            assert piece in pieces
            assert inputs[1:].tolist() == targets[:-1].tolist()
            seen.add(piece)
    assert len(seen) > len(text) // 20
    again = list(windows.batches(first=2))
    assert [batch.inputs.tolist() for batch in again] == [batch.inputs.tolist() for batch in batches[2:]]


def test_a_text_of_one_window_has_it() -> None:
    """As long as a piece and the token after it."""
    (tune,) = tunes(1, seed=2)
    windows = Windows([tune], 2, len(tune) - 1, seed=1)
    for batch in windows.batches():
        assert batch.targets.tolist() == [tune[1:].tolist()] * 2
