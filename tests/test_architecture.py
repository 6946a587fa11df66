"""Who may import whom."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

import musegen

ROOT = Path(__file__).parent.parent
PLUGINS = sorted(path for path in (ROOT / "plugins").iterdir() if (path / "plugin.py").exists())

EXTENSIONS = {path.parent.name for path in (ROOT / "ext").glob("*/__init__.py")}


def imports(folder: Path, pattern: str = "*.py") -> Iterator[tuple[Path, str, tuple[str, ...]]]:
    """Every import of every module: file, module, names."""
    for path in sorted(folder.rglob(pattern)):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                yield from ((path, alias.name, ()) for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                yield path, node.module or "", tuple(alias.name for alias in node.names)


def ours(module: str) -> bool:
    """Whether a module is one of musegen's packages."""
    return module.partition(".")[0].startswith("musegen")


ROOMS = (
    "commands",
    "api",
    "testing",
    "run",
    "pipeline",
    "evaluation",
    "models",
    "corpus",
    "plugins",
    "protocols",
    "music",
    "ground",
)
"""The rooms of the framework, from the top floor down; ``ground`` is what lies at its root."""
FRAMEWORK = ROOT / "framework" / "musegen"
FACES = {"__init__", "__main__", "pytest_plugin", "demo"}
"""They hand on what other modules define, and stand above them all."""


def framework_modules() -> dict[str, Path]:
    """Dotted name below ``musegen`` -> file, packages by their own name."""
    return {
        ".".join(path.relative_to(FRAMEWORK).with_suffix("").parts): path
        for path in sorted(FRAMEWORK.rglob("*.py"))
    }


def framework_arrows() -> Iterator[tuple[str, str]]:
    """Each import of one module of the framework by another."""
    modules = framework_modules()
    for name, path in modules.items():
        for _, module, names in imports(path.parent, path.name):
            below = module.removeprefix("musegen").removeprefix(".")
            if module.partition(".")[0] != "musegen" or not below:
                continue
            inner = [f"{below}.{one}" for one in names if f"{below}.{one}" in modules]
            yield from ((name, found) for found in inner or [below])


def room(module: str) -> str:
    """The room that a module lies in."""
    first, _, rest = module.partition(".")
    return first if rest or first in ROOMS else "ground"


def test_every_room_imports_from_those_below_it() -> None:
    """In one order; so no two rooms can need each other."""
    for importer, imported in framework_arrows():
        if importer.partition(".")[0] not in FACES:
            above, below = ROOMS.index(room(importer)), ROOMS.index(room(imported))
            assert above <= below, f"{importer} imports {imported}"


def test_no_module_imports_itself_by_a_detour() -> None:
    """Imports for types alone count too."""
    arrows: dict[str, set[str]] = {}
    for importer, imported in framework_arrows():
        arrows.setdefault(importer, set()).add(imported)
    TopologicalSorter(arrows).prepare()  # raises CycleError


PAGE = (ROOT / "docs" / "architecture.md").read_text("utf-8")


def test_the_page_shows_the_rooms_in_their_order() -> None:
    """The picture of docs/architecture.md, from the top floor down."""
    assert tuple(re.findall(r"^  \(?(\w+)[/)] ", PAGE, re.MULTILINE)) == ROOMS


def test_every_path_on_the_page_exists() -> None:
    """From the root of the project, or below the framework."""
    paths = set(re.findall(r"[\w./-]*/[\w./-]*|\w+\.(?:py|pyi|h|c)\b", PAGE))
    assert len(paths) > 40
    for path in paths:
        assert (ROOT / path).exists() or (FRAMEWORK / path).exists(), path


def test_the_framework_imports_no_plugin_and_no_kernel() -> None:
    """It knows them by their entry points alone."""
    for path, module, _ in imports(ROOT / "framework"):
        assert not ours(module) or module.partition(".")[0] == "musegen", path


READ_WITHOUT_A_BOUND = {
    "musegen/writing.py",  # what is written just now, and what it would replace, if that is a file
    "musegen/storage.py",
    "musegen/commands/corpus.py",  # a file that a reader has read
    "musegen/plugins/scaffold.py",  # templates of our own
    "musegen/run/runner.py",  # results of stages, whose digests have been compared
    "musegen/run/new_tunes.py",
    "musegen/run/bulk/conducting.py",  # no more than what it is compared with
    "musegen/run/bulk/cluster.py",  # a model that is loaded, and plugins that have been read
    *(f"musegen/run/stages/{stage}.py" for stage in ("corpus", "evaluate", "figures", "model", "render")),
    "musegen/run/stages/sample.py",
    "musegen/run/stages/tokenizer.py",
    "musegen_keras/memory.py",  # what the system tells
    "musegen_mitdeeplearning/abc2wav.py",  # what a program of ours wrote
}
"""Modules that read files without ``read_file``, because no user names them."""


