"""``musegen.convert``: converts a file of tunes to a text or to a file that a renderer writes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pydantic import ValidationError

from musegen.api.components import with_files
from musegen.corpus.files import Notations, file_readers
from musegen.corpus.told import Told
from musegen.corpus.transposing import to_tonic, transpose
from musegen.errors import ComponentError, CorpusError, MusegenError, NotationError, PluginError
from musegen.inputs import check_file
from musegen.music.score import Score
from musegen.music.tune import Tune
from musegen.plugins.installed import Installed
from musegen.plugins.registry import Plugins
from musegen.progress import Reporter, chosen_reporter
from musegen.protocols.corpora import CorpusReader, RewritingReader
from musegen.protocols.notations import Notation
from musegen.protocols.renderers import Renderer
from musegen.words import counted
from musegen.writing import check_folder, write_atomically, written_whole

_FARTHEST = 60
"""Semitones; no tune with a key stays in anybody's range beyond."""
_FIRST_LINE = 10_000
"""Bytes at most of a line that shows how lines end."""


@dataclass(frozen=True, slots=True)
class Converted:
    """The result of :func:`convert`."""

    path: Path
    """The file that was written."""
    tunes: int
    """Number of tunes in it."""
    failed: tuple[str, ...] = ()
    """One line for each tune that could not be converted and is left out, with the reason."""


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
    """Convert the tunes of a file to another kind of file, and transpose them if asked.

    What ``target`` ends with tells what is written: a notation (``.abc``), which holds all tunes, or what a
    renderer writes (``.mid``, ``.wav``, ``.musicxml``), which holds one: ``number`` chooses it, from 1. From
    a notation to the same one nothing changes but the tunes: what stands before and between them stays, and
    line ends do; it is written in UTF-8. ``tonic`` brings each tune there by the shortest way, ``semitones``
    moves it as far. Tunes that cannot be read are left out. ``reporter`` is told of each of them, and gets a
    line for each kind of mistake in a file that was read tolerantly; with ``strict`` the first one is an
    error. ``plugins`` are the files of plugins to use besides those that are installed. ``report``, a
    function of a line, is deprecated.

    Raises MusegenError if no tune can be converted, or if ``target`` exists and ``force`` is not set.
    """
    source, target = Path(source), Path(target)
    if tonic and not re.fullmatch(r"[A-G](#|b)?", tonic):
        raise MusegenError(f'"{tonic}" is not a tonic; write it as D, Bb or F# (the mode of a tune stays)')
    if abs(semitones) > _FARTHEST:
        raise MusegenError(f"a tune can be moved by up to {_FARTHEST} semitones (got {semitones})")
    if tonic and semitones:
        raise MusegenError("a tune cannot be moved to a tonic and by semitones at once; give one of them")
    told, known = chosen_reporter(reporter, report), with_files(plugins)
    told.begin("convert")
    try:
        check_file(source)
    except OSError as error:
        raise CorpusError(f"{source}: {error.strerror}") from None
    readers, notations = file_readers(known, source), Notations(known)
    writer = _writer(known, target)
    check_target(target, source, force)
    mistakes = Told(told.say, str(source))
    read = [tune for reader in readers for tune in reader.read(mistakes.line)]
    chosen = _chosen(source, read, number)
    tunes, failed = list[Tune](), list[str]()
    for place, tune in enumerate(chosen, 1):
        try:
            mistakes.score(tune, _score(notations, tune, strict))
            tunes.append(_moved(notations[tune.notation], tune, tonic, semitones))
        except NotationError as error:
            if strict or len(chosen) == 1:
                raise
            failed.append(f"{error}; tune {place} is not converted")
            told.say(failed[-1])
            tunes.append(replace(tune, text=""))
    mistakes.finish()
    if len(failed) == len(tunes):
        raise CorpusError(f"{source}: none of its {counted(len(tunes), 'tune')} can be converted")
    if isinstance(writer, str):
        if {tune.notation for tune in tunes} != {writer}:
            raise NotationError(
                f"{source}: its tunes are not in {writer}; choose another kind of file than {target.suffix}"
            )
        write_atomically(target, _as_text(notations[writer], readers, source, tunes, number is None))
    elif len(tunes) > 1:
        raise MusegenError(
            f"{source}: holds {counted(len(tunes), 'tune')} and {writer.suffix} takes one; choose it with "
            f"--tune, or write a file each with `musegen render {source} --to ...`"
        )
    else:
        score = notations[tunes[0].notation].parse(tunes[0])
        with written_whole(target) as partial:
            writer.render(score, partial)
    made = Converted(target, len(tunes) - len(failed), tuple(failed))
    told.finish("convert", f"{target}: {counted(made.tunes, 'tune')}")
    return made


