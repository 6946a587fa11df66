"""Prepares a tune for a model: one spelling for everything that does not matter."""

from __future__ import annotations

import re
from dataclasses import replace

from musegen import Prepare, Tune
from musegen_abc.accents import read_text
from musegen_abc.chord_symbols import chord_in_string
from musegen_abc.fields import names_key, split_key
from musegen_abc.layout import Layout, Line, Voices, read_layout, written_field
from musegen_abc.lexer import NOTE, TOKEN, Token
from musegen_abc.parser import no_tune

FIELDS = ("X", "T", "R", "M", "L", "K", "P")
"""The fields that are kept where a pipeline names none, in the order in which they are written."""
_BLANKS = re.compile(r"\s+")
_KEPT = frozenset({"tuplet", "broken", "rest", "bars_rest", "spacer", "tie_sign"})
_ORNAMENTS = frozenset({"grace", "decoration", "old_decoration", "symbol", "slur"})
_IN_CHORD = frozenset({"decoration", "old_decoration", "symbol", "slur"})


def prepare_abc(tune: Tune, options: Prepare) -> Tune:
    """The kept fields in their order, ``K:`` last (ABC 2.1 §2.2.1), then the music of the first voice.

    A ``K:`` field has its key alone: clefs, ``octave=`` and the like do not change the written notes.

    The melody, grace notes aside, stays the same as long as ``M``, ``L`` and ``P`` are among the fields.
    Preparing a prepared tune changes nothing. Raises NotationError for text that is not a tune.
    """
    layout = read_layout(tune.text)
    if not layout.has_key:
        raise no_tune(tune, layout)
    header = _header(layout, options)
    body = _Body(layout, options)
    lines = body.lines()
    if not body.notes:
        raise no_tune(tune, layout)
    title = read_text(header["T"]) if "T" in header else tune.title
    text = "".join(f"{written_field(letter, value)}\n" for letter, value in header.items())
    return replace(tune, text=text + "".join(f"{line}\n" for line in lines), title=title)


def _header(layout: Layout, options: Prepare) -> dict[str, str]:
    """The fields that are written, in order."""
    given = {letter: _one_space(line.text) for letter, line in layout.fields().items()} | {"X": "1"}
    order = [letter for letter in dict.fromkeys(_fields(options)) if letter != "K"]
    return {letter: given[letter] for letter in order if given.get(letter)} | {
        "K": _key(given["K"]) or "none"
    }


def _key(text: str) -> str:
    """The value of a ``K:`` field without its clef and other parameters; empty if it names no key."""
    return _one_space(split_key(text)[0]) if names_key(text) else ""


def _fields(options: Prepare) -> tuple[str, ...]:
    return FIELDS if options.fields is None else options.fields


def _one_space(text: str) -> str:
    return _BLANKS.sub(" ", text)


