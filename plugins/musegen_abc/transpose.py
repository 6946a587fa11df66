"""Transposes a tune by an edit of its text: notes, chord symbols and keys change, all else stays."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import groupby

from musegen import Interval, Key, Pitch, Tune, moved_chord_text
from musegen_abc.chord_symbols import read_chord_symbol
from musegen_abc.fields import names_key, read_key, split_key
from musegen_abc.layout import Layout, Line, read_field, read_layout, split_lines
from musegen_abc.lexer import MUSIC, NOTE, TOKEN, Token
from musegen_abc.parser import no_tune
from musegen_abc.pitches import ACCIDENTALS, NO_KEY, Accidentals
from musegen_abc.writer import write_key, write_pitch


def transpose_abc(tune: Tune, semitones: int, tonic: str = "") -> Tune:
    """The tune moved up by so many semitones; spaces, beams, bar lines, lengths and all other text stay.

    Each key becomes the one with the fewest signs; with ``tonic``, which must lie that far away, the first
    key gets this tonic and the others move as far. A key without tonic stays without one. Transposed back,
    the tune gives the same score. Raises NotationError for text that is not a tune.
    """
    layout = read_layout(tune.text)
    if not layout.has_key:
        raise no_tune(tune, layout)
    if not semitones and not tonic:
        return tune
    return replace(tune, text=_Mover(layout, semitones, tonic).rewritten(split_lines(tune.text)))


_MOST_KEYS, _MOST_KNOWN = 64, 2000


@lru_cache(maxsize=_MOST_KEYS)
def _known(key: Key, by: Interval) -> tuple[dict[str, tuple[Pitch, str]], dict[str, str]]:
    """What plain notes, and runs of them, become in music of this key that moves so far.

    Plain ones follow the key before and after the move; nearly all are, and most were met in other tunes.
    Notes without lengths, with their pitch before the move; runs with lengths.
    """
    return {}, {}


class _Voice:
    """The accidentals of one voice, before and after the move."""

    def __init__(self, key: Key, mover: _Mover) -> None:
        self.old, self.new = Accidentals(NO_KEY), Accidentals(NO_KEY)
        self.set_key(key, mover)

    def set_key(self, key: Key, mover: _Mover) -> None:
        self.by = mover.interval(key)
        self.old.set_key(key)
        self.new.set_key(self.by.moved_key(key))
        self.notes, self.runs = _known(key, self.by)

    @property
    def plain(self) -> bool:
        """Whether a note without accidental follows the key, before the move and after it."""
        return not (self.old.deviate or self.new.deviate)

    def bar_line(self) -> None:
        self.old.bar_line()
        self.new.bar_line()


class _Mover:
    """Rewrites the lines of one tune."""

    def __init__(self, layout: Layout, semitones: int, tonic: str) -> None:
        self._layout, self._semitones = layout, semitones
        self._key = key = read_key(layout.header[-1].text) or NO_KEY
        self._by = Interval.of(key, semitones, tonic) if tonic and key.tonic else None
        self._voices: dict[str, _Voice] = {}
        self._voice = self._in("")

    def interval(self, key: Key) -> Interval:
        """How far music in this key moves."""
        return self._by or Interval.of(key, self._semitones)

    def _in(self, name: str) -> _Voice:
        return self._voices.setdefault(name, _Voice(self._key, self))

    def rewritten(self, lines: list[str]) -> str:
        """The text of the transposed tune."""
        header_key = self._layout.header[-1].number - 1
        lines[header_key] = _with_value(lines[header_key], self._moved_key)
        for line in self._layout.body:
            old = lines[line.number - 1]
            if not line.letter:
                lines[line.number - 1] = self._music_line(line.text, old)
            elif line.letter in "KV":
                lines[line.number - 1] = self._field_line(line, old)
        return "".join(f"{line}\n" for line in lines)

    def _field_line(self, line: Line, old: str) -> str:
        if line.letter == "V":
            self._voice = self._in(line.text.split(maxsplit=1)[0] if line.text else "")
            return old
        return _with_value(old, self._key_change)

    def _key_change(self, text: str) -> str:
        if not names_key(text):
            return text
        key = read_key(text)
        if key is None:
            return text
        self._voice.set_key(key, self)
        return self._moved_key(text)

    def _moved_key(self, text: str) -> str:
        """The value of a ``K:`` field with the moved key, then its clef and other parameters."""
        key = read_key(text)
        if key is None:
            return text
        _, rest = split_key(text)
        return f"{write_key(self.interval(key).moved_key(key))} {rest}".strip()

    def _music_line(self, code: str, written: str) -> str:
        """The line as it is ``written``, words in it included, for which ``code`` has blanks."""
        if code == written:
            return self._music(code)
        pairs = zip(code, written, strict=True)
        parts = groupby(enumerate(pairs), key=lambda each: each[1][0] != each[1][1])
        spans = [(apart, [i for i, _ in each]) for apart, each in parts]
        return "".join(
            written[inside[0] : inside[-1] + 1] if apart else self._music(code[inside[0] : inside[-1] + 1])
            for apart, inside in spans
        )

    def _music(self, code: str) -> str:
        return "".join(self._token(token.lastgroup or "", token) for token in MUSIC.finditer(code))

    def _token(self, kind: str, token: Token) -> str:
        text = token[0]
        match kind:
            case "run":
                return self._run(text)
            case "note":
                return self._note(token)
            case "chord" | "old_chord":
                return self._chord(kind, token)
            case "grace":
                return NOTE.sub(self._grace_note, text)
            case "string":
                return self._string(token["quoted"])
            case "rest":
                self._tie(())
            case "bars_rest" | "bar" | "ending":
                self._voice.bar_line()
            case "field" if token["letter"] == "K":
                value = token["value"].strip()
                before, _, after = token["value"].partition(value or " ")
                return f"[K:{before}{self._key_change(value)}{after}]"
            case "field" if token["letter"] == "V":
                self._voice = self._in(token["value"].split(maxsplit=1)[0] if token["value"].strip() else "")
        return text

    def _run(self, text: str) -> str:
        """Plain notes in a row."""
        voice = self._voice
        plain = voice.plain
        if plain and (known := voice.runs.get(text)) is not None:
            return known
        moved = NOTE.sub(self._note, text)
        if plain and voice.plain and len(voice.runs) < _MOST_KNOWN:
            voice.runs[text] = moved
        return moved

    def _note(self, token: Token) -> str:
        old, name = self._pitch(token)
        self._tie((old,) if token["tie"] else ())
        return f"{name}{token['length']}{token['tie']}"

    def _grace_note(self, token: Token) -> str:
        _, name = self._pitch(token)
        return f"{name}{token['length']}{token['tie']}"

    def _chord(self, kind: str, token: Token) -> str:
        old = "old_" if kind == "old_chord" else ""
        left, right = "++" if old else "[]"
        tied: list[Pitch] = []
        tie = token[f"{old}chord_tie"]
        inside = ""
        for inner in TOKEN.finditer(token[f"{old}chord_notes"]):
            if inner.lastgroup == "note":
                pitch, name = self._pitch(inner)
                tied += [pitch] if tie or inner["tie"] else []
                inside += f"{name}{inner['length']}{inner['tie']}"
            elif inner.lastgroup == "string":
                inside += self._string(inner["quoted"])
            else:
                inside += inner[0]
        self._tie(tied)
        return f"{left}{inside}{right}{token[f'{old}chord_length']}{tie}"

    def _pitch(self, token: Token) -> tuple[Pitch, str]:
        """The pitch before the move, and the note's name after it, with an accidental it had or needs."""
        voice, written = self._voice, token["pitch"]
        plain = not token["accidental"] and voice.plain
        if plain and (known := voice.notes.get(written)):
            return known
        old = voice.old.pitch(token["accidental"], written)
        new = voice.by.moved(old)
        name = write_pitch(new)
        needed = voice.new.pitch(None, name).alter != new.alter
        accidental = ACCIDENTALS[new.alter] if needed or token["accidental"] else ""
        if plain and not accidental and len(voice.notes) < _MOST_KNOWN:
            voice.notes[written] = old, name
        voice.new.pitch(accidental, name)
        return old, accidental + name

    def _tie(self, pitches: Sequence[Pitch]) -> None:
        voice = self._voice
        if not pitches and voice.plain:
            return
        voice.old.tie(pitches)
        voice.new.tie([voice.by.moved(pitch) for pitch in pitches])

    def _string(self, quoted: str) -> str:
        symbol = read_chord_symbol(quoted)
        moved = moved_chord_text(symbol.text, self._voice.by.moved_name) if symbol else quoted
        return f'"{moved}"'


def _with_value(line: str, change: Callable[[str], str]) -> str:
    """A field's line with its value changed, its blanks and comment kept."""
    field = read_field(line)
    if field is None:
        return line
    _, value, column = field
    return line[: column - 1] + change(value) + line[column - 1 + len(value) :]