def _as_text(
    notation: Notation, readers: Sequence[CorpusReader], source: Path, tunes: Sequence[Tune], whole: bool
) -> bytes:
    """The file to write: ``source`` with these tunes in it where they are all (``whole``), else the tunes."""
    for reader in readers if whole else ():
        if isinstance(reader, RewritingReader) and (content := reader.rewrite(source, tunes)) is not None:
            return content
    with source.open("rb") as file:
        first = file.readline(_FIRST_LINE)
    end = "\r\n" if first.endswith(b"\r\n") and b"\0" not in first else "\n"
    texts = [tune.text.rstrip("\n") + "\n" for tune in tunes if tune.text]
    text = "\n".join(texts).replace("\n", end)
    as_file: Callable[[str], bytes] = getattr(notation, "as_file", str.encode)  # it may say its encoding
    return as_file(text)


def check_target(target: Path, source: Path, force: bool) -> None:
    """Raises MusegenError if ``target`` is the file ``source``, or exists and ``force`` is not set.

    Raises it too for a folder, and OSError where there is no folder for it.
    """
    if target.is_dir():
        raise MusegenError(f"{target}: is a folder; name a file in it")
    check_folder(target.parent)
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


def _score(notations: Mapping[str, Notation], tune: Tune, strict: bool) -> Score:
    """The tune as music. With ``strict``, raises NotationError for a mistake that was tolerated."""
    score = notations[tune.notation].parse(tune)
    for problem in score.problems if strict else ():
        raise NotationError(f"{tune.place(problem.line, problem.column)}: {problem.message}")
    return score


def _writer(plugins: Plugins, target: Path) -> str | Renderer:
    """The notation or renderer whose files end as ``target`` does, by the longest end that is known.

    A renderer that declares its suffix is built only if it is the one. Raises MusegenError for none.
    """
    notations = {f".{name}": name for name in plugins.names("notation")}
    declaring = [one for one in _renderers(plugins) if one.component.suffixes]
    others = [one for one in _renderers(plugins) if not one.component.suffixes]
    known = {suffix.lower(): one for one in reversed(declaring) for suffix in one.component.suffixes}
    broken = list[str]()
    if _end(target, [*known, *notations]) != "".join(target.suffixes).lower():
        known = {suffix: one for one in reversed(others) if (suffix := _built_suffix(one, broken))} | known
    end = _end(target, [*known, *notations])
    if end in notations:
        return notations[end]
    if not end:
        choices = ", ".join(sorted({*known, *notations}))
        raise MusegenError(
            "; ".join([f"{target}: cannot write this kind of file; choose from: {choices}", *broken])
        )
    try:
        renderer = plugins.build("renderer", known[end].component.name)
    except ComponentError:  # its line names the component and its plugin
        raise
    except MusegenError as error:
        raise PluginError(f"{target}: {error}") from error
    if not isinstance(renderer, Renderer):
        raise PluginError(f'{target}: renderer "{known[end].component.name}" writes no {end} file')
    return renderer


def _renderers(plugins: Plugins) -> list[Installed]:
    """All of them, those first that are named after their suffix."""
    found = [one for one in plugins if one.kind == "renderer"]
    return sorted(found, key=lambda one: f".{one.component.name}" not in one.component.suffixes)


def _built_suffix(installed: Installed, broken: list[str]) -> str:
    """The suffix of a renderer that declares none; empty for one that cannot be built, or writes books.

    ``broken`` gets a line for a renderer that breaks its protocol.
    """
    try:
        renderer = installed.build()
    except ComponentError as error:
        broken.append(str(error))
        return ""
    except (MusegenError, ImportError, ValidationError):  # what it needs is not installed or not given
        return ""
    return renderer.suffix.lower() if isinstance(renderer, Renderer) else ""


def _end(target: Path, known: Iterable[str]) -> str:
    """The longest of these suffixes that the name of ``target`` ends with; empty for none."""
    name = target.name.lower()
    return max((end for end in known if name.endswith(end) and name != end), key=len, default="")
