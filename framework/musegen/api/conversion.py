"""One file of tunes to another: a notation's text, or what a renderer writes."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from musegen.corpus.files import read_tunes
from musegen.corpus.transposing import to_tonic, transpose
from musegen.errors import CorpusError, MusegenError, NotationError, locate
from musegen.music.tune import Tune
from musegen.plugins.registry import installed_plugins
from musegen.protocols.notations import Notation
from musegen.protocols.renderers import Renderer
from musegen.writing import write_atomically

_FARTHEST = 60
"""Semitones; no tune with a key stays in anybody's range beyond."""


def convert(
    source: Path | str,
    target: Path | str,
    *,
    tonic: str = "",
    semitones: int = 0,
    strict: bool = False,
    number: int | None = None,
    force: bool = False,
    report: Callable[[str], None] = lambda line: None,
) -> int:
    """Convert the tunes of a file, transposed if asked, and say how many were written.

    The suffix of ``target`` tells what is written: that of a notation (``.abc``), which holds all tunes, or
    of a renderer (``.mid``, ``.musicxml``), which holds one: ``number`` chooses it, from 1. ``tonic`` brings
    each tune there by the shortest way, ``semitones`` moves it as far. ``report`` is told, located, what was
    read tolerantly; with ``strict`` that is an error.

    Raises MusegenError, also where ``target`` exists and not ``force``.
    """
    source, target = Path(source), Path(target)
    if tonic and not re.fullmatch(r"[A-G](#|b)?", tonic):
        raise MusegenError(f'"{tonic}" is no tonic; give one as D, Bb or F# (the mode of a tune stays)')
    if abs(semitones) > _FARTHEST:
        raise MusegenError(f"a tune can be moved by {_FARTHEST} semitones at most (got {semitones})")
    if tonic and semitones:
        raise MusegenError("a tune cannot be moved to a tonic and by semitones at once; give one of them")
    writer = _writer(target)
    check_target(target, source, force)
    tunes = _moved(_chosen(source, number, report), tonic, semitones)
    for tune in tunes:
        _check(tune, strict, report)
    if isinstance(writer, str):
        if {tune.notation for tune in tunes} != {writer}:
            raise NotationError(f"{source}: is no {writer}; choose another kind of file than {target.suffix}")
        text = "\n".join(tune.text.rstrip("\n") + "\n" for tune in tunes)
        write_atomically(target, text.encode())
        return len(tunes)
    if len(tunes) > 1:
        raise MusegenError(
            f"{source}: holds {len(tunes)} tunes and {target.suffix} takes one; choose it with --tune, "
            f"or write a file each with `musegen render {source} --to ...`"
        )
    writer.render(_notation(tunes[0].notation).parse(tunes[0]), target)
    return 1


def check_target(target: Path, source: Path, force: bool) -> None:
    """Raises MusegenError where ``target`` is ``source``, or exists and not ``force``."""
    if not target.exists():
        return
    if source.exists() and target.samefile(source):
        raise MusegenError(f"{target}: is the file to read; name another one to write")
    if not force:
        raise MusegenError(f"{target}: exists; name another file or add --force")


def _chosen(source: Path, number: int | None, report: Callable[[str], None]) -> list[Tune]:
    if not source.is_file():
        raise CorpusError(f"{source}: no such file")
    tunes = list(read_tunes(source, report))
    if not tunes:
        raise CorpusError(f"{source}: no tune found")
    if number is None:
        return tunes
    if not 1 <= number <= len(tunes):
        raise CorpusError(f"{source}: has no tune {number}; it holds {len(tunes)}")
    return [tunes[number - 1]]


def _moved(tunes: list[Tune], tonic: str, semitones: int) -> list[Tune]:
    if not tonic:
        return [transpose(_notation(tune.notation), tune, semitones) for tune in tunes]
    return [to_tonic(_notation(tune.notation), tune, tonic) for tune in tunes]


def _check(tune: Tune, strict: bool, report: Callable[[str], None]) -> None:
    """Parse the tune and tell what was read tolerantly."""
    for problem in _notation(tune.notation).parse(tune).problems:
        where = locate(tune.source, problem.line, problem.column)
        if strict:
            raise NotationError(f"{where}: {problem.message}")
        report(f"{where}: {problem.message}")


def _notation(name: str) -> Notation:
    component: Any = installed_plugins().notation(name)
    notation: Notation = component.build(component.options())
    return notation


def _writer(target: Path) -> str | Renderer:
    """The notation or renderer whose files end as ``target`` does. Raises MusegenError for none."""
    plugins = installed_plugins()
    suffix = target.suffix.lower()
    if suffix.removeprefix(".") in plugins.names("notation"):
        return suffix.removeprefix(".")
    suffixes = {f".{name}" for name in plugins.names("notation")}
    for name in sorted(plugins.names("renderer"), key=lambda name: (f".{name}" != suffix, name)):
        component: Any = plugins.renderer(name)
        try:
            renderer = component.build(component.options())
        except (MusegenError, ImportError):  # what it needs is not installed
            continue
        if isinstance(renderer, Renderer):
            suffixes.add(renderer.suffix)
            if renderer.suffix == suffix:
                return renderer
    raise MusegenError(
        f"{target}: cannot write this kind of file; choose from: {', '.join(sorted(suffixes))}"
    )
