"""Measures of plugins: what they declare, what they give, and the laws that they keep."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from musegen import (
    Component,
    Descriptor,
    Measure,
    Note,
    Options,
    PluginError,
    Plugins,
    Score,
    component,
    hookimpl,
)
from musegen.commands.main import main
from musegen.errors import ComponentError
from musegen.testing import ContractError, check_measure, check_plugin, example_scores


class Choice(Options):
    """Options of a measure of these tests."""


class Notes:
    """A measure that counts notes."""

    descriptors: tuple[Descriptor, ...] = (
        Descriptor("tested_notes", "notes of a tune", "notes"),
        Descriptor("tested_full", "bars with a note", "%"),
    )

    def __init__(self, options: Choice) -> None:
        pass

    def describe(self, score: Score) -> Mapping[str, Any]:
        """The number of notes, and the share of bars that have one."""
        notes = [sum(isinstance(event, Note) for event in bar.events) for bar in score.bars]
        share = sum(map(bool, notes)) / len(notes) if notes else None
        return {"tested_notes": sum(notes), "tested_full": share}


def made(build: type[Notes] = Notes, name: str = "tested") -> Component[Measure]:
    """A component of this measure."""
    return component(name, version=1, options=Choice, build=build, descriptors=build.descriptors)


def plugin(*components: Component[Measure]) -> SimpleNamespace:
    """A plugin that declares these."""

    @hookimpl
    def musegen_measures() -> list[Component[Measure]]:
        return list(components)

    return SimpleNamespace(musegen_measures=musegen_measures)


def test_a_measure_is_built_and_asked() -> None:
    """By its name, with None left out."""
    plugins = Plugins()
    plugins.add(plugin(made()), "counting")
    measure = plugins.build("measure", "tested")
    assert measure.descriptors == Notes.descriptors
    assert measure.describe(replace(example_scores(1)[0], bars=())) == {"tested_notes": 0.0}
    assert plugins.measure("tested").version == 1


def test_no_two_measures_have_a_figure_of_one_name() -> None:
    """In one plugin or in two; the rest of the plugins works on."""
    line = r'measure "second" has a descriptor "tested_notes", and so has measure "tested", plugin "one"'
    plugins = Plugins()
    plugins.add(plugin(made()), "one")
    with pytest.raises(PluginError, match=line):
        plugins.add(plugin(made(name="second")), "two")
    assert plugins.names("measure") == ["tested"]
    with pytest.raises(PluginError, match='so has measure "tested", plugin "one"; choose another name'):
        Plugins().add(plugin(made(), made(name="second")), "one")


@pytest.mark.parametrize(
    ("descriptors", "line"),
    [
        ((), '"tested" says nothing about its figures'),
        (("notes",), "'notes' of \"tested\" is not a musegen.Descriptor"),
        ((Descriptor("Notes", "notes"),), "'Notes' of \"tested\" is not a name for a descriptor"),
        ((Descriptor("a", "notes"), Descriptor("a", "bars")), 'has a descriptor "a", and so has'),
    ],
)
def test_a_measure_that_declares_no_figures(descriptors: tuple[Any, ...], line: str) -> None:
    """Or some that cannot be used, cannot be used itself."""
    with pytest.raises(PluginError, match=line):
        Plugins().add(plugin(replace(made(), descriptors=descriptors)), "counting")


def test_a_renderer_has_no_figures() -> None:
    """Only a measure may declare some."""

    @hookimpl
    def musegen_renderers() -> list[Component[Any]]:
        return [made()]

    with pytest.raises(PluginError, match='descriptors of "tested": only a measure can have them'):
        Plugins().add(SimpleNamespace(musegen_renderers=musegen_renderers), "counting")


def test_a_measure_with_other_figures_than_its_component_declares() -> None:
    """Is refused when it is built."""
    plugins = Plugins()
    declared = (*Notes.descriptors, Descriptor("more", "more"))
    plugins.add(plugin(replace(made(), descriptors=declared)), "counting")
    with pytest.raises(ComponentError, match=r'measure "tested".*are not those that its component declares'):
        plugins.build("measure", "tested")


@pytest.mark.parametrize(
    ("found", "line"),
    [
        (None, "describe() gives None, not a mapping of names to numbers"),
        ({"bars": 1}, "describe() gives str 'bars', which is none of its descriptors"),
        ({"tested_notes": "one"}, "describe() gives str 'one' for tested_notes, not a finite number or None"),
        ({"tested_notes": float("nan")}, "for tested_notes, not a finite number or None"),
    ],
)
def test_what_a_measure_gives_is_checked(found: object, line: str) -> None:
    """The line names the measure and its plugin."""

    class Wrong(Notes):
        """A measure that gives something else."""

        def describe(self, score: Score) -> Any:
            """What the test says."""
            return found

    plugins = Plugins()
    plugins.add(plugin(made(Wrong)), "counting")
    with pytest.raises(ComponentError) as caught:
        plugins.build("measure", "tested").describe(example_scores(1)[0])
    assert str(caught.value).startswith('measure "tested", plugin "counting": ')
    assert line in str(caught.value)


def test_the_figures_of_a_measure_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    """With their words and units."""
    assert main(["plugins", "show", "labels"]) == 0
    shown = capsys.readouterr().out.splitlines()
    assert shown[2:5] == ["It has no options.", "", "It gives:"]
    assert "  metre_fits_dance  tunes whose metre is one of their dance (%)" in shown


class Shouting(Notes):
    """Its words are a sentence."""

    descriptors = (Descriptor("tested_notes", "Notes of a tune."), Notes.descriptors[1])


class Unit(Notes):
    """Its unit is a formula."""

    descriptors = (replace(Notes.descriptors[0], unit="1/s"), Notes.descriptors[1])


class More(Notes):
    """It gives a figure that it has not declared."""

    def describe(self, score: Score) -> Mapping[str, Any]:
        """One more."""
        return {**super().describe(score), "bars": len(score.bars)}


class Endless(Notes):
    """It divides by nothing."""

    def describe(self, score: Score) -> Mapping[str, Any]:
        """No limit."""
        return {"tested_notes": float("inf")}


class Percent(Notes):
    """It gives per cent where a share is meant."""

    def describe(self, score: Score) -> Mapping[str, Any]:
        """A hundred times too much."""
        return {"tested_full": 100}


class Moody(Notes):
    """It counts what it is asked."""

    def __init__(self, options: Choice) -> None:
        self.asked = 0

    def describe(self, score: Score) -> Mapping[str, Any]:
        """One more each time."""
        self.asked += 1
        return {"tested_notes": self.asked}


class Same(Notes):
    """It knows a score by what it is in memory, and not by what it says."""

    def describe(self, score: Score) -> Mapping[str, Any]:
        """The address."""
        return {"tested_notes": id(score)}


class Fragile(Notes):
    """It expects a first bar."""

    def describe(self, score: Score) -> Mapping[str, Any]:
        """Its events."""
        return {"tested_notes": len(score.bars[0].events)}


class Writing(Notes):
    """It keeps a diary."""

    def describe(self, score: Score) -> Mapping[str, Any]:
        """No figure, but a file."""
        Path("diary.txt").write_text("dear diary")
        return {}


def test_a_good_measure_keeps_the_laws() -> None:
    """On invented and on given tunes."""
    check_measure(made())
    check_measure(made(), {}, scores=example_scores(2))
    check_plugin(plugin(made()))


@pytest.mark.parametrize(
    ("build", "law"),
    [
        (Shouting, "a descriptor says in words what it counts"),
        (Unit, "a unit is %"),
        (More, "it gives only figures that it has a descriptor of"),
        (Endless, "a figure is a finite number"),
        (Percent, "a figure in % is a share from 0 to 1"),
        (Moody, "the same score always has the same figures"),
        (Same, "the same score always has the same figures"),
        (Fragile, "it describes every score"),
        (Writing, "it writes no file"),
    ],
)
def test_a_broken_law_is_named(build: Any, law: str) -> None:
    """With the measure's name."""
    with pytest.raises(ContractError, match=f'measure "tested" breaks the law: {law}'):
        check_measure(made(build))


@pytest.mark.parametrize(
    ("descriptors", "law"),
    [
        ((), "descriptors is a tuple"),
        (["notes"], "descriptors is a tuple"),
        ((Descriptor("tested_notes", "notes"),) * 2, "no two descriptors have one name"),
        ((Descriptor("Notes", "notes"),), "the name of a descriptor is lower-case"),
    ],
)
def test_broken_laws_of_descriptors(descriptors: Any, law: str) -> None:
    """They are told before any tune is described."""
    broken = type("Broken", (Notes,), {"descriptors": descriptors})
    with pytest.raises(ContractError, match=law):
        check_measure(replace(made(), build=broken, descriptors=descriptors))


def test_a_component_that_declares_others() -> None:
    """Than its measure has."""
    with pytest.raises(ContractError, match="its component declares the same descriptors"):
        check_measure(replace(made(), descriptors=Notes.descriptors[:1]))
