"""The sense of place: a machine that is fed a tune, one character at a time."""

from __future__ import annotations

import random
from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import example, given, settings, strategies as st
from numpy.typing import NDArray

from helpers.invented import jig
from helpers.mutations import mutated
from helpers.real_tunes import collections
from helpers.strategies import broken_texts, tune_texts
from musegen import MetreChange, NotationError, Prepare, Tune
from musegen.corpus.preparing import prepare_tune
from musegen_abc.clock import LONGEST, UNIT
from musegen_abc.copies import LAGS, fold
from musegen_abc.form import BARS, STRAINS
from musegen_abc.memory import HALVES
from musegen_abc.notation import AbcNotation
from musegen_abc.place import Place
from musegen_abc.places import PythonPlaces

ABC = AbcNotation()
HEADER = "X:1\nM:2/4\nL:1/8\nK:G\n"
BAR, TIME, LEFT, STRAIN, LAST, REPEAT, BEFORE, MODE = range(8)
FEATURES = len(Place.sizes)


def places(text: str) -> NDArray[np.int32]:
    """What the machine tells of each character of a text, and of what follows it: int32 (n + 1, F)."""
    symbols = sorted(set(text))
    tokens = np.array([symbols.index(character) for character in text], np.int32)
    return np.concatenate([np.zeros((1, FEATURES), np.int32), PythonPlaces(symbols).rows(tokens)])


def told(body: str, feature: int, header: str = HEADER) -> list[int]:
    """One feature of each character of a body, and of what follows it."""
    return [int(value) for value in places(header + body)[len(header) :, feature]]


def prepared() -> Iterator[str]:
    """Tunes as models read them: real ones, where there are any, and invented ones."""
    tunes = [Tune(jig(number), "abc") for number in range(30)]
    for _, found in collections():
        tunes += found[::25]
    for tune in tunes:
        for options in (Prepare(), Prepare(canonical=True, tonic="C")):
            try:
                yield prepare_tune(ABC, tune, options).text
            except NotationError:
                continue


def test_a_header_has_no_place() -> None:
    """The body begins behind the line of ``K:``; fields in it have a place."""
    rows = places("X:1\nT:A|B\nK:G\n|:A")
    assert not rows[:13].any()
    assert not rows[14:, [LEFT, LAST]].any()  # without a metre nothing is left of a bar
    assert rows[14:, [BAR, TIME, STRAIN, REPEAT, BEFORE, MODE]].all()


@pytest.mark.parametrize(
    ("body", "bars", "strains"),
    [
        ("AB|c2d2|e4|", "111111112223", "111111111111"),  # the upbeat belongs to bar 1
        ("c4|d4:|\n|:e4|", "11122221111112", "11111112222222"),
        ("c4|d2:|\n|:e2|f4|", "11122221111111112", "11111112222222222"),
        ("c4||d4|]e4|", "111211121112", "111122223333"),
        ("c4::d4|", "11111112", "11112222"),
        ("c4|\nP:B\nd4|", "111222221112", "111111112222"),
        ("A:|\nA::B4|", "11111111112", "11122223333"),  # no fields
    ],
)
def test_bars_are_counted_in_each_strain(body: str, bars: str, strains: str) -> None:
    """From 1; what ends a strain is a repeat, a double bar line or a part."""
    assert "".join(map(str, told(body, BAR))) == bars
    assert "".join(map(str, told(body, STRAIN))) == strains


def test_a_second_ending_stands_where_the_first_does() -> None:
    """It belongs to the strain before, and so does what ends it."""
    body = "c4|d4|1e4:|2f4||g4|"
    at = {letter: body.index(letter) for letter in "cdefg"}
    bars, strains = told(body, BAR), told(body, STRAIN)
    assert [bars[at[letter]] for letter in "cdefg"] == [1, 2, 3, 3, 1]
    assert [strains[at[letter]] for letter in "cdefg"] == [1, 1, 1, 1, 2]


