"""Writes a tune anew, so that everything has one spelling."""

from __future__ import annotations

from dataclasses import replace

from musegen import Annotation, Bar, Event, Note, Prepare, TranspositionChange, Tune, mend_repeats
from musegen_abc.parser import parse_abc
from musegen_abc.writer import write_abc


def canonical_abc(tune: Tune, options: Prepare) -> Tune:
    """The tune as the writer spells it: explicit repeats, no lyrics, ornaments and texts only if asked for.

    Its notes are those that are written, wherever they sound.

    Raises NotationError for text that is not a tune, or that cannot be written.
    """
    score = mend_repeats(parse_abc(tune))
    bars = tuple(_plain(bar, options) for bar in score.bars)
    return replace(tune, text=write_abc(replace(score, bars=bars, words=(), transposition=0)))


def _plain(bar: Bar, options: Prepare) -> Bar:
    dropped = TranspositionChange if options.annotations else Annotation | TranspositionChange
    kept = [event for event in bar.events if not isinstance(event, dropped)]
    return replace(bar, events=tuple(_plain_event(event, options) for event in kept))


def _plain_event(event: Event, options: Prepare) -> Event:
    if not isinstance(event, Note):
        return event
    if options.decorations:
        return replace(event, lyrics=()) if event.lyrics else event
    return Note(event.duration, event.pitches, event.tie, untied=event.untied)
