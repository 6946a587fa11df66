"""An exception out of a component names it, its plugin and the stage, and leaves the run resumable."""

from __future__ import annotations

import traceback
from pathlib import Path

import pytest

import musegen
from helpers.distributions import musegen as command, python
from helpers.invented import NGRAM_PIPELINE, write_pipeline
from musegen.plugins.registry import Plugins

WORDS = """
from musegen import Options, VocabularyError, component, hookimpl
from musegen_char.tokenizer import CharTokenizerTrainer

class WordsOptions(Options):
    "Characters, with a fault."
    fault: str = ""
    "Where."

class Trainer(CharTokenizerTrainer):
    def __init__(self, fault):
        self.fault = fault
    def train(self, texts):
        if self.fault == "train":
            raise KeyError("lost")
        if self.fault == "mistake":
            raise VocabularyError("too many words")
        return super().train(texts)

def build(options):
    if options.fault == "build":
        raise KeyError("lost")
    return Trainer(options.fault)

@hookimpl
def musegen_tokenizers():
    return [component("words", version=1, options=WordsOptions, build=build)]
"""
PIPELINE = (
    NGRAM_PIPELINE.replace('use = "char"', 'use = "words"\nfault = "{}"')
    + "\n[plugins]\nfiles = ['words.py']\n"
)


def write(folder: Path, fault: str) -> Path:
    """A pipeline whose tokenizer has a fault."""
    file = write_pipeline(folder, PIPELINE.format(fault))
    (folder / "words.py").write_text(WORDS)
    return file


@pytest.mark.parametrize("fault", ["train", "build"])
def test_a_foreign_exception_keeps_its_type_and_traceback(tmp_path: Path, fault: str) -> None:
    """With a note below it."""
    file = write(tmp_path, fault)
    with pytest.raises(KeyError, match="lost") as caught:
        musegen.load(file, reporter=musegen.Silent()).run(musegen.Silent())
    (note,) = caught.value.__notes__
    assert note == f'in tokenizer "words", plugin "{tmp_path / "words.py"}", stage tokenizer'
    assert "words.py" in "".join(traceback.format_exception(caught.value))


def test_the_run_can_be_resumed(tmp_path: Path) -> None:
    """What came before is reused once the plugin is mended; the command says the same as the note."""
    file = write(tmp_path, "train")
    done = python("-m", "musegen", "run", file)
    assert done.returncode == 1
    assert "Traceback" in done.stderr
    assert 'in tokenizer "words", plugin' in done.stderr
    assert list((tmp_path / "run" / "stages" / ".partial").glob("tokenizer-*"))
    file.write_text(PIPELINE.format(""))
    again = command("run", file)
    assert again.returncode == 0
    assert again.stderr.count("(reused)") == 1


def test_a_mistake_is_one_line(tmp_path: Path) -> None:
    """What the component says, and which it is."""
    done = command("run", write(tmp_path, "mistake"))
    assert done.returncode == 2
    last = done.stderr.splitlines()[-1]
    assert 'pipeline.toml:9: tokenizer: too many words (in tokenizer "words", plugin ' in last
    assert last.endswith("stage tokenizer)")


def test_of_two_components_of_one_package_the_right_one_is_named(
    pipeline_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The package of ABC has a reader, a notation and a renderer."""

    def fail(*_: object) -> None:
        raise RuntimeError("lost")

    monkeypatch.setattr("musegen_abc.notation.prepare_abc", fail)
    with pytest.raises(RuntimeError) as caught:
        musegen.load(pipeline_file).run(musegen.Silent())
    (note,) = caught.value.__notes__
    assert note.startswith('in notation "abc", plugin "abc" of musegen ')
    assert note.endswith("stage corpus")


def test_an_observer_is_named(tmp_path: Path) -> None:
    """A hook that watches a run is a plugin's too."""

    class Watching:
        @musegen.hookimpl
        def musegen_stage_finished(self, stage: str) -> None:
            raise RuntimeError("out of paper")

    plugins = Plugins()
    plugins.add(Watching(), "watching")
    with pytest.raises(RuntimeError) as caught:
        plugins.stage_finished("corpus", tmp_path, True)
    assert caught.value.__notes__ == ['in musegen_stage_finished of plugin "watching", stage corpus']


def test_an_exception_of_the_framework_blames_nobody(
    pipeline_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is musegen's own."""

    def fail(*_: object) -> None:
        raise RuntimeError("lost")

    monkeypatch.setattr("musegen.run.stages.corpus.read_corpus", fail)
    with pytest.raises(RuntimeError) as caught:
        musegen.load(pipeline_file).run(musegen.Silent())
    assert not hasattr(caught.value, "__notes__")
