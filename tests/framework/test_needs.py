"""Components name what they need of others, are given it, and are told missing before anything runs."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from helpers.distributions import python
from helpers.invented import NGRAM_PIPELINE, write_pipeline
from musegen import (
    Component,
    Options,
    PipelineError,
    PluginError,
    Plugins,
    Score,
    component,
    hookimpl,
    installed_plugins,
)
from musegen.canonical import content_key
from musegen.pipeline.plan import load_plan
from musegen.plugins.checked import name_stage
from musegen.plugins.use import Use
from musegen.testing import check_corpus_reader
from musegen_nmd.plugin import musegen_corpus_readers

KETTLE = ".MS\ntitle = Kettle; timesig = 4 4; key = d.\nd d< c< b a | b. c< a> ||\n.ME\n"
NO_ABC = {"MUSEGEN_DISABLE_PLUGINS": "abc"}
PIPELINE = NGRAM_PIPELINE.replace('use = "abc"\npaths = ["jigs.abc"]', 'use = "nmd"\npaths = ["x.mus"]')


@pytest.mark.parametrize(
    "command",
    [
        ("check", "pipeline.toml"),
        ("run", "pipeline.toml"),
        ("convert", "x.mus", "-o", "x.mid"),
        ("convert", "x.mus", "-o", "x.abc"),
        ("render", "x.mus", "-o", "out"),
        ("corpus", "check", "x.mus"),
        ("corpus", "show", "x.mus:1"),
    ],
    ids=" ".join,
)
def test_a_disabled_need_is_told_before_anything_is_read(command: tuple[str, ...], tmp_path: Path) -> None:
    """Foxley's format is written as ABC: without that notation no command begins."""
    write_pipeline(tmp_path, PIPELINE)
    (tmp_path / "x.mus").write_text(KETTLE)
    before = sorted(tmp_path.iterdir())
    done = python("-m", "musegen", *command, cwd=tmp_path, **NO_ABC)
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert line.endswith(
        '"nmd" needs the notation "abc", which is not installed; MUSEGEN_DISABLE_PLUGINS leaves out: abc'
    )
    assert done.stdout == ""
    assert sorted(tmp_path.iterdir()) == before


def test_plugins_lists_what_is_lacking() -> None:
    """In the list, as JSON, in the component's own page and among the collections."""
    (row,) = [
        row
        for row in json.loads(python("-m", "musegen", "plugins", "--json", **NO_ABC).stdout)
        if row["name"] == "nmd"
    ]
    assert (row["needs"], row["missing"]) == ({"notation": "abc"}, ['notation "abc"'])
    listed = python("-m", "musegen", "plugins", **NO_ABC).stdout.splitlines()
    (line,) = [line for line in listed if "  nmd  " in line]
    assert line.endswith('(needs notation "abc")')
    assert (
        '"nmd" needs the notation "abc", which'
        in python("-m", "musegen", "plugins", "show", "nmd", **NO_ABC).stdout
    )
    collections = json.loads(python("-m", "musegen", "corpus", "list", "--json", **NO_ABC).stdout)
    assert ['corpus reader "abc"'] in [row["missing"] for row in collections if row["reader"] == "nottingham"]


def plugin(*declared: Component[Any]) -> SimpleNamespace:
    """A plugin with these renderers and, of the same names, notations."""

    @hookimpl
    def musegen_renderers() -> list[Component[Any]]:
        return [one for one in declared if one.name.startswith("r")]

    @hookimpl
    def musegen_notations() -> list[Component[Any]]:
        return [one for one in declared if one.name.startswith("n")]

    return SimpleNamespace(musegen_renderers=musegen_renderers, musegen_notations=musegen_notations)


class SizeOptions(Options):
    """A component of these tests."""

    size: int = 1


def notation(name: str, **more: Any) -> Component[Any]:
    """A notation that builds its name and size."""

    def build(options: SizeOptions, **needed: Component[Any]) -> tuple[str, int]:
        return name, options.size

    return component(name, version=1, options=SizeOptions, build=build, **more)


class Given:
    """A renderer that keeps what it was given."""

    suffix = ".given"

    def __init__(self, given: object) -> None:
        self.given = given

    def render(self, score: Score, path: Path) -> None:
        """Never asked for."""
        raise NotImplementedError


def renderer(name: str, **more: Any) -> Component[Any]:
    """A renderer that builds what it is given."""

    def build(options: SizeOptions, notation: Component[Any]) -> Given:
        return Given(notation.build(notation.options(size=options.size + 1)))

    return component(name, version=1, options=SizeOptions, build=build, **more)


def test_build_is_given_what_the_component_needs() -> None:
    """As a component, to be built with options of its own; the plugin that has it may come later."""
    plugins = Plugins()
    plugins.add(plugin(renderer("r", needs={"notation": "n"})), "first")
    plugins.add(plugin(notation("n")), "second")
    built: Any = plugins.build("renderer", "r", size=4)
    assert built.given == ("n", 5)
    found: Component[Any] = plugins.renderer("r")
    assert found.build(found.options()).given == ("n", 2)


