"""Tunes broken at random."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

_SPECIAL = """[]{}"!+&\\%$*:/|()<>-=^_.~'`,0123456789zxyZABCcdeTuw \n\r\t\0é"""
# ¶ is a line end.
_PIECES = r"""
    |: :| :: :::| |1 :|2 [1 [1,3 [2-99 |] [|] || .| (3 (99:98:97 (999999:2:9 Z999999 C999999999 C/99999 C0
    C1/0 ////// ¶L:1/99999999¶ ¶M:999/7¶ ¶P:((A)99)99¶ ¶P:A¶ ¶P:B¶ ¶K:F#dorexp^c¶ ¶K:¶ ¶V:2¶ [V:1] [K:Gm]
    [M:3/64] [L:1/512] [Q:1/4=0] ¶Q:9999¶ ¶U:T=!x!¶ ¶w:la-la~_*|\-¶ ¶W:x¶ {ABC} { "Am7" "^x" " !trill! !
    +CEG+ [CEG] [CE C- - >>> < & \¶ % ¶%%begintext¶ ¶¶ ¶X:2¶ ¶m:~n=n¶ ¶+:more¶ ¶s:+++¶ ¶I:x¶ ¶T:x¶ ¶Y:AB2¶
"""


def mutated(text: str, others: Sequence[str], rng: random.Random) -> str:
    """``text`` after one to forty edits: of characters, spans, lines and bytes, and splices of ``others``."""
    for _ in range(rng.choice((1, 1, 2, 3, 5, 10, 40))):
        text = rng.choice(_EDITS)(text, others, rng)
    return text[:5000]


def _span(text: str, rng: random.Random, longest: int = 60) -> tuple[int, int]:
    start = rng.randrange(len(text) + 1)
    return start, min(start + rng.randrange(1, longest), len(text))


def _replace(text: str, _: Sequence[str], rng: random.Random) -> str:
    start, end = _span(text, rng, 3)
    return text[:start] + rng.choice(_SPECIAL) + text[end:]


def _insert(text: str, _: Sequence[str], rng: random.Random) -> str:
    at = rng.randrange(len(text) + 1)
    return text[:at] + rng.choice(_SPECIAL) * rng.choice((1, 1, 1, 2, 30)) + text[at:]


def _insert_piece(text: str, _: Sequence[str], rng: random.Random) -> str:
    at = rng.randrange(len(text) + 1)
    return (
        text[:at] + rng.choice(_PIECES.split()).replace("¶", "\n") * rng.choice((1, 1, 1, 2, 20)) + text[at:]
    )


def _delete(text: str, _: Sequence[str], rng: random.Random) -> str:
    start, end = _span(text, rng)
    return text[:start] + text[end:]


def _move(text: str, _: Sequence[str], rng: random.Random) -> str:
    start, end = _span(text, rng)
    rest = text[:start] + text[end:]
    at = rng.randrange(len(rest) + 1)
    return rest[:at] + text[start:end] + rest[at:]


def _repeat(text: str, _: Sequence[str], rng: random.Random) -> str:
    start, end = _span(text, rng)
    return text[:end] + text[start:end] * rng.choice((1, 2, 10)) + text[end:]


def _shuffle_lines(text: str, _: Sequence[str], rng: random.Random) -> str:
    lines = text.split("\n")
    one, other = rng.randrange(len(lines)), rng.randrange(len(lines))
    lines[one], lines[other] = lines[other], lines[one]
    return "\n".join(lines)


def _drop_line(text: str, _: Sequence[str], rng: random.Random) -> str:
    lines = text.split("\n")
    del lines[rng.randrange(len(lines))]
    return "\n".join(lines)


def _splice(text: str, others: Sequence[str], rng: random.Random) -> str:
    other = rng.choice(others)
    start, end = _span(other, rng, 200)
    at = rng.randrange(len(text) + 1)
    return text[:at] + other[start:end] + text[at:]


def _bytes(text: str, _: Sequence[str], rng: random.Random) -> str:
    content = bytearray(text.encode("utf-8", "replace"))
    for _ in range(min(len(content), 4)):
        content[rng.randrange(len(content))] = rng.randrange(256)
    return content.decode(rng.choice(("utf-8", "latin-1")), "replace")


_EDITS: tuple[Callable[[str, Sequence[str], random.Random], str], ...] = (
    *(_replace, _insert, _insert_piece, _insert_piece, _delete, _move, _repeat, _shuffle_lines, _drop_line),
    *(_splice, _bytes),
)
