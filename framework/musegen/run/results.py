"""Results of a finished run as Python objects, which notebooks can display."""

from __future__ import annotations

import base64
import html
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from musegen.bounds import Bounds
from musegen.errors import ArtifactError
from musegen.inputs import lies_in, read_file
from musegen.plugins.registry import Plugins
from musegen.protocols.models import EpochLoss
from musegen.run.new_tune import NewTune
from musegen.run.report_schema import read_tune_report
from musegen.run.stages.figures import PICTURE
from musegen.run.stages.model import MODEL, read_loss_table
from musegen.storage import REPORT
from musegen.words import counted


@dataclass(frozen=True)
class Run:
    """A finished run."""

    folder: Path
    """The run folder."""
    tunes: tuple[NewTune, ...]
    """The new tunes; empty if only the model was trained."""
    losses: tuple[EpochLoss, ...]
    """Training and validation loss of each epoch, in nats a token."""
    report: Mapping[str, Any]
    """Content of ``run.json``."""

    @classmethod
    def load(cls, folder: Path | str, plugins: Plugins | None = None) -> Run:
        """The run whose results are in ``folder``. Raises ArtifactError if it has no results.

        ``plugins``: plugins that have the notation of the tunes; None for the installed ones.
        """
        folder = Path(folder)
        try:
            report = json.loads(read_file(folder / REPORT, Bounds.RUN_FILE))
            losses = read_loss_table(folder)
            found = read_tune_report(folder, report)
            rows, recipe = (row.model_dump() for row in found.tunes), found.drawn_with
            tunes = tuple(NewTune.from_row(row, folder, plugins, recipe) for row in rows)
        except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
            raise ArtifactError(f"{folder}: holds no finished run; `musegen run` makes one") from error
        return cls(folder, tunes, losses, report)

    @property
    def model(self) -> Path:
        """The file of the trained model."""
        return self.folder / MODEL

    @property
    def picture(self) -> Path | None:
        """The picture of the training; None if matplotlib was not installed."""
        path = self.folder / PICTURE
        return path if path.is_file() and lies_in(path, self.folder) else None

    def __repr__(self) -> str:
        return f"Run({str(self.folder)!r}, {counted(len(self.tunes), 'tune')})"

    def _repr_html_(self) -> str:
        picture = ""
        if self.picture:
            data = base64.b64encode(read_file(self.picture, Bounds.RUN_FILE)).decode()
            picture = f'<img alt="loss against epochs" src="data:image/png;base64,{data}">'
        tunes = "".join(tune._repr_html_() for tune in self.tunes)
        return f"<h3>{html.escape(str(self.folder))}</h3>{picture}{tunes}"
