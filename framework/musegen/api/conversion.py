"""One file of tunes to another: a notation's text, or what a renderer writes."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from musegen.api.components import with_files
from musegen.corpus.files import Notations, file_readers
from musegen.corpus.transposing import to_tonic, transpose
from musegen.errors import ComponentError, CorpusError, MusegenError, NotationError, locate
from musegen.music.tune import Tune
from musegen.plugins.registry import Plugins
from musegen.progress import Reporter, chosen_reporter
from musegen.protocols.notations import Notation
from musegen.protocols.renderers import Renderer
from musegen.writing import write_atomically, written_whole

_FARTHEST = 60
"""Semitones; no tune with a key stays in anybody's range beyond."""


@dataclass(frozen=True, slots=True)
class Converted:
    """What :func:`convert` wrote."""

    path: Path
    """The file."""
    tunes: int
    """How many tunes it holds."""


def convert(
    source: Path | str,
    target: Path | str,
    *,
    tonic: str = "",
    semitones: int = 0,
    strict: bool = False,
    number: int | None = None,
    force: bool = False,
    plugins: Sequence[Path | str] = (),
    reporter: Reporter | None = None,
    report: Callable[[str], None] | None = None,
) -> Converted:
    """Convert the tunes of a file, transposed if asked.

    The suffix of ``target`` tells what is written: that of a notation (``.abc``), which holds all tunes, or
    of a renderer (``.mid``, ``.musicxml``), which holds one: ``number`` chooses it, from 1. ``tonic`` brings
    each tune there by the shortest way, ``semitones`` moves it as far. ``reporter`` is told, located, what
    was read tolerantly; with ``strict`` that is an error. ``plugins`` are the files of plugins to use besides
    those that are installed. ``report``, a function of a line, is deprecated.

    Raises MusegenError, also where ``target`` exists and not ``force``.
    """
    source, target = Path(source), Path(target)
    if tonic and not re.fullmatch(r"[A-G](#|b)?", tonic):
        raise MusegenError(f'"{tonic}" is no tonic; give one as D, Bb or F# (the mode of a tune stays)')
    if abs(semitones) > _FARTHEST:
        raise MusegenError(f"a tune can be moved by {_FARTHEST} semitones at most (got {semitones})")
    if tonic and semitones:
        raise MusegenError("a tune cannot be moved to a tonic and by semitones at once; give one of them")
    told, known = chosen_reporter(reporter, report), with_files(plugins)
    told.begin("convert")
    if not source.is_file():
        raise CorpusError(f"{source}: no such file")
    readers, notations = file_readers(known, source), Notations(known)
    writer = _writer(known, target)
    check_target(target, source, force)
    read = [tune for reader in readers for tune in reader.read(told.say)]
    chosen = _chosen(source, read, number)
    tunes = [_moved(notations[tune.notation], tune, tonic, semitones) for tune in chosen]
    for tune in tunes:
        _check(notations, tune, strict, told)
    if isinstance(writer, str):
        if {tune.notation for tune in tunes} != {writer}:
            raise NotationError(f"{source}: is no {writer}; choose another kind of file than {target.suffix}")
        text = "\n".join(tune.text.rstrip("\n") + "\n" for tune in tunes)
        write_atomically(target, text.encode())
    elif len(tunes) > 1:
        raise MusegenError(
            f"{source}: holds {len(tunes)} tunes and {target.suffix} takes one; choose it with --tune, "
            f"or write a file each with `musegen render {source} --to ...`"
        )
    else:
        score = notations[tunes[0].notation].parse(tunes[0])
        with written_whole(target) as partial:
            writer.render(score, partial)
    told.finish("convert", f"{target}: {len(tunes)} tune{'s' * (len(tunes) != 1)}")
    return Converted(target, len(tunes))


def check_target(target: Path, source: Path, force: bool) -> None:
    """Raises MusegenError where ``target`` is ``source``, or exists and not ``force``."""
    if not target.exists():
        return
    if source.exists() and target.samefile(source):
        raise MusegenError(f"{target}: is the file to read; name another one to write")
    if not force:
        raise MusegenError(f"{target}: exists; name another file or add --force")


def _chosen(source: Path, tunes: list[Tune], number: int | None) -> list[Tune]:
    if not tunes:
        raise CorpusError(f"{source}: no tune found")
    if number is None:
        return tunes
    if not 1 <= number <= len(tunes):
        raise CorpusError(f"{source}: has no tune {number}; it holds {len(tunes)}")
    return [tunes[number - 1]]


def _moved(notation: Notation, tune: Tune, tonic: str, semitones: int) -> Tune:
    return to_tonic(notation, tune, tonic) if tonic else transpose(notation, tune, semitones)


def _check(notations: Mapping[str, Notation], tune: Tune, strict: bool, reporter: Reporter) -> None:
    """Parse the tune and tell what was read tolerantly."""
    for problem in notations[tune.notation].parse(tune).problems:
        where = locate(tune.source, problem.line, problem.column)
        if strict:
            raise NotationError(f"{where}: {problem.message}")
        reporter.say(f"{where}: {problem.message}")


def _writer(plugins: Plugins, target: Path) -> str | Renderer:
    """The notation or renderer whose files end as ``target`` does. Raises MusegenError for none."""
    suffix = target.suffix.lower()
    if suffix.removeprefix(".") in plugins.names("notation"):
        return suffix.removeprefix(".")
    suffixes, broken = {f".{name}" for name in plugins.names("notation")}, list[str]()
    for name in sorted(plugins.names("renderer"), key=lambda name: (f".{name}" != suffix, name)):
        try:
            renderer = plugins.build("renderer", name)
        except ComponentError as error:
            broken.append(f"; {error}")
            continue
        except (MusegenError, ImportError):  # what it needs is not installed
            continue
        if isinstance(renderer, Renderer):
            suffixes.add(renderer.suffix)
            if renderer.suffix == suffix:
                return renderer
    choices = ", ".join(sorted(suffixes))
    raise MusegenError(f"{target}: cannot write this kind of file; choose from: {choices}{''.join(broken)}")