def test_a_plugin_file_gives_what_an_installed_one_needs() -> None:
    """Among the same plugins alone: those without the file go on lacking it."""
    plugins = Plugins()
    plugins.add(plugin(renderer("r", needs={"notation": "n"})), "first")
    more = plugins.with_files([])
    more.add(plugin(notation("n")), "second")
    assert more.find("renderer", "r").missing() == ""
    assert plugins.find("renderer", "r").lacks() == ['notation "n"']
    expected = '"r" needs the notation "n", which is not installed; install the plugin that has it'
    for build in (plugins.find("renderer", "r").build, lambda: plugins.renderer("r").build(SizeOptions())):
        with pytest.raises(PluginError) as caught:
            build()
        assert str(caught.value) == expected


def test_what_is_needed_counts_in_the_key_of_a_result() -> None:
    """Where the other component gives something else, what was made with it is made anew."""
    keys = []
    for version in (1, 2):
        plugins = Plugins()
        needed = replace(notation("n"), version=version)
        plugins.add(plugin(needed, renderer("r", needs={"notation": "n"})), "p")
        found = plugins.find("renderer", "r")
        keys.append(content_key(Use(found.component, found.component.options(), found).inputs))
    assert keys[0] != keys[1]


def test_what_a_need_lacks_itself_is_told() -> None:
    """With the command that installs it."""
    plugins = Plugins()
    plugins.add(plugin(renderer("r", needs={"notation": "n"})), "first")
    plugins.add(plugin(notation("n", requires=["no_such_module"])), "second")
    found = plugins.find("renderer", "r")
    assert found.lacks() == ["no_such_module"]
    assert found.missing() == (
        '"r" needs the notation "n"; "n" needs no_such_module; pip install "no_such_module"'
    )


def test_needs_in_a_circle_are_refused() -> None:
    """When the plugin that closes it is added; the others stay."""
    plugins = Plugins()
    plugins.add(plugin(notation("n", needs={"renderer": "r"})), "first")
    with pytest.raises(PluginError) as caught:
        plugins.add(plugin(renderer("r", needs={"notation": "n"})), "second")
    assert str(caught.value) in {
        f'plugin "second" cannot be used: needs go in a circle: {circle}'
        for circle in (
            'renderer "r" needs notation "n" needs renderer "r"',
            'notation "n" needs renderer "r" needs notation "n"',
        )
    }
    assert plugins.names("notation") == ["n"]


@pytest.mark.parametrize(
    ("needs", "expected"),
    [
        (
            {"notations": "n"},
            "\"r\" needs 'notations': 'n'; write needs as the kind and the name of",
        ),
        ({"notation": 1}, "\"r\" needs 'notation': 1; write needs"),
        ({}, r"""build function of "r" must take \(options\): missing a required argument: 'notation'"""),
        (
            {"notation": "n", "corpus reader": "c"},
            r'build function of "r" must take \(options, notation, corpus_reader\): got an unexpected',
        ),
    ],
)
def test_wrong_needs_are_refused(needs: dict[str, Any], expected: str) -> None:
    """In one line with the place of the build function."""
    with pytest.raises(PluginError, match=rf"{expected}.*test_needs.py:\d+\)"):
        Plugins().add(plugin(renderer("r", needs=needs)), "wrong")


def test_options_that_a_component_does_not_take() -> None:
    """Plugins.build tells them in one line, and what must be given."""
    plugins = Plugins()
    plugins.add(plugin(notation("n")), "one")
    with pytest.raises(PluginError) as caught:
        plugins.build("notation", "n", size="x", colour=1)
    assert str(caught.value) == (
        "notation \"n\": size: must be a whole number (got 'x'); colour: is not a known key (got 1)"
    )


def test_a_notation_that_lacks_something_is_no_fault_of_a_pipeline(tmp_path: Path) -> None:
    """Unless the pipeline names it."""
    file = write_pipeline(tmp_path)
    plugins = installed_plugins().with_files([])
    plugins.add(plugin(notation("n", requires=["no_such_module"])), "one")
    assert set(load_plan(file, plugins=plugins).notations) == {"abc"}
    with pytest.raises(PipelineError, match=r'notation\.n: "n" needs no_such_module; pip install'):
        load_plan(file, ["notation.n.size=2"], plugins=plugins)


def test_contracts_take_needs_from_the_installed_plugins(tmp_path: Path) -> None:
    """So an author checks the component as the hook returns it; other plugins may be given."""
    (tmp_path / "x.mus").write_text(KETTLE)
    (declared,) = musegen_corpus_readers()
    check_corpus_reader(declared, {"paths": [str(tmp_path / "x.mus")]}, tunes=1)
    with pytest.raises(PluginError, match='"nmd" needs the notation "abc", which is not installed'):
        check_corpus_reader(declared, {"paths": [str(tmp_path / "x.mus")]}, plugins=Plugins())


def test_an_exception_names_the_component_that_was_given_needs() -> None:
    """Of two components in one package, the one whose build function failed."""
    plugins = Plugins()
    one, other = failing("r1"), renderer("r2", needs={"notation": "abc"})
    plugins.add(plugin(one, other, notation("n")), "mine")
    with pytest.raises(ZeroDivisionError) as caught:
        plugins.build("renderer", "r1")
    assert caught.value.__notes__ == ['in renderer "r1", plugin "mine"']
    name_stage(caught.value, "render")
    assert caught.value.__notes__ == ['in renderer "r1", plugin "mine", stage render']


def failing(name: str) -> Component[Any]:
    """A renderer whose build function is broken."""

    def build(options: SizeOptions, notation: Component[Any]) -> float:
        return 1 / 0

    return component(name, version=1, options=SizeOptions, build=build, needs={"notation": "n"})
