"""Settings: the key, metre, tempo and transposition that are written before each bar."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from musegen.music.score import (
    Event,
    Key,
    KeyChange,
    Metre,
    MetreChange,
    Score,
    Tempo,
    TempoChange,
    TranspositionChange,
)

CHANGES = (KeyChange, MetreChange, TempoChange, TranspositionChange)
"""Kinds of events that change the setting."""


class Setting(NamedTuple):
    """Key, metre, tempo and transposition that are written before a bar."""

    key: Key
    metre: Metre | None
    tempo: Tempo
    transposition: int
    """Semitones from where notes are written to where they sound."""

    def after(self, event: Event) -> Setting:
        """The setting behind ``event``."""
        match event:
            case KeyChange():
                return self._replace(key=event.key)
            case MetreChange():
                return self._replace(metre=event.metre)
            case TempoChange():
                return self._replace(tempo=event.tempo)
            case TranspositionChange():
                return self._replace(transposition=event.semitones)
        return self


def settings_before(score: Score, tempo: Tempo, events: Iterable[Event]) -> list[Setting]:
    """The setting before each written bar, and the one at the end.

    ``events``: all events of the score. The settings before and after a bar without a change are one object.
    """
    setting = Setting(score.key, score.metre, tempo, score.transposition)
    if not any(isinstance(event, CHANGES) for event in events):
        return [setting] * (len(score.bars) + 1)
    found = []
    for bar in score.bars:
        found.append(setting)
        for event in bar.events:
            if isinstance(event, CHANGES):
                setting = setting.after(event)
    return [*found, setting]
