"""Who may import whom."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import musegen

ROOT = Path(__file__).parent.parent
PLUGINS = sorted(path for path in (ROOT / "plugins").iterdir() if (path / "plugin.py").exists())


def imports(folder: Path) -> Iterator[tuple[Path, str, tuple[str, ...]]]:
    """Every import of every module: file, module, names."""
    for path in sorted(folder.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                yield from ((path, alias.name, ()) for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                yield path, node.module or "", tuple(alias.name for alias in node.names)


def ours(module: str) -> bool:
    """Whether a module is one of musegen's packages."""
    return module.partition(".")[0].startswith("musegen")


def test_the_framework_imports_no_plugin_and_no_kernel() -> None:
    """It knows them by their entry points alone."""
    for path, module, _ in imports(ROOT / "framework"):
        assert not ours(module) or module.partition(".")[0] == "musegen", path


@pytest.mark.parametrize("plugin", PLUGINS, ids=lambda path: path.name)
def test_plugins_import_only_public_names(plugin: Path) -> None:
    """From musegen what ``__all__`` names; no other plugin."""
    for path, module, names in imports(plugin):
        if module == "musegen":
            assert set(names) <= set(musegen.__all__), path
        elif ours(module):
            assert module.partition(".")[0] in {plugin.name, "musegen_sampling"}, path


def test_the_sampler_stands_alone() -> None:
    """Its packages are NumPy and safetensors only."""
    for path, module, _ in imports(ROOT / "ext"):
        root = module.partition(".")[0]
        assert root in {"numpy", "safetensors", "musegen_sampling", ""} | sys.stdlib_module_names, path


PUBLIC = """
    API_VERSION Annotation ArtifactError Bar BookRenderer ChordSymbol Collection Component Console
    CorpusError CorpusReader Dataset EpochLoss Event Fault Grace HeaderGuide JSON Judgement Key KeyChange
    LanguageModel MODES Metre MetreChange ModelError ModelTrainer MusegenError NewTune Notation
    NotationError Note Options PathPattern Performance Pipeline PipelineError Pitch PlayedChord PlayedNote
    PluginError Plugins Prepare Problem Progress Renderer Reporter Rest Run STEPS Sampling SavedModel
    Score Silent StorableModel Tempo TempoChange TempoMap Tokenizer TokenizerTrainer Tokens TrainedModel
    TrainingJob Tune Tuplet Valid Vocabulary VocabularyError Wishes accompaniment component convert
    default_tempo derive_seed expand_play_order export hookimpl installed_plugins judge load mend_repeats
    perform read_tunes render sample ticks to_tonic
"""


def test_the_public_names_are_pinned() -> None:
    """Plugins rely on them: a new one raises the second number of API_VERSION, one that goes the first."""
    assert sorted(musegen.__all__) == PUBLIC.split()


def test_every_public_name_is_there() -> None:
    """Public names are imported on first use, so each is tried."""
    assert len(musegen.__all__) > 50
    assert all(hasattr(musegen, name) for name in musegen.__all__)
