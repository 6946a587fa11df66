"""Music outside of tunes, tunes without ``X:``, and that lost music is always told (ABC 2.1 §2.2, §3.1.1)."""

from __future__ import annotations

import random

import pytest

from helpers.damage import DAMAGES, damaged, notes_written, plain, reading
from helpers.invented import jig
from helpers.real_tunes import collections
from musegen import Tune
from musegen_abc.layout import split_lines
from musegen_abc.parser import parse_abc
from musegen_abc.reader import split_tunes
from musegen_abc.splitting import CUT_OFF, LEFT_FIELD, LOST, NO_TUNE, UNNUMBERED

ONE = "X:1\nT:One\nK:C\nCDEF|\n"
TWO = "X:2\nT:Two\nK:D\nGABc|\n"
BARE = "T:Bare\nM:4/4\nK:G\nGABc|\n"


def read(text: str) -> tuple[list[str], list[str]]:
    """Titles of the tunes of a text, and what is told of it without the file's name."""
    told: list[str] = []
    titles = [tune.title for tune in split_tunes(text, "a.abc", told.append)]
    return titles, [line.removeprefix("a.abc:") for line in told]


@pytest.mark.parametrize(
    ("text", "titles", "told"),
    [
        # §2.2.1: an empty line ends a tune
        (f"{ONE}\nGABc|\n", ["One"], [f"6: {CUT_OFF}"]),
        (f"{ONE} \t\nGABc|\ncdef|\n\ngabc|\n", ["One"], [f"6: {CUT_OFF}", f"9: {CUT_OFF}"]),
        (f"{ONE}\nGABc|\n\n{TWO}", ["One", "Two"], [f"6: {CUT_OFF}"]),
        (f"{ONE}\nP:B\n", ["One"], [f"6: {LEFT_FIELD}"]),
        (f"{ONE}\nK:D\nGABc|\n", ["One"], [f"7: {CUT_OFF}"]),
        # music before the first X:
        (f"GABc|\n\n{ONE}", ["One"], [f"1: {LOST}"]),
        (f"GABc|\n{ONE}", ["One"], [f"1: {LOST}"]),
        ("GABc|\ncdef|\n", [], [f"1: {LOST}"]),
        ("T:No key\nGABc|\n", [], [f"2: {LOST}"]),
        # §3.1.1: X: is missing, and what is there can only be a tune
        (BARE, ["Bare"], [f"1: {UNNUMBERED}"]),
        (f"{BARE}\n{BARE}\n{ONE}", ["Bare", "Bare", "One"], [f"1: {UNNUMBERED}", f"6: {UNNUMBERED}"]),
        (f"{ONE}\n{BARE}", ["One", "Bare"], [f"6: {UNNUMBERED}"]),
        ("M:4/4\nK:C\nCDEF|\n", [""], [f"1: {UNNUMBERED}"]),
        (f"Dear all,\nhere it is:\n{BARE}", ["Bare"], [f"3: {UNNUMBERED}"]),
        (f"%abc-2.1\n% mine\n{BARE}", ["Bare"], [f"1: {UNNUMBERED}"]),
        # §2.2.3: words around tunes say nothing
        (f"A collection.\nby Ann, Dublin\n\n{ONE}\nPlayed AABB.\n\n{TWO}\nThe end\n", ["One", "Two"], []),
        (f"From: a@b.org\nSubject: tunes\nDate: 1 Jan\n\n{ONE}\n-- \nAnn\nhttp://b.org\n", ["One"], []),
        (f"<html>\n<body>\n<pre>\n{ONE}\n</pre>\n</body>\n</html>\n", ["One"], []),
        (f"%abc-2.1\nM:3/4\nL:1/8\n\n{ONE}\n% GABc|\n%%vskip 1\n\n{TWO}", ["One", "Two"], []),
        (f"{ONE}\n%%begintext\nGABc|\n%%endtext\n", ["One"], []),
        ("Dear all,\n\nno tunes today\n", [], [f"1: {NO_TUNE}"]),
        ("% nothing\n", [], []),
        ("", [], []),
        # spellings of X: and of line ends
        (f"\ufeff{ONE}".replace("\ufeff", "", 1) + f"\ufeff{TWO}", ["One", "Two"], []),
        (f" {ONE}\n\t{TWO}", ["One", "Two"], []),
        (f"{ONE}\nGABc|\n".replace("\n", "\r\n"), ["One"], [f"6: {CUT_OFF}"]),
        (f"{ONE}\nGABc|\n".replace("\n", "\r"), ["One"], [f"6: {CUT_OFF}"]),
        (f"{ONE}\n{TWO}".replace("\n", "\r\r\n"), ["One", "Two"], []),
    ],
)
def test_what_is_outside_of_tunes(text: str, titles: list[str], told: list[str]) -> None:
    """What looks like music is told, with its place and what to do, and words are not."""
    assert read(text) == (titles, told)


def test_a_tune_without_x_is_read_with_one_and_inherits() -> None:
    """Its places are those of the file (§2.2.2)."""
    (tune,) = split_tunes(f"%abc-2.1\nL:1/4\n\nWords\n{BARE}?C|\n", "a.abc")
    assert tune == Tune(f"X:1\nL:1/4\n{BARE}?C|\n", "abc", "Bare", "a.abc:5", inherited=2)
    (problem,) = parse_abc(tune).problems
    assert tune.place(problem.line, problem.column) == "a.abc:9:1"


def test_places_in_a_tune_that_inherits() -> None:
    """Lines that come from the file's header are not counted."""
    text = f"L:1/4\nM:4/4\nR:reel\n\n{ONE}?C|\n"
    (tune,) = split_tunes(text, "a.abc")
    (problem,) = parse_abc(tune).problems
    assert tune.place(problem.line) == "a.abc:9"
    assert split_lines(text)[8] == "?C|"


def test_the_count_of_notes() -> None:
    """Nothing but notes counts, so that it can tell what was lost."""
    assert notes_written('X:1\nT:Bad\nK:C\n"Am"C!trill!D {g}[EG]|[K:D]F % A\nw:la\nd:|') == 6


@pytest.mark.parametrize("damage", DAMAGES)
def test_lost_music_is_told(damage: str) -> None:
    """Of invented and real tunes, each with one damaged line; ``docs/studies/told.py`` takes more."""
    tunes = [Tune(jig(number), "abc") for number in range(60)]
    tunes += [tune for _, found in collections() for tune in found[::60]]
    rng = random.Random(7)
    damages = [damaged(tune, damage, rng) for tune in tunes if plain(tune)]
    assert len(damages) >= 60
    assert any(each.lost for each in damages)
    assert [each.text for each in damages if each.silent] == []


def test_what_would_be_silent() -> None:
    """The check itself finds notes that were lost: here those of a comment, were they counted."""
    found = reading("X:1\nK:C\nCDEF|\n")
    assert (found.notes, found.told) == (4, ())
    assert reading("X:1\nK:C\nCDEF|\n\nGABc|\n").told
