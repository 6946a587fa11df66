"""What skipped tests need is said in one line at the end of a run."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from helpers.needs import skipped_line

ROOT = Path(__file__).parent.parent


def test_needs_are_counted() -> None:
    """Most of them first, in the words of the reasons."""
    cpu = "Skipped: needs a CPU with amx"
    package = "Skipped: could not import 'keras.ops': No module named 'keras'"
    programs = "Skipped: mitdeeplearning: abc2wav needs abc2midi and timidity; on Debian: apt-get install"
    assert skipped_line([package, cpu, programs, cpu, cpu, package]) == (
        "6 tests were skipped: 3 need a CPU with amx, 2 need the package keras, 1 needs abc2midi and timidity"
    )


def test_other_reasons_stand_as_they_are() -> None:
    """None is left out."""
    assert skipped_line(["Skipped: too hot"]) == "1 test was skipped: 1 needs what is said here: too hot"


def test_nothing_is_said_where_none_was_skipped() -> None:
    """No line."""
    assert skipped_line([]) == ""


def test_a_run_ends_with_it(tmp_path: Path) -> None:
    """Here for want of the Nottingham files, and of --benchmark."""
    environment = {name: value for name, value in os.environ.items() if name != "CI"}
    environment["MUSEGEN_NOTTINGHAM"] = str(tmp_path / "nowhere")
    paths = ["tests/plugins/test_bar_calibration.py", "benchmarks/test_parsing.py"]
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *paths]
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300, check=False
    )
    lines = done.stdout.splitlines()
    assert lines[-2:-1] == [
        "8 tests were skipped: 6 need pytest --benchmark, "
        "2 need the Nottingham files (set MUSEGEN_NOTTINGHAM)"
    ], done.stdout