@pytest.mark.parametrize(
    ("body", "times"),
    [
        ("A2B/c/d//|", [1, 3, 5, 7, 6, 8, 7, 9, 8, 7, 1]),
        ("(3ABc", [1, 1, 1, 2, 3, 5]),
        ("(3:2:4ABcd", [1, 1, 1, 1, 1, 1, 1, 2, 3, 5, 6]),
        ("A>B|", [1, 3, 4, 5, 1]),
        ("A<B|", [1, 3, 2, 5, 1]),
        ("A>>B|", [1, 3, 4, 4, 5, 1]),
        ("[AC]2B|", [1, 1, 1, 3, 3, 5, 7, 1]),  # "[A" might begin a field
        ("[A2C]B|", [1, 1, 1, 5, 5, 5, 7, 1]),
        ('"A7"A{cd}B|', [1, 1, 1, 1, 1, 3, 3, 3, 3, 3, 5, 1]),
        ("^A,,z'2x", [1, 1, 3, 3, 3, 5, 5, 7, 9]),
        ("[L:1/4]A", [1, 1, 1, 1, 1, 1, 1, 1, 3]),
        ("A5/3B", [1, 3, 11, 6, 4, 6]),
    ],
)
def test_time_goes_on_as_far_as_it_is_known(body: str, times: list[int]) -> None:
    """A note counts at once, and its length when that is read."""
    assert told(body, TIME) == times


def test_what_is_left_of_a_bar() -> None:
    """By the metre, and what is begun counts; behind the end 1."""
    assert told("A2B/c|", LEFT) == [10, 8, 6, 4, 5, 3, 10]
    assert told("A4B", LEFT) == [10, 8, 2, 1]
    assert told("A//", LEFT) == [10, 8, 9, 10]
    assert told("A[M:3/4]B", LEFT)[-2:] == [12, 10]
    assert told("A2|", LEFT, "X:1\nL:1/8\nK:G\n") == [0, 0, 0, 0]


def test_the_upbeat_completes_the_last_bar_of_its_strain() -> None:
    """What is left if the bar is the last one; a strain without upbeat ends with a whole bar."""
    body = "|:A|c4|d2:|\n|:e4|f4:|"
    last, whole = told(body, LAST), told(body, LEFT)
    behind = {letter: body.index(letter) + 2 for letter in "cdef"}  # the note and its length
    assert [whole[behind[letter]] for letter in "cdef"] == [2, 6, 2, 2]
    assert [last[behind[letter]] for letter in "cdef"] == [1, 4, 2, 2]
    assert told("A|c2", LAST, "X:1\nL:1/8\nK:G\n")[-1] == 0


@pytest.mark.parametrize(
    ("body", "repeats"),
    [
        ("c4|:d4:|e4|", "111122221111"),
        ("|:c4|1d4:|2e4||f4|", "1122223333144441111"),
        ("|:c4::d4:|e4", "1122222222111"),
        ("|:c4|[1,3d4:|[2e4|]f4", "1122222333333114444111"),
        ("|:c4|d4|]e4", "112222222222"),
    ],
)
def test_repeats_are_known(body: str, repeats: str) -> None:
    """From their sign on; an ending lasts to the bar line that closes it."""
    assert "".join(map(str, told(body, REPEAT))) == repeats


def test_the_bars_of_the_strain_before_are_known() -> None:
    """Also behind a second ending, which goes on with the strain of the first."""
    body = "c4|d4||e4|1f4:|2g4||a4|"
    at = {letter: body.index(letter) for letter in "cdefga"}
    assert [told(body, BEFORE)[at[letter]] for letter in "cdefga"] == [1, 1, 3, 3, 3, 3]


@pytest.mark.parametrize(
    ("key", "mode"),
    [
        *(("G", 1), ("Bb", 1), ("Amin", 2), ("A minor", 2), ("F#m", 2), ("Bbm", 2), ("Edor", 3)),
        *(("DMIX", 4), ("D Mixolydian", 4), ("Clyd", 5), ("ephr", 0), ("Ephr", 6), ("Bloc", 7)),
        *(("C clef=bass", 1), ("C  mixed", 4), ("none", 0), ("HP", 0), ("", 0), ("Cmi", 1), ("A m", 2)),
    ],
)
def test_the_mode_is_that_of_the_key(key: str, mode: int) -> None:
    """ABC 2.1 §4.6; it stays until another key comes."""
    assert told("A|", MODE, f"X:1\nK:{key}\n") == [1 + mode] * 3
    assert told(f"A[K:{key}]|\nK:Ddor\nB", MODE)[-8:] == [1 + mode] * 6 + [4] * 2


def test_a_copied_bar_lasts_as_long_as_its_original() -> None:
    """Copies of copies too; a symbol that copies nothing lasts no time."""
    body = f"ABc|d2e2f2|{chr(0xE002)}|{chr(0xE002)}|{chr(0xE020)}|"
    times = told(body, TIME)
    ends = [place for place, character in enumerate(body) if character == "|"]
    assert [times[end] for end in ends] == [7, 13, 7, 13, 1]


