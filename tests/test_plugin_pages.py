"""What docs/plugins.md shows is so, and the pages made from docstrings are up to date."""

from __future__ import annotations

import argparse
import re
import runpy
import shlex
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import musegen
from musegen import Plugins
from musegen.commands.main import main, parse
from musegen.plugins.loading import PluginFile
from musegen.testing import check_measure, check_rule, example_scores, example_texts

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "plugins.md").read_text("utf-8")


def _blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


def _shell(name: str) -> list[str]:
    """The lines of the commands behind ``<!-- shell: NAME -->``."""
    (found,) = re.findall(rf"<!-- shell: {name} -->\n```sh\n(.*?)```", PAGE, re.DOTALL)
    return str(found).strip().splitlines()


@pytest.fixture
def followed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of someone who saved every file as the page says."""
    for code in _blocks("python"):
        (tmp_path / code.split(":")[0].strip('"')).write_text(code, "utf-8")
    pipeline, package = _blocks("toml")
    (tmp_path / "pipeline.toml").write_text(pipeline, "utf-8")
    (tmp_path / "musegen-beams").mkdir()
    (tmp_path / "musegen-beams" / "pyproject.toml").write_text(package, "utf-8")
    (tmp_path / "tunes.abc").write_text("\n".join(example_texts(60)), "utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_pipeline_runs(followed: Path) -> None:
    """With both one-file plugins, as the page's commands run it."""
    for command in _shell("try"):
        assert main(shlex.split(command)[1:]) == 0
    sung = sorted((followed / "run" / "tunes").glob("*.txt"))
    assert sung
    assert {"do", "re", "mi", "fa♯"} & set(sung[0].read_text("utf-8").split())


def test_a_plugin_file_is_used_outside_of_pipelines(followed: Path) -> None:
    """By the page's command, which names it."""
    (command,) = _shell("outside")
    assert main(shlex.split(command)[1:]) == 0
    assert len(list((followed / "out").glob("*.txt"))) == 60


def test_a_component_is_given_what_it_needs() -> None:
    """By the page's declaration, whose reader and options are left to the reader of the page."""
    (code,) = _blocks("py")
    names = {name: getattr(musegen, name) for name in musegen.__all__}

    class TabOptions(musegen.Options):
        """Tunes in tablature."""

        paths: tuple[str, ...] = ()

    names |= {"TabOptions": TabOptions, "TabReader": lambda paths, notation: notation}
    exec(compile(code, "plugins.md", "exec", dont_inherit=True), names)
    plugins = musegen.installed_plugins().with_files([])
    plugins.add(SimpleNamespace(musegen_corpus_readers=names["musegen_corpus_readers"]), "tab")
    component: Any = plugins.corpus_reader("tab")
    notation = component.build(component.options())
    assert notation.parse(musegen.Tune("X:1\nK:D\nD|\n", "abc")).key == musegen.Key("D", "major")


def test_the_tests_pass(followed: Path) -> None:
    """In a process of their own, as the page's command runs them."""
    (command,) = _shell("test")
    program, *arguments = shlex.split(command)
    done = subprocess.run(
        [sys.executable, "-m", program, "-q", "-p", "no:cacheprovider", *arguments],
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout
    assert "7 passed" in done.stdout


def test_the_package_names_a_module_that_declares_the_tokenizer(followed: Path) -> None:
    """So that the entry point finds what the page has written."""
    import tomllib

    project = tomllib.loads((followed / "musegen-beams" / "pyproject.toml").read_text("utf-8"))
    module = project["project"]["entry-points"]["musegen"]["beams"]
    assert project["tool"]["setuptools"]["py-modules"] == [module]
    assert "musegen_tokenizers" in runpy.run_path(str(followed / f"{module}.py"))


def test_the_rule_keeps_the_laws(followed: Path) -> None:
    """And finds the tunes that end elsewhere."""
    plugin = PluginFile.read(followed / "cadence.py").load()
    (component,) = plugin.musegen_rules()
    check_rule(component)
    rule = component.build(component.options())
    found = [fault for score in example_scores() for fault in rule.faults(score)]
    assert found
    assert all(fault.kind == "cadence" for fault in found)


def test_the_measure_keeps_the_laws(followed: Path) -> None:
    """And finds the rests."""
    plugin = PluginFile.read(followed / "pauses.py").load()
    (component,) = plugin.musegen_measures()
    check_measure(component)
    measure = component.build(component.options())
    silence = [measure.describe(score)["silence"] for score in example_scores()]
    assert 0 in silence
    assert 0.5 in silence


def test_the_command_works(followed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """On the tunes that the page has made."""
    plugins = Plugins()
    plugins.add(PluginFile.read(followed / "range.py").load(), "range")
    (one,) = plugins.commands
    parser = argparse.ArgumentParser()
    one.command.add_arguments(parser)
    assert one.command.run(parser.parse_args(["tunes.abc"])) == 0
    assert len(re.findall(r"^[A-G]\S* to [A-G]", capsys.readouterr().out, re.MULTILINE)) == 60


def test_every_command_shown_is_understood() -> None:
    """By the command line's own parser."""
    names = ("scaffold", "try", "outside", "package")
    shown = [line for name in names for line in _shell(name) if line.startswith("musegen")]
    shown += [f"musegen {command}" for command in re.findall(r"`musegen ([^`-][^`]*)`", PAGE)]
    commands = [line for line in shown if line != "musegen check" and "..." not in line]
    assert len(commands) >= 8
    for line in commands:
        assert parse(shlex.split(line)[1:])[0], line


def test_the_scaffold_command_writes_what_the_page_says(followed: Path) -> None:
    """A package whose tokenizer lies where the page tells to change it."""
    assert main(shlex.split(_shell("scaffold")[0])[1:]) == 0
    assert (followed / "my-words" / "my_words" / "tokenizer.py").is_file()


@pytest.mark.parametrize("page", ["plugin-reference.md", "api.md"])
def test_the_reference_is_up_to_date(page: str) -> None:
    """With the docstrings: otherwise run ``python docs/make_reference.py``."""
    pages = runpy.run_path(str(ROOT / "docs" / "make_reference.py"))["PAGES"]
    assert (ROOT / "docs" / page).read_text("utf-8") == pages[page]()


def test_the_reference_has_every_protocol_and_law() -> None:
    """Everything that plugins build, and a law of each kind."""
    reference = (ROOT / "docs" / "plugin-reference.md").read_text("utf-8")
    for name in ("CorpusReader", "Notation", "Tokenizer", "ModelTrainer", "LanguageModel", "BookRenderer"):
        assert f"### `{name}`" in reference
    laws = reference[reference.index("## Laws") :]
    assert len(re.findall(r"^- ", laws, re.MULTILINE)) > 60
    assert "- decode(encode(text)) == text\n" in laws
