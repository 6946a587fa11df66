"""Blocks of text in ABC: their lines are never music, and a missing end is told (ABC 2.1 §2.2.3, §11.4.2)."""

from __future__ import annotations

import pytest

from musegen import NotationError, Note, Tune
from musegen_abc.parser import parse_abc
from musegen_abc.reader import split_tunes

HEAD = "X:1\nT:One\nL:1/4\nK:C\n"


def read(text: str) -> tuple[str, list[str]]:
    """The notes of a tune, and what is told."""
    score = parse_abc(Tune(text, "abc"))
    notes = [event for bar in score.bars for event in bar.events if isinstance(event, Note)]
    return " ".join(str(pitch) for note in notes for pitch in note.pitches), list(map(str, score.problems))


def missing(line: int, kind: str) -> list[str]:
    """What is told of a block that begins in a line and has no end."""
    return [
        f"{line}:1: %%begin{kind} without %%end{kind}: the lines below it are passed over as text",
    ]


@pytest.mark.parametrize("kind", ["text", "ps", "svg", "text center"])
@pytest.mark.parametrize("words", ["A BAD CAGE", "K:D", "X:9", "A BAD\n\nCAGE", "%%beginpdf\nA", "|: A :|"])
def test_a_block_is_no_music(kind: str, words: str) -> None:
    """Whatever is in it: in the header, in the music and behind it."""
    block = f"%%begin{kind}\n{words}\n%%end{kind.split()[0]}\n"
    if "X:9" in words or "\n\n" in words:
        (tune,) = split_tunes(f"{HEAD}C\n{block}D\n", "a.abc")
        assert read(tune.text) == ("C4 D4", [])
    assert read(f"{HEAD}C\n{block}D\n") == ("C4 D4", [])
    assert read(f"X:1\n{block}{HEAD[4:]}C\n") == ("C4", [])
    assert read(f"{HEAD}C\n{block}") == ("C4", [])


@pytest.mark.parametrize("kind", ["text", "ps", "svg"])
def test_a_missing_end_is_told(kind: str) -> None:
    """Everything below, to the end of the tune, is text."""
    told = missing(6, kind)
    assert read(f"{HEAD}C\n%%begin{kind}\nA BAD CAGE\nD E\n") == ("C4", told)
    assert read(f"{HEAD}C\n%%begin{kind}\n") == ("C4", told)
    assert read(f"{HEAD}C\n%%begin{kind}\nA BAD\n%%endother\nCAGE\n") == ("C4", told)


def test_each_block_has_the_end_of_its_kind() -> None:
    """The end of another kind is text; an end without a beginning is nothing."""
    assert read(f"{HEAD}C\n%%begintext\nA\n%%endps\nB\n%%endtext\nD\n") == ("C4 D4", [])
    assert read(f"{HEAD}C\n%%endtext\nD\n") == ("C4 D4", [])
    assert read(f"{HEAD}C\n%%begintext\nA\n%%begintext\nB\n%%endtext\nD\n") == ("C4", missing(6, "text"))


@pytest.mark.parametrize("words", ["A BAD CAGE\n", "K:D\nA B\n", ""])
def test_a_header_that_a_block_swallows(words: str) -> None:
    """The error names the block, where it begins."""
    with pytest.raises(NotationError, match="no tune: it has no K: field; %%begintext without") as error:
        read(f"X:1\n%%begintext\n{words}T:One\nK:C\nC D\n")
    assert (error.value.line, error.value.column) == (2, 1)
    with pytest.raises(NotationError, match="there is no note after its K: field; %%begintext without"):
        read(f"{HEAD}%%begintext\n{words}C D\n")


def test_blocks_between_tunes() -> None:
    """One without an end goes on to an empty line or the next tune; others may have any lines."""
    said: list[str] = []
    first, second = f"{HEAD}C\n", f"{HEAD.replace('One', 'Two')}D\n"
    text = f"%%begintext\nX:7\n\nK:C\n%%endtext\n\n{first}\n%%begintext\nA BAD CAGE\n{second}\n%%beginps\nA\n"
    tunes = list(split_tunes(text, "a.abc", said.append))
    assert [tune.text for tune in tunes] == [first, second]
    assert [line.partition(": the")[0] for line in said] == [
        "a.abc:13: %%begintext without %%endtext",
        "a.abc:21: %%beginps without %%endps",
    ]


def test_a_block_inside_one_tune_leaves_the_next_alone() -> None:
    """Its end is missing, though the next tune has a block with one; the tune itself tells."""
    said: list[str] = []
    first = f"{HEAD}C\n%%begintext\nA\n"
    second = f"{HEAD}D\n%%begintext\nA\n%%endtext\nE\n"
    one, two = split_tunes(f"{first}\n{second}", "a.abc", said.append)
    assert read(one.text) == ("C4", missing(6, "text"))
    assert read(two.text) == ("D4 E4", [])
    assert not said


def test_a_block_in_the_header_of_a_file() -> None:
    """It hides nothing: the fields around it are inherited, and it gives no title."""
    (tune,) = split_tunes("M:3/4\n%%begintext\nSome words\n%%endtext\nL:1/4\n\nX:1\nK:C\nC\n", "a.abc")
    assert tune.text == "X:1\nM:3/4\nL:1/4\nK:C\nC\n"
    (tune,) = split_tunes("X:1\n%%begintext\nT:No\n%%endtext\nT:Yes\nK:C\nC\n", "a.abc")
    assert tune.title == "Yes"
