"""Tunes with one damaged line, and a count of notes that shares nothing with the reader."""

from __future__ import annotations

import random
import re
import string
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from musegen import NotationError, Note, Tune
from musegen_abc.parser import parse_abc
from musegen_abc.reader import split_tunes


def notes_written(text: str) -> int:
    """The letters of notes: all from ``A`` to ``g`` outside of fields, comments, quotes and ornaments."""
    count = 0
    for line in re.split(r"\r\n|\r|\n", text):
        if re.match(r"\s*[A-Za-z+]:(?![|:])", line):
            continue
        line = re.sub(r'"[^"]*"', " ", line)
        line = re.sub(r"(?<!\\)%.*", "", line)
        line = re.sub(r"\[[A-Za-z]:[^\[\]]*\]", " ", line)
        line = re.sub(r"![^!\s|\[\]{}]+!|\+[a-z]+\+|\{[^{}]*\}", " ", line)
        count += len(re.findall(r"[A-Ga-g]", line))
    return count


@dataclass(frozen=True)
class Reading:
    """What became of a text."""

    notes: int
    """Notes of the melody that were read, each note of a chord by itself."""
    told: tuple[str, ...]
    """All that was reported: by the reader, and about each tune."""


def reading(text: str) -> Reading:
    """The tunes of a text, as a file that has it is read."""
    told, notes = list[str](), 0
    for tune in split_tunes(text, "a.abc", told.append):
        try:
            score = parse_abc(tune)
        except NotationError as error:
            told.append(str(error))
            continue
        told += [str(problem) for problem in score.problems]
        events = (event for bar in score.bars for event in bar.events)
        notes += sum(len(event.pitches) for event in events if isinstance(event, Note))
    return Reading(notes, tuple(told))


def deleted(lines: list[str], rng: random.Random) -> None:
    """Take a line out."""
    del lines[rng.randrange(len(lines))]


def moved(lines: list[str], rng: random.Random) -> None:
    """Put a line elsewhere."""
    line = lines.pop(rng.randrange(len(lines)))
    lines.insert(rng.randrange(len(lines) + 1), line)


def garbled(lines: list[str], rng: random.Random) -> None:
    """Replace a tenth of a line's characters, shuffle a part of it, or cut it off."""
    place = rng.randrange(len(lines))
    signs = list(lines[place])
    match rng.randrange(3):
        case 0:
            for i in range(len(signs)):
                if rng.random() < 0.1:
                    signs[i] = rng.choice(string.printable[:95])
        case 1:
            begin = rng.randrange(len(signs) + 1)
            part = signs[begin : begin + 12]
            rng.shuffle(part)
            signs[begin : begin + 12] = part
        case 2:
            del signs[rng.randrange(len(signs) + 1) :]
    lines[place] = "".join(signs)


def emptied(lines: list[str], rng: random.Random) -> None:
    """Put an empty line in."""
    lines.insert(rng.randrange(len(lines) + 1), "")


DAMAGES: Mapping[str, Callable[[list[str], random.Random], None]] = {
    "deleted": deleted,
    "moved": moved,
    "garbled": garbled,
    "an empty line put in": emptied,
}


@dataclass(frozen=True)
class Damaged:
    """A tune with one damaged line, and what became of it."""

    tune: Tune
    text: str
    written: int
    """Notes in the damaged text."""
    reading: Reading

    @property
    def lost(self) -> int:
        """Notes that are in the text and were not read."""
        return max(self.written - self.reading.notes, 0)

    @property
    def silent(self) -> bool:
        """Whether notes were lost and nothing was told."""
        return self.lost > 0 and not self.reading.told


def damaged(tune: Tune, damage: str, rng: random.Random) -> Damaged:
    """A tune after one damage of :data:`DAMAGES`."""
    lines = tune.text.splitlines()
    DAMAGES[damage](lines, rng)
    text = "\n".join(lines) + "\n"
    return Damaged(tune, text, notes_written(text), reading(text))


def plain(tune: Tune) -> bool:
    """Whether both counts agree on a tune as it is, and nothing is told of it."""
    found = reading(tune.text)
    return not found.told and found.notes == notes_written(tune.text) > 0
