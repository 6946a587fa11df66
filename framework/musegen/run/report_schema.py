"""The part of ``run.json`` that a run is shown from, checked as what anybody may have written."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, Field, ValidationError

from musegen.errors import ArtifactError
from musegen.inputs import lies_in
from musegen.music.originality import Copied
from musegen.option_faults import option_faults
from musegen.options import Options
from musegen.storage import REPORT


def _below(name: str) -> str:
    if re.search(r"(^|/)\.*(/|$)|[\\:\0]", name):
        raise ValueError("is not the name of a file below the run folder")
    return name


class TuneRow(Options, extra="ignore"):
    """A new tune, as ``run.json`` describes it."""

    number: int = Field(ge=1)
    title: str
    seed: int
    faults: tuple[str, ...]
    copied: Copied | None = None
    """What it shares with the training tunes; None where that is not known."""
    files: tuple[Annotated[str, AfterValidator(_below)], ...] = Field(min_length=1)
    """Names of its files below the run folder, the text first."""
    key: str = ""
    metre: str = ""
    rhythm: str = ""
    bars: int | None = None
    nats: float | None = None
    tokens: int = 0


class TuneReport(Options, extra="ignore"):
    """The part of ``run.json`` that objects are made of; the rest is given to users as it is."""

    tunes: tuple[TuneRow, ...]
    drawn_with: dict[str, Any] = Field(default_factory=dict)
    """What drew the tunes besides their seeds; empty in reports of before."""


def read_tune_report(folder: Path, report: Mapping[str, Any]) -> TuneReport:
    """The new tunes of the run in a folder, out of what its ``run.json`` says.

    Raises ArtifactError for a row that is not a tune, and for a file outside of the folder.
    """
    given = {"tunes": report["tunes"], "drawn_with": report.get("drawn_with", {})}
    try:
        found = TuneReport.model_validate_json(json.dumps(given))
    except ValidationError as error:
        fault = option_faults(error, given)[0]
        raise ArtifactError(f"{folder / REPORT}: {fault}; `musegen run` makes it anew") from None
    for name in (name for row in found.tunes for name in row.files):
        if not lies_in(folder / name, folder):
            raise ArtifactError(f"{folder / name}: lies outside of the run folder; give the run its files")
    return found