def test_what_users_name_is_read_within_bounds() -> None:
    """Whatever reads a whole file otherwise is listed, with its reason."""
    found = set()
    for folder in (ROOT / "framework", ROOT / "plugins"):
        for path in sorted(folder.rglob("*.py")):
            calls = (
                node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Call)
            )
            names = {call.func.attr for call in calls if isinstance(call.func, ast.Attribute)}
            if names & {"read_bytes", "read_text"} and "testing" not in path.parts:
                found.add(path.relative_to(folder).as_posix())
    assert found == READ_WITHOUT_A_BOUND


EDGE = {"api", "commands", "testing", "__init__"}
"""Rooms that may ask for the installed plugins; all others are given theirs."""


def test_only_the_edge_asks_for_the_installed_plugins() -> None:
    """So that plugin files work wherever plugins do; a component is given what it needs of others."""
    asking = {
        ".".join(path.relative_to(FRAMEWORK).with_suffix("").parts)
        for path, _, names in imports(FRAMEWORK)
        if "installed_plugins" in names
    }
    inside = {module for module in asking if module.partition(".")[0] not in EDGE}
    assert inside <= {"pipeline.plan", "run.new_tune"}  # the default of load_plan; NewTune.score
    for path, module, names in imports(ROOT / "plugins"):
        assert module != "musegen" or not {"installed_plugins", "read_tunes"} & set(names), path


@pytest.mark.parametrize("plugin", PLUGINS, ids=lambda path: path.name)
def test_plugins_import_only_public_names(plugin: Path) -> None:
    """From musegen what ``__all__`` names; no other plugin."""
    for path, module, names in imports(plugin):
        if module == "musegen":
            assert set(names) <= set(musegen.__all__), path
        elif ours(module):
            assert module.partition(".")[0] in {plugin.name, *EXTENSIONS}, path


@pytest.mark.parametrize("extension", sorted(EXTENSIONS))
def test_extensions_stand_alone(extension: str) -> None:
    """Their packages are NumPy and safetensors only."""
    for path, module, _ in imports(ROOT / "ext" / extension):
        root = module.partition(".")[0]
        assert root in {"numpy", "safetensors", extension, ""} | sys.stdlib_module_names, path


PUBLIC = """
    API_VERSION Annotation ArtifactError Bar BookRenderer Bounds Check ChordSymbol
    ChordedNotation Collection Command Compared Comparison Component Composition Console
    ContinuingModel Converted Copied CopyingNotation CorpusError CorpusReader Dance Dataset
    Descriptor Difference Draw EpochLoss Estimate Evaluation Event Exported Fault Findings
    ForeignModels Grace GrowingBookRenderer HeadedNotation HeaderGuide Interval JSON Judgement
    Key KeyChange LanguageModel LimitingRule Lines MODES Measure Metre MetreChange ModelError
    ModelTrainer MusegenError NewTune Notation NotationError Note OpenBook Options Passage
    PathPattern Performance Pipeline PipelineError Pitch PlaceReader PlacedModel Places
    PlacingNotation PlayedChord PlayedNote PluginError Plugins Prepare PreparingNotation Problem
    Progress Rendered Renderer Reporter Rest RewritingReader Rule RulingNotation Run STEPS
    Sample Sampling SavedModel Score Shards Silent StorableModel Tempo TempoChange TempoMap
    TokenRuleReader TokenRules Tokenizer TokenizerTrainer Tokens TrainedModel TrainingJob
    TransposingNotation TranspositionChange Transpositions Tune TuneLimits TuneModel Tuplet
    Valid Vocabulary VocabularyError VocabularyModel Wishes WritingRule accompaniment check_file
    checklist compare component convert counted dances_in default_tempo demo_model derive_seed
    did_you_mean distinct_names evaluate expand_play_order export files_below hookimpl
    installed_plugins judge load matching_paths mend_repeats moved_chord_text open_model parse
    perform playing_problems read_chord_symbol read_file read_scores read_tunes render sample
    sample_again sample_shards ticks to_tonic unknown_chord_symbol with_dance write write_out
"""


def test_the_public_names_are_pinned() -> None:
    """Plugins rely on them: a new one raises the second number of API_VERSION, one that goes the first."""
    assert sorted(musegen.__all__) == PUBLIC.split()


def test_names_of_an_older_api_still_work() -> None:
    """With a warning that says what they are called now."""
    with pytest.deprecated_call(match=r"musegen\.Versions is now musegen\.Transpositions"):
        assert musegen.Versions is musegen.Transpositions
    assert "Versions" not in musegen.__all__


def test_every_public_name_is_there() -> None:
    """Public names are imported on first use, so each is tried."""
    assert len(musegen.__all__) > 50
    assert all(hasattr(musegen, name) for name in musegen.__all__)


def test_a_stage_alone_knows_its_files() -> None:
    """No file name of a stage stands in two modules, so that its schema is read where it is written."""
    kind = re.compile(r"[\w.]+\.(json|jsonl|csv|png|safetensors)")
    found: dict[str, set[str]] = {}
    for name, path in framework_modules().items():
        if name.partition(".")[0] in ("demo", "testing"):
            continue  # they write models of their own
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and kind.fullmatch(node.value):
                found.setdefault(node.value, set()).add(name)
    assert len(found) > 10
    assert not {file: names for file, names in found.items() if len(names) > 1}
