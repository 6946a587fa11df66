"""The fields of a draft, in its header and in its music: which may come, and what a value may be."""

from __future__ import annotations

from musegen_abc.copies import LAGS, VERBATIM
from musegen_abc.ruled_bars import may_change_metre, may_name_part
from musegen_abc.ruled_state import Draft, Lex
from musegen_abc.ruled_values import (
    begin_value,
    default_unit,
    end_value,
    metre_may_change,
    take_value,
    unit_may_change,
    value_may_end,
)

_VALUES = "MLKQ"
_HEADER_FIELDS = frozenset("ABCDEFGHJKLMNOQRSTWYZabcdefghijklnopqrtuvxyz")
NOT_OURS = frozenset(map(chr, range(ord(VERBATIM), ord(VERBATIM) + LAGS + 1))) | {"\r", "\n"}
"""The symbols of copied bars, and what ends lines."""


def ink(d: Draft, characters: int = 1) -> None:
    """Count a character of the bar that is no blank."""
    if not d.run_length:
        d.run_length, d.plain = characters, True
    d.length = d.run_length


def take_in_field(d: Draft, ch: str) -> bool:
    """Read a character of the header, or of a field in the music."""
    if d.lex is Lex.HEADER:
        return _begin_header_line(d, ch)
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
        return ch not in NOT_OURS and take_value(d, ch)
    if ch == "\n":
        return _end_text(d)
    if d.lex is Lex.FIRST and ch in "|:":
        return False
    d.lex = Lex.TEXT
    d.has_text = d.has_text or ch != " "
    return " " <= ch <= "~" and ch != "%" if d.in_body else ch not in NOT_OURS


def _begin_header_line(d: Draft, ch: str) -> bool:
    d.field, d.inline, d.lex = ch, False, Lex.LETTER
    if ch == "X":
        return not d.begun
    if ch == "M":
        return not d.has_metre
    if ch == "L":
        begin_value(d)
        return not d.has_unit and unit_may_change(d)
    if ch == "K":
        return d.has_metre
    return ch in _HEADER_FIELDS


def _end_text(d: Draft) -> bool:
    if not d.in_body:
        d.begun, d.lex = True, Lex.HEADER
    else:  # the label of a part
        d.part, d.lex = d.part or d.has_text, Lex.LINE
    return True


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


def begin_field(d: Draft, ch: str, *, inline: bool) -> bool:
    """Begin a field in the body with its letter."""
    d.field, d.inline, d.lex = ch, inline, Lex.LETTER
    if d.broken or d.left:
        return False
    if ch == "M":
        return may_change_metre(d) and metre_may_change(d)
    if ch == "K":
        return not d.tied
    if ch == "L":
        begin_value(d)
        return unit_may_change(d)
    return ch == "Q" or (ch == "P" and not inline and may_name_part(d))
