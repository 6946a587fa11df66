"""The fields of a draft, in its header and in its music: which may come, and what a value may be."""

from __future__ import annotations

from musegen_abc.copies import LAGS, VERBATIM
from musegen_abc.ruled_bars import cut_bar, may_change_metre, may_name_part, needs_label
from musegen_abc.ruled_signs import mark
from musegen_abc.ruled_state import Draft, Lex
from musegen_abc.ruled_values import (
    DIGITS,
    begin_value,
    default_unit,
    end_value,
    metre_may_change,
    take_value,
    unit_may_change,
    value_may_end,
)

_VALUES = "MLKQ"
_TEXTS = frozenset("ABCDEFGHIJNOPRSTVWYZabcdefghijklnopqrstuvwxyz")
"""The fields with a text; "U" and "m" change what the music means, and a second "X" ends the tune."""
_ONLY_IN_BODY = frozenset("sw")
_IN_BODY = _TEXTS - frozenset("ABCDEFGVabcdefgxyz")
"""Those of them that no note, spacer or voice is taken for."""
_MOST_PARTS = 16
NOT_OURS = frozenset(map(chr, range(ord(VERBATIM), ord(VERBATIM) + LAGS + 1))) | {"\r", "\n"}
"""The symbols of copied bars, and what ends lines."""


def ink(d: Draft, characters: int = 1) -> None:
    """Count a character of the bar that is no blank."""
    if not d.run_length:
        d.run_length, d.plain = characters, True
    d.length = d.run_length


def take_in_field(d: Draft, ch: str) -> bool:
    """Read a character of the header, of a field in the music, or of a comment."""
    if d.lex is Lex.HEADER:
        return _begin_header_line(d, ch)
    if d.lex in (Lex.PERCENT, Lex.COMMENT):
        return _comment(d, ch)
    if d.inline and d.run_length:
        ink(d)
    if d.lex is Lex.LETTER:
        d.lex = Lex.VALUE if d.field in _VALUES else Lex.FIRST
        begin_value(d)
        d.has_text = False
        return ch == ":"
    if d.lex is Lex.VALUE:
        if ch == ("]" if d.inline else "\n"):
            return _end_value(d)
        if ch == "%" and not d.inline and value_may_end(d):
            return _end_value(d) and begin_comment(d)
        return ch not in NOT_OURS and take_value(d, ch)
    if ch == ("]" if d.inline else "\n"):
        return _end_text(d)
    if d.lex is Lex.FIRST and ch in "|:":
        return False
    d.lex = Lex.TEXT
    d.has_text = d.has_text or ch != " "
    if ch in NOT_OURS or (d.inline and ch == "["):
        return False
    if d.field == "P":
        return _label(d, ch) if d.in_body else _play_order(d, ch)
    return d.field != "w" or not d.in_body or _sing(d, ch)


def _begin_header_line(d: Draft, ch: str) -> bool:
    d.field, d.inline, d.lex = ch, False, Lex.LETTER
    if ch == "%":
        return begin_comment(d)
    if ch == "X":
        return not d.begun
    if ch == "M":
        return not d.has_metre
    if ch == "L":
        begin_value(d)
        return not d.has_unit and unit_may_change(d)
    if ch == "P":
        return d.limits.writes(ch) and d.limits.plain
    if ch == "K":
        return d.has_metre
    return ch == "Q" or (ch in _TEXTS and ch not in _ONLY_IN_BODY)


def begin_comment(d: Draft) -> bool:
    """Read the "%" at the beginning of a line, or behind a value."""
    d.inline, d.phase = False, 1
    d.lex = Lex.PERCENT
    return True


def _comment(d: Draft, ch: str) -> bool:
    """Read a character behind a "%"; "%%begin..." would make a text of the lines below."""
    if ch == "\n":
        d.lex, d.plain = Lex.LINE if d.in_body else Lex.HEADER, False
        return True
    if d.inline and d.run_length and ch != " ":
        ink(d)
    if d.lex is Lex.PERCENT and d.phase == 1 and ch == "%":
        d.phase = 2
        return True
    directive = d.lex is Lex.PERCENT and d.phase == 2
    d.lex = Lex.COMMENT
    return ch not in NOT_OURS and not (directive and ch == "b")


def _play_order(d: Draft, ch: str) -> bool:
    """Read a character of ``P:`` in the header: a is how many labels it has, b what numbers make of them."""
    if ch == "%":
        return begin_comment(d)
    if ch.isascii() and ch.isalpha():
        d.a, d.c, d.ordered = d.a + 1, 0, True
    elif ch in DIGITS:
        if d.c:
            return False
        d.b, d.c = max(d.b, 1) * max(int(ch), 1), 1
    else:
        d.c = 0
    return " " <= ch <= "~" and ch != "\\" and max(d.a, 1) * max(d.b, 1) <= _MOST_PARTS


def _label(d: Draft, ch: str) -> bool:
    """Read a character of the label of a part: a is 1 for a single letter, more for any other text."""
    if ch != " ":
        d.a += 1 if ch.isalpha() else 2
    return " " <= ch <= "~" and ch not in "%\\"


def _sing(d: Draft, ch: str) -> bool:
    """Read a character of lyrics: a counts syllables, phase tells whether it may belong to the last."""
    if ch in "|\\%\t":
        return False
    if ch in "_*" or (ch == "-" and not d.phase) or (ch not in " -" and not d.phase):
        d.a += 1
    d.phase = int(ch not in " _*-")
    return d.a <= d.sung


def _end_text(d: Draft) -> bool:
    if not d.in_body:
        d.begun, d.lex = True, Lex.HEADER
        return True
    d.lex = Lex.MUSIC if d.inline else Lex.LINE
    if lacks_label(d):
        return False
    if d.field == "P" and d.has_text:
        d.part, d.named = True, d.a == 1
    return True


def lacks_label(d: Draft) -> bool:
    """Whether the text that is read in the music must be a label, and is empty so far."""
    return d.field == "P" and not d.has_text and (needs_label(d) or (d.cut and not d.part))


def _end_value(d: Draft) -> bool:
    if not value_may_end(d):
        return False
    end_value(d)
    d.begun, d.lex = True, Lex.HEADER
    if d.in_body:
        d.lex = Lex.MUSIC if d.inline else Lex.LINE
        if d.field == "L":
            d.breakable = False
    elif d.field == "K":
        d.in_body, d.lex = True, Lex.LINE
        if not d.has_unit:
            d.unit = default_unit(d.metre)
    return True


def begins_field(ch: str, *, inline: bool) -> bool:
    """Whether a character is the letter of a field that may stand in the music."""
    return ch in _VALUES or (ch in "INRr" if inline else ch in _IN_BODY)


def begin_field(d: Draft, ch: str, *, inline: bool) -> bool:
    """Begin a field in the body with its letter."""
    d.field, d.inline, d.lex = ch, inline, Lex.LETTER
    if ch in d.limits.fixed or (ch != "P" and not mark(d)):
        return False
    if ch not in "MLKQP":
        return True
    if d.broken or d.left:
        return False
    if ch == "M":
        return may_change_metre(d) and metre_may_change(d)
    if ch == "K":
        return not d.tied
    if ch == "L":
        begin_value(d)
        return unit_may_change(d)
    return ch == "Q" or ((not d.open or cut_bar(d)) and may_name_part(d))
