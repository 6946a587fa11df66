"""Wishes for tunes as they are written: what is finished keeps them, what keeps them is accepted."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from helpers.limits import D_MAJOR, faults_by, wished_limits
from musegen import TuneLimits, VocabularyError
from musegen_abc.copies import LAGS, VERBATIM
from musegen_abc.ruled import take
from musegen_abc.ruled_bars import is_complete
from musegen_abc.ruled_closing import accept, characters_left, closing
from musegen_abc.ruled_state import Draft, Lex
from musegen_abc.rules import PythonRules, limits_of

SYMBOLS = ["", "", "\n", *map(chr, range(32, 127)), *(chr(ord(VERBATIM) + lag) for lag in range(1, LAGS + 1))]
END = 1
HEAD = "M:2/4\nL:1/8\nK:C\n"
ANY = TuneLimits(bars=0, repetition=0, lowest=0, highest=127)
A, B = "c4|d4|e4|c4", "g4|d4|e4|c4"


def accepts(text: str, limits: TuneLimits) -> bool:
    """Whether the tune can be written to its end."""
    draft = Draft(limits_of(SYMBOLS, limits))
    return (
        all(accept(draft, character) for character in text) and draft.lex is Lex.LINE and is_complete(draft)
    )


@pytest.mark.parametrize(
    ("wish", "body", "accepted"),
    [
        ({"form": "AABB"}, f"|:{A}:|:{B}:|", True),
        ({"form": "AABB"}, f"{A}:|{B}:|", True),
        ({"form": "AABB"}, f"|:{A}:|{B}|", False),
        ({"form": "AAB"}, f"|:{A}:|{B}|", True),
        ({"form": "ABB"}, f"{A}||{B}:|", True),
        ({"form": "AABB"}, f"|:{A}:|:{A}:|", False),
        ({"form": "AABB", "strain": 4}, "|:c4|d4|e4|c4:|:c4|d4|e4|g4:|", False),
        ({"form": "AABB", "strain": 4}, f"|:{A}:|:{B}:|", True),
        ({"form": "AA"}, "c4|d4|1e4:|2c4|", True),
        ({"form": "AA"}, f"d||{A}:|", True),  # an upbeat is no strain
        ({"form": "AA"}, "d||c4|d3:|", False),  # nothing completes the last bar
        ({"strain": 4}, f"{A}|{B}|", False),
        ({"strain": 4}, "|:d2|c4|d4|e4|c2:|", True),
        ({"strain": 4}, "|:c4|d4|e4|1c4:|2d4|c4|", False),
        ({"strain": 4}, "|:c4|d4|e4|c2[1d2:|[2e2|", True),
        ({"cadence": True}, "d4|c4:|d4|c4|", True),
        ({"cadence": True}, "d4|e4:|d4|c4|", False),
        ({"cadence": True}, "d4|[Gc]4|", True),
        ({"cadence": True}, "d4|[ce]4|", False),
        ({"cadence": True}, "d4|^c4|", False),
        ({"cadence": True}, "d4|[K:none]d4|", True),
        ({"cadence": True}, "cdec|d4|\ue002|", False),  # a copy is no bar of so few characters
        ({"cadence": True}, "gdec|dddd|\ue002|", True),
        ({"chords": True}, '"C"c4|d4:|d4|"G"g4|', False),
        ({"chords": True}, '"C"c4|d4||d4"Bb7/f#"|c4|', True),
        ({"chords": True}, '"C"cdec|dddd||\ue001|', False),
        ({"chords": True}, '"C"cdec|dddd||\ue002|', True),
        ({"chords": False}, '"^slow"c4|d4|', True),
        ({"chords": False}, '"Am"c4|d4|', False),
        ({"chords": False}, '"Fine"c4|d4|', True),
        ({"pitches": D_MAJOR}, "=d4|^c4|", True),
        ({"pitches": D_MAJOR}, "=c4|", False),
        ({"metre": False}, "c3|d5|e|", True),
        ({"metre": False}, "c3|d5|e:|2d|", False),
        ({"repeats": False}, "|:c4|d4|:e4|", True),
        ({"repeats": False}, "|:c4|d3|:e4|", False),
    ],
)
def test_what_is_accepted(wish: dict[str, object], body: str, accepted: bool) -> None:
    """What keeps the wish; so says the judgement."""
    limits = replace(ANY, **wish)  # type: ignore[arg-type]
    text = f"{HEAD}{body}\n"
    assert accepts(text, limits) is accepted
    if accepted:
        assert not faults_by(text, limits)


@pytest.mark.parametrize(
    ("wish", "error", "message"),
    [
        ({"form": "ABA"}, ValueError, "letters from A to H in their order"),
        ({"form": "AAA"}, ValueError, "each once or twice in a row"),
        ({"form": "AB", "strain": 3}, ValueError, "no more than 6 bars"),
        ({"form": "AB", "strain": 1, "bars": 0}, ValueError, "at least 2 expected"),
        ({"pitches": frozenset({60})}, VocabularyError, "need 2 notes"),
    ],
)
def test_what_cannot_be_is_refused(wish: dict[str, object], error: type[Exception], message: str) -> None:
    """With what can be asked for."""
    with pytest.raises(error, match=message):
        limits_of(SYMBOLS, replace(TuneLimits(), **wish))  # type: ignore[arg-type]


def test_wishes_need_their_characters() -> None:
    """Accidentals for the tonic, quotation marks for chord symbols."""
    for wish, sign in ((TuneLimits(cadence=True), "^"), (TuneLimits(chords=True), '"')):
        with pytest.raises(VocabularyError, match="the wishes need more tokens"):
            limits_of([symbol for symbol in SYMBOLS if symbol != sign], wish)
    sharps = TuneLimits(cadence=True, pitches=frozenset({61, 63, 66}))
    assert limits_of(SYMBOLS, sharps).notes[:3] == ("^C", "^D", "^F")
    with pytest.raises(VocabularyError, match="the tonic of no key"):
        limits_of([symbol for symbol in SYMBOLS if symbol not in ("#", "b")], sharps)


def test_without_a_length_a_tune_has_endless_room() -> None:
    """Where the room is not kept free, no length is too short."""
    reader = PythonRules(SYMBOLS, END, TuneLimits(length=False), 1).begin()
    for character in HEAD + "|:c4|d4|":
        reader.take(SYMBOLS.index(character, 2))


def test_walks_keep_wishes_and_the_way_to_the_end_gets_shorter() -> None:
    """Whatever is drawn, every character on the way leaves a way that is one shorter."""
    rng, walked = random.Random(3), 0
    while walked < 12:
        limits = wished_limits(rng)
        try:
            draft = Draft(limits_of(SYMBOLS, limits))
        except (ValueError, VocabularyError):
            continue
        text = ""
        for _ in range(rng.randrange(20, 120)):
            for _ in range(40):
                character, ahead = rng.choice(SYMBOLS[2:]), draft.copy()
                if accept(ahead, character):
                    draft, text = ahead, text + character
                    break
        left = characters_left(draft)
        while left:
            character = closing(draft)
            assert take(draft, character)
            text += character
            left -= 1
            assert characters_left(draft) == left
        assert not faults_by(text, limits), (limits, text)
        walked += 1
