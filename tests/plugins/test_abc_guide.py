"""Headers led to a wish."""

from __future__ import annotations

import pytest

from musegen import NotationError, Prepare, Tune, Wishes
from musegen_abc.guide import AbcGuide
from musegen_abc.notation import AbcNotation

FIELDS = ("X", "T", "R", "M", "L", "K", "P")
NOTATION = AbcNotation()


def written(wishes: Wishes, lines: list[str], fields: tuple[str, ...] = FIELDS) -> str:
    """The header that comes of a model that would write these lines in turn, the last for ever."""
    guide = NOTATION.guide(wishes, fields)
    header = guide.opening
    for turn in range(12):
        if guide.complete(header):
            break
        header += guide.next(header, lines[min(turn, len(lines) - 1)] + "\n")
    return header


def test_without_wishes_the_model_writes() -> None:
    """Nothing is forced but the opening."""
    assert written(Wishes(), ["T:x", "M:4/4", "K:C"]) == "X:1\nT:x\nM:4/4\nK:C\n"


def test_wishes_come_at_their_turn() -> None:
    """Each wished line goes on where its field is due, in the order of the corpus, the key last."""
    header = written(Wishes("D", "6/8", "jig"), ["T:x", "R:reel", "M:4/4", "L:1/8", "K:C"])
    assert header == "X:1\nT:x\nR:jig\nM:6/8\nL:1/8\nK:D\n"


def test_skipped_wishes_are_made_up_for() -> None:
    """A model that goes on to the key gets the wished lines before it."""
    assert written(Wishes("D", "6/8", "jig"), ["T:x", "K:C"]) == "X:1\nT:x\nR:jig\nM:6/8\nK:D\n"


def test_a_wish_beside_the_fields_comes_before_the_key() -> None:
    """Also where the corpus never has the field."""
    assert written(Wishes(rhythm="jig"), ["M:6/8", "K:C"], ("M", "K")) == "M:6/8\nR:jig\nK:C\n"


def test_a_wish_is_not_overridden() -> None:
    """A model that writes the field again does not change it."""
    assert "4/4" not in written(Wishes(metre="6/8"), ["M:4/4", "M:4/4", "L:1/8", "M:4/4", "K:C"])


def test_part_field_does_not_come_after_the_key() -> None:
    """Wherever ``P`` stands among the fields, the key closes the header."""
    assert written(Wishes("D"), ["P:AB", "K:C"]) == "X:1\nP:AB\nK:D\n"


def test_text_that_is_no_field_stays() -> None:
    """The guide does not judge what the model writes."""
    assert AbcGuide({"K": "D"}, FIELDS).next("X:1\n", "hello\n") == "hello\n"


def test_no_opening_where_the_fields_do_not_begin_with_x() -> None:
    """The opening is what every prepared tune begins with."""
    assert NOTATION.guide(Wishes(), ("T", "K")).opening == ""


@pytest.mark.parametrize("key", ["D", "Em", "F#min", "Amix", "D dorian", "none", "Hp", "D ^f"])
def test_keys(key: str) -> None:
    """Every key that the parser reads can be wished."""
    assert NOTATION.wished(Wishes(key=f" {key} ")) == {"K": key}


@pytest.mark.parametrize(
    "wishes",
    [
        *(Wishes(key=key) for key in ("H", "Q#", "", "D\nX:1", "D foo", "d minor", "Dxyz")),
        *(Wishes(metre=metre) for metre in ("", "7", "5/7", "x")),
        *(Wishes(rhythm=rhythm) for rhythm in ("", "a\nb", "50%")),
    ],
)
def test_wishes_that_cannot_be_written(wishes: Wishes) -> None:
    """They are refused."""
    with pytest.raises(NotationError, match=r"^no (key|metre|rhythm) "):
        NOTATION.guide(wishes, FIELDS)


def test_header() -> None:
    """A tune's fields in written order."""
    header = NOTATION.header(Tune("X:1\nT:A\nT:B\nM:6/8\nK:D % key\nP:A\nD\n", "abc"))
    assert list(header.items()) == [("X", "1"), ("T", "A"), ("M", "6/8"), ("K", "D")]


def test_a_led_header_is_a_prepared_one() -> None:
    """Preparing a tune with it changes nothing."""
    header = written(Wishes("D", "6/8", "jig"), ["T:x", "K:C"])
    assert NOTATION.prepare(Tune(f"{header}DED\n", "abc"), Prepare()).text == f"{header}DED\n"


@pytest.mark.parametrize(
    ("title", "rhythm", "expected"),
    [
        ("The Gorner -- Hornpipe", "reel", "The Gorner -- Reel"),
        ("GORNER REEL", "jig", "GORNER JIG"),
        ("a reel", "jig", "a jig"),
        ("Gorner's Slip Jig", "jig", "Gorner's Slip Jig"),  # it is a kind of jig
        ("Gorner -- Reel", "air", "Gorner -- Air"),
        ("The Reeling Gorner", "jig", "The Reeling Gorner"),
        ("Gorner", "jig", "Gorner"),
    ],
)
def test_a_title_does_not_contradict_the_rhythm(title: str, rhythm: str, expected: str) -> None:
    """It names the wished dance, or the one that was written before it, in place of another."""
    lines = [f"T:{title}", "R:polka", "M:4/4", "K:C"]
    assert written(Wishes(rhythm=rhythm), lines) == f"X:1\nT:{expected}\nR:{rhythm}\nM:4/4\nK:C\n"
    lines = [f"R:{rhythm}", f"T:{title}", "M:4/4", "K:C"]
    fields = ("X", "R", "T", "M", "K")
    assert written(Wishes(), lines, fields) == f"X:1\nR:{rhythm}\nT:{expected}\nM:4/4\nK:C\n"


@pytest.mark.parametrize(
    ("title", "rhythm", "expected"),
    [
        ("Gorner -- Reel", "hornpipe", "reel"),
        ("Gorner -- Slip Jig", "jig", "jig"),
        ("Gorner -- Reel", "air", "air"),  # which is no dance that musegen knows
        ("Gorner", "jig", "jig"),
        ("Jig or Reel", "reel", "reel"),
    ],
)
def test_a_rhythm_does_not_contradict_the_title(title: str, rhythm: str, expected: str) -> None:
    """Where nobody wished for one, and the title stands before it."""
    lines = [f"T:{title}", f"R:{rhythm}", "K:C"]
    assert written(Wishes(), lines) == f"X:1\nT:{title}\nR:{expected}\nK:C\n"


@pytest.mark.parametrize(
    ("key", "home", "expected"),
    [
        ("C#", "C", "C"),
        ("Dmix", "C", "Cmix"),
        ("Am", "C", "Cm"),
        ("C", "C", "C"),
        ("none", "C", "none"),
        ("D", "", "D"),
    ],
)
def test_every_tune_has_the_tonic_of_all(key: str, home: str, expected: str) -> None:
    """Where all training tunes were moved to one tonic: a model may slip, and the mode stays."""
    assert written(Wishes(home=home), ["M:4/4", f"K:{key}"]) == f"X:1\nM:4/4\nK:{expected}\n"
