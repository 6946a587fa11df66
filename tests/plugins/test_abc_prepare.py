"""Tunes as the model sees them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings

from helpers.strategies import broken_texts, tune_texts
from musegen import NotationError, Note, Prepare, Score, Tune, perform
from musegen_abc.parser import parse_abc
from musegen_abc.prepare import prepare_abc
from musegen_abc.reader import AbcReader


def prepare(text: str, **options: object) -> str:
    """The prepared text."""
    return prepare_abc(Tune(text, "abc"), Prepare.model_validate(options)).text


def body(text: str, **options: object) -> str:
    """The prepared body, without its last line end."""
    return prepare(f"X:1\nK:C\n{text}\n", **options).removeprefix("X:1\nK:C\n").removesuffix("\n")


def melody(text: str) -> list[tuple[object, ...]]:
    """Onset, duration and pitch of what is played, grace notes left out."""
    score = parse_abc(Tune(text, "abc"))
    return [(note.onset, note.duration, note.pitch) for note in perform(_without_graces(score)).melody]


def _without_graces(score: Score) -> Score:
    return replace(
        score,
        bars=tuple(
            replace(
                bar,
                events=tuple(replace(e, graces=()) if isinstance(e, Note) else e for e in bar.events),
            )
            for bar in score.bars
        ),
    )


def test_header() -> None:
    """Kept fields in the order of the options, no blank after the colon, X always 1, K last, one title."""
    text = "X: 12\nT: The Jig % sic\nT: Other\nP:AB\nM:6/8 \nS:a book\nL:1/8\nR:  jig\nK: Em % minor\nE\n"
    assert prepare(text) == "X:1\nT:The Jig\nR:jig\nM:6/8\nL:1/8\nP:AB\nK:Em\nE\n"


def test_fields_option() -> None:
    """The options name the fields and their order; the key always closes the header."""
    text = "X:1\nT:A\nM:3/4\nS:book\nK:D\n[M:2/4]D\nS:x\nP:B\nE\n"
    assert prepare(text, fields=("K", "S", "M")) == "S:book\nM:3/4\nK:D\n[M:2/4]D\nS:x\nE\n"


def test_title() -> None:
    """The tune's title is as its text has it."""
    tune = prepare_abc(Tune("X:1\nT:The  Jig \nK:C\nC\n", "abc", title="?", source="a.abc:3"), Prepare())
    assert (tune.title, tune.source, tune.notation) == ("The Jig", "a.abc:3", "abc")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("C  D\tE ", "C D E"),
        ("C % comment\n%%text x\n% c\nD", "C\nD"),
        ("w: la\nC\nW: la\ns: x", "C"),
        ('"4"C "^up"D "Fine"E|', "C D E|"),
        ('"Am7"C "D/f+"D', '"Am7"C "D/f+"D'),
        (".C ~D uE vF !trill!G +trill+A TB", "C D E F G A B"),
        ("{cd}e {/f}g", "e g"),
        ("(CD) .(EF) (3GAB ((3cde)", "CD EF (3GAB (3cde"),
        ("C-|C >D E/F3/2 [CE]2 z2 Z2", "C-|C >D E/F3/2 [CE]2 z2 Z2"),
        ("C D|\\\nE F|", "C D| E F|"),
        ("C D |\\\n|: E F :|", "C D |: E F :|"),
        ("C D!\nE!F !\nG", "C D\nEF\nG"),
        ("C & E F | D", "C | D"),
        ("C ? D ' 3 E", "C D E"),
        ('["C"C!5!E.G]2', '["C"CEG]2'),
        ("V:1\nC\nV:2\nE\nV:1\nD", "C\nD"),
        ("[r:x]C[K:G]D\nM:3/4\nE\nQ:1/4=90\nF", "C[K:G]D\nM:3/4\nE\nF"),
        ("| [ 1 C :| [2 D |]", "| [1 C :| [2 D |]"),
    ],
)
def test_body(before: str, after: str) -> None:
    """What does not change the melody is dropped or spelled in one way; the rest stays as it is."""
    assert body(before) == after


def test_field_that_could_be_music() -> None:
    """A value that begins with a bar or colon keeps its blank, or its line would not be a field."""
    assert prepare("X:1\nT: |: D\nK:C\nC\n") == "X:1\nT: |: D\nK:C\nC\n"


def test_annotations_option() -> None:
    """Annotations stay on request."""
    assert body('"4"C "^up"D', annotations=True) == '"4"C "^up"D'


def test_decorations_option() -> None:
    """Ornaments, grace notes and slurs stay on request."""
    text = ".C {cd}e (FG) !trill!A [!5!CE] +trill+B"
    assert body(text, decorations=True) == text


def test_dropped_grace_note_leaves_its_accidental() -> None:
    """It would have held for the next note of that step in the bar."""
    assert body("{^f}g f f|f") == "g ^f f|f"


@pytest.mark.parametrize(
    ("before", "after"), [('C|"^x"|D', "C| |D"), ('C>"4">D', "C> >D"), ('(3"^x":|CDE', "(3 :|CDE")]
)
def test_nothing_grows_together(before: str, after: str) -> None:
    """Dropping what stood between two signs does not make another sign of them."""
    assert body(before) == after


@pytest.mark.parametrize(
    "text", ["", "X:1\nT:x\n", "CDE", "X:1\nK:C\n", "X:1\nK:C\nz4|\n", 'X:1\nK:C\n"A"|\n']
)
def test_no_tune(text: str) -> None:
    """A text without key or note is refused."""
    with pytest.raises(NotationError, match="no tune"):
        prepare(text)


@settings(deadline=None)
@given(tune_texts())
def test_same_melody(text: str) -> None:
    """A prepared tune plays the same notes at the same times, grace notes aside."""
    assert melody(prepare(text)) == melody(text)


@settings(deadline=None)
@given(tune_texts())
def test_same_melody_with_everything_kept(text: str) -> None:
    """So it does with ornaments and annotations."""
    assert melody(prepare(text, annotations=True, decorations=True)) == melody(text)


@settings(deadline=None)
@given(broken_texts)
def test_same_melody_of_broken_text(text: str) -> None:
    """What the parser makes of broken text, it makes of that text prepared; and twice prepared is once."""
    fields = ("X", "T", "M", "L", "P", "K")
    try:
        expected = melody(text)
    except NotationError:
        with pytest.raises(NotationError):
            prepare(text, fields=fields)
        return
    once = prepare(text, fields=fields)
    assert melody(once) == expected
    assert prepare(once, fields=fields) == once


@settings(deadline=None)
@given(tune_texts())
def test_idempotent(text: str) -> None:
    """Preparing twice is preparing once, with any options."""
    for options in ({}, {"annotations": True, "decorations": True}, {"fields": ("X", "V", "w", "Q", "K")}):
        once = prepare(text, **options)
        assert prepare(once, **options) == once
        assert once.endswith("\n")
        assert not once.endswith("\n\n")


def test_nottingham(nottingham: Path) -> None:
    """Every real tune keeps its melody and needs few characters."""
    tunes = list(AbcReader([str(nottingham / "*.abc")]).read(pytest.fail))
    prepared = [prepare_abc(tune, Prepare()) for tune in tunes]
    assert [melody(tune.text) for tune in prepared[::30]] == [melody(tune.text) for tune in tunes[::30]]
    assert len(set("".join(tune.text for tune in prepared))) < 90
