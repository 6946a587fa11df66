"""Invented music to test components with. It is the same on every machine, and nobody has rights in it."""

from __future__ import annotations

import random
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from musegen.canonical import JSON
from musegen.music.score import (
    Bar,
    ChordSymbol,
    Event,
    Grace,
    Key,
    KeyChange,
    Metre,
    MetreChange,
    Note,
    Pitch,
    Rest,
    Score,
    Tempo,
)
from musegen.progress import Silent
from musegen.protocols.models import Dataset, TrainingJob
from musegen.protocols.vocabulary import Tokens, Vocabulary

_NAMES = "CDEFGABcdef"
_BEATS = ("{}{}{}", "{}2{}", "{}3", "{}/{}/{}2", "^{}{}=c")
_EIGHTH = Fraction(1, 2)


def example_texts(count: int = 20) -> tuple[str, ...]:
    """``count`` invented jigs as texts in ABC notation. Some titles have characters that are not ASCII."""
    return tuple(_jig(random.Random(number), number) for number in range(1, count + 1))


def _jig(rng: random.Random, number: int) -> str:
    def beat() -> str:
        shape = rng.choice(_BEATS)
        return shape.format(*rng.choices(_NAMES, k=shape.count("{}")))

    strains = []
    for _ in range(2):
        bars = [f"{beat()} {beat()}" for _ in range(3)]
        strains.append("|: " + " | ".join([*bars, "D3 D3"]) + " :|")
    title = rng.choice(["The Jig of Tests", "Seán's №", "An Ríl", "L'Été"])
    header = [f"X:{number}", f"T:{title} {number}", "R:jig", "M:6/8", "L:1/8"]
    return "\n".join([*header, f"K:{rng.choice(['D', 'G', 'Em', 'Ador'])}", *strains]) + "\n"


def example_scores(count: int = 8) -> tuple[Score, ...]:
    """``count`` invented tunes as scores: first plain ones, then some with everything that a score may hold.

    These are repeats and endings, upbeats, chord symbols, ties, grace notes, ornaments, chords, changes of
    key and metre, free metre, and tunes without tempo, title or second bar.
    """
    scores = []
    for number in range(count):
        rng = random.Random(number)
        score = _plain(rng, number)
        for step in (_repeated, _ornamented, _changing)[: max(0, number - 1)]:
            score = step(rng, score)
        scores.append(_BARE if number == 6 else score)
    return tuple(scores)


def _note(rng: random.Random, eighths: int) -> Note:
    return Note(eighths * _EIGHTH, (Pitch(rng.choice([4, 5]), rng.choice("CDEFGAB")),))


def _plain(rng: random.Random, number: int) -> Score:
    """A score of eight bars in 6/8 or 4/4."""
    metre = Metre(6, 8) if number % 2 else Metre(4, 4)
    rhythms = [(1, 1, 1, 2, 1), (3, 3), (2, 1, 3)] if number % 2 else [(2, 2, 2, 2), (1, 1, 2, 4), (3, 1, 4)]
    bars = [Bar(tuple(_note(rng, eighths) for eighths in rng.choice(rhythms))) for _ in range(8)]
    bars[-1] = replace(bars[-1], barline="|]")
    tempo = Tempo(metre.beat, Fraction(100 + number))
    return Score(tuple(bars), Key("C"), metre, tempo, f"Tune {number} – of tests", unit=_EIGHTH)


def _repeated(rng: random.Random, score: Score) -> Score:
    """The score with an upbeat, a repeat, and two endings."""
    bars = list(score.bars)
    upbeat = Bar((_note(rng, 1),))
    bars[0] = replace(bars[0], repeat_start=True)
    bars[3] = replace(bars[3], endings=(1,), repeat_end=2, barline="|")
    bars[4] = replace(bars[4], endings=(2,), barline="||")
    return replace(score, bars=(upbeat, *bars))


def _ornamented(rng: random.Random, score: Score) -> Score:
    """The score with a chord symbol, a tie, a chord, a grace note, an ornament and a rest."""
    first, second, *others = score.bars
    assert isinstance(second.events[0], Note)
    note = second.events[0]
    grace = Grace(Pitch(5, "D"), Fraction(1, 8))
    events: tuple[Event, ...] = (
        ChordSymbol("Am", 9, (0, 3, 7), 9),
        replace(note, graces=(grace,), decorations=("trill",)),
        *second.events[1:],
    )
    third, fourth, *rest = others
    assert isinstance(third.events[-1], Note)
    tied = replace(third.events[-1], tie=True)
    third = replace(third, events=(*third.events[:-1], tied))
    fourth = replace(
        fourth,
        events=(Note(tied.duration, tied.pitches), *fourth.events[1:-1], Rest(fourth.events[-1].duration)),  # type: ignore[union-attr]
    )
    chord = Note(Fraction(3), (Pitch(4, "C"), Pitch(4, "E"), Pitch(4, "G")))
    rest[-1] = replace(rest[-1], events=(chord,))
    return replace(score, bars=(first, replace(second, events=events), third, fourth, *rest))


