"""Fixtures that more than one folder of tests uses."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import pytest

from helpers.invented import write_pipeline
from helpers.needs import NOTTINGHAM_FILES, lack
from helpers.real_tunes import NOTTINGHAM

if find_spec("hypothesis"):  # musegen[benchmark] lacks it, and pytest --benchmark comes by here too
    from hypothesis import settings

    # A deadline measures the machine, which may be busy, and not the code.
    settings.register_profile("musegen", deadline=None)
    settings.load_profile("musegen")


@pytest.fixture
def pipeline_file(tmp_path: Path) -> Path:
    """An n-gram pipeline over thirty invented jigs, in a folder of its own."""
    return write_pipeline(tmp_path / "project")


@pytest.fixture(scope="session")
def nottingham() -> Path:
    """The folder of the Nottingham files: ``MUSEGEN_NOTTINGHAM``, else beside the project.

    Where it is missing, a user is told that the test did not run; in CI it fails.
    """
    if not NOTTINGHAM.is_dir():
        lack(NOTTINGHAM_FILES)
    return NOTTINGHAM
