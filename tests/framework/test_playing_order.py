"""Which bars are played, and in which order."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings, strategies as st

from helpers.scores import hostile_bars, tune
from musegen import Bar, Key, Score, expand_play_order
from musegen.music.playing_order import mend_repeats, playing_order

BAR = "C4:4"


def played(signs: str, play_order: str = "") -> str:
    """The bars in playing order by letter; ``A`` to ``Z`` in ``signs`` stand for bars of one note each."""
    text = " ".join(BAR if len(word) == 1 and word.isupper() else word for word in signs.split())
    letters = [word for word in signs.split() if len(word) == 1 and word.isupper()]
    return "".join(letters[bar.number] for bar in playing_order(tune(text, play_order=play_order)))


def mended(signs: str) -> str:
    """The same bars with their repeats mended."""
    text = " ".join(BAR if len(word) == 1 and word.isupper() else word for word in signs.split())
    letters = [word for word in signs.split() if len(word) == 1 and word.isupper()]
    return "".join(letters[bar.number] for bar in playing_order(mend_repeats(tune(text))))


@pytest.mark.parametrize(
    ("signs", "order"),
    [
        ("A | B | C |]", "ABC"),
        ("|: A | B :| C |]", "ABABC"),
        ("A | B :| C | D :|", "ABABCDCD"),
        ("A | B :| C || D :|", "ABABCDD"),
        ("A | B || C | D :|", "ABCDABCD"),
        ("|: A || B :| C", "ABABC"),
        ("|: A ::| B |]", "AAAB"),
        ("A |: B :| |: C :| D", "ABBCCD"),
        ("|: A |: B :|", "ABB"),
        ("|: A | B", "AB"),
        ("|: A [1 B :| [2 C |] D", "ABACD"),
        ("|: A [1 B | C :| [2 D | E |] F", "ABCADEF"),
        ("|: A [1 B :| [2 C :| [3 D |] E", "ABACADE"),
        ("|: A [1,3 B :| [2 C :| [4 D |]", "ABACABAD"),
        ("|: A [1 B :| [2 C |: D :|", "ABACDD"),
        ("A [1 B :| [2 C :|", "ABACA"),
        ("A [1 B :| [2 C || D :|", "ABACDAD"),
        ("A [1 B :| [2 C || D [1 E :| [2 F |]", "ABACDF"),
        ("|: A [1 B :| [2 C |: D :| E | F :|", "ABACDDEF"),
    ],
)
def test_signs_are_taken_to_the_letter(signs: str, order: str) -> None:
    """As abc2midi takes them, sensible or not; each of these was played by it."""
    assert played(signs) == order


@pytest.mark.parametrize(
    ("signs", "order"),
    [
        ("|: A [1,3 B :| [2 C :| D", "ABACABD"),
        ("|: A [1,3 B :| [2,4 C :| D", "ABACABACD"),
        ("|: A [1,2 B :| [3 C :| D", "ABABACD"),
        ("|: A [1 B :| [3 C :| D", "ABAACD"),
        ("|: A [2 B :| [1 C :| D", "ACABD"),
        ("A || B [1,3 C | [2 D | E", "ABCBDEBC"),
    ],
)
def test_lists_of_endings_are_played_by_their_numbers(signs: str, order: str) -> None:
    """Each turn plays the ending that lists it, whatever signs there are (ABC 2.1 §4.10).

    abc2midi plays them otherwise: one turn with each ending, and one more.
    """
    assert (played(signs), mended(signs)) == (order, order)


@pytest.mark.parametrize(
    ("signs", "order"),
    [
        ("A || B :| C |]", "ABBC"),
        ("A | B || C | D :|", "ABCDCD"),
        ("|: A || B :| C", "ABABC"),
        ("A [1 B :| [2 C || D [1 E :| [2 F |]", "ABACDEDF"),
        ("A || B [1 C :| [2 D |]", "ABCBD"),
        ("A [1 B :| [2 C :| D :|", "ABACDD"),
        ("|: A [1 B :| [2 C |: D :| E | F :|", "ABACDDEFEF"),
        ("A [1 B | [2 C |] D", "ABACD"),
        ("A [1 B || [2 C |] D", "ABACD"),
        ("P:A A || P:B B :|", "ABB"),
    ],
)
def test_mended_repeats(signs: str, order: str) -> None:
    """Back to the last double bar line or repeat sign; the next passage begins after the last ending."""
    assert mended(signs) == order


@settings(deadline=None)
@given(st.data())
def test_mending_twice_is_mending_once(data: st.DataObject) -> None:
    """And gives back the score itself where nothing is to mend."""
    calm = [replace(bar, repeat_end=min(bar.repeat_end, 3)) for bar in data.draw(hostile_bars())]
    once = mend_repeats(Score(tuple(calm), Key("C")))
    assert mend_repeats(once) is once


def test_play_order_of_parts() -> None:
    """Each label stands for its passage, with its own repeats; bars before the first part come first."""
    assert played("P:A A | B || P:B C :|", "ABA") == "ABCCAB"
    assert played("A || P:A B || P:B C |]", "BA") == "ACB"


def test_unknown_parts_are_passed_over() -> None:
    """Where none is known the tune plays as written."""
    assert played("P:A A || P:B B |]", "AXB") == "AB"
    assert played("P:A A || P:B B |]", "XY") == "AB"
    assert played("A | B |]", "AA") == "AB"


def test_a_repeat_stays_in_its_part() -> None:
    """Without ``|:`` it goes back to where the part begins, where parts have a play order."""
    assert played("P:A A | P:B B :|", "AB") == "ABB"


def test_a_play_order_plays_each_part_with_its_repeats() -> None:
    """``P:AAB`` over a strain with ``:|`` plays it four times: both say twice."""
    assert played("P:A A :| P:B B |]", "AAB") == "AAAAB"


def test_jumps_are_marked() -> None:
    """A bar that does not follow the one before on the page."""
    order = playing_order(tune(f"|: {BAR} [1 {BAR} :| [2 {BAR} |]"))
    assert order == [(0, False), (1, False), (0, True), (2, True)]


@settings(deadline=None, max_examples=40)
@given(hostile_bars(), st.sampled_from(["", "A", "ABAB", "A" * 1000]))
def test_every_order_ends(signs: tuple[Bar, ...], play_order: str) -> None:
    """No signs make a tune of more than 20,000 bars, and each is a bar of the tune."""
    order = playing_order(Score(signs, Key("C"), play_order=play_order))
    assert 0 < len(order) <= 20_000
    assert {bar.number for bar in order} <= set(range(len(signs)))


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        ("AABB", "AABB"),
        ("A2B2", "AABB"),
        ("A2(BC)2", "AABCBC"),
        ("((AB)2C)2", "ABABCABABC"),
        ("A.A.B3", "AABBB"),
        ("A(B", "AB"),
        ("A)B", "AB"),
        ("A0B", "AB"),
        ("2A", "A"),
        ("", ""),
    ],
)
def test_play_orders_expand(text: str, labels: str) -> None:
    """ABC 2.1 §3.1.9."""
    assert expand_play_order(text) == labels


@settings(deadline=None)
@given(st.text("AB()29.", max_size=60))
def test_play_orders_are_bounded(text: str) -> None:
    """``((((A99)99)99)99`` is cut off."""
    assert len(expand_play_order(text)) <= 1000
