"""Where a tune's chord symbols stand."""

from __future__ import annotations

from musegen import Tune
from musegen_abc.spans import chord_symbol_spans

TEXT = (
    'X:1\r\nT:"G" in quotes\nK:G\n"Am7/E"A2 "^up"B2 [K:D]"D"d4 |\r\n% "G" in a comment\n'
    'w: "G" in words\n"not a chord"c4 "Bb" d4 % "C"\n"G\n'
)


def test_spans_are_those_of_chord_symbols_alone() -> None:
    """Neither of annotations, nor of text in fields and comments; quotes included, whatever the line ends."""
    spans = list(chord_symbol_spans(Tune(TEXT, "abc")))
    assert [TEXT[begin:end] for begin, end in spans] == ['"Am7/E"', '"D"', '"Bb"']


def test_what_is_no_tune_has_none() -> None:
    """And is no mistake."""
    assert list(chord_symbol_spans(Tune('"G" nothing', "abc"))) == []