@pytest.mark.parametrize(
    ("bar", "counts"), [("AB", 0), ("[A]", 1), ("[^A]", 1), ("AB/", 1), ("A B", 1), ("AB ", 0)]
)
def test_bars_count_in_lags_as_in_folded_tunes(bar: str, counts: int) -> None:
    """From three characters on, blanks at the end left out."""
    lag = chr(0xE001 + counts)
    assert told(f"d16|{bar}|{lag}|", TIME)[-2] == 33
    assert fold(f"X:1\nK:C\nd2d|{bar}|d2d|").endswith(f"|{bar}|{lag}|")


@settings(max_examples=300, deadline=None)
@given(text=st.one_of(tune_texts(), broken_texts), more=st.text(alphabet="A2/|:]'>\nK", max_size=4))
@example(text="K:C\nA", more=":B")
@example(text="K:C\n[K", more=":G]")
@example(text="K:C\n(3", more=":2:")
def test_nothing_depends_on_what_follows(text: str, more: str) -> None:
    """Whatever the text is; and every feature is one of its values."""
    rows = places(text)
    assert np.array_equal(places(text + more)[: len(rows)], rows)
    assert (rows >= 0).all()
    assert (rows < np.array(Place.sizes)).all()


class Ends(Place):
    """Notes how long each bar was."""

    def __init__(self) -> None:
        super().__init__()
        self.ends: list[int] = []

    def _end_bar(self) -> None:
        if self._sounds:
            self.ends.append(self._clock.time)
        super()._end_bar()

    def all_of(self, text: str) -> list[int]:
        """The length of each bar of a text, in parts of a unit note length."""
        for character in f"{text}\n|":
            self.take(character)
        return self.ends


def test_bars_last_as_long_as_the_parser_says() -> None:
    """In each prepared tune whose unit note length stays the same."""
    checked = 0
    for text in prepared():
        score = ABC.parse(Tune(text, "abc"))
        if text.count("L:") > 1 or any(isinstance(e, MetreChange) for bar in score.bars for e in bar.events):
            continue
        expected = [float(UNIT * bar.duration / score.unit) for bar in score.bars]
        assert Ends().all_of(text) == pytest.approx(expected, abs=UNIT / 20), text
        checked += 1
    assert checked >= 50


def test_folded_tunes_have_the_same_bars() -> None:
    """Broken ones too, as far as they are folded."""
    texts = list(prepared())
    for text in texts:
        assert Ends().all_of(fold(text)) == Ends().all_of(text), text


def test_what_is_greater_counts_as_the_last_value() -> None:
    """A second ending takes back one of so many strains, and is still told as the last value."""
    assert told("c4|" * 20, BAR)[-1] == BARS - 1
    assert told("c4||" * 20, STRAIN)[-1] == STRAINS - 1
    endings = "c4|1d4:|2e4||f4|1g4:|2a4|"
    assert told("c4||" * 20 + endings, STRAIN)[-len(endings) :] == [STRAINS - 1] * len(endings)


def test_no_time_is_too_long() -> None:
    """It stops at a bound, so that the machine in C has the same; so does the length of a note."""
    place = Place()
    for character in "X:1\nM:512+512/1\nL:1/512\nK:C\n" + "(9:99:99" + "[Z512]512" * 3 + "|" + chr(0xE001):
        place.take(character)
    assert place._clock.time == place._clock._last == LONGEST


MANY = {"_lengths": LAGS, "_bars": LAGS, "_ends": LAGS, "_bar": HALVES}
MANY |= dict.fromkeys(("_lags", "_lags_before", "_ends_before"), BARS)


def test_it_remembers_no_more_the_longer_the_text_is() -> None:
    """Numbers, single characters, and 32 bars: a machine in C can do the same."""
    rng = random.Random(4)
    texts = [jig(number) for number in range(50)]
    place = Place()
    long = ["c4||" * 300, f"ABc|{chr(0xE001)}|" * 300, "M:512+512/1\nL:1/512\n" + "(9:99:99[Z512]512" * 3]
    for character in "".join(mutated(text, texts, rng) for text in texts) + "\n".join(long) + "|":
        place.take(character)
    parts = (place, place._clock, place._value, place._form, place._memory)
    numbers = {name: value for part in parts for name, value in vars(part).items()}
    for name, value in numbers.items():
        many = len(value) if isinstance(value, list | tuple) else 0
        assert many <= MANY.get(name, 3), name
        if isinstance(value, int):
            assert abs(value) < (2 * LAGS if name in ("bars", "before", "strain", "_heard") else 2**31), name
    assert max(place._lengths) == LONGEST
    assert len(numbers) > 40
