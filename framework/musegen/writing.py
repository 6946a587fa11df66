"""Functions that write a file, or all files of a folder, completely or not at all."""

from __future__ import annotations

import csv
import errno
import hashlib
import io
import shutil
import time
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from filelock import FileLock, Timeout

from musegen.errors import ArtifactError
from musegen.inputs import check_file

UNFINISHED = ".musegen-"
"""How the names of folders begin whose files are not all there yet."""
_HELD, _FILES = "lock", "files"
_BEGINNING_S = 60


def file_digest(path: Path) -> str:
    """SHA-256 of a file's content. Raises OSError for what is not a file, such as a pipe."""
    check_file(path)
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_atomically(path: Path, content: bytes) -> None:
    """Write ``content`` to ``path`` so that readers see either the old file or the new one, never a part.

    Raises FileNotFoundError if the folder does not exist.
    """
    check_folder(path.parent)
    partial = path.with_name(f".{path.name}.partial")
    with errors_name(path):
        try:
            partial.write_bytes(content)
            partial.replace(path)
        finally:
            with suppress(OSError):
                partial.unlink(missing_ok=True)


@contextmanager
def written_whole(path: Path) -> Iterator[Path]:
    """A file of the same name elsewhere, to be written in the block and then put at ``path``."""
    check_folder(path.parent)
    with errors_name(path), _room(path.parent) as made:
        yield made / path.name
        (made / path.name).replace(path)


def check_folder(folder: Path) -> None:
    """Raises OSError for what is not a folder; its ``strerror`` says what it is."""
    if not folder.exists():
        raise FileNotFoundError(errno.ENOENT, "no such folder", str(folder))
    if not folder.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, "is a file, not a folder", str(folder))


@contextmanager
def errors_name(path: Path) -> Iterator[None]:
    """An error about a file that stands for ``path`` until it is whole names ``path``, which users know."""
    try:
        yield
    except OSError as error:
        if UNFINISHED in str(error.filename) or str(error.filename).endswith(".partial"):
            error.filename = str(path)
            error.filename2 = None
        raise


@contextmanager
def all_or_none(
    folder: Path, advice: str, *, force: bool = False, replacing: Collection[str] = ()
) -> Iterator[Path]:
    """A temporary folder to write to. At the end its files are moved into ``folder``: all of them or none.

    Raises ArtifactError, whose message ends with ``advice``, if a file would replace one with other content
    and ``force`` is not set. ``replacing``: names of files whose new content takes up what the old one says.
    """
    with _folders_made(folder), errors_name(folder), _room(folder) as made:
        yield made
        files = sorted(made.iterdir())
        for file in files if not force else ():
            target = folder / file.name
            same = target.is_file() and target.read_bytes() == file.read_bytes()
            if file.name not in replacing and target.exists() and not same:
                raise ArtifactError(f"{target}: exists with other content; {advice}")
        for file in files:
            file.replace(folder / file.name)


@contextmanager
def _folders_made(folder: Path) -> Iterator[None]:
    """Make a folder and those above it. Where the block fails, what was made goes again if it is empty."""
    there = next((each for each in (folder, *folder.parents) if each.exists()), None)
    if there:
        check_folder(there)
    made = [each for each in (folder, *folder.parents) if not each.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    try:
        yield
    except BaseException:
        for each in made:
            with suppress(OSError):
                each.rmdir()
        raise


@contextmanager
def _room(folder: Path) -> Iterator[Path]:
    """A folder in ``folder`` for files that are not all there yet; what kills left there goes first."""
    sweep(folder)
    with TemporaryDirectory(prefix=UNFINISHED, dir=folder) as room, FileLock(Path(room) / _HELD):
        made = Path(room) / _FILES
        made.mkdir()
        yield made


def sweep(folder: Path) -> None:
    """Take away what killed processes have left in a folder of files that were not all there yet.

    A folder is known by what is in it, and by a lock that lasts as long as the process that holds it.
    """
    for room in folder.glob(f"{UNFINISHED}????????"):
        with suppress(OSError, Timeout):
            inside = {item.name for item in room.iterdir()}
            if _HELD not in inside:  # it may be about to be locked, or be somebody's own
                if time.time() - room.stat().st_mtime > _BEGINNING_S:
                    room.rmdir()
            elif inside <= {_HELD, _FILES}:
                FileLock(room / _HELD).acquire(timeout=0).lock.release()  # whoever is still at work holds it
                shutil.rmtree(room)


@contextmanager
def os_errors_explained(where: Path) -> Iterator[None]:
    """Turn an error of the operating system into an ArtifactError that names the file and says what to do."""
    try:
        yield
    except OSError as error:
        path = error.filename or where
        raise ArtifactError(
            f"{path}: {error.strerror or error}; make room or rights there, or choose another folder"
        ) from error


def csv_text(rows: Iterable[Sequence[object]]) -> bytes:
    """The rows as comma-separated values in UTF-8, with Unix line ends on every system."""
    file = io.StringIO(newline="")
    csv.writer(file, lineterminator="\n").writerows(rows)
    return file.getvalue().encode()
