"""Bombs: texts that a careless reader of ABC needs endless time or memory for."""

from __future__ import annotations

from collections.abc import Callable, Mapping

_HEAD = "X:1\nM:4/4\nL:1/8\nK:C\n"


def _repeated(piece: str) -> Callable[[int], str]:
    return lambda size: f"{_HEAD}C|{piece * (size // len(piece))}C|\n"


def _ordered(order: str) -> Callable[[int], str]:
    """A play order over two parts of bars with repeat signs."""
    return lambda size: (
        f"X:1\nP:{order}\nK:C\nP:A\n{'|:C|D:|' * (size // 14)}\nP:B\n{'|:E::|' * (size // 12)}\n"
    )


def _header(before: str, piece: str, after: str = "") -> Callable[[int], str]:
    return lambda size: f"X:1\n{before}{piece * (size // len(piece))}{after}\nK:C\nC|D|\n"


# ¶ is a line end, · a blank.
_PIECES = r"""
    [ ] { } " ! + & % ( ) | : < > - = ^ _ . ~ ' , / \ ` $ * 0 9 z Z x y A T ? @ é · ¶ \¶ A¶ A\¶
    [A {A !a [K: Z9· (3 [1 |1 [| |] :: |: :| A| A:| A:: |:A [1A [2A:| A& (2:3:4 [V:1] [V:2]A [K:G]A [M:3/4]A
    [Q:99]A [L:1/9]A "C"A {A}A {{ A- A-| A> A// (A A) [AC]2/3 +A+ +AC !trill!A [P:A]A [U:T=!x!] C' ^C A1/
    ¶P:A¶A| ¶K:G¶ ¶M:3/4¶ ¶Q:1/4=90¶ ¶L:1/16¶ A¶w:la¶ ¶V:2¶A| ¶+:x¶ ¶U:T=!x!¶ ¶m:~n=n¶ ¶%%x¶ ¶W:la¶ ¶s:x¶
    ¶%%begintext¶ |:C| C|[1D:| |:C|[99D:| C::::::::| (3:2:2A (97:89:1A A/7 [C/7E]3/5
"""

BOMBS: Mapping[str, Callable[[int], str]] = {
    **{
        f"line of {piece}": _repeated(piece.replace("¶", "\n").replace("·", " ")) for piece in _PIECES.split()
    },
    **{f"line of {piece!r}": _repeated(piece) for piece in ("\t", "\0", "\r", "\N{NO-BREAK SPACE}")},
    **{
        f"play order {order}": _ordered(order)
        for order in ("((A)99)99", "A999999", "A9B9A9", "(" * 999 + "A" + ")9" * 999, "AxyB" * 999)
    },
    "notes in a chord": lambda size: f"{_HEAD}[{'CDEFGABc' * (size // 8)}]|\n",
    "nested grace notes": lambda size: f"{_HEAD}{'{' * (size // 2)}C{'}' * (size // 2)}C|\n",
    "nested chords": lambda size: f"{_HEAD}{'[' * (size // 2)}C{']' * (size // 2)}|\n",
    "nested slurs": lambda size: f"{_HEAD}{'(' * (size // 2)}C{')' * (size // 2)}|\n",
    "nested repeats": lambda size: f"{_HEAD}{'|:C' * (size // 6)}{'C:|' * (size // 6)}\n",
    "dots of one sign": lambda size: f"{_HEAD}C|D{':' * size}|\n",
    "endings": lambda size: f"{_HEAD}|:C{''.join(f'|[{i % 99 + 1}D:' for i in range(size // 6))}|\n",
    "an ending's numbers": lambda size: f"{_HEAD}|:C|[1{',1' * (size // 2)} D:|[2E|\n",
    "notes of a grace": lambda size: f"{_HEAD}{{{'CDEF' * (size // 4)}}}C|\n",
    "tuplets of notes of all lengths": lambda size: (
        _HEAD
        + "".join(f"({i % 97 + 2}:{i % 89 + 1}:1C{i % 500 + 1}/{i % 509 + 1}" for i in range(size // 16))
    ),
    "syllables": lambda size: f"{_HEAD}{'CDEF|' * 200}\nw:{'la-' * (size // 3)}\n",
    "held syllables": lambda size: f"{_HEAD}{'CDEF|' * 200}\nw:la{'_' * size}\n",
    "bars of a lyrics line": lambda size: f"{_HEAD}{'CDEF|' * 200}\nw:la{'|' * size}\n",
    "verses": lambda size: f"{_HEAD}C\n" + "w:la\n" * (size // 5),
    "voices": lambda size: _HEAD + "".join(f"V:{i}\nC|\n" for i in range(size // 9)),
    "inline voices": lambda size: _HEAD + "".join(f"[V:{i}]C|" for i in range(size // 9)),
    "declared voices": lambda size: "X:1\n" + "".join(f"V:{i}\n" for i in range(size // 8)) + "K:C\nC|\n",
    "keys": lambda size: "X:1\nK:C\n" + "".join(f"K:C ^f {i}\nC\n" for i in range(size // 12)),
    "words of a title": _header("T:", "a "),
    "comments of a title": _header("T:", "\\%"),
    "a title continued": _header("T:a\n", "+:abc\n"),
    "strange header lines": _header("", "no field\n"),
    "numbers of a unit": _header("L:1/", "1"),
    "numbers of a metre": _header("M:", "1", "/8"),
    "sums of a metre": _header("M:(", "1+", "1)/8"),
    "blanks of a metre": _header("M:(", " ", "/8"),
    "numbers of a tempo": _header("Q:", "1"),
    "beats of a tempo": _header("Q:", "1/4 ", "=120"),
    "quotes of a tempo": _header("Q:", '"'),
    "clefs of a key": lambda size: f"X:1\nK:C {'clef= ' * (size // 6)}\nC|\n",
    "names of a key": lambda size: f"X:1\nK:C {'name=' + chr(34)}{'m=' * (size // 2)}\nC|\n",
    "accidentals of a key": lambda size: f"X:1\nK:C exp {'^f ' * (size // 3)}\nC|\n",
    "a long key": lambda size: f"X:1\nK:{'m' * size}\nC|\n",
    "symbols defined": _header("", "U:T=!trill!\n"),
    "a symbol's name": lambda size: f"X:1\nU:T=!{'a' * (size // 2)}!\nK:C\n{'TC' * (size // 4)}\n",
    "a symbol's blanks": _header("U:T", " "),
    "letters before a colon": lambda size: f"{_HEAD}C\n{'a' * size}:x\n",
    "a chord symbol": lambda size: f'{_HEAD}"{"Am7" * (size // 3)}"C|\n',
    "bars that rest": lambda size: f"{_HEAD}C|{'Z999999|' * (size // 8)}\n",
    "short bars": lambda size: f"X:1\nM:1/64\nK:C\n{'C512|' * (size // 5)}\n",
    "octaves": lambda size: f"{_HEAD}{('C' + chr(39) * 999) * (size // 1000)}|\n",
    "lines before a tune": lambda size: chr(10) * size + f"{_HEAD}C|\n",
    "blanks before a field": lambda size: f"X:1\n{' ' * size}T:x\nK:C\nC|\n",
}
"""Name -> a text of about ``size`` characters that a careless reader chokes on."""
