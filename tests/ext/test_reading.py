"""The compiled reader of ABC agrees with its twin in Python after every character, whatever the text is."""

from __future__ import annotations

import ctypes
import random
import sys
import threading
from collections.abc import Callable, Iterable, Sequence

import numpy as np
import pytest

from helpers.invented import jig
from helpers.mutations import mutated
from helpers.real_tunes import collections
from musegen_abc.copies import fold
from musegen_abc.places import PythonPlaces

musegen_reading = pytest.importorskip("musegen_reading", reason="needs the compiled extension")

ASCII = "".join(map(chr, range(128)))
COPIES = "".join(map(chr, range(0xE000, 0xE021)))
# Neighbours of the copies, surrogates, digits and letters that are not ASCII's, and characters whose last
# byte is that of "|" or ":"
OTHERS = "\udfff\ue021\ud800\U0001f600\U0010ffff\u017c\u013a\u0661\u00b2\uff11\u00aa\u212a\u0130\u2028\x85"
SIGNS = """[]{}"!%:/|()<>-.+,'0123456789zxZXABcdeCMLKP \n\t\r""" + COPIES
# ¶ is a line end.
PIECES = """
    |: :| :: || |] [| |1 :|2 |2 [1 [2 (3 (5 (9:: (3:2:4 (99:99:99 A> A< A>> B<< [CE]2 [ [A [K:C] [M:3/4]
    [L:1/4] [P:A] [r:x] ¶M:6/8¶ ¶L:1/16¶ ¶P:B¶ ¶A:|¶ ¶A:¶ +: Z4 Z512 [Z512]512 /512 /////// {ab} "Am" !trill!
    !un " { %c ¶ ¶¶ [M:999999/1] [M:512+512/1] [L:1/512] C| A0 A/0 A,,' A/,4 A512//////// .| . ABc d2e ^f
    =g__a z2 |[A]| |AB| |AB¶c:x¶| |AB¶| [1-3 |1,3-5
"""
HEADERS = ("", "K:C\n", "M:4/4\nK:C\n", "X:1\nM:9/8\nL:1/8\nK:G\n", "M:512+512/1\nL:1/512\nK:C\n")


def assert_agree(texts: Iterable[Sequence[str]]) -> None:
    """Assert that both machines tell the same after each token of each text; a token is a string."""
    texts = list(texts)
    numbers = {token: number for number, token in enumerate({token for text in texts for token in text})}
    compiled, twin = musegen_reading.AbcPlaces(list(numbers)), PythonPlaces(list(numbers))
    for text in texts:
        tokens = np.array([numbers[token] for token in text], np.int32)
        assert np.array_equal(compiled.rows(tokens), twin.rows(tokens)), "".join(text)


def some_tunes() -> list[str]:
    """Invented ones, and a few of those at hand."""
    return [jig(number) for number in range(30)] + [
        tune.text for _, tunes in collections() for tune in tunes[::40]
    ]


def test_tunes() -> None:
    """Invented ones, and every real one at hand, as it is and folded by turns."""
    texts = [jig(number) for number in range(100)]
    texts += dict.fromkeys(tune.text for _, tunes in collections() for tune in tunes)
    assert_agree(fold(text) if number % 2 else text for number, text in enumerate(texts))


def test_mutated_tunes() -> None:
    """Tunes after one to forty edits, folded ones too."""
    rng, tunes = random.Random(1), some_tunes()
    texts = [mutated(fold(tune) if rng.random() < 0.5 else tune, tunes, rng) for tune in tunes * 6]
    assert len(texts) > 150
    assert_agree(text[:700] for text in texts)


@pytest.mark.parametrize("alphabet", [ASCII + COPIES + OTHERS, SIGNS], ids=["any", "signs"])
def test_random_characters(alphabet: str) -> None:
    """Anywhere in a tune; each of the alphabet stands in every part of one."""
    rng = random.Random(2)
    whole = ["".join(rng.sample(alphabet, len(alphabet))) for _ in range(300)]
    short = ["".join(rng.choices(alphabet, k=rng.randrange(100))) for _ in range(4000)]
    assert_agree(rng.choice(HEADERS) + text for text in whole + short)


def test_random_pieces() -> None:
    """Music code, fields and what is not closed, in any order; some of it many times over."""
    rng = random.Random(3)
    pieces = [piece.replace("¶", "\n") for piece in PIECES.split()]
    pieces += [" ", "\r\n", *COPIES, *(f"|{copy}|" for copy in COPIES[1:9])]
    texts = ["".join(rng.choices(pieces, k=rng.randrange(60))) for _ in range(2500)]
    texts += [
        "".join(rng.choice(pieces) * rng.choice((1, 2, 40)) for _ in range(rng.randrange(9)))
        for _ in range(300)
    ]
    assert_agree(rng.choice(HEADERS) + text for text in texts)