def _changing(rng: random.Random, score: Score) -> Score:
    """The score with a change of key and metre at the beginning of its last bar."""
    *others, last = score.bars
    change: tuple[Event, ...] = (
        KeyChange(Key("F#", "minor")),
        MetreChange(Metre(3, 4)),
        *(Note(Fraction(1), (Pitch(5, step, alter),)) for step, alter in (("F", 1), ("G", 1), ("A", 0))),
    )
    return replace(score, bars=(*others, replace(last, events=change)), key=Key("D"))


_BARE = Score((Bar((Note(Fraction(1), (Pitch(4, "A"),)), Rest(Fraction(1)))),), Key(""))
"""A score of one bar in free metre, without title, key or tempo."""


class _ExampleReader:
    """Counts tokens, and those since the last bar line, and remembers the last one."""

    def __init__(self, count: int, read: int = 0, since: int = 0) -> None:
        self._count, self._read, self._since = count, read, since

    def read(self, token: int) -> tuple[int, ...]:
        self._read += 1
        self._since = 0 if token == ExamplePlaces.BAR_LINE else self._since + 1
        return (self._read % 2, min(self._since, 4), token % 3)[: self._count]

    def copy(self) -> _ExampleReader:
        return _ExampleReader(self._count, self._read, self._since)


class ExamplePlaces:
    """Place features for :func:`example_dataset`."""

    BAR_LINE = 9
    """The token of the bar line in its vocabulary."""

    def __init__(self, count: int = 3) -> None:
        """``count``: how many features to tell."""
        self.sizes: tuple[int, ...] = (2, 5, 3)[:count]
        self.remembered = max(count - 2, 0)

    def first(self, count: int) -> ExamplePlaces:
        """The same with the first so many features only."""
        return ExamplePlaces(count)

    def begin(self) -> _ExampleReader:
        """A reader at the beginning of a tune."""
        return _ExampleReader(len(self.sizes))

    def rows(self, tokens: Tokens) -> NDArray[np.int32]:
        """The features of what follows each token: int32 (n, F)."""
        reader = self.begin()
        rows = [reader.read(token) for token in tokens.tolist()]
        return np.array(rows, np.int32).reshape(-1, len(self.sizes))


class ExampleRuleReader:
    """Token rules for :func:`example_dataset`: no token twice in a row, and two or more before the end."""

    def __init__(self, vocabulary: Vocabulary, last: int = -1, taken: int = 0) -> None:
        self._vocabulary, self._last, self.taken = vocabulary, last, taken

    def allow(self) -> NDArray[np.bool_]:
        """Which tokens may come next: bool (V,)."""
        allowed = np.ones(len(self._vocabulary), np.bool_)
        allowed[self._vocabulary.start] = False
        allowed[self._vocabulary.end] = self.taken > 1
        if self._last >= 0:
            allowed[self._last] = False
        return allowed

    def take(self, token: int) -> None:
        """Read the next token. Raises ValueError for one that may not come."""
        if not self.allow()[token]:
            raise ValueError(f"token {token} may not come here")
        self._last, self.taken = token, self.taken + 1

    def copy(self) -> ExampleRuleReader:
        """An independent reader that has read the same."""
        return ExampleRuleReader(self._vocabulary, self._last, self.taken)


def example_dataset(train: int = 24, validation: int = 4) -> Dataset:
    """Random tunes over eight symbols. Every second token is the same, which a model can learn."""
    vocabulary = Vocabulary("abcdefg|")
    rng = np.random.default_rng(5)

    def tune() -> Tokens:
        body = rng.integers(2, len(vocabulary), int(rng.integers(6, 24)))
        body[1::2] = vocabulary.encode("a")[0]
        return np.array([vocabulary.start, *body, vocabulary.end], np.int32)

    learned, judged = (tuple(tune() for _ in range(count)) for count in (train, validation))
    return Dataset(vocabulary, learned, judged, places=ExamplePlaces())


def example_job(folder: Path, seed: int = 0) -> TrainingJob:
    """A silent training job with its checkpoints in ``folder``, which is made if it does not exist."""
    folder.mkdir(parents=True, exist_ok=True)
    about: dict[str, JSON] = {
        "model": {"name": "tested", "version": 1},
        "tokenizer": {"name": "tested", "version": 1, "state": {"characters": "abcdefg|"}},
        "notation": {"name": "tested", "version": 1, "options": {}, "fields": ["title", "key"], "home": None},
    }
    return TrainingJob(seed, folder, Silent(), about)
