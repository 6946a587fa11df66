"""The ABC writer."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import example, given, settings

from helpers.strategies import KEYS, METRES, broken_texts, tune_texts
from musegen import (
    Bar,
    Key,
    Metre,
    NotationError,
    Note,
    Pitch,
    Score,
    Tempo,
    Tune,
    perform,
    read_tunes,
)
from musegen_abc.fields import read_key, read_metre, read_tempo
from musegen_abc.lexer import read_length
from musegen_abc.parser import parse_abc
from musegen_abc.writer import write_abc, write_key, write_length, write_metre, write_pitch, write_tempo

HEADER = "X:1\nT:A tune\nM:4/4\nL:1/8\nK:G\n"


def parse(text: str) -> Score:
    """The score of one tune."""
    return parse_abc(Tune(text, "abc"))


def rewritten(body: str, header: str = HEADER) -> str:
    """The body as the writer spells it."""
    score = parse(header + body)
    text = write_abc(score)
    assert parse(text) == score
    return text.partition("\nK:")[2].partition("\n")[2]


class TestBody:
    """What the music looks like."""

    @pytest.mark.parametrize(
        ("body", "written"),
        [
            ("GABcdefg|", "GABc defg|\n"),
            ("G A B c d e f g |]", "GABc defg|]\n"),
            ("B|GABc defg|G8|]", "B|GABc defg|G8|]\n"),
            ("G2>A2 G3/2A/2 B2|", "G3A G>AB2|\n"),
            ("A/4B/4c/2 d3/2e1/2 f4|", "A/4B/4c/d>e f4|\n"),
            ("A<B c>>d G4|", "A<Bc7/4d/4 G4|\n"),
            ("(3ABc (3:2:2A2B (5ABcde|", "(3ABc (3::2A2B(5:2ABcde|\n"),
            ("[CEG]2 [C2E2G2]|", "[CEG]2[CEG]2|\n"),
            ("{AB}c2 !trill!d ~e .f|", "{AB}c2Td~e.f|\n"),
            ('"Em""^slow"e4 "D7"f4|', '"Em""^slow"e4 "D7"f4|\n'),
            ("a-a (bc) (d(ef)g)|", "a-a(bc) (d(ef)g)|\n"),
            ("^f f ^c =c|c ^^g _a ^^f'|", "ff^c=c|c^^g_a^^f'|\n"),
            ("f4 =f4-|f4 f4|", "f4 =f4-|f4 f4|\n"),
            ("Z2|G8|", "z8|z8|G8|\n"),
            ("G4[K:D]c4|c8|", "G4 [K:D]c4|c8|\n"),
            ("G4[M:3/4][Q:1/4=90]c2|", "G4[M:3/4][Q:1/4=90]c2|\n"),
        ],
    )
    def test_music(self, body: str, written: str) -> None:
        """Half bars beamed in 4/4, accidentals only where needed, ``>`` for pairs of one or half a unit."""
        assert rewritten(body) == written

    @pytest.mark.parametrize(
        ("body", "written"),
        [
            ("|:G8::A8:|", "|:G8:|\n|:A8:|\n"),
            ("|G8|1A8:|2B8||c8|]", "G8|1A8:|2B8||\nc8|]\n"),
            ("G8[1A8:|[2B8|]", "G8[1A8:|2B8|]\n"),
            ("d:|:e:|G8|A8|", "d::e:|G8|A8|\n"),
            ("G8::|A8", "G8::|\nA8\n"),
            ("d|G8|A8|B8|c8|d|G8|A8|", "d|G8|A8|B8|c8|\nd|G8|A8|\n"),
            ("G8|A8|B8|c7:|d|G8|A8|", "G8|A8|B8|c7:|\nd|G8|A8|\n"),
            ("P:A\nG8||\nP:B\n|:A8:|", "P:A\nG8||\nP:B\n|:A8:|\n"),
        ],
    )
    def test_signs(self, body: str, written: str) -> None:
        """One sign between two bars; four full bars a line, and a new line after a strain."""
        assert rewritten(body) == written

    @pytest.mark.parametrize(
        ("body", "written"),
        [
            ("GABc|\nw:one two-three *\n", "GABc|\nw:one two- three\n"),
            ("GABc|\nw:la__ le\nw:zwei~mal *|\n", "GABc|\nw:la _ _ le\nw:zwei~mal\n"),
            ("G A|B c|\nw:one | two\n", "GA|Bc|\nw:one * two\n"),
        ],
    )
    def test_lyrics(self, body: str, written: str) -> None:
        """Aligned note by note, verse below verse (§5.1)."""
        assert rewritten(body) == written

    def test_a_length_beyond_all_bounds(self) -> None:
        """It could not be read back."""
        tiny = Bar((Note(Fraction(1, 3000), (Pitch(4, "G"),)),))
        with pytest.raises(NotationError, match="a length of 1/1500 units cannot be written"):
            write_abc(Score((tiny,), Key("G")))


class TestHeader:
    """What stands before the music."""

    def test_order_of_fields(self) -> None:
        """``X:`` first, title and rhythm, the others in their order, ``K:`` last (§2.2.1)."""
        text = (
            "X:9\nS:a book\nP:A2B\nT:One\nM:C|\nT:Two\nR:reel\nQ:1/2=90\nK:D dor\nP:A\nG|\nP:B\nA|\nW:Sing\n"
        )
        written = "X:1\nT:One\nR:reel\nS:a book\nT:Two\nM:C|\nL:1/8\nQ:1/2=90\nP:AAB\nK:Ddor\n"
        assert write_abc(parse(text)).startswith(written)
        assert write_abc(parse(text)).endswith("W:Sing\n")
        assert parse(write_abc(parse(text))) == parse(text)

    @pytest.mark.parametrize("text", KEYS)
    def test_keys(self, text: str) -> None:
        """Every key that can be read."""
        key = read_key(text)
        assert key is not None
        assert read_key(write_key(key), strict=True) == key

    @pytest.mark.parametrize("text", METRES)
    def test_metres(self, text: str) -> None:
        """Every metre that can be read."""
        assert read_metre(write_metre(read_metre(text))) == read_metre(text)

    @pytest.mark.parametrize("text", ["1/4=120", '"Allegro" 3/8=66.5', "1/4 3/8=40", "C3=40"])
    def test_tempos(self, text: str) -> None:
        """Every tempo that can be read; sums of beats become one."""
        tempo = read_tempo(text, Fraction(1, 2))
        assert isinstance(tempo, Tempo)
        assert read_tempo(write_tempo(tempo), Fraction(1)) == tempo


@pytest.mark.parametrize(
    ("length", "text"),
    [(1, ""), (2, "2"), ("1/2", "/"), ("3/2", "3/"), ("1/4", "/4"), ("7/8", "7/8"), (0, None), (513, None)],
)
def test_lengths(length: str | int, text: str | None) -> None:
    """The shortest spelling that every reader knows."""
    if text is None:
        with pytest.raises(NotationError):
            write_length(Fraction(length))
    else:
        assert write_length(Fraction(length)) == text
        assert read_length(text) == Fraction(length)


def test_pitch_names() -> None:
    """Middle C is C4."""
    names = [write_pitch(Pitch(octave, "C")) for octave in range(2, 8)]
    assert names == ["C,,", "C,", "C", "c", "c'", "c''"]


@settings(max_examples=300)
@given(tune_texts())
@example("X:1\nM:4/4\nK:C\n(3A/B//c2 d>e f<<g|\n")
def test_reading_back_gives_the_score(text: str) -> None:
    """parse(write(score)) == score, and writing again the same text."""
    score = parse(text)
    written = write_abc(score)
    assert parse(written) == score
    assert write_abc(parse(written)) == written


@settings(max_examples=300)
@given(broken_texts)
@example("P:s8\nK:\nA")
@example("K:\nA:|(2")
@example("T:\nT:x\nK:\nB")
@example("K:\nD\nw:\\-")
@example("K:\nA[952c")
def test_reading_back_hostile_text(text: str) -> None:
    """The same for text of which parts may look like ABC; what cannot be written says so."""
    try:
        score = parse(text)
        written = write_abc(score)
    except NotationError:
        return
    assert parse(written) == score


def test_real_tunes(nottingham: Path) -> None:
    """Each Nottingham tune, in both editions, comes back equal and without a problem, and sounds the same.

    What the play order does not reach is told again, because it is not played.
    """
    tunes = [tune for file in sorted(nottingham.rglob("*.abc")) for tune in read_tunes(file)]
    assert len(tunes) > 1700
    for tune in tunes:
        score = parse_abc(tune)
        back = parse_abc(Tune(write_abc(score), "abc"))
        assert back == score, tune.source
        doubts = {problem.message for problem in score.problems if problem.kind in ("order", "part")}
        assert {problem.message for problem in back.problems} <= doubts, tune.source
    assert perform(back) == perform(score)


def test_no_key_and_metre() -> None:
    """``none`` stands for both."""
    text = write_abc(Score(parse(HEADER + "G|").bars, Key(""), None))
    assert "\nM:none\n" in text
    assert "\nK:none\n" in text
    assert parse(text).metre is None
    assert parse(text.replace("none", "2/4")).metre == Metre(2, 4)
