"""Where the tunes of an ABC file begin and end, and what they inherit from its header."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from musegen_abc.layout import DIRECTIVE, read_field
from musegen_abc.sounding import is_directive
from musegen_abc.text_blocks import inside, text_blocks

# Fields of a file header that the tunes inherit (ABC 2.1 §2.2.2, §3): all that may stand there but N and H.
_INHERITED = frozenset("ABCDFGILMmORrSUZ")
_DEFINITIONS = frozenset("Um")


def tune_spans(lines: Sequence[str]) -> Iterator[tuple[int, int]]:
    """First line of each tune, and the line after its last, from 0.

    A tune begins with an ``X:`` field and ends at an empty line or the next ``X:`` (ABC 2.1 §2.2). The lines
    of a block of text neither begin nor end one.
    """
    start: int | None = None
    in_blocks = inside(text_blocks(lines))
    for i, line in enumerate([*lines, ""]):
        if i in in_blocks:
            continue
        begins = line.startswith("X:")
        if start is not None and (begins or not line or line.isspace()):
            yield start, i
            start = None
        if begins:
            start = i


def file_header(lines: Sequence[str]) -> dict[str, list[str]]:
    """Letter -> lines of the fields before the first tune, if nothing but fields and comments is there.

    Directives about the sound are under ``%``.
    """
    inherited: dict[str, list[str]] = {}
    for line in outside_blocks(lines):
        if not line or line.isspace() or line.startswith("X:"):
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
