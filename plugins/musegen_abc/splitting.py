"""Where the tunes of an ABC file begin and end, what they inherit from its header, and what is left over."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from musegen_abc.layout import DIRECTIVE, read_field
from musegen_abc.prose import is_music
from musegen_abc.sounding import is_directive
from musegen_abc.text_blocks import inside, text_blocks

# Fields of a file header that the tunes inherit (ABC 2.1 §2.2.2, §3): all that may stand there but N and H.
_INHERITED = frozenset("ABCDFGILMmORrSUZ")
_DEFINITIONS = frozenset("Um")
_IN_A_TUNE = frozenset("KLMPQRVWsw")
"""Fields that say nothing outside of a tune, once the first one has begun."""
_NUMBER = "X:1"
"""The first line of a tune that has no ``X:``, as it is read."""

UNNUMBERED = "a tune without X: is read; write X: and a number before it"
CUT_OFF = "music outside of a tune is passed over: an empty line ended the tune before it; take that line out"
LOST = "music that belongs to no tune is passed over; write X:, T: and K: before it"
NO_TUNE = (
    "no tune is here: a tune begins with X:, and K: and its music follow; this looks like words or fields"
)
LEFT_FIELD = "a field outside of a tune is passed over: an empty line ended the tune; take that line out"


class Left(NamedTuple):
    """Something outside of tunes that a user should know of."""

    line: int
    """From 0."""
    message: str


def begins_tune(line: str) -> bool:
    """Whether a line is an ``X:`` field. Blanks, or the mark of a file put behind another, may come first."""
    return line.startswith("X:") or ("X:" in line[:8] and line.lstrip(" \t\ufeff").startswith("X:"))


def tune_spans(lines: Sequence[str]) -> Iterator[tuple[int, int]]:
    """First line of each tune, and the line after its last, from 0.

    A tune begins with an ``X:`` field and ends at an empty line or the next ``X:`` (ABC 2.1 §2.2). Where
    ``X:`` is missing, lines from ``T:`` to music behind ``K:`` are a tune too; before the first ``X:``
    they need no ``T:``. The lines of a block of text neither begin nor end one.
    """
    place, numbered, in_text = 0, False, inside(text_blocks(lines))
    for begin, end in _numbered(lines, in_text):
        yield from _unnumbered(lines, range(place, begin), in_text, numbered=numbered)
        yield begin, end
        place, numbered = end, True
    yield from _unnumbered(lines, range(place, len(lines)), in_text, numbered=numbered)


def _numbered(lines: Sequence[str], in_text: Container[int]) -> Iterator[tuple[int, int]]:
    start: int | None = None
    for i, line in enumerate([*lines, ""]):
        if i in in_text:
            continue
        begins = begins_tune(line)
        if start is not None and (begins or not line or line.isspace()):
            yield start, i
            start = None
        if begins:
            start = i


def _unnumbered(
    lines: Sequence[str], outside: range, in_text: Container[int], *, numbered: bool
) -> Iterator[tuple[int, int]]:
    """The tunes without ``X:`` among lines outside of others; ``numbered``: an ``X:`` comes before."""
    for first, last in _runs(lines, outside, in_text):
        start, letters = first, set[str]()
        for i in range(first, last):
            field = read_field(lines[i])
            if field is None and not lines[i].startswith("%"):
                start, letters = i + 1, set()
            elif field and field[0] != "K":
                letters.add(field[0])
            elif field:
                music = (line for line in lines[i + 1 : last] if not read_field(line))
                if ("T" in letters or not numbered) and any(map(is_music, music)):
                    yield start, last
                break


def _runs(lines: Sequence[str], among: range, in_text: Container[int]) -> Iterator[tuple[int, int]]:
    """The runs of lines that are not empty; blocks of text are in none (ABC 2.1 §11.4.2)."""
    first: int | None = None
    for i in (*among, among.stop):
        outside = i == among.stop or i in in_text or not lines[i] or lines[i].isspace()
        if outside and first is not None:
            yield first, i
            first = None
        elif not outside and first is None:
            first = i


def left_over(lines: Sequence[str], spans: Sequence[tuple[int, int]]) -> Iterator[Left]:
    """What looks like music outside of the tunes at ``spans``, and tunes without ``X:``. Words say nothing.

    Of lines in a row the first one is told.
    """
    ends, in_text = [(0, 0), *spans, (len(lines), len(lines))], inside(text_blocks(lines))
    for (_, begin), (end, after) in pairwise(ends):
        follows = begin > 0
        for first, last in _runs(lines, range(begin, end), in_text):
            music = next((i for i in range(first, last) if _is_lost(lines[i])), None)
            if music is not None:
                yield Left(music, CUT_OFF if follows else LOST)
            elif follows and (field := _first_field(lines, first, last)) is not None:
                yield Left(field, LEFT_FIELD)
        if end < after and not begins_tune(lines[end]):
            yield Left(end, UNNUMBERED)


def _is_lost(line: str) -> bool:
    return not line.startswith("%") and not read_field(line) and is_music(line)


def _first_field(lines: Sequence[str], first: int, last: int) -> int | None:
    """The first of some lines that are all fields of a tune, or comments."""
    fields = {i: read_field(lines[i]) for i in range(first, last) if not lines[i].startswith("%")}
    told = all(field and field[0] in _IN_A_TUNE for field in fields.values())
    return next(iter(fields), None) if told else None


def file_header(lines: Sequence[str]) -> dict[str, list[str]]:
    """Letter -> lines of the fields before the first tune, if nothing but fields and comments is there.

    Directives about the sound are under ``%``.
    """
    inherited: dict[str, list[str]] = {}
    for line in outside_blocks(lines):
        if not line or line.isspace() or begins_tune(line):
            break
        field = read_field(line)
        if field and field[0] in _INHERITED:
            inherited.setdefault(field[0], []).append(line)
        elif is_directive(line):
            inherited.setdefault(DIRECTIVE, []).append(line)
        elif not field and not line.startswith("%"):
            return {}
    return inherited


def inherited_lines(tune: Sequence[str], header: Mapping[str, list[str]]) -> list[str]:
    """Lines of the file header that a tune of these lines takes over: those of the fields that it lacks.

    Definitions are taken over in any case: those of the tune override them one by one (ABC 2.1 §4.16).
    """
    own = set()
    for line in outside_blocks(tune):
        field = read_field(line)
        if field:
            own.add(field[0])
            if field[0] == "K":
                break
    return [
        line
        for letter, given in header.items()
        if letter in _DEFINITIONS or letter not in own
        for line in given
    ]


def outside_blocks(lines: Sequence[str]) -> Iterator[str]:
    """The lines that are in no block of text."""
    in_blocks = inside(text_blocks(lines))
    return (line for i, line in enumerate(lines) if i not in in_blocks)


def completed(own: Sequence[str], header: Mapping[str, list[str]]) -> tuple[list[str], int, int]:
    """The lines of a tune as it is read, and of those that are not its own the first and their number.

    They are what it inherits, behind its ``X:``, and that ``X:`` itself where it has none.
    """
    inherited = inherited_lines(own, header) if header else []
    if not begins_tune(own[0]):
        return [_NUMBER, *inherited, *own], 0, 1 + len(inherited)
    return [own[0].lstrip(" \t\ufeff"), *inherited, *own[1:]], 1, len(inherited)
