"""Turns the public dump of thesession.org into ABC: tunes.csv or tunes.json, one row for each setting."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from musegen import Bounds, CorpusError, Tune, check_file, distinct_names, read_file

_COLUMNS = {
    "tune": ("tune_id", "tune", "id"),
    "setting": ("setting_id", "setting", "id"),
    "name": ("name",),
    "rhythm": ("type",),
    "metre": ("meter", "metre"),
    "key": ("mode",),
    "body": ("abc",),
}
"""For each needed column, the names it has had in dumps, newest first."""
_COMPOSER = "composer"
_LONGEST = 1 << 24  # csv's own limit of 128 KB is not far above the longest setting
# An exclamation mark ends a line (ABC 1.6) unless it is half of a decoration, !trill! (ABC 2.1 §4.14).
_MARK = re.compile(r"!(?:[A-Za-z0-9.+<>()]+!)?")

Row = Mapping[str, object]


class TheSessionReader:
    """Reads the tunes of one dump."""

    def __init__(self, path: str) -> None:
        self._path = Path(path)

    def sources(self) -> list[Path]:
        """The file. Raises CorpusError where it does not exist."""
        try:
            check_file(self._path, Bounds.DUMP)
        except OSError as error:
            raise CorpusError(
                f"{self._path}: {error.strerror}; give the tunes.csv or tunes.json of the dump"
            ) from error
        return [self._path]

    def read(self, report: Callable[[str], None]) -> Iterator[Tune]:
        """A tune for every setting, in the order of the file.

        The settings of one tune have the same :attr:`musegen.Tune.work`. A setting without music is passed
        over and reported. Raises CorpusError for a file that is not such a dump.
        """
        (path,) = self.sources()
        file = distinct_names([path])[path]
        try:
            rows = _json_rows(path) if path.suffix.lower() == ".json" else _csv_rows(path)
            columns: Mapping[str, str] = {}
            for row in rows:
                columns = columns or _columns(path, row)
                tune = _tune(file, {key: _text(row.get(name)) for key, name in columns.items()})
                if tune is None:
                    setting = _text(row.get(columns["setting"]))
                    report(f"{file}: setting {setting} has no music; passed over")
                else:
                    yield tune
        except OSError as error:
            raise CorpusError(f"{path}: {error.strerror or error}") from error
        except UnicodeDecodeError as error:
            raise CorpusError(f"{path}: is not UTF-8 text ({error.reason} at byte {error.start})") from error


def _csv_rows(path: Path) -> Iterator[Row]:
    before = csv.field_size_limit(_LONGEST)
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            try:
                yield from reader
            except csv.Error as error:
                raise CorpusError(f"{path}:{reader.line_num}: is not CSV ({error})") from error
    finally:
        csv.field_size_limit(before)


def _json_rows(path: Path) -> Iterator[Row]:
    try:
        rows = json.loads(read_file(path, Bounds.DUMP))
    except UnicodeDecodeError:  # a ValueError too
        raise
    except (ValueError, RecursionError) as error:
        line = getattr(error, "lineno", 1)
        raise CorpusError(f"{path}:{line}: is not JSON ({error})") from error
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise CorpusError(f"{path}: holds no list of settings; give the tunes.json of the dump")
    yield from rows


def _columns(path: Path, row: Row) -> dict[str, str]:
    """For each needed column, its name in this dump. Raises CorpusError where a column is missing."""
    found = {key: next((name for name in names if name in row), "") for key, names in _COLUMNS.items()}
    if missing := [_COLUMNS[key][0] for key, name in found.items() if not name]:
        raise CorpusError(
            f"{path}: lacks the columns {', '.join(missing)}; give the tunes.csv or tunes.json of the dump"
        )
    return found | ({_COMPOSER: _COMPOSER} if _COMPOSER in row else {})


def _text(value: object) -> str:
    return "" if value is None else str(value)


def _tune(file: str, row: Mapping[str, str]) -> Tune | None:
    """The setting as ABC with an eighth note as its unit; None for a setting without music."""
    body = _body(row["body"])
    if not body:
        return None
    tune, setting = row["tune"], row["setting"]
    fields = (
        ("X", setting),
        ("T", row["name"]),
        ("C", row.get(_COMPOSER, "")),
        ("R", row["rhythm"]),
        ("F", f"https://thesession.org/tunes/{tune}#setting{setting}"),
        ("M", row["metre"]),
        ("L", "1/8"),
        ("K", row["key"]),
    )
    header = [_field(letter, text) for letter, text in fields if text.strip() or letter == "K"]
    return Tune(
        "\n".join([*header, *body]) + "\n",
        "abc",
        title=" ".join(row["name"].split()),
        source=f"{file}#setting{setting}",
        work=f"thesession.org/tunes/{tune}",
    )


def _field(letter: str, text: str) -> str:
    """``text`` on one line, fit for a field.

    A per cent sign would begin a comment (ABC 2.1 §2.2.3), and ``T:|`` would read as music.
    """
    value = " ".join(text.split()).replace("%", r"\%")
    return f"{letter}:{' ' if value[:1] in ('|', ':') else ''}{value}"


def _body(text: str) -> list[str]:
    """The lines of the music without empty ones, which would end the tune (ABC 2.1 §2.2.1)."""
    broken = _MARK.sub(lambda match: match[0] if len(match[0]) > 1 else "\n", text)
    return [line.strip() for line in broken.splitlines() if line.strip()]
