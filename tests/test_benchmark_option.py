"""``pytest --benchmark`` starts with what musegen[benchmark] installs, or says what is missing."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


def run_pytest(before: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run pytest without its plugins in the project's folder, in a process that executes ``before`` first."""
    code = f"import sys, pytest\n{before}\nsys.exit(pytest.main({[*arguments]!r}))"
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def test_hypothesis_is_not_needed() -> None:
    """Not even by the tests' conftest, which is read where no path is given."""
    without = "sys.modules['hypothesis'] = None"
    done = run_pytest(without, "-q", "-p", "no:cacheprovider", "--collect-only", __file__)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("option", ["--benchmark", "--benchmark-quick"])
def test_pytest_benchmark_is_asked_for(option: str) -> None:
    """With the command that installs it."""
    done = run_pytest("", option)
    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    assert "pip install 'musegen[benchmark]'" in done.stderr
