"""``[prepare] canonical`` and ``tonic``: every tune in one spelling, and under one tonic."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import example, given, settings

from helpers.strategies import tune_texts
from musegen import NotationError, Note, Prepare, Score, Tune, Wishes, mend_repeats, perform, read_tunes
from musegen.corpus.preparing import prepare_tune
from musegen_abc.notation import AbcNotation

ABC = AbcNotation()
CANONICAL = Prepare(canonical=True)


def prepared(text: str, options: Prepare) -> str:
    """The text as a model sees it."""
    return prepare_tune(ABC, Tune(text, "abc"), options).text


def test_one_spelling() -> None:
    """Two ways to write a tune become one."""
    one = "X:7\nR:reel\nT:A\nK:G major\nM:C|\nL:1/8\nG2 A1 {b}B3/2c/2|d e f ^f :| g4~g4|1A8:|2 B8:|\n"
    other = "X:1\nT:A\nM:C|\nL: 1/8\nR:reel\nK:G\n|:G2AB>c|deff:|\\\n|:(g4 g4)|[1 A8 :|\n[2 B8 |]\n"
    assert prepared(one, CANONICAL).replace("||", "|]") == prepared(other, CANONICAL)


def test_repeats_become_explicit() -> None:
    """Each ``:|`` has its ``|:``, and the one behind the last ending goes."""
    text = "X:1\nL:1/1\nM:4/4\nK:C\nC:|D|1E:|2F:|\n"
    assert prepared(text, CANONICAL).endswith("|:C:|\n|:D|1E:|2F||\n")


def test_decorations_by_choice() -> None:
    """Dropped as without ``canonical``, or kept."""
    text = "X:1\nM:4/4\nL:1/8\nK:C\n{d}c2 (.e2 Tg4)|\nw:la la la\n"
    assert prepared(text, CANONICAL).endswith("c2e2 g4|\n")
    assert prepared(text, Prepare(canonical=True, decorations=True)).endswith("{d}c2(.e2 Tg4)|\n")


@pytest.mark.parametrize("options", [CANONICAL, Prepare(tonic="C"), Prepare(canonical=True, tonic="Bb")])
@settings(max_examples=100)
@given(text=tune_texts())
@example(text="X:1\nK:C\nA\nP:B\nC:|\n")
def test_preparing_twice_is_preparing_once(options: Prepare, text: str) -> None:
    """Else a corpus would not be the fixed point that a model learns."""
    try:
        once = prepare_tune(ABC, Tune(text, "abc"), options)
    except NotationError:
        return
    assert prepare_tune(ABC, once, options).text == once.text


def test_under_one_tonic() -> None:
    """The mode is kept, the way is the shorter, and a tune without tonic stays."""
    assert prepared("X:1\nL:1/8\nK:Ador\nA^cE|\n", Prepare(tonic="C")) == "X:1\nL:1/8\nK:Cdor\nc=eG|\n"
    assert prepared("X:1\nK:none\nA\n", Prepare(tonic="C")) == "X:1\nK:none\nA\n"


def test_a_wished_key_under_one_tonic() -> None:
    """Of the model only the mode is asked."""
    assert ABC.wished(Wishes(key="Edor", home="C")) == {"K": "Cdor"}
    assert ABC.wished(Wishes(key="Edor")) == {"K": "Edor"}
    assert ABC.key("Edor").tonic == "E"


def sounding(score: Score) -> list[int]:
    """The pitches of the melody, as the repeats are meant, grace notes aside."""
    plain = [
        replace(
            bar,
            events=tuple(replace(e, graces=()) if isinstance(e, Note) else e for e in bar.events),
        )
        for bar in mend_repeats(score).bars
    ]
    return [note.pitch for note in perform(replace(score, bars=tuple(plain))).melody]


def test_real_tunes(nottingham: Path) -> None:
    """Every cleaned Nottingham tune sounds as before, moved by the same interval throughout."""
    options = Prepare(canonical=True, tonic="C", fields=("X", "T", "R", "M", "L", "P", "K"))
    for file in sorted(nottingham.glob("*.abc")):
        for tune in read_tunes(file):
            before = ABC.parse(tune)
            after = ABC.parse(prepare_tune(ABC, tune, options))
            moved = before.key.semitones_to("C")
            assert abs(moved) <= 6
            assert after.key.tonic == "C"
            assert [pitch + moved for pitch in sounding(before)] == sounding(after), tune.source


def test_the_body_begins_behind_the_key() -> None:
    """Where header and body are told apart."""
    text = "X:1\nT:K: a\nK:D\nK:G\nA|\n"
    assert text[ABC.body(Tune(text, "abc")) :] == "K:G\nA|\n"
    assert ABC.body(Tune("X:1\nK:D", "abc")) == 7
    with pytest.raises(NotationError):
        ABC.body(Tune("X:1\n", "abc"))
