"""Transposition of ABC as an edit of its text."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings, strategies as st

from helpers.strategies import bodies
from musegen import Interval, Key, NotationError, Tune, perform, read_tunes
from musegen_abc.parser import parse_abc
from musegen_abc.transpose import transpose_abc

_NAMES = re.compile(r"[\^_=]*[A-Ga-g][,']*|\"[^\"]*\"|K:[^]\n]*")
KEYS = ("C", "D", "Bb", "Em", "F#min", "Ador", "D mix", "Glyd", "D =c", "D exp ^f", "none", "Hp")


def moved(body: str, semitones: int, key: str = "D") -> str:
    """The body after transposition of a tune in this key."""
    text = transpose_abc(Tune(f"X:1\nK:{key}\n{body}\n", "abc"), semitones).text
    return text.partition("K:")[2].rstrip("\n").replace("\n", " ", 1)


@pytest.mark.parametrize(
    ("body", "semitones", "result"),
    [
        ("DEF ^G|A2 =F>d|", 2, "E EFG ^A|B2 =G>e|"),
        ("DEF ^G|A2 =F>d|", -2, "C CDE ^F|G2 _E>c|"),
        ("d'D,", 12, "D d''D"),
        ('"D"d "A7/c+"c "^text"e "x"f', 3, 'F "F"f "C7/E"e "^text"g "x"a'),
        ("{ef}g [Ac]2 +DF+", 2, "E {fg}a [Bd]2 +EG+"),
        ("D[K:Am]c B|", 2, "E E[K:Bm]d c|"),
        ("A-|A ^A-|A A|", 1, "Eb B-|B =B-|B B|"),
        ("D2 z2 Z2 y `|: :|1 (3 > ! % D", 2, "E E2 z2 Z2 y `|: :|1 (3 > ! % D"),
    ],
)
def test_only_what_sounds_changes(body: str, semitones: int, result: str) -> None:
    """Spaces, beams, lengths, bar lines, annotations and comments stay."""
    assert moved(body, semitones) == result


def test_fields_that_name_keys() -> None:
    """``K:`` with its clef, in the header, the body and inline; no other field."""
    tune = Tune("X:1\nT:D\nK:D clef=bass\nD\nK:G\nG\nK:clef=treble\nG\nP:A\nA\n", "abc")
    expected = "X:1\nT:D\nK:E clef=bass\nE\nK:A\nA\nK:clef=treble\nA\nP:A\nB\n"
    assert transpose_abc(tune, 2).text == expected


def test_each_voice_has_its_own_accidentals() -> None:
    """A sharp in one is none in the other."""
    tune = Tune("X:1\nK:C\nV:1\n^F G\nV:2\nF A\n", "abc")
    assert transpose_abc(tune, -2).text == "X:1\nK:Bb\nV:1\n=E F\nV:2\nE G\n"


@pytest.mark.parametrize(
    ("key", "semitones", "result"),
    [
        (Key("C"), 1, "Db"),
        (Key("B"), 1, "C"),
        (Key("D"), -1, "Db"),
        (Key("A", "dorian"), 1, "Bb"),
        (Key("E", "minor"), -1, "D#"),
        (Key("Db"), 1, "D"),
        (Key("D"), 24, "D"),
        (Key("D"), 0, "D"),
        (Key(""), 5, ""),
    ],
)
def test_keys_get_the_fewest_signs(key: Key, semitones: int, result: str) -> None:
    """Enharmonically chosen; no key stays none."""
    assert Interval.of(key, semitones).moved_key(key).tonic == result


def test_to_a_given_tonic() -> None:
    """Its spelling is the user's; the way is the shorter."""
    tune = Tune("X:1\nK:D\nDF^G\n", "abc")
    assert Key("D").semitones_to("Gb") == 4
    assert transpose_abc(tune, 4, "Gb").text == "X:1\nK:Gb\nGB=c\n"
    assert transpose_abc(tune, 4, "F#").text == "X:1\nK:F#\nFA^B\n"
    assert Key("D").semitones_to("A") == -5
    assert Key("D").semitones_to("G#") == -6


def test_text_without_a_key_is_no_tune() -> None:
    """As for the parser."""
    with pytest.raises(NotationError, match="no tune"):
        transpose_abc(Tune("X:1\nabc\n", "abc"), 2)


@settings(max_examples=200)
@given(st.sampled_from(KEYS), bodies, st.integers(-14, 14))
def test_there_and_back(key: str, body: str, semitones: int) -> None:
    """By n and then by -n gives the same score, and by n every pitch sounds n semitones higher."""
    tune = Tune(f"X:1\nL:1/8\nK:{key}\nA{body}\n", "abc")
    up = transpose_abc(tune, semitones)
    score, there, back = (parse_abc(t) for t in (tune, up, transpose_abc(up, -semitones)))
    assert [n.pitch + semitones for n in perform(score).melody] == [n.pitch for n in perform(there).melody]
    assert [n.pitch for n in perform(score).melody] == [n.pitch for n in perform(back).melody]
    if "^^" not in body and "__" not in body:
        assert back == score
    bodies_of = [text.partition("K:")[2].partition("\n")[2] for text in (tune.text, up.text)]
    assert _NAMES.sub("", bodies_of[0]) == _NAMES.sub("", bodies_of[1])


def test_real_tunes(nottingham: Path) -> None:
    """Every cleaned Nottingham tune, each by another interval, comes back equal."""
    tunes = [tune for file in sorted(nottingham.glob("*.abc")) for tune in read_tunes(file)]
    for number, tune in enumerate(tunes):
        semitones = number * 5 % 13 - 6
        up = transpose_abc(tune, semitones)
        assert parse_abc(transpose_abc(up, -semitones)) == parse_abc(tune), tune.source
