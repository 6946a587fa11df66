"""Reads tunes from ABC files, folders and zip archives."""

from __future__ import annotations

import glob
import re
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path, PurePosixPath

from musegen import (
    Bounds,
    CorpusError,
    Tune,
    check_file,
    distinct_names,
    files_below,
    matching_paths,
    read_file,
)
from musegen_abc.accents import read_text
from musegen_abc.charset import decoded
from musegen_abc.layout import read_field, split_lines
from musegen_abc.rewriting import rewrite_abc
from musegen_abc.splitting import NO_TUNE, Left, completed, file_header, left_over, outside_blocks, tune_spans
from musegen_abc.text_blocks import text_blocks

_SUFFIX, _ARCHIVE = ".abc", ".zip"
_BROKEN_ARCHIVE = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError)

Report = Callable[[str], None]


class AbcReader:
    """Reads the tunes of some files, folders (all ``.abc`` files in them), zip archives or patterns."""

    def __init__(self, paths: Sequence[str]) -> None:
        """``paths``: each names a file or folder, or is a pattern with ``*``, ``?`` or ``[...]``."""
        self._paths = paths

    def sources(self) -> list[Path]:
        """The files in the order of the patterns, sorted in each. Raises CorpusError where one has none."""
        try:
            found = dict.fromkeys(file for pattern in self._paths for file in _matches(pattern))
            for file in found:
                check_file(file, Bounds.TUNE_FILE)
        except OSError as error:
            raise CorpusError(f"{error.filename}: {error.strerror}") from error
        return list(found)

    def read(self, report: Report) -> Iterator[Tune]:
        """The tunes, in the order of the sources. Raises CorpusError for a file that cannot be read."""
        return read_files(self.sources(), report)

    def rewrite(self, file: Path, tunes: Sequence[Tune]) -> bytes | None:
        """``file`` with ``tunes`` in place of its own; None for an archive. Raises CorpusError."""
        if file.suffix.lower() == _ARCHIVE:
            return None
        try:
            return rewrite_abc(read_file(file, Bounds.TUNE_FILE), tunes)
        except OSError as error:
            raise CorpusError(f"{file}: {error.strerror or error}") from error


def _matches(pattern: str) -> list[Path]:
    path = Path(pattern)
    if path.is_dir():
        found = _in_folder(path)
        if not found:
            raise CorpusError(f"{pattern}: no {_SUFFIX} file in this folder")
        return found
    if path.exists():
        return [path]
    if not glob.has_magic(pattern):
        raise CorpusError(f"{pattern}: no such file or folder")
    found = []
    for path in matching_paths(pattern):
        if path.is_dir():
            found += _in_folder(path)
        elif path.suffix.lower() in (_SUFFIX, _ARCHIVE) or pattern.endswith(path.suffix or "/"):
            found.append(path)
    if not found:
        raise CorpusError(f"{pattern}: no file matches this pattern")
    return found


def _in_folder(folder: Path) -> list[Path]:
    return [path for path in files_below(folder) if path.suffix.lower() == _SUFFIX]


def read_files(files: Iterable[Path], report: Report) -> Iterator[Tune]:
    """The tunes of ABC files and of zip archives of them. Raises CorpusError for any other file."""
    for file, name in distinct_names(files).items():
        try:
            packed = file.suffix.lower() == _ARCHIVE
            contents = _members(file, name) if packed else [(name, read_file(file, Bounds.TUNE_FILE))]
            for source, content in contents:
                yield from split_tunes(decode(content, source, report), source, report)
        except OSError as error:
            raise CorpusError(f"{file}: {error.strerror or error}") from error


def _members(file: Path, name: str) -> Iterator[tuple[str, bytes]]:
    """Name and content of each ABC file in an archive of this name, sorted by name."""
    try:
        with zipfile.ZipFile(file) as archive:
            members = [member for member in archive.infolist() if _is_abc(member)]
            if not members:
                raise CorpusError(f"{file}: no {_SUFFIX} file in this archive")
            if len(members) > Bounds.ARCHIVE_FILES:
                many = f"holds {len(members):,} {_SUFFIX} files; at most {Bounds.ARCHIVE_FILES:,} are read"
                raise CorpusError(f"{file}: {many}; unpack it")
            if sum(member.file_size for member in members) > Bounds.TUNE_FILE:
                raise CorpusError(f"{file}: holds more than {Bounds.TUNE_FILE >> 20} MiB of ABC; unpack it")
            for member in sorted(members, key=lambda member: member.filename):
                with archive.open(member) as opened:
                    content = opened.read(Bounds.TUNE_FILE + 1)
                if len(content) > Bounds.TUNE_FILE:
                    raise CorpusError(f"{file}: {member.filename} is larger than it says")
                yield f"{name}/{member.filename}", content
    except _BROKEN_ARCHIVE as error:
        raise CorpusError(f"{file}: cannot be read as a zip archive ({error})") from error


def _is_abc(member: zipfile.ZipInfo) -> bool:
    path = PurePosixPath(member.filename)
    resource_fork = path.name.startswith("._") or "__MACOSX" in path.parts
    return path.suffix.lower() == _SUFFIX and not member.is_dir() and not resource_fork


def decode(content: bytes, name: str, report: Report) -> str:
    """A file's text. A guessed encoding is reported. Raises CorpusError for a binary file."""
    found = decoded(content)
    if "\0" in found.text:
        raise CorpusError(f"{name}: is not a text file")
    if found.told:
        report(f"{name}:{found.line}: {found.told}")
    return found.text


def split_tunes(text: str, name: str, report: Report = lambda line: None) -> Iterator[Tune]:
    """One tune for each ``X:`` field, with the fields of the file's header that it lacks (ABC 2.1 §2.2).

    A tune ends at an empty line or the next ``X:``; free text between tunes is passed over. ``report`` gets
    a line for each place where something that looks like music is outside of all tunes, a tune has no
    ``X:``, or a block of text between tunes has no end. The notation tells whether a tune can be used.
    """
    lines = split_lines(text)
    header, spans = file_header(lines), list(tune_spans(lines))
    told = list(left_over(lines, spans))
    if not spans and not told:
        written = (i for i, line in enumerate(lines) if line.strip() and not line.startswith("%"))
        told = [Left(i, NO_TUNE) for i in written][:1]
    for place, message in told:
        report(f"{name}:{place + 1}: {message}")
    inherited = 0
    unclosed = [block for block in text_blocks(lines) if not block.closed]
    for begin, end in spans:
        while unclosed and unclosed[0].begin < end:
            block = unclosed.pop(0)
            if block.begin < begin:  # of one inside a tune the tune's problems tell
                report(f"{name}:{block.begin + 1}: {block.message}")
        own, first, added = completed(lines[begin:end], header)
        inherited += sum(map(len, own[first : first + added]))
        if inherited > Bounds.TUNE_FILE:
            most = f"{Bounds.TUNE_FILE >> 20} MiB"
            raise CorpusError(
                f"{name}: its header, written into every tune, makes more than {most}; shorten it"
            )
        yield _tune(own, f"{name}:{begin + 1}", added)
    for block in unclosed:
        report(f"{name}:{block.begin + 1}: {block.message}")


def _tune(lines: Sequence[str], source: str, added: int) -> Tune:
    title = ""
    for line in outside_blocks(lines):
        field = read_field(line)
        if field and field[0] == "T":
            title = read_text(re.sub(r"\s+", " ", field[1]))
        if field and field[0] in "TK":
            break
    return Tune("\n".join(lines) + "\n", "abc", title, source, inherited=added)
