"""Fixtures for the tests of plugins; pytest finds them through the entry-point group ``pytest11``.

Each fixture imports what it needs when a test first uses it, so that it does not slow down pytest.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from musegen.music.score import Score
    from musegen.protocols.models import Dataset, TrainingJob


@pytest.fixture
def musegen_texts() -> tuple[str, ...]:
    """Twenty invented jigs in ABC notation, one text each."""
    from musegen.testing import example_texts

    return example_texts()


@pytest.fixture
def musegen_scores() -> tuple[Score, ...]:
    """Eight invented tunes as scores; the later ones contain everything that a score may hold."""
    from musegen.testing import example_scores

    return example_scores()


@pytest.fixture
def musegen_dataset() -> Dataset:
    """Random tunes over eight symbols: enough to train a tiny model."""
    from musegen.testing import example_dataset

    return example_dataset()


@pytest.fixture
def musegen_job(tmp_path: Path) -> TrainingJob:
    """A silent training job whose checkpoints are in the test's own temporary folder."""
    from musegen.testing import example_job

    return example_job(tmp_path / "checkpoints")
