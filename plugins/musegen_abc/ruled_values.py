"""The values of ``M:``, ``L:``, ``K:`` and ``Q:``, a character at a time: what may come, and what ends them.

Each reader returns whether the character may come, each ``end`` whether the value may end here, and
``closing`` is the next character of a shortest ending.
"""

from __future__ import annotations

from musegen_abc.ruled_pitches import SEMITONES, may_sound
from musegen_abc.ruled_state import WHOLE, Draft

DIGITS = "0123456789"
_METRES = (4, 8, 2, 16, 1, 32)
_UNITS = (8, 16, 4, 32, 64, 2)
_MOST_BEATS = 64
_LONGEST_BAR = 4  # whole notes
_MODES = {"maj": 0, "ion": 0, "mix": -1, "dor": -2, "min": -3, "aeo": -3, "phr": -4, "lyd": 1, "loc": -5}
_STEPS = "CDEFGAB"
_SHARPS = (3, 0, 4, 1, 5, 2, 6)  # F C G D A E B among the steps
_FIFTHS = (0, 2, 4, -1, 1, 3, 5)  # of each step
_NONE = "none"
_HIGHLAND = 5, 0  # the tonic of pipes is A


def unit_is_fine(d: Draft, below: int) -> bool:
    """Whether what is left of the bar is a number of parts of a unit of 1/below."""
    part = WHOLE // below // d.limits.finest
    fork = (d.fork, d.fork_whole) if d.ending else ()  # another ending owes that
    return all(time % part == 0 for time in (d.time, d.owed, d.owed_whole, d.whole, d.metre, *fork))


