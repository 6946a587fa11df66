"""Fixtures that more than one folder of tests uses."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

from helpers.invented import write_pipeline

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
    root = Path(__file__).parent.parent
    folder = Path(os.environ.get("MUSEGEN_NOTTINGHAM", root.parent / "shared" / "data" / "nottingham"))
    if not folder.is_dir():
        message = f"{folder}: not there; set MUSEGEN_NOTTINGHAM to the Nottingham files to run this test"
        pytest.fail(message) if os.environ.get("CI") else pytest.skip(message)
    return folder
