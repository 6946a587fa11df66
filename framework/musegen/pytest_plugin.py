"""Fixtures for the tests of plugins; pytest finds them through the entry-point group ``pytest11``.

What they need is imported when a test first asks for it, so that pytest starts as fast as without them.
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
    """Eight invented tunes as music, the later ones with all that a score may hold."""
    from musegen.testing import example_scores

    return example_scores()


@pytest.fixture
def musegen_dataset() -> Dataset:
    """Random tunes over eight symbols: enough to train a tiny model."""
    from musegen.testing import example_dataset

    return example_dataset()


@pytest.fixture
def musegen_job(tmp_path: Path) -> TrainingJob:
    """A silent training job whose checkpoints lie in the test's own folder."""
    from musegen.testing import example_job

    return example_job(tmp_path / "checkpoints")