def metre_is_fine(d: Draft, over: int, below: int) -> bool:
    """Whether a bar of over/below is not too long, and can complete what the last bar owes."""
    bar = WHOLE * over // below
    unit = d.unit or default_unit(bar)
    if over > _LONGEST_BAR * below or bar % (unit // d.limits.finest):
        return False
    if d.ending and d.fork and d.fork >= bar and d.fork_whole - d.fork > bar:
        return False  # another ending owes that
    return not d.due or d.due < bar or d.due_whole - d.due <= bar


def default_unit(bar: int) -> int:
    """The unit note length where no ``L:`` gives it (ABC 2.1 §3.1.7)."""
    return WHOLE // 16 if 4 * bar < 3 * WHOLE else WHOLE // 8


def metre_may_change(d: Draft) -> bool:
    """Whether a metre that can be written is fine."""
    return "C" in d.limits.characters and metre_is_fine(d, 4, 4)


def begin_value(d: Draft) -> None:
    """Begin to read the value of the field."""
    d.phase = d.a = d.b = d.c = d.d = 0
    d.altered = (9,) * 7


def take_value(d: Draft, ch: str) -> bool:
    """Read the next character of the value."""
    if ch == " " and d.phase == 0:
        return True
    if d.field == "M":
        return _metre(d, ch)
    if d.field == "L":
        return _unit(d, ch)
    return _key(d, ch) if d.field == "K" else _tempo(d, ch)


def value_may_end(d: Draft) -> bool:
    """Whether the value is complete."""
    if d.field == "M":
        return d.phase in (1, 3, 7) or (d.phase == 6 and _is_metre(d))  # C| is as long as C
    if d.field == "L":
        return d.phase == 4 or (d.phase == 3 and d.b in _UNITS and unit_is_fine(d, d.b))
    if d.field == "K":
        return _key_may_end(d)
    return d.phase in (2, 3, 7, 8)


def close_value(d: Draft) -> str:
    """The next character of a shortest way to end the value; empty if it may end."""
    if value_may_end(d):
        return ""
    if d.field == "M":
        if d.phase == 0:
            return "C"
        if d.phase == 4:
            return "2"
        if d.phase == 2:
            return "/"
        return _next_digit(d, _fine_metres(d))
    if d.field == "L":
        return "1" if d.phase == 0 else "/" if d.phase == 1 else _next_digit(d, _fine_units(d))
    if d.field == "K":
        return _close_key(d)
    return {0: "2", 1: '"', 4: "2", 5: "=", 6: "2", 9: '"'}[d.phase]


def end_value(d: Draft) -> None:
    """Put the value into force."""
    if d.field == "M":
        over, below = (4, 4) if d.phase == 1 else (2, 2) if d.phase == 3 else (d.a + d.c, d.b)
        d.metre = WHOLE * over // below
        d.compound = over > 3 and over % 3 == 0 and below >= 8
        d.has_metre = True
    elif d.field == "L":
        d.unit, d.has_unit = WHOLE // d.b, True
        if d.in_body:
            d.bars = ()  # none of the bars before can be copied under another unit
    elif d.field == "K":
        d.key = _alterations(d)
        d.tonic_step, d.tonic_alter, d.tonic = _tonic(d)


def _fine_metres(d: Draft) -> tuple[int, ...]:
    return tuple(below for below in _METRES if metre_is_fine(d, d.a + d.c, below))


def _fine_units(d: Draft) -> tuple[int, ...]:
    return tuple(below for below in _UNITS if unit_is_fine(d, below))


def unit_may_change(d: Draft) -> bool:
    """Whether a unit that can be written is fine."""
    return d.limits.writes("1/") and bool(_next_digit(d, _fine_units(d)))


def _next_digit(d: Draft, choices: tuple[int, ...]) -> str:
    """The next digit on the way from a denominator that is begun to one of the choices; empty for none."""
    begun = str(d.b) if d.b else ""
    for choice in choices:
        text = str(choice)
        if text.startswith(begun) and text != begun and d.limits.writes(text[len(begun) :]):
            return text[len(begun)]
    return ""


def _is_metre(d: Draft) -> bool:
    return d.b in (*_METRES, 64) and metre_is_fine(d, d.a + d.c, d.b)


def _metre(d: Draft, ch: str) -> bool:
    digit = DIGITS.find(ch)
    if d.phase == 0 and ch in "Cc":
        d.phase = 1
    elif d.phase == 1 and ch == "|":
        d.phase = 3
    elif d.phase in (0, 4) and digit > 0:
        d.phase, d.a = 2, digit
        return d.a + d.c <= _MOST_BEATS and bool(_next_digit(d, _fine_metres(d)))
    elif d.phase == 2 and digit >= 0:
        d.a = 10 * d.a + digit
        return d.a + d.c <= _MOST_BEATS and bool(_next_digit(d, _fine_metres(d)))
    elif d.phase == 2 and ch == "+":
        d.c, d.a, d.phase, d.d = d.c + d.a, 2, 4, d.d + 1  # a number that may follow
        return d.d < 9 and d.c + 2 <= _MOST_BEATS and bool(_next_digit(d, _fine_metres(d)))
    elif d.phase == 2 and ch == "/":
        d.phase = 5
    elif ch == " " and value_may_end(d):
        if d.phase in (1, 3):
            d.a = d.b = 4 if d.phase == 1 else 2
        d.phase = 7
    elif (d.phase == 5 and digit > 0) or (d.phase == 6 and digit >= 0):
        d.phase, d.b = 6, 10 * d.b + digit
        return d.b <= 64 and (_is_metre(d) or bool(_next_digit(d, _fine_metres(d))))
    else:
        return False
    return True


def _unit(d: Draft, ch: str) -> bool:
    digit = DIGITS.find(ch)
    if d.phase == 0 and ch == "1":
        d.phase = 1
        return bool(_next_digit(d, _fine_units(d)))
    if d.phase == 1 and ch == "/":
        d.phase = 2
        return True
    if ch == " " and value_may_end(d):
        d.phase = 4
        return True
    if (d.phase == 2 and digit > 0) or (d.phase == 3 and digit >= 0):
        d.phase, d.b = 3, 10 * d.b + digit
        return value_may_end(d) or bool(_next_digit(d, _fine_units(d)))
    return False


# The key: a is the tonic from 1, b its sharp (1) or flat (-1), d the first three letters of the mode, c their
# number or the sign that is read; phases: 0 start, 1 tonic, 2 its accidental, 3 blank, 4 mode, 5 what comes
# behind it, 6 and 7 a sign, 8 "H", 9 Highland, 10 to 13 "none"
_LETTERS = 27


def _word(number: int) -> str:
    letters = ""
    while number:
        letters = chr(96 + number % _LETTERS) + letters
        number //= _LETTERS
    return letters


def _completion(d: Draft, word: str) -> str:
    """What is missing of a mode that begins so and can be written; empty if there is none."""
    for mode in _MODES:
        if mode.startswith(word) and mode != word and d.limits.writes(mode[len(word) :]):
            return mode[len(word) :]
    return ""


def _key(d: Draft, ch: str) -> bool:
    letter = ch.isascii() and ch.isalpha()
    if d.phase == 0:
        if "A" <= ch <= "G":
            d.phase, d.a = 1, 1 + _STEPS.index(ch)
            return _ends_on_tonic(d) or bool(_tonic_sign(d))
        if ch == "H":
            d.phase = 8
            return d.limits.writes("P") and _may_be_tonic(d, *_HIGHLAND)
        if ch == "n":
            d.phase = 10
            return d.limits.writes("one")
        return False
    if d.phase == 8:
        d.phase = 9
        return ch in "Pp"
    if d.phase in (10, 11, 12):
        d.phase += 1
        return ch == _NONE[d.phase - 10]
    if d.phase == 1 and ch in "#b":
        d.phase, d.b = 2, 1 if ch == "#" else -1
        return _ends_on_tonic(d)
    if d.phase == 1 and not _ends_on_tonic(d):
        return False
    if ch == " " and d.phase not in (6, 7):
        if d.phase == 4 and not _key_may_end(d):
            return False
        d.phase = 3 if d.phase < 4 else d.phase if d.phase == 9 else 5
    elif letter and d.phase in (1, 2, 3, 4):
        return _mode_letter(d, ch)
    elif ch in "^_=" and d.phase in (1, 2, 3, 4, 5, 13):
        if d.phase == 4 and (not _key_may_end(d) or (ch == "=" and d.c == 1)):
            return False  # "m=c" is a clef's parameter
        d.phase, d.c = 6, {"^": 1, "_": -1, "=": 0}[ch]
        return any(note in d.limits.characters for note in "abcdefgABCDEFG")
    elif d.phase == 6 and ch in "^_" and d.c == (1 if ch == "^" else -1):
        d.phase, d.c = 7, 2 * d.c
    elif d.phase in (6, 7) and "A" <= ch.upper() <= "G" and letter:
        step = _STEPS.index(ch.upper())
        d.altered = (*d.altered[:step], d.c, *d.altered[step + 1 :])
        d.phase = 5
    else:
        return False
    return True


def _mode_letter(d: Draft, ch: str) -> bool:
    if d.phase != 4:
        d.phase, d.c, d.d = 4, 0, 0
    if d.c < 3:
        d.c, d.d = d.c + 1, d.d * _LETTERS + ord(ch.lower()) - 96
        word = _word(d.d)
        return word in _MODES or word == "m" or bool(_completion(d, word))
    return True


# The tonic, where strains end on it


def _may_be_tonic(d: Draft, step: int, alter: int) -> bool:
    """Whether a strain can end on such a tonic, if it has to."""
    if not d.limits.cadence:
        return True
    letters = (_STEPS[step], _STEPS[step].lower())
    return any(
        d.limits.writes(letter) and may_sound(d, 60 + 12 * place + SEMITONES[step] + alter)
        for place, letter in enumerate(letters)
    )


def _ends_on_tonic(d: Draft) -> bool:
    """Whether a strain can end on the tonic that is read."""
    return _may_be_tonic(d, d.a - 1, d.b)


def _tonic_sign(d: Draft) -> str:
    """The sign that makes the letter that is read a tonic on which a strain can end."""
    for sign, alter in ("#", 1), ("b", -1):
        if d.limits.writes(sign) and _may_be_tonic(d, d.a - 1, alter):
            return sign
    return ""


def _tonic(d: Draft) -> tuple[int, int, int]:
    """Step, alteration and pitch class of the tonic that is read; -1 for the class where there is none."""
    step, alter = _HIGHLAND if d.phase == 9 else (d.a - 1, d.b)
    return (step, alter, (SEMITONES[step] + alter) % 12) if step >= 0 else (0, 0, -1)


def _key_may_end(d: Draft) -> bool:
    if d.phase == 1 and not _ends_on_tonic(d):
        return False
    if d.phase == 4:
        word = _word(d.d)
        return word == "m" or word in _MODES
    return d.phase in (1, 2, 3, 5, 9, 13)


def _close_key(d: Draft) -> str:
    if d.phase == 0:
        return _closing_tonic(d)
    if d.phase == 1:
        return _tonic_sign(d)
    if d.phase == 8:
        return "P"
    if d.phase in (10, 11, 12):
        return _NONE[d.phase - 9]
    if d.phase == 4:
        return _completion(d, _word(d.d))[:1]
    return next(note for note in "abcdefgABCDEFG" if note in d.limits.characters)


def _closing_tonic(d: Draft) -> str:
    """The first letter of a shortest key; empty if there is none."""
    for letter in _STEPS:
        trial = d.copy()
        trial.phase = 0
        if d.limits.writes(letter) and _key(trial, letter):
            return letter
    return ""


def _alterations(d: Draft) -> tuple[int, ...]:
    if d.phase == 9:
        fifths = 2
    elif not d.a:
        fifths = 0
    else:
        word = _word(d.d)
        fifths = _FIFTHS[d.a - 1] + 7 * d.b + (-3 if word == "m" else _MODES.get(word, 0))
    alterations = [0] * 7
    for place, step in enumerate(_SHARPS):
        alterations[step] = (fifths - place + 6) // 7
    return tuple(own if given == 9 else given for own, given in zip(alterations, d.altered, strict=True))


# The tempo: a is the number that is read, b its digits; phases: 0 start, 1 in quotes, 2 behind them,
# 3 a number, 4 behind "/", 5 the denominator, 6 behind "=", 7 the rate, 8 behind it, 9 in quotes there
def _tempo(d: Draft, ch: str) -> bool:
    digit = DIGITS.find(ch)
    if d.phase == 0 and ch == '"':
        d.phase = 1
    elif d.phase in (1, 9):
        d.phase = d.phase if ch != '"' else 2 if d.phase == 1 else 8
        return ch not in "[]%"
    elif d.phase in (7, 8) and ch in ' "':
        d.phase = 8 if ch == " " else 9
        return ch == " " or d.limits.writes(ch)
    elif d.phase == 2 and ch == " ":
        pass
    elif d.phase in (0, 2, 4, 6) and digit > 0:
        d.phase = {0: 3, 2: 3, 4: 5, 6: 7}[d.phase]
        d.a, d.b = digit, 1
    elif d.phase in (3, 5, 7) and digit >= 0:
        d.a, d.b = 10 * d.a + digit, d.b + 1
        return d.b <= 3 if d.phase == 5 else d.a <= 2000
    elif d.phase == 3 and ch == "/":
        d.phase = 4
        return d.b <= 2 and d.limits.writes("=")
    elif d.phase == 5 and ch == "=":
        d.phase = 6
    else:
        return False
    return True
