"""Long texts made of tunes, as benchmarks/test_parsing.py times them, hold the tunes' music."""

from __future__ import annotations

from helpers.invented import jig
from helpers.long_texts import long_file, long_line
from musegen import Note, Score, Tune
from musegen_abc.parser import parse_abc
from musegen_abc.reader import split_tunes

JIGS = [Tune(jig(number), "abc") for number in range(5)]


def notes(score: Score) -> list[tuple[str, int]]:
    """Letter and octave of the written notes."""
    events = (event for bar in score.bars for event in bar.events)
    return [(note.pitches[0].step, note.pitches[0].octave) for note in events if isinstance(note, Note)]


def test_a_line_has_all_notes_of_the_tunes() -> None:
    """Those of lines that begin with a repeat sign too, which look like a field's."""
    all_notes = [note for tune in JIGS for note in notes(parse_abc(tune))]
    found = notes(parse_abc(Tune(long_line(JIGS, 2_000), "abc")))
    assert len(all_notes) > 100
    assert found[: len(all_notes)] == all_notes


def test_a_line_is_as_long_as_asked() -> None:
    """Comments and what continues a line are left out, or most of it would be no music."""
    tune = Tune("X:1\nM:4/4\nL:1/8\nK:D\nP:A\nABc% remark\n%%directive\ndef\\\nw:la la\n|:gab:|\n", "abc")
    assert long_line([tune], 40).split("\n") == ["X:1", "K:D", ("ABc def |:gab:| " * 3)[:40], ""]


def test_a_file_has_the_tunes_again_and_again() -> None:
    """At least as long as asked, by less than a tune."""
    text = long_file(JIGS, 2_000)
    assert 2_000 <= len(text) < 2_000 + len(JIGS[0].text) * 2
    texts = [tune.text.strip() for tune in split_tunes(text, "tunes.abc")]
    assert texts[:6] == [tune.text.strip() for tune in [*JIGS, JIGS[0]]]
