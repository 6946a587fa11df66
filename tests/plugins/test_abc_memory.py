"""What the machine remembers of the notes that were heard."""

from __future__ import annotations

import pytest

from helpers.invented import jig
from helpers.real_tunes import collections
from musegen import NotationError, Note, Pitch, Prepare, Rest, Tune
from musegen.corpus.preparing import prepare_tune
from musegen_abc.copies import LAGS, SHORTEST, fold
from musegen_abc.memory import HALVES, NOTES
from musegen_abc.notation import AbcNotation
from musegen_abc.place import Place

ABC = AbcNotation()
HEADER = "X:1\nM:2/4\nL:1/8\nK:G\n"
LAG, THERE, FOUR, LAST, AGAIN, ALSO = range(8, 14)


def told(body: str, feature: int) -> list[int]:
    """One feature of each character of a body, and of what follows it."""
    place = Place()
    for character in HEADER:
        place.take(character)
    values = [place.features()[feature]]
    for character in body:
        place.take(character)
        values.append(place.features()[feature])
    return values


def step(pitch: Pitch) -> int:
    """The value of a note with this pitch."""
    return 2 + min(max("CDEFGAB".index(pitch.step) + 7 * (pitch.octave - 3), 0), NOTES - 3)


def note(name: str) -> int:
    """The value of a note by the ABC text of its pitch."""
    score = ABC.parse(Tune(f"K:C\n{name}", "abc"))
    (event,) = (event for bar in score.bars for event in bar.events if isinstance(event, Note))
    return step(event.pitches[0])


@pytest.mark.parametrize(
    ("name", "value"), [("C,", 2), ("C", 9), ("c", 16), ("^g'", 27), ("C,,,", 2), ("c''''", 33)]
)
def test_notes_are_steps_of_the_staff(name: str, value: int) -> None:
    """From an octave below middle C on; accidentals are not told, and what lies outside counts as the end."""
    assert told(f"{name}z", LAST)[-1] == value == note(name)


def test_the_note_before_is_known_when_it_is_over() -> None:
    """A rest is none, and of a chord the first one counts."""
    assert told("Az|[ce]2[CE,]|", LAST) == [0, 0, *[note("A")] * 7, *[note("c")] * 5, note("C")]
    assert told("A0B[C:x]z", LAST)[-1] == note("B")


def test_the_bar_of_the_same_number_in_the_strain_before() -> None:
    """How many bars ago it was, as bar copies count, and what its last note was."""
    body = "cAcA|d2e2|f4||\ng2g2|a2b2|c2c2|d2d2|"
    lags, ends = told(body, LAG), told(body, THERE)
    behind = [0, *(place + 1 for place, character in enumerate(body) if character == "|")]
    # A bar of fewer than three characters, such as that of f, does not count in lags
    assert [lags[at] for at in behind] == [0, 0, 0, 0, 2, 2, 0, 0, 0]
    assert [ends[at] for at in behind] == [0, 0, 0, 0, note("A"), note("e"), note("f"), 0, 0]


def test_a_second_ending_has_the_bars_of_the_first() -> None:
    """And the strain after both has the bars of the second."""
    body = "c2c2|d2d2|1e2e2:|2f2f2||g2g2|a2a2|b2"
    at = {letter: body.index(letter) for letter in "efgab"}
    lags, ends = told(body, LAG), told(body, THERE)
    assert [lags[at[letter]] for letter in "fgab"] == [1, 4, 4, 3]
    assert [ends[at[letter]] for letter in "fgab"] == [note("e"), note("c"), note("d"), note("f")]


def test_what_is_long_ago_is_forgotten() -> None:
    """A bar of more than 32 bars ago cannot be copied, so it is not told."""
    assert told("c2c2|" * LAGS + "|d", LAG)[-1] == LAGS
    assert told("c2c2|" * (LAGS + 1) + "|d", LAG)[-1] == 0
    assert told("c2c2||" + "d2d2|" * 9, LAG)[-1] == 0  # there was no bar of that number
    assert told("c2c2|" * 8 + "|d", LAG)[-1] == 8


def test_what_began_at_the_same_time() -> None:
    """Four bars ago, and in the bar of the same number in the strain before."""
    body = "A2Bz|c2c2|d2d2|e2e2|f2gg|\n|:ffBB|"
    begun = body.index("f2")
    again = told(body, AGAIN)[begun:]
    assert again[:5] == [note("A"), 0, note("B"), 1, 0]
    first = told(body, ALSO)[body.index("ffBB") :]
    assert first[:5] == [note("A"), 0, note("B"), 1, 0]
    assert told(body, FOUR)[begun : begun + 4] == [note("B")] * 4


def test_a_copied_bar_is_heard_again() -> None:
    """Its notes and its last one; a copy of it too."""
    copy, far = chr(0xE001), chr(0xE020)
    body = f"ABcd|{copy}|e2e2|{copy}|{far}|"
    last = told(body, LAST)
    assert last[6] == note("d")
    assert last[-2] == note("e")
    assert told(f"ABcd|{copy}|{copy}|{copy}|{copy}|A", AGAIN)[-2:] == [note("A"), note("B")]
    assert told(f"ABcd|{copy}|{copy}|{copy}|AA", AGAIN)[-1] == note("c")


class Bars(Place):
    """Keeps what is heard in each bar."""

    def __init__(self) -> None:
        super().__init__()
        self.bars: list[list[int]] = []

    def _end_bar(self) -> None:
        if self._sounds and (self._copied or self._length >= SHORTEST):
            self.bars.append(list(self._memory._bar))
        super()._end_bar()

    def all_of(self, text: str) -> list[list[int]]:
        """What began at each half of a unit note length, bar by bar."""
        for character in f"{text}\n|":
            self.take(character)
        return self.bars


def test_bars_have_the_notes_that_the_parser_finds() -> None:
    """Those bars that count in lags, in prepared tunes without chords and tuplets; folded ones too."""
    tunes = [Tune(jig(number), "abc") for number in range(30)]
    for _, found in collections():
        tunes += found[::25]
    checked = 0
    for tune in tunes:
        try:
            text = prepare_tune(ABC, tune, Prepare(canonical=True, tonic="C")).text
        except NotationError:
            continue
        score = ABC.parse(Tune(text, "abc"))
        if text.count("L:") > 1 or "(" in text.partition("K:")[2] or "[" in text.partition("K:")[2]:
            continue
        expected = []
        for bar in score.bars:
            time, heard = 0.0, [0] * HALVES
            for event in bar.events:
                if isinstance(event, Note | Rest):
                    value = step(event.pitches[0]) if isinstance(event, Note) else 1
                    heard[min(int(2 * time), HALVES - 1)] = value
                    time += float(event.duration / score.unit)
            expected.append(heard)
        found = Bars().all_of(text)
        rest = iter(expected)
        assert all(any(bar == other for other in rest) for bar in found), (
            text
        )  # in order; short bars do not count
        assert Bars().all_of(fold(text)) == found
        checked += len(found)
    assert checked >= 500
