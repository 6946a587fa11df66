"""What README.md, docs/commands.md and docs/sampling.md show is so."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import musegen
from helpers.invented import NGRAM_PIPELINE, write_pipeline
from musegen import Silent
from musegen.commands.main import parse
from musegen_sampling import LSTMWeights, Sampler

ROOT = Path(__file__).parent.parent
PIPELINE = NGRAM_PIPELINE.replace("[sample]", "order = 4\n\n[sample]")
"""It writes tunes that can be played."""
README = (ROOT / "README.md").read_text("utf-8")
SAMPLING = (ROOT / "docs" / "sampling.md").read_text("utf-8")
COMMANDS = (ROOT / "docs" / "commands.md").read_text("utf-8")


def block(language: str, containing: str, page: str = README) -> str:
    """The code block of a page, README.md if left out, with this text in it."""
    blocks = re.findall(rf"```{language}\n(.*?)```", page, re.DOTALL)
    (found,) = [code for code in blocks if containing in code]
    return str(found)


def missing(part: object, whole: object, place: str = "") -> list[str]:
    """What of ``part`` does not stand in ``whole`` as it is, by its place in the tables."""
    if isinstance(part, dict) and isinstance(whole, dict):
        return [
            line for key, value in part.items() for line in missing(value, whole.get(key), f"{place}.{key}")
        ]
    if isinstance(part, list) and isinstance(whole, list) and all(isinstance(one, dict) for one in part):
        absent = [one for one in part if not any(not missing(one, other) for other in whole)]
        return [f"{place}: {one}" for one in absent]
    return [] if part == whole else [f"{place}: {part!r} is not {whole!r}"]


def test_the_readme_is_short() -> None:
    """A newcomer reads it to the end; what is longer stands in docs/."""
    assert len(README.splitlines()) <= 150


def test_the_pipeline_shown_is_the_core_of_the_example(tmp_path: Path) -> None:
    """Every key of it stands in the example with the same value, and it is a pipeline without a mistake."""
    shown = block("toml", 'use = "music21"')
    example = ROOT / "examples" / "pipeline.toml"
    assert missing(tomllib.loads(shown), tomllib.loads(example.read_text("utf-8"))) == []
    assert example.name in README
    file = tmp_path / "pipeline.toml"
    file.write_text(shown, "utf-8")
    musegen.load(file)


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
    """So that bits a note can be compared, although the LSTM's tunes are written otherwise."""
    examples = [musegen.load(ROOT / "examples" / name).plan for name in ("pipeline.toml", "ngram.toml")]
    shared = [(p.corpus, p.split, p.prepare.fields, p.tokenizer, p.run_options.seed) for p in examples]
    assert shared[0] == shared[1]


def test_the_notebook_lines_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As they stand, beside a pipeline; both samples are there with their sound."""
    write_pipeline(tmp_path, PIPELINE)
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {}
    exec(block("python", "run.tunes[0].abc"), names)
    assert isinstance(names["run"], musegen.Run)
    for tunes in (names["calm"], names["wild"]):
        assert len(tunes) == 8
        assert any(tune.wav.is_file() for tune in tunes if ".wav" in tune.files)


def test_the_constraint_of_the_sampling_page_holds() -> None:
    """The class and the call as they stand there: never the same token twice in a row."""
    code = block("python", "class NoRepeat", SAMPLING)
    rng = np.random.default_rng(0)
    arrays = [rng.normal(size=shape).astype(np.float32) for shape in ((4, 8), (2, 8), (8,), (2, 4), (4,))]
    weights = LSTMWeights("abcd", None, [(arrays[0], arrays[1], arrays[2])], arrays[3], arrays[4])
    names: dict[str, object] = {"np": np, "sampler": Sampler(weights), "start": [0]}
    exec(code, names)
    tokens = np.asarray(names["tokens"])
    assert len(tokens) == 500
    assert (tokens[1:] != tokens[:-1]).all()


def test_the_sampler_lines_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As they stand, beside a model; what they end with is a tune, as the model's own tokenizer reads it."""
    monkeypatch.chdir(tmp_path)
    shutil.copyfile(musegen.demo_model(), "model.safetensors")
    names: dict[str, Any] = {}
    exec(block("python", "from musegen_sampling", SAMPLING), names)
    language = musegen.open_model("model.safetensors").language
    assert names["text"] == language.tokenizer.decode(names["tokens"])
    text, _ = language.unfolded(names["text"])
    assert musegen.perform(musegen.parse(text, "abc")).melody


def test_the_plugin_in_one_screen_works(tmp_path: Path) -> None:
    """A pipeline beside its file uses it at once, by the lines shown, and its option does what it says."""
    (tmp_path / "csv_renderer.py").write_text(block("python", "csv_renderer.py"), "utf-8")
    (files,) = re.findall(r"`\[plugins\] (files = [^`]+)`", README)
    (use,) = re.findall(r"`\[\[render\]\] (use = [^`]+)`", README)
    text = PIPELINE.replace('use = "wav"', use) + f"\n[plugins]\n{files}\n"
    file = write_pipeline(tmp_path, text)
    rows = _csv_rows(musegen.load(file).run(Silent()))
    assert rows[0] == "onset_quarters,duration_quarters,midi_pitch"
    assert len(rows) > 8
    assert (
        _csv_rows(musegen.load(file, ["render.1.header=false"], reporter=Silent()).run(Silent())) == rows[1:]
    )


def _csv_rows(run: musegen.Run) -> list[str]:
    """The lines of the first tune's table."""
    return run.tunes[0].files[".csv"].read_text().splitlines()


def test_every_command_shown_is_understood() -> None:
    """By the command line's own parser."""
    commands = re.findall(r"`musegen ([^`-][^`]*)`", README + COMMANDS)
    commands += re.findall(r"^musegen (.+)$", COMMANDS, re.MULTILINE)
    assert len(commands) >= 25
    for command in commands:
        assert parse(shlex.split(command))[0]
