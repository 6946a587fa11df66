"""Piano rolls: pictures of a score's pitches in time, for notebooks."""

from __future__ import annotations

from musegen.music.performance import perform
from musegen.music.score import Score

_WIDTH, _ROW = 720, 5


def piano_roll(score: Score) -> str:
    """A piano roll as SVG text: time to the right, pitch upwards, a line at the beginning of each bar.

    It is empty for a score without notes.
    """
    performance = perform(score)
    if not performance.melody:
        return ""
    lowest = min(note.pitch for note in performance.melody) - 1
    highest = max(note.pitch for note in performance.melody) + 1
    scale = _WIDTH / float(performance.duration)
    height = _ROW * (highest - lowest + 1)
    bars = "".join(
        f'<path d="M{float(onset) * scale:.1f} 0v{height}" stroke="#ddd"/>'
        for onset, number in performance.beats
        if number == 0
    )
    notes = "".join(
        f'<rect x="{float(note.onset) * scale:.1f}" y="{(highest - note.pitch) * _ROW}" '
        f'width="{max(float(note.duration) * scale - 0.5, 0.5):.1f}" height="{_ROW}" rx="1" fill="#b5462f"/>'
        for note in performance.melody
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{height}" '
        f'role="img" aria-label="piano roll">{bars}{notes}</svg>'
    )
