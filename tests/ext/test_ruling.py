"""The compiled rules decide as their twin in Python does; every walk under them ends with a valid tune."""

from __future__ import annotations

import ctypes
import pickle
import random

import numpy as np
import pytest
from numpy.typing import NDArray

from helpers.invented import jig
from helpers.limits import faults_by, plain_limits, wished_limits
from helpers.mutations import mutated
from helpers.real_tunes import collections
from musegen import TuneLimits, VocabularyError
from musegen_abc.copies import LAGS, VERBATIM, fold
from musegen_abc.lexer import NAMES
from musegen_abc.rules import PythonRules, abc_rules, limits_of

musegen_reading = pytest.importorskip("musegen_reading", reason="needs the compiled extension")

END = 1
COPIES = [chr(ord(VERBATIM) + lag) for lag in range(1, LAGS + 1)]
CHARACTERS = ["\n", "\t", *map(chr, range(32, 127)), *COPIES, "é"]
LONGER = [
    "|\n",
    "AB",
    "c2",
    "c>d",
    "|:",
    "\n|:c",
    ":|\n",
    "c2|\ue001|",
    "{g}c",
    "!trill!",
    "(3(c",
    "% x\n",
    "\nP:B\n",
]
SOME = "MCK:\n|/2cdefg"
MARKS = "!{}()~.HLMOPSTuv%\\+ZXy'\"rNwI[]< \n"
HEADS = [
    "M:2/4\nL:1/8\nP:ABA\nK:G\n",
    "M: C|\nP:(AB)2A % x\nK:D\nP:A\n",
    "M:2/4\nL:1/8\nK:C\n",
]


def some_tunes() -> list[str]:
    """Invented ones, and a few of those at hand, folded."""
    tunes = [jig(number) for number in range(30)]
    tunes += [head + tunes[number].partition("K:")[2] for number, head in enumerate(HEADS)]
    return [fold(text) for text in tunes + [tune.text for _, found in collections() for tune in found[::80]]]


def some_rules(rng: random.Random, *, wished: bool) -> tuple[list[str], TuneLimits]:
    """A vocabulary and limits; some lack characters."""
    while True:
        limits = wished_limits(rng) if wished else plain_limits(rng)
        kept = CHARACTERS
        if rng.random() < 0.4:
            kept = [character for character in CHARACTERS if character in SOME or rng.random() < 0.85]
        texts = ["", "", *kept, *LONGER]
        try:
            limits_of(texts, limits)
        except (ValueError, VocabularyError):
            continue  # wishes that contradict each other, or need a character
        return texts, limits


@pytest.mark.parametrize("wished", [False, True], ids=["plain", "wished"])
def test_both_machines_allow_the_same(wished: bool) -> None:
    """Along real tunes and mutated ones, and off them; far from the end of the room and near it."""
    rng, tunes, compared = random.Random(1), some_tunes(), 0
    for number in range(24):
        texts, limits = some_rules(rng, wished=wished)
        room = 3000 if number % 4 else 500 if wished else 150
        compiled, twin = (
            abc_rules(texts, END, limits, room).begin(),
            PythonRules(texts, END, limits, room).begin(),
        )
        text = rng.choice(tunes)
        text = mutated(text, tunes, rng) if number % 2 else text
        for place in range(150):
            allowed = compiled.allow()
            if rng.random() < (0.1 if wished else 0.3 if number % 4 else 0.05):
                assert np.array_equal(allowed, twin.allow()), text[:place]
                compared += 1
            character = (
                rng.choice(MARKS) if number % 3 == 0 and rng.random() < 0.1 else text[place : place + 1]
            )
            token = texts.index(character, 2) if character in texts[2:] else 0
            if not allowed[token] or rng.random() < 0.05:
                (tokens,) = np.nonzero(allowed)
                if tokens.tolist() == [END]:
                    break
                token = int(rng.choice([token for token in tokens.tolist() if token != END]))
            compiled.take(token)
            twin.take(token)
    assert compared > 100


@pytest.mark.parametrize("wished", [TuneLimits(), TuneLimits(cadence=True)], ids=["plain", "cadence"])
def test_a_long_tune_keeps_room_for_its_end(wished: TuneLimits) -> None:
    """A tune with many more bars and strains than are asked for needs as much room as a short one."""
    texts = ["", "", *CHARACTERS, *LONGER]
    text = "M:2/4\nL:1/8\nK:C\n" + "|:c4|g2C2:|" * 30
    for room in range(1, 40):
        machines = [make(texts, END, wished, len(text) + room) for make in (abc_rules, PythonRules)]
        compiled, twin = (rules.begin() for rules in machines)
        for character in text:
            if not compiled.allow()[texts.index(character, 2)]:
                break
            compiled.take(texts.index(character, 2))
            twin.take(texts.index(character, 2))
        assert np.array_equal(compiled.allow(), twin.allow()), room


