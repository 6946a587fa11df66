"""Plugins that are one file, named by a pipeline."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import musegen
from helpers.distributions import musegen as command
from helpers.invented import NGRAM_PIPELINE, write_pipeline
from musegen import PipelineError, PluginError, Silent

SHOUTING = '''
"""Writes the number of notes."""
from musegen import Options, component, hookimpl, perform

class CountOptions(Options):
    """The number of notes."""
    unit: str = "notes"
    """What they are called."""

class Count:
    suffix = ".count"
    def __init__(self, options):
        self.unit = options.unit
    def render(self, score, path):
        path.write_text(f"{len(perform(score).melody)} {self.unit}")

@hookimpl
def musegen_renderers():
    return [component("count", version=1, options=CountOptions, build=Count)]
'''
LETTERS = '''
"""One symbol per character, as char has it."""
from musegen import Options, component, hookimpl
from musegen_char.tokenizer import CharTokenizerTrainer

class LetterOptions(Options):
    """One symbol per character."""

@hookimpl
def musegen_tokenizers():
    build = lambda options: CharTokenizerTrainer()
    return [component("letters", version=1, options=LetterOptions, build=build)]
'''
PIPELINE = (
    NGRAM_PIPELINE.replace("[[corpus]]", '[plugins]\nfiles = ["count.py", "own/letters.py"]\n\n[[corpus]]')
    .replace('use = "char"', 'use = "letters"')
    .replace('use = "wav"', 'use = "count"\nunit = "sounds"')
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A pipeline with two plugin files beside it."""
    folder = tmp_path / "project"
    (folder / "own").mkdir(parents=True)
    (folder / "count.py").write_text(SHOUTING)
    (folder / "own" / "letters.py").write_text(LETTERS)
    (folder / "stray.py").write_text("raise AssertionError('nobody named this file')\n")
    return write_pipeline(folder, PIPELINE)


def test_a_pipeline_uses_them(file: Path) -> None:
    """By names relative to its own place; the commands say which files they load, before they do."""
    for action in ("check", "run"):
        done = command(action, file)
        assert done.returncode == 0, done.stderr
        loads = [line for line in done.stderr.splitlines() if "loading the plugin" in line]
        assert loads == [
            f"musegen: {file}: loading the plugin {file.parent / name}, whose code is run"
            for name in ("count.py", "own/letters.py")
        ]
    assert (file.parent / "run" / "tunes" / "001.count").read_text().endswith(" sounds")


def test_schema_knows_them(file: Path) -> None:
    """Where the pipeline is named; nothing else of it matters."""
    done = command("schema", file)
    assert "loading the plugin" in done.stderr
    choices = json.loads(done.stdout)["properties"]["render"]["items"]["oneOf"]
    (count,) = [choice for choice in choices if choice["title"] == "count"]
    assert count["properties"]["unit"]["description"] == "What they are called."
    assert '"count"' not in command("schema").stdout


def test_they_are_the_pipelines_alone(file: Path) -> None:
    """Other pipelines of the same process do not see them."""
    musegen.load(file, reporter=Silent())
    assert "letters" not in musegen.installed_plugins().names("tokenizer")


def test_their_content_counts(file: Path) -> None:
    """A stage is made anew when the file of its component changed, and what depends on it; no other."""
    pipeline = musegen.load(file, reporter=Silent())
    pipeline.run(Silent())
    count = file.parent / "count.py"
    count.write_text(SHOUTING.replace("} {self", "} fine {self"))
    done = command("run", file)
    assert done.stderr.count("(reused)") == 6
    assert (file.parent / "run" / "tunes" / "001.count").read_text().endswith(" fine sounds")
    letters = file.parent / "own" / "letters.py"
    letters.write_text(letters.read_text() + "# changed\n")
    assert command("run", file).stderr.count("(reused)") == 2


def test_a_saved_model_says_which_file_it_needs(file: Path, tmp_path: Path) -> None:
    """Sampling without it tells how to give it; with it the model works."""
    run = musegen.load(file, reporter=Silent()).run(Silent())
    model, letters = run.folder / "model.safetensors", file.parent / "own" / "letters.py"
    done = command("sample", model, "-n", "1", "-o", tmp_path / "out", "--to", "")
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert 'needs a component that is not installed: no tokenizer "letters"' in line
    assert line.endswith("it came from the plugin file letters.py: give it with --plugin")
    arguments = ("-n", "1", "--keep", "all", "-o", tmp_path / "out", "--to", "", "--plugin", letters)
    given = command("sample", model, *arguments)
    assert given.returncode == 0, given.stderr
    assert (tmp_path / "out" / "001.abc").exists()
    (tune,) = musegen.sample(model, tmp_path / "again", tunes=1, keep="all", plugins=[letters])
    assert tune.abc == (tmp_path / "out" / "001.abc").read_text()


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (None, r"plugins\.files\.0: .*count.py: no such file"),
        ("def f(:\n", r"count.py: cannot be loaded: SyntaxError: .*count.py:1"),
        ("1 / 0\n", "count.py: cannot be loaded: ZeroDivisionError: .*count.py:1"),
        ("x = 1\n", "it implements no hook"),
    ],
)
def test_a_wrong_file_is_a_located_mistake(file: Path, content: str | None, expected: str) -> None:
    """Beside the pipeline's other mistakes."""
    count = file.parent / "count.py"
    count.write_text(content) if content is not None else count.unlink()
    with pytest.raises(PipelineError, match=rf"pipeline.toml:\d+: .*{expected}"):
        musegen.load(file, reporter=Silent())


def test_a_file_of_the_same_component_is_refused(file: Path) -> None:
    """As an installed plugin would be."""
    (file.parent / "count.py").write_text(SHOUTING.replace('"count"', '"midi"'))
    with pytest.raises(PipelineError, match='renderer "midi" is declared by plugin "midi" of musegen'):
        musegen.load(file, reporter=Silent())


def test_a_plugin_file_for_sampling_must_be_there(tmp_path: Path) -> None:
    """One line names it."""
    with pytest.raises(PluginError, match=r"nowhere.py: no such file"):
        musegen.sample("model.safetensors", tmp_path, plugins=["nowhere.py"])
