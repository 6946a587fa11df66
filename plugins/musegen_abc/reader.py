"""ABC files, folders and zip archives to tunes."""

from __future__ import annotations

import glob
import re
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path, PurePosixPath

from musegen import CorpusError, Tune, check_file, distinct_names, files_below, matching_paths, read_file
from musegen_abc.layout import read_field, split_lines

_SUFFIX, _ARCHIVE = ".abc", ".zip"
# ABC is typed by hand: the largest collections there are have a few megabytes a file.
_LARGEST = 64 * 2**20
_BROKEN_ARCHIVE = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError)
# Fields of a file header that the tunes inherit (ABC 2.1 §2.2.2, §3): all that may stand there but N and H.
_INHERITED = frozenset("ABCDFGILMmORrSUZ")

Report = Callable[[str], None]


class AbcReader:
    """The tunes of some files, folders (all ``.abc`` files in them), zip archives or patterns."""

    def __init__(self, paths: Sequence[str]) -> None:
        """``paths``: each names a file or folder, or is a pattern with ``*``, ``?`` or ``[...]``."""
        self._paths = paths

    def sources(self) -> list[Path]:
        """The files in the order of the patterns, sorted in each. Raises CorpusError for one without any."""
        try:
            found = dict.fromkeys(file for pattern in self._paths for file in _matches(pattern))
            for file in found:
                check_file(file, _LARGEST)
        except OSError as error:
            raise CorpusError(f"{error.filename}: {error.strerror}") from error
        return list(found)

    def read(self, report: Report) -> Iterator[Tune]:
        """The tunes, in the order of the sources. Raises CorpusError."""
        return read_files(self.sources(), report)


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
    """The tunes of ABC files and zip archives of them. Raises CorpusError for a file that is neither."""
    for file, name in distinct_names(files).items():
        try:
            packed = file.suffix.lower() == _ARCHIVE
            contents = _members(file, name) if packed else [(name, read_file(file, _LARGEST))]
            for source, content in contents:
                yield from split_tunes(decode(content, source, report), source)
        except OSError as error:
            raise CorpusError(f"{file}: {error.strerror or error}") from error


def _members(file: Path, name: str) -> Iterator[tuple[str, bytes]]:
    """Name and content of the ABC files in an archive of this name, sorted by name."""
    try:
        with zipfile.ZipFile(file) as archive:
            members = [member for member in archive.infolist() if _is_abc(member)]
            if not members:
                raise CorpusError(f"{file}: no {_SUFFIX} file in this archive")
            if sum(member.file_size for member in members) > _LARGEST:
                raise CorpusError(f"{file}: holds more than {_LARGEST >> 20} MB of ABC; unpack it")
            for member in sorted(members, key=lambda member: member.filename):
                with archive.open(member) as opened:
                    content = opened.read(_LARGEST + 1)
                if len(content) > _LARGEST:
                    raise CorpusError(f"{file}: {member.filename} is larger than it says")
                yield f"{name}/{member.filename}", content
    except _BROKEN_ARCHIVE as error:
        raise CorpusError(f"{file}: cannot be read as a zip archive ({error})") from error


def _is_abc(member: zipfile.ZipInfo) -> bool:
    path = PurePosixPath(member.filename)
    resource_fork = path.name.startswith("._") or "__MACOSX" in path.parts
    return path.suffix.lower() == _SUFFIX and not member.is_dir() and not resource_fork


def decode(content: bytes, name: str, report: Report) -> str:
    """A file's text: UTF-8, else Latin-1, and ``report`` is told so. Raises CorpusError for a binary file."""
    if b"\0" in content:
        raise CorpusError(f"{name}: is no text file")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = len(split_lines(content[: error.start].decode("latin-1"))) or 1
        report(f"{name}:{line}: not UTF-8; the file is read as Latin-1")
        return content.decode("latin-1")


def split_tunes(text: str, name: str) -> Iterator[Tune]:
    """One tune for each ``X:`` field, with fields of the file's header that it lacks (ABC 2.1 §2.2).

    A tune ends at an empty line or the next ``X:``; free text between tunes is passed over. Whether it is
    a tune that can be used, its notation tells.
    """
    lines = split_lines(text)
    inherited = _file_header(lines)
    start: int | None = None
    for i, line in enumerate([*lines, ""]):
        begins = line.startswith("X:")
        if start is not None and (begins or not line or line.isspace()):
            yield _tune(lines[start:i], inherited, f"{name}:{start + 1}")
            start = None
        if begins:
            start = i


def _file_header(lines: Sequence[str]) -> dict[str, list[str]]:
    """Letter -> lines of the fields before the first tune, if nothing but fields and comments is there."""
    inherited: dict[str, list[str]] = {}
    for line in lines:
        if not line or line.isspace() or line.startswith("X:"):
            break
        field = read_field(line)
        if field and field[0] in _INHERITED:
            inherited.setdefault(field[0], []).append(line)
        elif not field and not line.startswith("%"):
            return {}
    return inherited


def _tune(lines: list[str], inherited: dict[str, list[str]], source: str) -> Tune:
    own: dict[str, str] = {}
    for line in lines:
        field = read_field(line)
        if field:
            own.setdefault(field[0], re.sub(r"\s+", " ", field[1]))
            if field[0] == "K":
                break
    added = [line for letter, given in inherited.items() if letter not in own for line in given]
    text = "\n".join([lines[0], *added, *lines[1:]]) + "\n"
    return Tune(text, "abc", own.get("T", ""), source)
