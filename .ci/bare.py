"""Checks an install without compiler and without extras: NumPy samples, tunes render, nothing heavy is there."""

import subprocess
import sys
import warnings
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

for module in (
    "tensorflow",
    "keras",
    "music21",
    "matplotlib",
    "musegen_sampling._sampling",
):
    assert find_spec(module) is None, f"{module} is there"
for module in ("musegen_reading", "musegen_training"):
    try:
        import_module(module)
    except ImportError:
        continue
    raise AssertionError(f"{module} is compiled")

from musegen_abc.notation import AbcNotation  # noqa: E402
from musegen_sampling import LSTMWeights, Sampler  # noqa: E402

rng = np.random.default_rng(0)


def normal(*shape):  # noqa: D103
    return rng.normal(0, 0.3, shape).astype(np.float32)


weights = LSTMWeights(
    "abc", normal(3, 4), [(normal(4, 32), normal(8, 32), normal(32))], normal(8, 3), normal(3)
)
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    tokens = Sampler(weights).generate(np.array([0], np.int32), 20, seed=1)
    Sampler(weights)
assert len(tokens) == 20
assert len(caught) == 1, [str(warning.message) for warning in caught]
print(caught[0].message)
places = AbcNotation().places(["", "K:C\n", "A", "|"])
rows = places.rows(np.array([0, 1, 2, 3, 2], np.int32))
assert rows[:, :2].tolist() == [[0, 0], [1, 1], [1, 3], [2, 1], [2, 3]], rows  # bar, and time in it
with TemporaryDirectory() as folder:
    tune = Path(folder, "tune.abc")
    tune.write_text('X:1\nT:Scale\nM:4/4\nL:1/8\nK:D\n"D"DEFG ABcd|"A"dcBA GFED|]\n')
    command = [sys.executable, "-m", "musegen"]
    subprocess.run([*command, "render", tune, "--to", "midi,wav", "-o", folder], check=True)
    assert Path(folder, "001.mid").stat().st_size > 100
    assert Path(folder, "001.wav").stat().st_size > 100_000
    subprocess.run([*command, "init", Path(folder, "p.toml")], check=True)
    refused = subprocess.run(
        [*command, "check", Path(folder, "p.toml")], check=False, capture_output=True, text=True
    )
    assert refused.returncode == 2
    assert 'pip install "musegen[keras]"' in refused.stderr, refused.stderr
    assert 'pip install "musegen[corpora]"' in refused.stderr, refused.stderr
    print(refused.stderr.strip())
