"""The files of an evaluation."""

from __future__ import annotations

import json
from pathlib import Path

from musegen.evaluation.findings import Findings
from musegen.evaluation.page import page
from musegen.evaluation.rows import rows_csv

REPORT = "evaluation.json"
"""All figures."""
TABLE = "evaluation.csv"
"""A row of facts and figures for each tune, new and real."""
PAGE = "evaluation.html"
"""The page with tables and pictures, in one file."""


def write_evaluation(found: Findings, folder: Path) -> None:
    """Write the three files of an evaluation into a folder."""
    state = json.dumps(found.state(), indent=1, ensure_ascii=False) + "\n"
    (folder / REPORT).write_text(state, "utf-8")
    (folder / TABLE).write_bytes(rows_csv(found.rows))
    (folder / PAGE).write_bytes(page(found))
