"""The manifest of new tunes, ``tunes.csv``: a row of facts about each, from which it can be drawn again."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from musegen.canonical import JSON, canonical_json
from musegen.errors import ArtifactError
from musegen.inputs import read_file
from musegen.models.sample_options import Sample
from musegen.run.new_tunes import Row

MANIFEST = "tunes.csv"
"""Name of the file beside the tunes, or at the top of a run folder."""
COLUMNS = (
    *("number", "file", "title", "seed", "key", "metre", "rhythm", "bars", "valid", "faults"),
    *("nats", "nats_a_token", "copied_notes", "copied_from", "model", "model_sha256", "options"),
)
_SELECTING = {"tunes", "keep", "attempts"}
"""Options that decide which draws are kept, and nothing about a draw."""
_LARGEST = 1 << 30


@dataclass(frozen=True, slots=True)
class Recipe:
    """What draws a tune besides its seed: the model and the options."""

    model: str
    """The model's file, relative to the folder of the manifest; empty for the one that comes with musegen."""
    digest: str
    """SHA-256 of that file."""
    options: Mapping[str, Any]
    """The keys of ``[sample]`` that decide a draw or judge it, those of the model among them.

    ``rule`` has the tables ``[[rule]]``, where there are any."""

    @classmethod
    def of(cls, model: str, digest: str, options: Sample, rule: Sequence[Mapping[str, JSON]] = ()) -> Recipe:
        """The recipe of draws with these options. ``rule``: the tables ``[[rule]]`` of plugins' rules."""
        deciding = options.model_dump(mode="json", exclude_none=True, exclude=_SELECTING)
        return cls(model, digest, {**deciding, **({"rule": list(map(dict, rule))} if rule else {})})

    def described(self) -> dict[str, JSON]:
        """The columns that every row of one manifest shares."""
        return {"model": self.model, "model_sha256": self.digest, "options": dict(self.options)}


def model_beside(model: Path, folder: Path) -> str:
    """How a manifest in ``folder`` names the file of a model, so that both can be moved together."""
    try:
        return Path(os.path.relpath(model.resolve(), folder.resolve())).as_posix()
    except ValueError:  # on another drive
        return model.resolve().as_posix()


def manifest_rows(rows: Iterable[Row], recipe: Recipe) -> list[list[str]]:
    """A row of cells, in the order of :data:`COLUMNS`, for each row of facts."""
    shared = {**recipe.described(), "options": canonical_json(dict(recipe.options))}
    facts = ({**flat(row), **shared} for row in rows)
    return [[cell(each.get(name)) for name in COLUMNS] for each in facts]


def manifest_text(rows: Iterable[Sequence[str]], *, header: bool = True) -> bytes:
    """Comma-separated values as RFC 4180 has them, in UTF-8. Cells stay as they are, formulas included."""
    file = io.StringIO(newline="")
    csv.writer(file).writerows([*([COLUMNS] if header else []), *rows])
    return file.getvalue().encode("utf-8", "backslashreplace")


def with_rows_of(path: Path, rows: Sequence[Sequence[str]]) -> list[Sequence[str]]:
    """The rows, with those of other tunes that the manifest at ``path``, if there is one, has already.

    Raises ArtifactError for a file that is not such a manifest, or says something else of one of the tunes.
    """
    if not path.exists():
        return list(rows)
    names, found = read_manifest(path)
    known = {row[0]: row for row in found if row}
    for row in rows:
        if tuple(names) != COLUMNS or known.setdefault(row[0], list(row)) != list(row):
            raise ArtifactError(f"{path}: exists with other content; choose another folder")
    return sorted(known.values(), key=lambda row: int(row[0]) if row[0].isdecimal() else 0)


def read_manifest(path: Path) -> tuple[list[str], list[list[str]]]:
    """The names of a manifest's columns, and its rows. Raises ArtifactError for what is not such a table."""
    try:
        text = read_file(path, _LARGEST).decode("utf-8-sig")  # a spreadsheet may have put a mark before it
        csv.field_size_limit(max(csv.field_size_limit(), len(text)))
        rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except OSError as error:
        raise ArtifactError(f"{path}: {error.strerror}") from None
    except (UnicodeDecodeError, csv.Error) as error:
        raise ArtifactError(f"{path}: is not a table of comma-separated values in UTF-8 ({error})") from None
    return (rows[0], rows[1:]) if rows else ([], [])


def flat(row: Row) -> dict[str, Any]:
    """The row with the columns that stand for more than one of its fields."""
    nats, tokens, copied = row.get("nats"), row.get("tokens"), row.get("copied")
    return {
        **row,
        "file": row["files"][0] if row.get("files") else "",
        "faults": "; ".join(row["faults"]),
        "nats_a_token": round(nats / tokens, 4) if nats is not None and tokens else None,
        "copied_notes": copied["notes"] if copied else None,
        "copied_from": f"{copied['source']} {copied['title']}".rstrip() if copied else None,
    }


def cell(value: object) -> str:
    """The text of a cell; empty for None."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)
