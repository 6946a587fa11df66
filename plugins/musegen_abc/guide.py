"""Leads headers, line by line, to a wished key, metre or rhythm."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from musegen import Key, NotationError, Wishes, dances_in, with_dance
from musegen_abc.fields import read_key, read_metre
from musegen_abc.layout import read_field, split_lines
from musegen_abc.writer import write_key


def wished_fields(wishes: Wishes) -> dict[str, str]:
    """The wishes as field letters and values. Raises NotationError for a wish that ABC cannot write."""
    fields: dict[str, str] = {}
    if wishes.rhythm is not None:
        fields["R"] = _one_line("rhythm", wishes.rhythm)
    if wishes.metre is not None:
        fields["M"] = _one_line("metre", wishes.metre)
        try:
            read_metre(fields["M"])
        except ValueError as error:
            raise NotationError(f'no metre "{wishes.metre}": {error}') from None
    if wishes.key is not None:
        fields["K"] = _one_line("key", wishes.key)
        key = wished_key(wishes.key)
        if wishes.home and key.tonic:
            fields["K"] = write_key(Key(wishes.home, key.mode))
    return fields


def wished_key(text: str) -> Key:
    """The key that a wish names. Raises NotationError for text that names no key."""
    key = read_key(text, strict=True)
    if key is None:
        raise NotationError(f'no key "{text}": a key is written as D, Em, F#min, Bb, Amix, Ddor or none')
    return key


def _one_line(name: str, text: str) -> str:
    value = text.strip()
    if not value or len(split_lines(value)) > 1 or "%" in value:
        raise NotationError(f'no {name} "{text}": it is one line, neither empty nor with %')
    return value


class AbcGuide:
    """Inserts wished fields at their turn; ``K:`` comes last and closes the header (ABC 2.1 §2.2.1).

    Where title and rhythm name two dances, the one that is written later gives way, but never a wished one.
    """

    def __init__(self, wished: Mapping[str, str], fields: Sequence[str], home: str = "") -> None:
        """``fields``: those of the corpus, in its order; a wished field that is not among them goes last.

        ``home``: the tonic that every key must have; empty for any.
        """
        self._home = home
        order = [letter for letter in dict.fromkeys((*fields, *wished)) if letter != "K"]
        self._turn = {letter: place for place, letter in enumerate([*order, "K"])}
        self._wished = {letter: wished[letter] for letter in self._turn if letter in wished}
        self.opening = "X:1\n" if fields and fields[0] == "X" else ""

    def next(self, header: str, line: str) -> str:
        """``line``, or the first wished line that is not written yet and whose turn has come.

        A title or a rhythm is changed where it would contradict the other.
        """
        field = read_field(line)
        turn = self._turn.get(field[0]) if field else None
        if field is None or turn is None:
            return line
        written = _written(header)
        for letter, value in self._wished.items():
            if letter not in written and self._turn[letter] <= turn:
                return f"{letter}:{value}\n"
        if field[0] in self._wished:
            return f"{field[0]}:{self._wished[field[0]]}\n"
        value = field[1]
        if field[0] == "T":
            value = with_dance(value, self._wished.get("R") or written.get("R", ""))
        elif field[0] == "R":
            value = _rhythm(value, written.get("T", ""))
        elif field[0] == "K" and self._home:
            key = read_key(value)
            if key and key.tonic not in ("", self._home):
                value = write_key(Key(self._home, key.mode))
        return line if value == field[1] else f"{field[0]}:{value}\n"

    def complete(self, header: str) -> bool:
        """Whether a ``K:`` line stands in the header."""
        return "K" in _written(header)


def _rhythm(drawn: str, title: str) -> str:
    """The drawn rhythm, or the dance that the title names if these are two."""
    named, meant = dances_in(title), dances_in(drawn)
    fits = not named or not meant or any(one.is_kin_of(other) for one in named for other in meant)
    return drawn if fits else named[0].name


def _written(header: str) -> dict[str, str]:
    """The fields of a header and their values."""
    return {field[0]: field[1] for line in split_lines(header) if (field := read_field(line))}
