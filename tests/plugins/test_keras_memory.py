"""A model that does not fit is refused before anything is built."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from helpers.training_jobs import dataset, job
from musegen import ModelError
from musegen_keras import memory
from musegen_keras.batches import piece_steps
from musegen_keras.model import KerasLSTMTrainer
from musegen_keras.options import KerasLSTMOptions


def test_a_model_too_large_is_refused_in_one_line(tmp_path: Path) -> None:
    """With both figures and what to do."""
    trainer = KerasLSTMTrainer(KerasLSTMOptions(units=(900_000,)))
    with pytest.raises(
        ModelError, match=r"needs about [\d,.]+ GB of memory, [\d,.]+ GB are free; make units"
    ) as caught:
        trainer.train(dataset(), job(tmp_path))
    assert "\n" not in str(caught.value)
    assert not list(tmp_path.iterdir())


def test_a_refusal_does_not_wait_for_tensorflow() -> None:
    """It is not even imported."""
    code = (
        "import sys; from pathlib import Path\n"
        "from musegen import ModelError\n"
        "from musegen_keras.model import KerasLSTMTrainer\n"
        "from musegen_keras.options import KerasLSTMOptions\n"
        "from helpers.training_jobs import dataset, job\n"
        "try: KerasLSTMTrainer(KerasLSTMOptions(units=(900_000,))).train(dataset(), job(Path()))\n"
        "except ModelError: sys.exit(0 if 'tensorflow' not in sys.modules else 3)"
    )
    code = f"import sys; sys.path[:0] = {sys.path!r}\n{code}"
    assert subprocess.run([sys.executable, "-c", code], timeout=60).returncode == 0


def test_every_option_that_takes_memory_counts() -> None:
    """More of any is more bytes; what no tune needs is not counted."""
    small = KerasLSTMOptions(units=(16,), embedding=8, batch=2, sequence=10)

    def needed(**changes: object) -> int:
        options = small.model_copy(update=changes)
        return memory.training_bytes(options, 50, piece_steps(options.windows, options.sequence, corpus), 20)

    corpus = [np.zeros(101, np.int32)] * 20

    for changes in ({"units": (17,)}, {"units": (16, 16)}, {"embedding": 9}, {"batch": 3}, {"sequence": 11}):
        assert needed(**changes) > needed(), changes
    assert needed(batch=20) == needed(batch=1000)
    assert needed(sequence=100) == needed(sequence=1000)
    assert needed(sequence=1000, windows="random") > needed(sequence=100)


def test_where_the_memory_is_unknown_nothing_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A guess would refuse what works."""
    monkeypatch.setattr(memory, "available_bytes", lambda: None)
    memory.check_memory(KerasLSTMOptions(units=(900_000,)), 50, dataset().train)


def test_memory_is_known_here() -> None:
    """Some, and less than a petabyte."""
    available = memory.available_bytes()
    assert available is None or 0 < available < 10**15
