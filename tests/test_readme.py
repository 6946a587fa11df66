"""What README.md shows is so."""

from __future__ import annotations

import os
import re
import shlex
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

import musegen
from helpers.invented import NGRAM_PIPELINE, write_pipeline
from musegen import Pipeline, Plugins, Silent
from musegen.commands.main import parse
from musegen.pipeline.plan import load_plan
from musegen_sampling import LSTMWeights, Sampler

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text("utf-8")


def block(language: str, containing: str) -> str:
    """The code block of README.md with this text in it."""
    blocks = re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)
    (found,) = [code for code in blocks if containing in code]
    return str(found)


def test_the_pipeline_shown_is_the_example() -> None:
    """To the letter; and it has no mistake."""
    example = ROOT / "examples" / "pipeline.toml"
    assert block("toml", 'use = "music21"') == example.read_text("utf-8")
    musegen.load(example)


@pytest.mark.parametrize("path", sorted((ROOT / "examples").glob("*.toml")), ids=lambda path: path.stem)
def test_examples_have_no_mistake(path: Path, request: pytest.FixtureRequest) -> None:
    """With the Nottingham files that are here instead of a download."""
    text = path.read_text("utf-8")
    if 'use = "mitdeeplearning"' in text and not os.environ.get("CI"):
        pytest.importorskip("mitdeeplearning", reason="needs the package mitdeeplearning")
    downloads = 'use = "nottingham"' in text
    here = [f'corpus.0.path="{request.getfixturevalue("nottingham")}"'] if downloads else []
    musegen.load(path, here)


def test_the_ngram_example_has_the_same_tunes_and_split() -> None:
    """So that its figures are the line to beat; that the LSTM learns from other keys too is its own."""
    examples = [musegen.load(ROOT / "examples" / name).plan for name in ("pipeline.toml", "ngram.toml")]
    shared = [(p.corpus, p.split, p.tokenizer, p.run_options.seed) for p in examples]
    prepared = [p.prepare.model_copy(update={"transpose": False}) for p in examples]
    assert shared[0] == shared[1]
    assert prepared[0] == prepared[1]


def test_the_notebook_lines_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As they stand, beside a pipeline."""
    write_pipeline(tmp_path)
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    exec(block("python", "run.tunes[0].abc"), names)
    assert isinstance(names["run"], musegen.Run)


def test_the_constraint_of_the_sampling_page_holds() -> None:
    """The class and the call as they stand there: never the same token twice in a row."""
    page = (ROOT / "docs" / "sampling.md").read_text("utf-8")
    (code,) = re.findall(r"```python\n(class NoRepeat.*?)```", page, re.DOTALL)
    rng = np.random.default_rng(0)
    arrays = [rng.normal(size=shape).astype(np.float32) for shape in ((4, 8), (2, 8), (8,), (2, 4), (4,))]
    weights = LSTMWeights("abcd", None, [(arrays[0], arrays[1], arrays[2])], arrays[3], arrays[4])
    names: dict[str, object] = {"np": np, "sampler": Sampler(weights), "start": [0]}
    exec(code, names)
    tokens = np.asarray(names["tokens"])
    assert len(tokens) == 500
    assert (tokens[1:] != tokens[:-1]).all()


def test_the_sampler_lines_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As they stand, beside a model."""
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(0)
    shapes = [(4, 5), (5, 8), (2, 8), (8,), (2, 4), (4,)]
    embedding, kernel, recurrent, bias, dense, dense_bias = (
        rng.normal(size=shape).astype(np.float32) for shape in shapes
    )
    weights = LSTMWeights(
        ["<s>", "<e>", "a", "b"], embedding, [(kernel, recurrent, bias)], dense, dense_bias, start=0
    )
    weights.save(Path("model.safetensors"))
    names: dict[str, object] = {}
    exec(block("python", "from musegen_sampling"), names)
    tokens = names["tokens"]
    assert isinstance(tokens, np.ndarray)
    assert len(tokens) == 500


def test_the_plugin_in_one_screen_works(tmp_path: Path) -> None:
    """A pipeline uses it at once."""
    module = ModuleType("csv_renderer")
    exec(block("python", "csv_renderer.py"), module.__dict__)
    plugins = Plugins()
    for installed in musegen.installed_plugins()._manager.get_plugins():
        plugins.add(installed, musegen.installed_plugins()._manager.get_name(installed) or "")
    plugins.add(module, "csv")
    text = NGRAM_PIPELINE.replace('use = "wav"', 'use = "csv"').replace("[sample]", "order = 4\n\n[sample]")
    file = write_pipeline(tmp_path, text)
    run = Pipeline(load_plan(file, plugins=plugins)).run(Silent())
    rows = run.tunes[0].files[".csv"].read_text().splitlines()
    assert rows[0] == "onset_quarters,duration_quarters,midi_pitch"
    assert len(rows) > 8


def test_every_command_shown_is_understood() -> None:
    """By the command line's own parser."""
    commands = re.findall(r"`musegen ([^`]+)`", README)
    assert len(commands) >= 8
    for command in commands:
        assert parse(shlex.split(command))[0]
