"""Plugins are found, checked and blamed."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from musegen import Component, Options, PluginError, component, hookimpl, installed_plugins
from musegen.plugins.option_schema import descriptions
from musegen.plugins.registry import Installed, Plugins


def plugin(name: str, **hooks: object) -> SimpleNamespace:
    """A plugin with one tokenizer of this name, or with other hooks."""

    @hookimpl
    def musegen_tokenizers() -> list[Component[object]]:
        return [component(name, version=1, options=Options, build=lambda options: object())]

    return SimpleNamespace(**(hooks or {"musegen_tokenizers": musegen_tokenizers}))


def test_first_party_parts_are_plugins_like_any_other() -> None:
    """They are found through the entry-point group, with distribution and version."""
    rows = {(row["kind"], row["name"]): row for row in installed_plugins().rows()}
    expected = {
        ("corpus reader", "abc"),
        ("corpus reader", "music21"),
        ("notation", "abc"),
        ("tokenizer", "char"),
        ("model", "keras-lstm"),
        ("renderer", "midi"),
        ("renderer", "wav"),
    }
    assert expected <= set(rows)
    assert {rows[name]["distribution"] for name in expected} == {"musegen"}
    assert installed_plugins().faults == []


@pytest.mark.parametrize(
    "installed", list(installed_plugins()), ids=lambda installed: installed.component.name
)
def test_every_option_is_described(installed: Installed) -> None:
    """By the string below it or its Field; and the component by its options' docstring."""
    for options in filter(None, (installed.component.options, installed.component.sampling)):
        assert set(descriptions(options)) == set(options.model_fields)
    assert installed.component.summary


def test_a_component_is_found_by_kind_and_name() -> None:
    """An unknown name lists the choices and the close one."""
    plugins = Plugins()
    plugins.add(plugin("words"), "words")
    assert plugins.tokenizer("words").name == "words"
    with pytest.raises(PluginError, match='no tokenizer "word"; did you mean "words"'):
        plugins.tokenizer("word")


def test_a_misspelt_hook_is_an_error() -> None:
    """It would otherwise never be called."""

    @hookimpl
    def musegen_tokenisers() -> list[object]:
        return []

    with pytest.raises(PluginError, match="musegen_tokenisers"):
        Plugins().add(plugin("", musegen_tokenisers=musegen_tokenisers), "misspelt", "some-dist", "2.0")


def test_a_name_is_taken_once() -> None:
    """The second plugin is refused whole, and the first goes on."""
    plugins = Plugins()
    plugins.add(plugin("words"), "first")
    with pytest.raises(PluginError, match="first"):
        plugins.add(plugin("words"), "second")
    assert [installed.plugin for installed in plugins] == ["first"]


def test_a_hook_that_fails_blames_its_plugin() -> None:
    """Distribution and cause are in the line, and the rest still works."""

    @hookimpl
    def musegen_tokenizers() -> list[object]:
        raise RuntimeError("out of order")

    plugins = Plugins()
    with pytest.raises(PluginError, match=r'"broken" of some-dist 2\.0 .*out of order'):
        plugins.add(plugin("", musegen_tokenizers=musegen_tokenizers), "broken", "some-dist", "2.0")
    plugins.add(plugin("words"), "words")
    assert plugins.names("tokenizer") == ["words"]


@pytest.mark.parametrize("name", ["test", "Line", "a b", "ngram", "", "1"])
def test_a_line_to_beat_has_a_name_of_its_own(name: str) -> None:
    """Its figures in run.json must not be taken for another's."""

    @hookimpl
    def musegen_models() -> list[Component[object]]:
        return [
            component(model, version=1, options=Options, build=lambda options: object(), baselines={line: {}})
            for model, line in (("first", "ngram"), ("second", name))
        ]

    with pytest.raises(PluginError, match="choose a name that is not taken"):
        Plugins().add(SimpleNamespace(musegen_models=musegen_models), "lines")
