"""The pipelines of examples/plugins have no mistake, and compare what they say they compare."""

from __future__ import annotations

import argparse
import importlib
from pathlib import Path

import pytest

import musegen
from musegen import Plugins
from musegen.pipeline.plan import Plan, load_plan
from musegen.testing import example_texts

EXAMPLES = Path(__file__).parent.parent / "examples"
PACKAGES = ("musegen_music_tokens", "musegen_pianoroll", "musegen_tin_whistle", "musegen_transformer")


@pytest.fixture
def plugins(monkeypatch: pytest.MonkeyPatch) -> Plugins:
    """Musegen's own plugins, and the examples from where they lie."""
    plugins = Plugins()
    installed = musegen.installed_plugins()._manager
    for plugin in installed.get_plugins():
        plugins.add(plugin, installed.get_name(plugin) or "")
    for package in PACKAGES:
        monkeypatch.syspath_prepend(EXAMPLES / "plugins" / package.replace("_", "-"))
        plugin = importlib.import_module(f"{package}.plugin")
        if plugin not in installed.get_plugins():
            plugins.add(plugin, package)
    return plugins


def _plan(package: str, plugins: Plugins) -> Plan:
    return load_plan(EXAMPLES / "plugins" / package.replace("_", "-") / "pipeline.toml", plugins=plugins)


@pytest.mark.parametrize("package", PACKAGES)
def test_each_has_a_pipeline_that_uses_it(package: str, plugins: Plugins) -> None:
    """Without a mistake in it."""
    plan = _plan(package, plugins)
    uses = [plan.tokenizer, plan.model, *plan.render, *plan.rules]
    assert any(type(use.options).__module__.startswith(package) for use in uses)


@pytest.mark.parametrize("package", ["musegen_music_tokens", "musegen_transformer"])
def test_figures_are_of_the_same_tunes_and_split(package: str, plugins: Plugins) -> None:
    """As the n-gram's that they are compared with."""
    ngram, plan = musegen.load(EXAMPLES / "ngram.toml").plan, _plan(package, plugins)
    shared = [(p.corpus[0].options, p.prepare, p.split, p.run_options.seed) for p in (ngram, plan)]
    assert shared[0] == shared[1]


def test_the_pianoroll_adds_a_command(plugins: Plugins, tmp_path: Path) -> None:
    """It draws a tune of a file, as the tests of that package show from a shell."""
    (command,) = [one.command for one in plugins.commands if one.command.name == "piano-roll"]
    parser = argparse.ArgumentParser()
    command.add_arguments(parser)
    (tmp_path / "tunes.abc").write_text(example_texts(1)[0], "utf-8")
    line = [str(tmp_path / "tunes.abc"), "-o", str(tmp_path / "tune.svg")]
    assert command.run(parser.parse_args(line)) == 0
    assert (tmp_path / "tune.svg").read_text("utf-8").startswith("<svg")
