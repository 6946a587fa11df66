"""Quarter notes to ticks and seconds; the tempo of a tune that names none."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from fractions import Fraction

from musegen.music.score import Metre, Note, Rest, Score, Tempo, TempoChange

_QUARTER = Fraction(1)
# The customary dance tempos: rhythm, metre ("" any), beat in quarter notes, beats a minute.
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
    """The tempo of a tune without one: from its rhythm, else its metre, else quarter note = 110.

    A rhythm matches by its last words, so that ``double jig`` is a jig; a rhythm counts only in a metre
    in which it is danced.
    """
    words = rhythm.casefold().replace("-", " ").split()
    for name, signature, beat, per_minute in _TEMPOS:
        wanted = name.split()
        named = words[len(words) - len(wanted) :] == wanted or words[: len(wanted)] == wanted
        if named and signature in ("", str(metre)):
            return Tempo(beat, Fraction(per_minute))
    return Tempo(_QUARTER, Fraction(110))


def starting_tempo(score: Score, tempo_bpm: float | None = None) -> Tempo:
    """The tempo a score begins in: ``tempo_bpm`` beats a minute, else the written one, else the customary.

    ``tempo_bpm`` counts the beat of the written tempo or, without one, of the customary one (the dotted
    quarter of a jig, the half note of a reel).
    """
    tempo = _written_tempo(score) or default_tempo(score.rhythm, score.metre)
    return tempo if tempo_bpm is None else Tempo(tempo.beat, Fraction(tempo_bpm))


def _written_tempo(score: Score) -> Tempo | None:
    """The tempo at the first note or rest: the header's, or one that the body begins with."""
    tempo = score.tempo
    for event in score.bars[0].events if score.bars else ():
        if isinstance(event, Note | Rest):
            break
        if isinstance(event, TempoChange):
            tempo = event.tempo
    return tempo


def ticks(quarters: Fraction, ticks_per_beat: int) -> int:
    """MIDI ticks of a time in quarter notes, to the nearest (SMF 1.0: ``division`` counts quarter notes)."""
    return round(quarters * ticks_per_beat)


class TempoMap:
    """Seconds of a time in quarter notes under changing tempo."""

    def __init__(self, tempos: Sequence[tuple[Fraction, Tempo]]) -> None:
        """``tempos``: ``(onset in quarter notes, tempo)``, ascending, the first at 0."""
        self._onsets = [onset for onset, _ in tempos]
        rates = [60 / tempo.quarters_per_minute for _, tempo in tempos]
        starts = [Fraction(0)]
        for i in range(1, len(tempos)):
            starts.append(starts[-1] + (self._onsets[i] - self._onsets[i - 1]) * rates[i - 1])
        self._rates, self._starts = [float(rate) for rate in rates], [float(start) for start in starts]

    def seconds(self, onset: Fraction) -> float:
        """Time in seconds at ``onset`` quarter notes."""
        i = max(bisect_right(self._onsets, onset) - 1, 0)
        return self._starts[i] + float(onset - self._onsets[i]) * self._rates[i]
