"""Reads folk-rnn's token text, its training data or what its models wrote, and turns it into ABC.

A tune is lines of tokens separated by blanks, up to an empty line. Two of the lines are ``M:`` and ``K:``::

    M:6/8
    K:Cmaj
    |: c 2 e g e c | d B G c 3 :|

Samples may stand between ``<s>`` and ``</s>``, all on one line, and have ``X:`` and ``T:`` lines.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from musegen import Bounds, CorpusError, Tune, check_file, distinct_names

_START, _END = "<s>", "</s>"
_LINE_FIELD = re.compile(r"\s*([A-JN-Z]):(.*)")  # fields whose value is the rest of the line
_TOKEN_FIELD = re.compile(r"([KLM]):(\S+)")
_BARE_MODE = re.compile(r"(maj|min|dor|mix)$")
_BAR_LINE = frozenset(":|[]")


class FolkRnnReader:
    """Reads the tunes of one file."""

    def __init__(self, path: str) -> None:
        self._path = Path(path)

    def sources(self) -> list[Path]:
        """The file. Raises CorpusError where it does not exist."""
        try:
            check_file(self._path, Bounds.DUMP)
        except OSError as error:
            hint = "give a file of folk-rnn's token text"
            raise CorpusError(f"{self._path}: {error.strerror}; {hint}") from error
        return [self._path]

    def read(self, report: Callable[[str], None]) -> Iterator[Tune]:
        """The tunes, in the order of the file. Raises CorpusError for a file that is not UTF-8 text."""
        (path,) = self.sources()
        number = 0
        name = distinct_names([path])[path]
        lines: Counter[int] = Counter()
        try:
            with path.open(encoding="utf-8-sig") as file:
                for draft in _drafts(file):
                    number += 1
                    lines[draft.line] += 1
                    yield draft.tune(number, name, lines[draft.line])
        except OSError as error:
            raise CorpusError(f"{path}: {error.strerror or error}") from error
        except UnicodeDecodeError as error:
            raise CorpusError(f"{path}: is not UTF-8 text ({error.reason} at byte {error.start})") from error
        if not number:
            report(f"{path}: holds no tune: nothing follows a K: field")


@dataclass
class _Draft:
    """The parts of a tune while its lines are read."""

    line: int
    fields: dict[str, str] = field(default_factory=dict)
    body: list[list[str]] = field(default_factory=list)

    def tune(self, number: int, file: str, on_line: int) -> Tune:
        """The tune as ABC, one of several on its line; its unit is an eighth note where it names no other."""
        fields = {"X": str(number), **self.fields}
        fields.setdefault("L", "1/8")
        key = fields.pop("K")
        metre, unit = fields.pop("M", ""), fields.pop("L")
        header = [f"{letter}:{value}" for letter, value in fields.items()]
        header += [*([f"M:{metre}"] if metre else []), f"L:{unit}", f"K:{key}"]
        text = "\n".join([*header, *(join_tokens(line) for line in self.body)]) + "\n"
        source = f"{file}#line{self.line}" + (f".{on_line}" if on_line > 1 else "")
        return Tune(text, "abc", title=fields.get("T", ""), source=source)


def _drafts(lines: Iterator[str]) -> Iterator[_Draft]:
    """The tunes of a file; lines without a key and music are free text and are passed over."""
    draft = _Draft(1)
    for number, line in enumerate(lines, 1):
        begins_anew = bool(draft.body) and line.lstrip()[:2] in ("X:", "T:", "M:")
        if not line.strip() or begins_anew:
            if draft.body:
                yield draft
            draft = _Draft(number + (not line.strip()))
        if whole := _LINE_FIELD.match(line):
            draft.fields.setdefault(whole[1], " ".join(whole[2].split()))
            continue
        tokens: list[str] = []
        for token in line.split():
            if token in (_START, _END):
                if tokens and "K" in draft.fields:
                    draft.body.append(tokens)
                if draft.body:
                    yield draft
                tokens, draft = [], _Draft(number)
            elif (match := _TOKEN_FIELD.fullmatch(token)) and not tokens and not draft.body:
                draft.fields[match[1]] = f"C{match[2]}" if _BARE_MODE.match(match[2]) else match[2]
            else:
                tokens.append(token)
        if tokens and "K" in draft.fields:
            draft.body.append(tokens)
    if draft.body:
        yield draft


def join_tokens(tokens: list[str]) -> str:
    """The tokens as ABC: ``c 2 e :| |2 d`` is ``c2e:|2d``.

    A blank stays where a bar ends, and between two bar lines that would read as a different one without it.
    """
    pieces: list[str] = []
    for before, token in zip(["", *tokens], tokens, strict=False):
        if before[-1:] == "|" and token[:1] == "|" and token[1:].isdigit():
            token = token[1:]  # the bar line before an ending serves for its own: :|2 (ABC 2.1 §4.9)
        elif _is_bar_line(before) and (_is_bar_line(token) or token[:1] in _BAR_LINE):
            token = f" {token}"
        pieces.append(token)
    return "".join(pieces)


def _is_bar_line(token: str) -> bool:
    return bool(token) and set(token) <= _BAR_LINE and ("|" in token or ":" in token)