@pytest.mark.parametrize(
    "body",
    [
        "[Z512]512" * 20 + f"|{chr(0xE001)}" * 20,
        "(99:99:99" + "[Z512]512>" * 20 + "<" * 40 + "|<A",
        f"ABc|{chr(0xE020)}|" + "ABcd|z3|" * 100 + "".join(f"{copy}|" for copy in COPIES),
        "A>" * 50 + "B" + "<" * 50 + "|" + "<" * 9 + "A<<<" * 9,
        "ABc||" * 300 + "A|1B:|2C||D|1E:|2F" * 9,
        f"[M:{'9' * 5000}/{'8' * 5000}][L:{'1+' * 5000}1/8]A{'7' * 5000}/{'6' * 5000}|({'3' * 5000}ABc",
    ],
    ids=["long bars", "long notes", "many bars", "broken rhythm", "many strains", "long numbers"],
)
def test_what_grows_without_end(body: str) -> None:
    """Times, counts and numbers have the same bounds."""
    assert_agree(header + body for header in HEADERS)


def test_tokens_of_several_characters() -> None:
    """Texts that are cut anywhere, with empty tokens between."""
    rng, tunes = random.Random(4), some_tunes()
    cut = []
    for tune in tunes * 3:
        text = mutated(fold(tune), tunes, rng)
        ends = sorted(rng.choices(range(len(text) + 1), k=rng.randrange(len(text) + 1)))
        cut.append([text[begin:end] for begin, end in zip([0, *ends], [*ends, len(text)], strict=True)])
    assert max(len(token) for text in cut for token in text) > 10
    assert any("" in text for text in cut)
    assert_agree(cut)


class Inputs(ctypes.Structure):
    """``musegen_inputs`` of inputs.h."""

    _fields_ = (
        ("self", ctypes.c_void_p),
        ("read", ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int32, ctypes.c_void_p)),
        ("count", ctypes.c_int32),
    )


def functions(reader: musegen_reading.AbcPlaceReader) -> Callable[[int], list[int] | None]:
    """Its function in C: the values after a token, or None where that reports an error."""
    pointer = ctypes.pythonapi.PyCapsule_GetPointer
    pointer.restype, pointer.argtypes = ctypes.c_void_p, (ctypes.py_object, ctypes.c_char_p)
    address = pointer(reader.__musegen_inputs__(), b"musegen_sampling.inputs")
    inputs = Inputs.from_address(address)

    def read(token: int) -> list[int] | None:
        values = (ctypes.c_int32 * inputs.count)()
        return None if inputs.read(inputs.self, token, values) else list(values)

    return read


def test_functions_in_c_read_as_the_reader_does() -> None:
    """They are the reader's own; a copy has its own, and what is no token changes nothing."""
    text = jig(5)
    places = musegen_reading.AbcPlaces(sorted(set(text)))
    tokens = [sorted(set(text)).index(character) for character in text]
    rows = places.rows(np.array(tokens, np.int32)).tolist()
    reader = places.begin()
    read = functions(reader)
    half = len(tokens) // 2
    for token, row in zip(tokens[:half], rows, strict=False):
        assert read(token) == row
    copy = reader.copy()
    read_copy = functions(copy)
    for token, row in zip(tokens[half:], rows[half:], strict=True):
        assert read(token) == row
        assert read(-1) is read(len(set(text))) is None
    assert list(copy.read(tokens[half])) == rows[half]
    for token, row in zip(tokens[half + 1 :], rows[half + 1 :], strict=True):
        assert read_copy(token) == row


def test_rows_are_read_without_the_gil() -> None:
    """Another thread runs meanwhile; with so long an interval it could not, were the GIL not let go."""
    places = musegen_reading.AbcPlaces(["K:C\n" + "ABcd|" * 100_000])
    tokens = np.zeros(10, np.int32)
    interval, lock, ran = sys.getswitchinterval(), threading.Lock(), list[bool]()

    def run() -> None:
        with lock:
            ran.append(True)

    lock.acquire()
    thread = threading.Thread(target=run)
    thread.start()
    sys.setswitchinterval(60)
    try:
        lock.release()
        meanwhile = any(len(places.rows(tokens)) and ran for _ in range(50))
    finally:
        sys.setswitchinterval(interval)
    thread.join()
    assert meanwhile
