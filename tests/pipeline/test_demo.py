"""The model that comes with musegen."""

from __future__ import annotations

import json
import subprocess
import sys
import wave
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

import musegen
from musegen import Tune, Valid, demo_model, judge
from musegen.commands.main import main
from musegen_abc.notation import AbcNotation
from musegen_sampling import LSTMWeights

HERE = Path(musegen.__file__).parent / "demo"


def test_three_tunes_are_heard(tmp_path: Path) -> None:
    """As ABC that is valid, as MIDI, and as sound that is not silent; without TensorFlow."""
    folder = tmp_path / "demo"
    code = (
        "import sys; from musegen.commands.main import main\n"
        f"assert main(['demo', '-o', {str(folder)!r}]) == 0\n"
        "assert not {'tensorflow', 'keras'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=600)
    names = [f"00{number}{suffix}" for number in (1, 2, 3) for suffix in (".abc", ".mid", ".wav")]
    assert sorted(path.name for path in folder.iterdir()) == [*names, "tunes.csv"]
    for path in folder.glob("*.abc"):
        assert judge(AbcNotation().parse(Tune(path.read_text(), "abc")), Valid()).valid
    for path in folder.glob("*.wav"):
        with wave.open(str(path)) as sound:
            samples = np.frombuffer(sound.readframes(sound.getnframes()), np.int16)
            assert 5 < sound.getnframes() / sound.getframerate() < 240
        assert np.sqrt(np.mean(np.square(samples / 32768.0))) > 0.01


def test_sampling_without_a_model_takes_it(tmp_path: Path) -> None:
    """The same seed gives the same tunes, by either command."""
    assert main(["demo", "--seed", "3", "-o", str(tmp_path / "demo")]) == 0
    options = ["-n", "3", "--seed", "3", "--to", "midi"]
    assert main(["sample", *options, "-o", str(tmp_path / "sample")]) == 0
    names = sorted(path.name for path in (tmp_path / "sample").glob("*.abc"))
    assert names == ["001.abc", "002.abc", "003.abc"]
    for path in (tmp_path / "sample").glob("*.abc"):
        assert path.read_bytes() == (tmp_path / "demo" / path.name).read_bytes()


def test_it_is_small_and_says_where_it_comes_from() -> None:
    """At most 1.5 MB in int8, with pipeline, losses and licence beside it."""
    assert demo_model().stat().st_size <= 1_500_000
    assert LSTMWeights.load(demo_model()).store == "int8"
    losses = json.loads((HERE / "losses.json").read_text())
    assert losses["test_nats"] < losses["ngram_memory_nats"]
    assert len(losses["corpora"]) == 3
    assert "Apache-2.0" in (HERE / "LICENCE.md").read_text()


def test_it_knows_what_it_learned_from_without_holding_it() -> None:
    """The melodies beside it are hashes of eight notes each; a draw names its nearest relative."""
    file = HERE / "melodies.npz"
    assert file.stat().st_size < 2_000_000
    model = musegen.open_model(demo_model())
    assert model.melodies is not None
    assert (model.melodies.window, len(model.melodies)) == (8, 3383)
    draws = model.compose(musegen.Sample(tunes=8, keep="all", temperature=0.7), seed=0).draws
    copied = [draw.copied for draw in draws if draw.copied and draw.copied.notes]
    assert len(copied) > 4
    assert all(each.notes >= 8 and each.share > 0 and each.source and each.bars for each in copied)
    with np.load(file) as arrays:
        assert arrays["symbols"].dtype == np.uint32


@pytest.mark.skipif(find_spec("music21") is None, reason="needs the package music21")
def test_its_pipeline_has_no_mistake() -> None:
    """It can be made again."""
    musegen.load(HERE / "pipeline.toml")


def test_a_missing_model_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """As where somebody left it out of a package."""
    monkeypatch.setattr("musegen.api.sampling.MODEL", tmp_path / "demo" / "model.safetensors")
    assert main(["demo", "-o", str(tmp_path / "demo")]) == 2
    assert "install musegen again" in capsys.readouterr().err.strip().splitlines()[-1]
    assert not (tmp_path / "demo").exists()