@pytest.mark.parametrize("sign", ["!", "+"])
def test_both_machines_know_the_same_decorations(sign: str) -> None:
    """Each name, and no other that begins like one: to the same end."""
    texts = ["", "", *CHARACTERS]
    machines = [make(texts, END, TuneLimits(bars=0), 500) for make in (abc_rules, PythonRules)]
    for name in [*NAMES, "tril", "trills", "x"]:
        taken = []
        for rules in machines:
            reader, count = rules.begin(), 0
            text = f"M:2/4\nK:C\n{sign}{name}{sign}c"
            while count < len(text) and reader.allow()[texts.index(text[count])]:
                reader.take(texts.index(text[count]))
                count += 1
            taken.append((count, reader.shortest()))
        assert taken[0] == taken[1], name
        assert sign == "+" or (taken[0][0] == len(text)) is (name in NAMES)


@pytest.mark.parametrize("wished", [False, True], ids=["plain", "wished"])
@pytest.mark.parametrize("kind", ["uniform", "marks", "like tunes"])
def test_every_walk_ends_with_a_valid_tune(kind: str, wished: bool) -> None:
    """Whatever is drawn, under any limits, and however little room there is."""
    rng, tunes = random.Random(2), "\n".join(some_tunes())
    following: dict[str, str] = {}
    for before, character in zip("\n" + tunes, tunes, strict=False):
        following[before] = following.get(before, "") + character
    for _ in range(60):
        texts, limits = some_rules(rng, wished=wished)
        most = rng.choice((500, 800) if wished else (140, 200, 400))
        reader, text = abc_rules(texts, END, limits, most).begin(), ""
        while True:
            allowed = reader.allow()
            (tokens,) = np.nonzero(allowed)
            assert len(tokens), f"stuck after {text!r}"
            token = int(rng.choice(tokens.tolist()))
            usual = rng.choice(following.get(text[-1:] or "\n", "\n"))
            usual = rng.choice(MARKS) if kind == "marks" and rng.random() < 0.2 else usual
            if kind != "uniform" and token != END and usual in texts and allowed[texts.index(usual)]:
                token = texts.index(usual)
            if token == END:
                break
            reader.take(token)
            text += texts[token]
        assert len(text) <= 8 * most
        assert not faults_by(text, limits), (limits, text)


class Functions(ctypes.Structure):
    """``musegen_constraint`` of constraint.h."""

    _fields_ = (
        ("self", ctypes.c_void_p),
        ("allow", ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_ssize_t)),
        ("take", ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int32)),
    )


def functions(reader: musegen_reading.AbcRuleReader) -> Functions:
    """Its functions in C."""
    pointer = ctypes.pythonapi.PyCapsule_GetPointer
    pointer.restype, pointer.argtypes = ctypes.c_void_p, (ctypes.py_object, ctypes.c_char_p)
    return Functions.from_address(pointer(reader.__musegen_constraint__(), b"musegen_sampling.constraint"))


def test_functions_in_c_work_as_the_reader_does() -> None:
    """They are the reader's own; a copy has its own, and a token that may not come is an error."""
    texts = ["", "", *CHARACTERS]
    reader = abc_rules(texts, END, TuneLimits(bars=0), 300).begin()
    c, flags = functions(reader), np.zeros(len(texts), np.uint8)

    def allowed() -> NDArray[np.bool_]:
        assert c.allow(c.self, flags.ctypes.data, len(texts)) == 1
        return flags.astype(bool)

    text = "M:2/4\nL:1/8\nK:C\nABcd|\ue001|\n"
    for character in text[:-2]:
        assert np.array_equal(allowed(), reader.allow())
        assert c.take(c.self, texts.index(character)) == 0
    copy = reader.copy()
    assert c.take(c.self, texts.index("H")) == c.take(c.self, -1) == c.take(c.self, END) == -1
    for character in text[-2:]:
        assert c.take(c.self, texts.index(character)) == 0
    assert allowed()[END]
    assert not copy.allow()[END]
    with pytest.raises(ValueError, match="may not come here"):
        copy.take(END)


def test_rules_can_be_pickled() -> None:
    """They are the same rules again."""
    rules = abc_rules(["", "", *CHARACTERS], END, TuneLimits(), 300)
    again = pickle.loads(pickle.dumps(rules))
    assert np.array_equal(again.begin().allow(), rules.begin().allow())
    with pytest.raises(TypeError, match="cannot be pickled"):
        pickle.dumps(rules.begin())


def test_too_short_a_length_is_refused() -> None:
    """As it is in Python, with what would do."""
    for machine in (abc_rules, PythonRules):
        with pytest.raises(ValueError, match=r"max_length: at least \d+ expected where bars is 8 \(got 20\)"):
            machine(["", "", *CHARACTERS], END, TuneLimits(), 20)
