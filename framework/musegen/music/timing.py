"""Conversion of quarter notes to ticks and seconds, and the tempo of a tune that gives none."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from fractions import Fraction

from musegen.music.score import Metre, Note, Rest, Score, Tempo, TempoChange

_QUARTER = Fraction(1)
# Customary tempos of dances: rhythm, metre ("" for any), beat in quarter notes, beats a minute.
_TEMPOS = (
    ("slip jig", "", Fraction(3, 2), 112),
    ("jig", "6/8", Fraction(3, 2), 116),
    ("jig", "9/8", Fraction(3, 2), 112),
    ("reel", "", Fraction(2), 100),
    ("hornpipe", "", Fraction(2), 80),
    ("polka", "2/4", _QUARTER, 120),
    ("waltz", "3/4", _QUARTER, 140),
    ("air", "", _QUARTER, 70),
    ("", "6/8", Fraction(3, 2), 116),
    ("", "9/8", Fraction(3, 2), 112),
    ("", "2/2", Fraction(2), 100),
    ("", "2/4", _QUARTER, 120),
    ("", "3/4", _QUARTER, 140),
)


def default_tempo(rhythm: str, metre: Metre | None) -> Tempo:
    """The tempo of a tune that gives none: the usual one for its rhythm or its metre, or quarter note = 110.

    A rhythm matches by its first or last words, so that ``double jig`` is a jig. It counts only in a metre in
    which it is danced.
    """
    words = rhythm.casefold().replace("-", " ").split()
    for name, signature, beat, per_minute in _TEMPOS:
        wanted = name.split()
        named = words[len(words) - len(wanted) :] == wanted or words[: len(wanted)] == wanted
        if named and signature in ("", str(metre)):
            return Tempo(beat, Fraction(per_minute))
    return Tempo(_QUARTER, Fraction(110))


def starting_tempo(score: Score, tempo_bpm: float | None = None) -> Tempo:
    """The tempo that a score begins in: ``tempo_bpm``, or the written tempo, or the customary one.

    ``tempo_bpm`` is in beats a minute. A beat is that of the written tempo or, if there is none, that of the
    customary one: the dotted quarter of a jig, the half note of a reel.
    """
    tempo = _written_tempo(score) or default_tempo(score.rhythm, score.metre)
    return tempo if tempo_bpm is None else Tempo(tempo.beat, Fraction(tempo_bpm))


def _written_tempo(score: Score) -> Tempo | None:
    """The tempo at the first note or rest: that of the header, or one at the beginning of the body."""
    tempo = score.tempo
    for event in score.bars[0].events if score.bars else ():
        if isinstance(event, Note | Rest):
            break
        if isinstance(event, TempoChange):
            tempo = event.tempo
    return tempo


def ticks(quarters: Fraction, ticks_per_beat: int) -> int:
    """A time in quarter notes as the nearest number of MIDI ticks (``division`` of SMF 1.0).

    ``ticks_per_beat``: ticks in a quarter note.
    """
    return round(quarters * ticks_per_beat)


class TempoMap:
    """A map from times in quarter notes to seconds, with changes of tempo."""

    def __init__(self, tempos: Sequence[tuple[Fraction, Tempo]]) -> None:
        """``tempos``: ``(onset in quarter notes, tempo)`` in ascending order, the first at 0."""
        self._onsets = [onset for onset, _ in tempos]
        rates = [60 / tempo.quarters_per_minute for _, tempo in tempos]
        starts = [Fraction(0)]
        for i in range(1, len(tempos)):
            starts.append(starts[-1] + (self._onsets[i] - self._onsets[i - 1]) * rates[i - 1])
        self._rates, self._starts = [float(rate) for rate in rates], [float(start) for start in starts]

    def seconds(self, onset: Fraction) -> float:
        """The time in seconds of ``onset``, which is in quarter notes."""
        i = max(bisect_right(self._onsets, onset) - 1, 0)
        return self._starts[i] + float(onset - self._onsets[i]) * self._rates[i]
