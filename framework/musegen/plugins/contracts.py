"""What each kind of component must give back: the contracts by which working objects are wrapped."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from math import isfinite
from operator import index
from pathlib import Path
from typing import Any, SupportsFloat, SupportsIndex

from musegen.bounds import Bounds
from musegen.errors import CorpusError, NotationError
from musegen.music.score import Bar, Key, Problem, Score
from musegen.music.tune import Tune
from musegen.music.tune_limits import TuneLimits
from musegen.music.validity import Fault
from musegen.plugins.checked import Check, Checked, Contract, an_attribute, gives, shown, strings
from musegen.plugins.model_contracts import MODEL_TRAINER, TOKENIZER_TRAINER
from musegen.plugins.place_contracts import told_places
from musegen.plugins.token_rule_contracts import told_rules
from musegen.protocols.measures import Descriptor
from musegen.words import counted

_NUMBER = float | int | SupportsFloat
"""What can be a figure; the protocol comes last because asking for it takes long."""
_TUNE_FIELDS = ("text", "notation", "title", "source", "work", "tonic")


def checked(kind: str, made: object, who: str) -> Any:
    """The working object of a component of this kind, with checks of all that it gives.

    ``who``: the component as messages name it. Raises ComponentError for an object that lacks a part of its
    protocol.
    """
    book = kind == "renderer" and hasattr(made, "render_book")
    return Checked(made, who, _BOOK_RENDERER if book else _CONTRACTS[kind])


def is_suffix(value: object) -> bool:
    """Whether it is a dot and what follows it: ``.mid``."""
    return isinstance(value, str) and len(value) > 1 and value[0] == "." and is_file_name(f"a{value}")


def is_file_name(value: object) -> bool:
    """Whether it is the name of a file, without folder."""
    return isinstance(value, str) and bool(value) and Path(value).name == value


# Corpus readers


def _sources(this: Checked, found: object) -> list[Path]:
    paths = list(this.items("sources", found, "paths"))
    for path in paths:
        if not isinstance(path, Path):
            raise this.fault(f"sources() gives {shown(path)}, not a pathlib.Path")
        if not path.is_file():
            raise this.fault(f"sources() gives {path}, which is not a file; it names files that are there")
    return paths


def _read(this: Checked, found: object, *given: object) -> Iterator[Tune]:
    for number, tune in enumerate(this.items("read", found, "tunes")):
        read = _tune_read(this, tune)
        if number >= Bounds.TUNES:
            raise CorpusError(
                f"{read.source}: is one tune more than the {Bounds.TUNES:,} that are read at most"
            )
        yield read


def _tune(method: str) -> Callable[..., Tune]:
    right = gives(method, Tune)

    def check(this: Checked, found: object, *given: object) -> Tune:
        tune = right(this, found)
        for name in _TUNE_FIELDS:
            if not isinstance(value := getattr(tune, name), str):
                raise this.fault(f"{method}() gives a tune whose {name} is {shown(value)}, not a str")
        return tune

    return check


_tune_read = _tune("read")


def _rewrite(this: Checked, found: object, *given: object) -> bytes | None:
    if found is not None and not isinstance(found, bytes):
        raise this.fault(f"rewrite() gives {shown(found)}, not bytes or None")
    return found


# Notations


def _of_bounded_length(*given: object) -> None:
    """Raises NotationError for a tune that is longer than any should be."""
    for tune in given:
        if isinstance(tune, Tune) and len(tune.text) > Bounds.TUNE:
            has, most = counted(len(tune.text), "character"), f"{Bounds.TUNE:,}"
            raise NotationError(
                f"the tune has {has}; at most {most} are read", source=tune.source, line=1, kind="too long"
            )


def _parse(this: Checked, found: object, *given: object) -> Score:
    if not isinstance(found, Score):
        raise this.fault(f"parse() gives {shown(found)}, not a musegen.Score")
    if not isinstance(found.bars, tuple) or not all(isinstance(bar, Bar) for bar in found.bars):
        raise this.fault("parse() gives a score whose bars are not a tuple of musegen.Bar")
    if not isinstance(found.key, Key):
        raise this.fault(f"parse() gives a score whose key is {shown(found.key)}, not a musegen.Key")
    return found


def _body(this: Checked, found: object, tune: Tune) -> int:
    if not isinstance(found, SupportsIndex) or not 0 <= index(found) <= len(tune.text):
        length = counted(len(tune.text), "character")
        raise this.fault(f"body() gives {shown(found)}, not a place in a text of {length}")
    return index(found)


def _fields(method: str) -> Check:
    """Fields of a header and their values."""

    def check(this: Checked, found: object, *given: object) -> object:
        pairs = found.items() if isinstance(found, Mapping) else [(None, None)]
        if not all(isinstance(part, str) for pair in pairs for part in pair):
            raise this.fault(f"{method}() gives {shown(found)}, not fields and values, all of them str")
        return found

    return check


def _guide(this: Checked, found: object, *given: object) -> Checked:
    return this.made(found, _GUIDE)


def _truth(this: Checked, found: object, *given: object) -> bool:
    return bool(found)


def _chords(this: Checked, found: object, tune: Tune) -> list[tuple[int, int]]:
    chords = list(this.items("chord_symbols", found, "pairs of places in the text"))
    for chord in chords:
        places = list(chord) if isinstance(chord, Iterable) else []
        if len(places) != 2 or not all(isinstance(place, SupportsIndex) for place in places):
            raise this.fault(f"chord_symbols() gives {shown(chord)}, not where a chord begins and ends")
    return chords


def _unfolded(this: Checked, found: object, *given: object) -> tuple[str, tuple[Problem, ...]]:
    text, problems = found if isinstance(found, tuple) and len(found) == 2 else (None, ())
    if not isinstance(text, str) or not isinstance(problems, Sequence):
        raise this.fault(f"unfold() gives {shown(found)}, not a text and what could not be written out")
    for problem in problems:
        if not isinstance(problem, Problem):
            raise this.fault(f"unfold() gives {shown(problem)}, not a musegen.Problem")
    return text, tuple(problems)


# Rules and renderers


def _faults(this: Checked, found: object, score: Score) -> list[Fault]:
    faults = list(this.items("faults", found, "faults"))
    for fault in faults:
        if not isinstance(fault, Fault):
            raise this.fault(f"faults() gives {shown(fault)}, not a musegen.Fault")
        if not isinstance(fault.kind, str) or not isinstance(fault.message, str):
            raise this.fault("faults() gives a musegen.Fault whose kind or message is not a str")
    return faults


def _suffix(this: Checked, value: object) -> object:
    if not is_suffix(value):
        raise this.fault(f"suffix is {shown(value)}, not a dot and what follows it, such as .mid")
    return value


def _file_name(this: Checked, value: object) -> object:
    if not is_file_name(value):
        raise this.fault(f"file_name is {shown(value)}, not the name of a file, such as tunes.abc")
    return value


def _wrote(method: str) -> Check:
    def check(this: Checked, found: object, what: object, path: Path) -> None:
        if not path.is_file():
            raise this.fault(f"wrote no file {path.name}; {method} writes one at the path it is given")
        if not path.stat().st_size:
            raise this.fault(
                f"wrote an empty file {path.name}; {method} raises a MusegenError where it cannot write"
            )

    return check


def _open_book(this: Checked, found: object, *given: object) -> Checked:
    return this.made(found, _OPEN_BOOK)


def _figures(this: Checked, found: object, score: Score) -> dict[str, float]:
    if not isinstance(found, Mapping):
        raise this.fault(f"describe() gives {shown(found)}, not a mapping of names to numbers")
    names = {descriptor.name for descriptor in this.descriptors}
    figures = {}
    for name, figure in found.items():
        if name not in names:
            raise this.fault(f"describe() gives {shown(name)}, which is none of its descriptors")
        if figure is None:
            continue
        if not isinstance(figure, _NUMBER) or not isfinite(figure):
            raise this.fault(f"describe() gives {shown(figure)} for {name}, not a finite number or None")
        figures[name] = float(figure)
    return figures


def _descriptors(this: Checked, value: object) -> tuple[Descriptor, ...]:
    if not isinstance(value, tuple) or not all(isinstance(each, Descriptor) for each in value):
        raise this.fault(f"descriptors is {shown(value)}, not a tuple of musegen.Descriptor")
    return value


_GUIDE = Contract(
    "musegen.HeaderGuide",
    ("opening", "next", "complete"),
    {"next": gives("next", str), "complete": _truth},
    {"opening": an_attribute("opening", "a str", str)},
)
_OPEN_BOOK = Contract("musegen.OpenBook", ("add", "close"), {})
_BOOK_RENDERER = Contract(
    "musegen.BookRenderer",
    ("file_name", "render_book"),
    {"render_book": _wrote("render_book(scores, path)"), "begin_book": _open_book},
    {"file_name": _file_name},
)
_CONTRACTS: Mapping[str, Contract] = {
    "corpus reader": Contract(
        "musegen.CorpusReader",
        ("sources", "read"),
        {"sources": _sources, "read": _read, "rewrite": _rewrite},
    ),
    "notation": Contract(
        "musegen.Notation",
        ("parse", "write"),
        {
            "parse": _parse,
            "write": gives("write", str),
            "body": _body,
            "header": _fields("header"),
            "key": gives("key", Key),
            "wished": _fields("wished"),
            "guide": _guide,
            "is_field": _truth,
            "prepare": _tune("prepare"),
            "bare_text": gives("bare_text", str),
            "transpose": _tune("transpose"),
            "chord_symbols": _chords,
            "fold": gives("fold", str),
            "unfold": _unfolded,
            "places": told_places,
            "token_rules": told_rules,
        },
        {"fields": strings("fields")},
        _of_bounded_length,
    ),
    "tokenizer": TOKENIZER_TRAINER,
    "model": MODEL_TRAINER,
    "renderer": Contract(
        "musegen.Renderer",
        ("suffix", "render"),
        {"render": _wrote("render(score, path)")},
        {"suffix": _suffix},
    ),
    "rule": Contract(
        "musegen.Rule",
        ("faults",),
        {"faults": _faults, "limit": gives("limit", TuneLimits), "token_rules": told_rules},
    ),
    "measure": Contract(
        "musegen.Measure",
        ("descriptors", "describe"),
        {"describe": _figures},
        {"descriptors": _descriptors},
    ),
}
