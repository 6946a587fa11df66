"""Tells words from music code: what people leave around their tunes, and inside them.

Letters of words that are no note, rest or usual symbol (ABC 2.1 §4.14) give words away.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import NamedTuple

from musegen_abc.lexer import NAMES

_ODD = "h-twI-KNQRU-WY"  # letters without a meaning of their own in music code
_TAGS = """br p pre html head body title div span font hr img table tr td th ul ol li code tt i em strong sup
    sub script style center blockquote meta link h1 h2 h3 h4 big small"""
_HTML = (
    rf"</[A-Za-z][^<>]{{0,200}}>|<(?i:{'|'.join(_TAGS.split())})(?:[\s/][^<>]{{0,200}})?>"
    r"|<[aA]\s+(?i:href|name|id|class|target|title|rel)\s*=[^<>]{0,200}>"
    r"|<!--[^<>]{0,200}-->|<![A-Za-z][^<>]{0,200}>|&(?:[A-Za-z]{2,8}|\#[0-9]{1,6});"
)
_ADDRESS = (
    r"\b(?:https?|ftp)://[^\s<>\"]{1,200}|\bwww\.[^\s<>\"]{1,200}"
    r"|\b[\w.+-]{1,64}@[\w-]{1,64}\.[\w.-]{1,64}"
)
_ALL_NAMES = "|".join(re.escape(name) for name in NAMES if name[0].isalpha())  # "+CE+2+D" has no +2+
_NAMES = "|".join(sorted((re.escape(name) for name in NAMES if len(name) > 2), key=len, reverse=True))
_OPEN_FIELD = r"\[[A-Za-z]:(?![^\[\]]*\])[^\[\]|\s]*"
_OPEN_DECORATION = rf"[!+](?:{_NAMES})(?![\w!+)(])"

# What may hold words without being any: strings, decorations, inline fields, comments.
_ASIDE = re.compile(
    rf"(?P<string>\"[^\"]*(?:\"|$))|(?P<comment>%.*)|!(?:{_ALL_NAMES})!|\+(?:{_NAMES})\+"
    rf"|![^\s!|\[\]{{}}\"]{{1,30}}!|\[[A-Za-z]:[^\[\]]*\]"
    rf"|(?P<html>{_HTML})|(?P<address>{_ADDRESS})|(?P<field>{_OPEN_FIELD})|(?P<decoration>{_OPEN_DECORATION})"
)
# Whether a line may hold any of these; nearly every line of music holds none, and is read at once.
_SUSPECT = re.compile(rf"[{_ODD}][A-Za-z]{{0,2}}[{_ODD}]")
_OPEN = re.compile(_OPEN_FIELD)
_MARKUP = re.compile(rf"{_HTML}")
_WORD = re.compile(r"[A-Z]?[a-z]{4,}")
_RUN = re.compile(r"[^\W\d_]{2,}")
_ODD_LETTER = re.compile(rf"[{_ODD}]|[^\W\d_A-Za-z]")
_NOTE_LETTER = re.compile(r"[A-Ga-gzxZX]")
_WORD_BEFORE = re.compile(r"(?<![^\s(\[])[A-Za-z]?[a-z]{1,30}[ ,.:;]{1,9}$")
_RULE = re.compile(r"\s*(?:-{2,}|={2,}|_{2,}|\#{2,})\s*")  # "*" may end a line of music
_CODE = re.compile(r"[A-Ga-gzxyZXuvTHLMOPS0-9/,'^=_<>()\[\]{}~.:|\-\s*\\&+!$`]*")
_SIGNS = frozenset("0123456789|[/(\\{^_=<>~")
"""Signs without which one or two letters are not taken for music."""
_SHORT = 40


class Found(NamedTuple):
    """Something in a line of music code that is none."""

    begin: int
    """Where it begins in the line, from 0."""
    end: int
    kind: str
    message: str


class _Parts(NamedTuple):
    """What a line is made of."""

    words: int
    """Letters in words."""
    odd: int
    """Those of them that music code has no use for."""
    notes: int
    """Notes and rests that stand in no word."""


def shown(text: str) -> str:
    """The beginning of a text, for a message."""
    text = " ".join(text.split())
    return text if len(text) <= _SHORT else f"{text[: _SHORT - 3]}..."


def is_music(line: str) -> bool:
    """Whether a line that stands outside of tunes looks like music code, and not like words or a field."""
    bare = _ASIDE.sub(_blank, line)
    parts = _parts(bare)
    if not parts.notes or 2 * parts.notes <= parts.words:
        return False
    if "|" in bare or (parts.notes > 2 and not parts.odd):
        return True
    return bool(_CODE.fullmatch(bare)) and (parts.notes > 2 or not _SIGNS.isdisjoint(bare))


def is_words(line: str, symbols: Collection[str] = ()) -> bool:
    """Whether a line of a tune's body is words or HTML and not music.

    ``symbols``: letters that ``U:`` fields define.
    """
    if not suspect(line):
        return False
    if _RULE.fullmatch(line):
        return True
    bare = _ASIDE.sub(_blank, line)
    if not bare.strip():  # there is something else than what is left of it, in any case
        return not re.search(r"[\"!\[%+]", line)
    parts = _parts(bare, symbols)
    return parts.odd > 1 and parts.words > 2 * parts.notes and not ("|" in bare and parts.notes > 3)


def suspect(line: str) -> bool:
    """Whether a line may hold what is no music; told fast, as nearly none does."""
    return (
        _SUSPECT.search(line) is not None
        or not line.isascii()
        or ("<" in line and _MARKUP.search(line) is not None)
        or ("&" in line and ";" in line)
        or "@" in line
        or ("[" in line and _OPEN.search(line) is not None)
        or _RULE.fullmatch(line) is not None
    )


def words_inside(line: str, symbols: Collection[str] = ()) -> Iterator[Found]:
    """What in a line of music code is none, from left to right: words, HTML, what is not closed."""
    spans = list[Found]()
    for match in _ASIDE.finditer(line):
        text = match[0]
        match match.lastgroup:
            case "html":
                spans.append(Found(*match.span(), "html", "HTML in the music is passed over"))
            case "address":
                spans.append(Found(*match.span(), "words", "words in the music are passed over"))
            case "field":
                told = f"an inline field is not closed by ]: {shown(text)}"
                spans.append(Found(*match.span(), "field", told))
            case "decoration":
                told = f"a decoration is not closed by {text[0]}: {shown(text)}"
                spans.append(Found(*match.span(), "decoration", told))
    bare = _ASIDE.sub(_blank, line)
    for match in _RUN.finditer(bare):
        odd = {letter for letter in _ODD_LETTER.findall(match[0]) if letter not in symbols}
        if len(odd) > 1 and len(match[0]) > 2:
            spans.append(Found(*match.span(), "words", "words in the music are passed over"))
    yield from _joined(line, sorted(spans))


def _joined(line: str, spans: list[Found]) -> Iterator[Found]:
    """Words that follow each other, with what stands between them and the brackets around them, are one."""
    waiting: Found | None = None
    for each in spans:
        if waiting and waiting.kind == each.kind and _between(line[waiting.end : each.begin]):
            waiting = waiting._replace(end=each.end)
            continue
        if waiting:
            yield _told(line, waiting)
        waiting = each
    if waiting:
        yield _told(line, waiting)


def _between(text: str) -> bool:
    """Whether what stands between two words belongs to them: signs, and at most one short word."""
    return re.fullmatch(r"[^\w|\[\]{}\"]*(?:[a-z]{1,3}[^\w|\[\]{}\"]+)?", text) is not None


def _told(line: str, found: Found) -> Found:
    begin, end = found.begin, found.end
    if found.kind == "words":
        while (before := _WORD_BEFORE.search(line, max(begin - 45, 0), begin)) and _ODD_LETTER.search(
            before[0]
        ):
            begin = before.start()
        while begin and end < len(line) and line[begin - 1] + line[end] in ("()", "[]", "{}", "<>"):
            begin, end = begin - 1, end + 1
        while end < len(line) and line[end] in ".,;:?!'" and (end + 1 == len(line) or line[end + 1] in " \t"):
            end += 1
    told = found.message
    if found.kind in ("words", "html"):
        told = f"{told}: {shown(line[begin:end])}"
    return Found(begin, end, found.kind, told)


def _blank(match: re.Match[str]) -> str:
    return " " * len(match[0])


def _odd(run: str, symbols: Collection[str]) -> int:
    return sum(letter not in symbols for letter in _ODD_LETTER.findall(run))


def _parts(bare: str, symbols: Collection[str] = ()) -> _Parts:
    words = odd = 0

    def taken(match: re.Match[str]) -> str:
        nonlocal words, odd
        strange = _odd(match[0], symbols)
        if strange < 2 and 3 * strange < len(match[0]) and not (strange and _WORD.fullmatch(match[0])):
            return match[0]
        words, odd = words + len(match[0]), odd + strange
        return " "

    rest = _RUN.sub(taken, bare)
    return _Parts(words, odd, len(_NOTE_LETTER.findall(rest)))
