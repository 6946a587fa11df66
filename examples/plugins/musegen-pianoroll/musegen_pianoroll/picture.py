"""A performance as SVG text (SVG 1.1), written by hand."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from html import escape
from pathlib import Path

from musegen import STEPS, Key, Performance, Pitch, PlayedNote, Score, perform
from musegen_pianoroll.plugin import PianoRollOptions
from musegen_pianoroll.rows import Row, rows

_LEFT, _RIGHT, _TOP, _ABOVE, _BELOW = 40, 12, 44, 22, 20
"""Pixels beside the rows, above the first row, and above and below the semitones of each row."""
_BLACK_KEYS = frozenset({1, 3, 6, 8, 10})
_NAMES = ("C", "C♯", "D", "E♭", "E", "F", "F♯", "G", "A♭", "A", "B♭", "B")
_TONIC, _SCALE, _FOREIGN = "#b5462f", "#33658a", "#e0a030"


class PianoRoll:
    """Draws tunes as they are played, repeats unrolled."""

    suffix = ".svg"

    def __init__(self, options: PianoRollOptions) -> None:
        self._options = options

    def render(self, score: Score, path: Path) -> None:
        """Write the picture. Raises MusegenError for a tune that cannot be played."""
        path.write_text(self.picture(score), encoding="utf-8")

    def picture(self, score: Score) -> str:
        """The SVG text."""
        performance, options = perform(score), self._options
        pitches = [note.pitch for note in performance.melody] or [60, 72]
        lowest, highest = min(pitches) - 1, max(pitches) + 1
        staff = (highest - lowest + 1) * options.row_height
        across = rows(performance, options.bars_a_row)
        scale = (options.width - _LEFT - _RIGHT) / float(max(row.end - row.begin for row in across))
        height = _TOP + len(across) * (_ABOVE + staff + _BELOW)
        parts = [
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{options.width}" height="{height}" '
            f'viewBox="0 0 {options.width} {height}" font-family="sans-serif" role="img">',
            f"<title>{_text(score.title or 'untitled')}</title>",
            '<rect width="100%" height="100%" fill="#fff"/>',
            f'<text x="{_LEFT}" y="28" font-size="18" fill="#222">{_text(score.title)}</text>',
            *_legend(options.width, score.key),
        ]
        for number, row in enumerate(across):
            top = _TOP + number * (_ABOVE + staff + _BELOW) + _ABOVE
            drawing = _Drawing(performance, row, lowest, highest, top, scale, options)
            parts += drawing.parts()
        return "\n".join([*parts, "</svg>"]) + "\n"


def _text(words: str) -> str:
    """The text as XML may hold it: XML 1.0 has no control characters, not even escaped ones."""
    return escape("".join(letter for letter in words if letter.isprintable()))


def _degrees(key: Key) -> tuple[int | None, frozenset[int]]:
    """Pitch class of the tonic, and those of its scale; None and all twelve where there is no key."""
    if not key.tonic:
        return None, frozenset(range(12))
    alterations = key.alterations
    classes = {step: Pitch(4, step, alterations.get(step, 0)).midi % 12 for step in STEPS}
    alter = key.tonic[1:].count("#") - key.tonic[1:].count("b")
    return Pitch(4, key.tonic[0], alter).midi % 12, frozenset(classes.values())


def _legend(width: int, key: Key) -> Iterator[str]:
    meanings = [(_SCALE, "in the scale")]
    if key.tonic:
        meanings = [(_TONIC, f"tonic of {key}"), *meanings, (_FOREIGN, "outside the scale")]
    for number, (colour, meaning) in enumerate(reversed(meanings)):
        x = width - _RIGHT - 120 * (number + 1)
        yield f'<rect x="{x}" y="19" width="14" height="9" rx="2" fill="{colour}"/>'
        yield f'<text x="{x + 19}" y="27" font-size="11" fill="#555">{_text(meaning)}</text>'


class _Drawing:
    """One row."""

    def __init__(
        self,
        performance: Performance,
        row: Row,
        lowest: int,
        highest: int,
        top: int,
        scale: float,
        options: PianoRollOptions,
    ) -> None:
        self._performance, self._row, self._options = performance, row, options
        self._lowest, self._highest, self._top, self._scale = lowest, highest, top, scale
        self._bottom = top + (highest - lowest + 1) * options.row_height

    def parts(self) -> Iterator[str]:
        """The elements of a row, from back to front."""
        yield from self._keys()
        yield from self._time()
        for note in self._performance.melody:
            if note.onset < self._row.end and note.onset + note.duration > self._row.begin:
                yield self._note(note)
        if self._options.chords:
            yield from self._chords()

    def _x(self, time: Fraction) -> float:
        return _LEFT + float(time - self._row.begin) * self._scale

    def _y(self, pitch: int) -> int:
        return self._top + (self._highest - pitch) * self._options.row_height

    def _keys(self) -> Iterator[str]:
        """Stripes, darker where a piano has black keys, with the name of each octave's C."""
        height, right = self._options.row_height, self._x(self._row.end)
        for pitch in range(self._lowest, self._highest + 1):
            colour = "#eef0f3" if pitch % 12 in _BLACK_KEYS else "#f9fafb"
            yield (
                f'<rect x="{_LEFT}" y="{self._y(pitch)}" width="{right - _LEFT:.1f}" height="{height}" '
                f'fill="{colour}"/>'
            )
            if pitch % 12 == 0:
                y = self._y(pitch) + height
                yield f'<path d="M{_LEFT} {y}H{right:.1f}" stroke="#c9ced6"/>'
                yield f'<text x="8" y="{y}" font-size="11" fill="#777">C{pitch // 12 - 1}</text>'

    def _time(self) -> Iterator[str]:
        """A line at each beat and a darker one at each bar; the number stands below every fourth bar."""
        for beat in self._row.beats:
            yield f'<path d="M{self._x(beat):.1f} {self._top}V{self._bottom}" stroke="#dde1e7"/>'
        for number, bar in enumerate(self._row.bars):
            x = self._x(bar)
            yield f'<path d="M{x:.1f} {self._top}V{self._bottom}" stroke="#8d96a3"/>'
            if number % 4 == 0:
                yield (
                    f'<text x="{x:.1f}" y="{self._bottom + 13}" font-size="10" fill="#777">'
                    f"{self._row.first_bar + number}</text>"
                )

    def _note(self, note: PlayedNote) -> str:
        """The rectangle of a note, as far as it sounds in this row."""
        begin = max(note.onset, self._row.begin)
        end = min(note.onset + note.duration, self._row.end)
        key = [key for onset, key in self._performance.keys if onset <= note.onset][-1]
        tonic, scale = _degrees(key)
        name = note.pitch % 12
        colour = _TONIC if name == tonic else _SCALE if name in scale else _FOREIGN
        width = max(float(end - begin) * self._scale - 1, 1.0)
        return (
            f'<rect x="{self._x(begin) + 0.5:.1f}" y="{self._y(note.pitch)}" width="{width:.1f}" '
            f'height="{self._options.row_height}" rx="2" fill="{colour}">'
            f"<title>{_NAMES[name]}{note.pitch // 12 - 1}</title></rect>"
        )

    def _chords(self) -> Iterator[str]:
        for chord in self._performance.chords:
            if self._row.begin <= chord.onset < self._row.end:
                yield (
                    f'<text x="{self._x(chord.onset):.1f}" y="{self._top - 6}" font-size="12" '
                    f'fill="#222">{_text(chord.symbol.text)}</text>'
                )