class _Line:
    """A line of music code in the making."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self._dropped = False  # whether something was left out since the last part

    def write(self, text: str) -> None:
        """Append a token, or leave one out if ``text`` is empty.

        A blank keeps two tokens apart that would otherwise read as one.
        """
        if not text:
            self._dropped = True
            return
        if self._dropped and self.parts and self.parts[-1] != " ":
            together = TOKEN.match(self.parts[-1] + text)
            if together and together.end() != len(self.parts[-1]):
                self.parts.append(" ")
        self._dropped = False
        self.parts.append(text)

    def space(self) -> None:
        """Append a blank, unless there is one already."""
        if self.parts and self.parts[-1] != " ":
            self.parts.append(" ")

    def end(self) -> None:
        """Remove a blank at the end."""
        if self.parts and self.parts[-1] == " ":
            self.parts.pop()

    def join(self, line: _Line) -> None:
        """Go on with the next line; where two bar lines meet, a plain first one is removed."""
        first = TOKEN.match(line.parts[0])
        if self.parts[-1] == "|" and first and first.lastgroup == "bar":
            self.parts.pop()
            self.end()
        self.space()
        self.parts += line.parts

    def __str__(self) -> str:
        return "".join(self.parts)


class _Body:
    """Writes the body of a tune anew, token by token."""

    def __init__(self, layout: Layout, options: Prepare) -> None:
        self._layout, self._options = layout, options
        self._fields = frozenset(_fields(options)) | {"K"}
        self._voices = Voices(layout.header)
        self._kept = _KEPT | (_ORNAMENTS if options.decorations else frozenset())
        self._overlaid = False  # whether the rest of the bar is a second voice
        # By step, the accidental of a dropped grace note, which holds for the notes after it in the bar
        self._owed: dict[str, str] = {}
        self._begun = False  # whether there was a note or rest
        self.notes = 0

    def lines(self) -> list[str]:
        """The lines of the new body."""
        lines: list[str | _Line] = []
        last: _Line | None = None  # the line that goes on with the next
        for line in self._layout.body:
            if line.letter:
                if written := self._field_line(line):
                    lines.append(written)
                    last = None
                continue
            new = _Line()
            goes_on = self._music(line.text, new)
            if not new.parts:
                continue
            if last:
                last.join(new)
            else:
                lines.append(new)
            last = (last or new) if goes_on else None
        return [str(line) for line in lines]

    def _field_line(self, line: Line) -> str:
        """A field's line in the body as it is kept, or an empty text."""
        if line.letter == "V":
            self._voices.switch(line.text, self._begun)
        kept = self._voices.reading and line.letter in self._fields
        text = _key(line.text) if line.letter == "K" else _one_space(line.text)
        return written_field(line.letter, text) if kept and text else ""

    def _music(self, code: str, line: _Line) -> bool:
        """Write the kept part of one line of music code; returns whether the next line continues it."""
        goes_on = False
        for token in TOKEN.finditer(code):
            kind = token.lastgroup or ""
            if kind == "join":
                goes_on = True
            elif kind == "field":
                line.write(self._inline_field(token))
            elif not self._voices.reading:
                line.write("")
            elif kind == "space":
                line.space()
            else:
                line.write(self._token(kind, token))
        line.end()
        return goes_on

    def _inline_field(self, token: Token) -> str:
        letter, value = token["letter"], _one_space(token["value"].strip())
        if letter == "V":
            self._voices.switch(value, self._begun)
        value = _key(value) if letter == "K" else value
        kept = self._voices.reading and letter in self._fields and value
        return f"[{letter}:{value}]" if kept else ""

    def _token(self, kind: str, token: Token) -> str:
        """The text that is written for a token; empty if the token is dropped."""
        if kind in ("bar", "ending"):
            self._overlaid = False
            self._owed.clear()
            return _one_space(token[0]).replace("[ ", "[")
        if kind == "overlay":
            self._overlaid = True
        if self._overlaid:
            return ""
        match kind:
            case "note":
                self.notes += 1
                self._begun = True
                return self._note(token)
            case "chord" | "old_chord":
                return self._chord(kind, token)
            case "string":
                return self._string(token)
            case "grace" if not self._options.decorations:
                self._owe(token)
            case "rest":
                self._begun = True
            case "bars_rest":
                self._begun = True
                self._owed.clear()
        return _one_space(token[0]) if kind in self._kept else ""

    def _note(self, token: Token) -> str:
        if self._owed:
            owed = self._owed.pop(token["pitch"][0].upper(), "")
            return token[0] if token["accidental"] else owed + token[0]
        return token[0]

    def _chord(self, kind: str, token: Token) -> str:
        """A chord with the kept part of its inside."""
        old = "old_" if kind == "old_chord" else ""
        line, notes = _Line(), 0
        for inner in TOKEN.finditer(token[f"{old}chord_notes"]):
            inner_kind = inner.lastgroup or ""
            if inner_kind == "note":
                notes += 1
                line.write(self._note(inner))
            elif inner_kind == "string":
                line.write(self._string(inner))
            else:
                kept = self._options.decorations and inner_kind in _IN_CHORD
                line.write(inner[0] if kept else "")
        if not notes:
            return ""
        self.notes += notes
        self._begun = True
        left, right = "++" if old else "[]"
        return f"{left}{line}{right}{token[f'{old}chord_length']}{token[f'{old}chord_tie']}"

    def _string(self, token: Token) -> str:
        kept = self._options.annotations or chord_in_string(token["quoted"])
        return _one_space(token[0]) if kept else ""

    def _owe(self, token: Token) -> None:
        for note in NOTE.finditer(token["graces"]):
            if note["accidental"]:
                self._owed[note["pitch"][0].upper()] = note["accidental"]
