"""Rules of plugins count like musegen's own."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from pydantic import Field

import musegen
from helpers.invented import NGRAM_PIPELINE, write_pipeline
from musegen import (
    Bar,
    Component,
    Fault,
    Key,
    Metre,
    Note,
    Options,
    PipelineError,
    Pitch,
    Plugins,
    Rule,
    Score,
    Valid,
    component,
    hookimpl,
)
from musegen.commands.main import main
from musegen.pipeline.example import example_pipeline
from musegen.pipeline.plan import Plan, load_plan
from musegen.pipeline.schema import pipeline_schema
from musegen.run.stages.corpus import CorpusStage
from musegen.run.stages.melodies import MelodiesStage
from musegen.run.stages.model import ModelStage
from musegen.run.stages.sample import SampleStage
from musegen.run.stages.tokenizer import TokenizerStage
from musegen.storage import RunFolder
from musegen.testing import ContractError, check_plugin, check_rule

PLUGIN = '''
from collections.abc import Iterator

from pydantic import Field

from musegen import Component, Fault, Options, Rule, Score, component, hookimpl


class ShortOptions(Options):
    """Tunes of few bars only."""

    bars: int = Field(1, ge=0)
    """Bars at most."""


class Short:
    def __init__(self, options: ShortOptions) -> None:
        self.bars = options.bars

    def faults(self, score: Score) -> Iterator[Fault]:
        if self.bars == 13:
            raise RuntimeError("out of order")
        if len(score.bars) > self.bars:
            yield Fault("long", f"{len(score.bars)} bars")


@hookimpl
def musegen_rules() -> list[Component[Rule]]:
    return [component("short", version=1, options=ShortOptions, build=Short)]
'''
RULED = NGRAM_PIPELINE.replace("[tokenizer]", '[plugins]\nfiles = ["short.py"]\n\n[tokenizer]')


class Choice(Options):
    """Options of a rule of these tests."""

    bars: int = Field(1, ge=0)
    """Bars at most."""


class Fewer:
    """A tune has few bars."""

    def __init__(self, options: Choice) -> None:
        self.bars = options.bars

    def faults(self, score: Score) -> Iterator[Fault]:
        """One for a tune that is longer."""
        if len(score.bars) > self.bars:
            yield Fault("long", f"{len(score.bars)} bars", self.bars + 1)


def made(build: Any = Fewer) -> Component[Any]:
    """A component of this rule."""
    return component("fewer", version=1, options=Choice, build=build)


def with_rule(build: Any = Fewer) -> Plugins:
    """The installed plugins and that rule."""

    @hookimpl
    def musegen_rules() -> list[Component[Rule]]:
        return [made(build)]

    plugins = musegen.installed_plugins().with_files(())
    plugins.add(SimpleNamespace(musegen_rules=musegen_rules), "fewer")
    return plugins


def ruled(folder: Path, *tables: str) -> Path:
    """A pipeline with the plugin file and these tables."""
    file = write_pipeline(folder, "\n".join([RULED, *tables]))
    (folder / "short.py").write_text(PLUGIN)
    return file


def plan(tmp_path: Path, *tables: str, plugins: Plugins | None = None) -> Plan:
    """The plan of the n-gram pipeline with these tables."""
    file = write_pipeline(tmp_path, "\n".join([NGRAM_PIPELINE, *tables]))
    return load_plan(file, plugins=plugins or with_rule())


def test_faults_that_rules_find_make_a_tune_invalid() -> None:
    """Behind those of musegen itself."""
    notes = tuple(Note(Fraction(1), (Pitch(4, "A"),)) for _ in range(4))
    score = Score((Bar(notes),), Key("D"), Metre(4, 4))
    assert musegen.judge(score, Valid(bars=1)).valid
    judged = musegen.judge(score, Valid(bars=2), Fewer(Choice(bars=0)).faults(score))
    assert [fault.kind for fault in judged.faults] == ["short", "long"]


def test_a_pipeline_may_have_none_or_several(tmp_path: Path) -> None:
    """Each with its options, checked as those of every component."""
    assert plan(tmp_path).rules == ()
    loaded = plan(tmp_path, '[[rule]]\nuse = "fewer"\nbars = 9', '[[rule]]\nuse = "fewer"')
    assert [use.options for use in loaded.rules] == [Choice(bars=9), Choice()]
    assert {use.component.name for use in loaded.rules} == {"fewer"}


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ('[[rule]]\nuse = "fewr"', r'rule\.0\.use: no rule "fewr"; did you mean "fewer"'),
        ('[[rule]]\nuse = "fewer"\nbars = -1', r"rule\.0\.bars: .*at least 0 \(got -1\)"),
        ('[[rule]]\nuse = "fewer"\nbar = 1', r'rule\.0\.bar: unknown key; did you mean "bars"'),
        ("[[rule]]", r"rule\.0\.use: is missing; choose one of: fewer"),
        ('[rule]\nuse = "fewer"', r"rule: write it as \[\[rule\]\]"),
    ],
)
def test_a_mistake_in_a_rule_is_one_line(tmp_path: Path, table: str, said: str) -> None:
    """With the line of the file."""
    with pytest.raises(PipelineError, match=rf"pipeline\.toml:\d+: {said}") as caught:
        plan(tmp_path, table)
    assert len(caught.value.mistakes) == 1


def sample_stage(plan: Plan) -> SampleStage:
    """The stage that draws new tunes, with those that it takes results from."""
    folder = RunFolder(plan.folder)
    corpus = CorpusStage(plan, folder)
    tokenizer = TokenizerStage(plan, folder, corpus)
    model = ModelStage(plan, folder, corpus, tokenizer, plan.model)
    return SampleStage(plan, folder, corpus, tokenizer, MelodiesStage(plan, folder, corpus), model)


def test_rules_count_in_the_key_of_new_tunes_where_there_are_any(tmp_path: Path) -> None:
    """With their options; a pipeline without rules keeps its key."""
    assert "rules" not in sample_stage(plan(tmp_path)).inputs
    stages = [sample_stage(plan(tmp_path, f'[[rule]]\nuse = "fewer"\nbars = {bars}')) for bars in (1, 2)]
    assert stages[0].inputs["rules"] != stages[1].inputs["rules"]
    assert stages[0].key != stages[1].key


def test_a_run_keeps_what_the_rules_allow(tmp_path: Path) -> None:
    """New tunes and real ones are judged by them; where none is good enough the fault stands beside it."""
    file = ruled(tmp_path, '[[rule]]\nuse = "short"\nbars = 1')
    text = file.read_text().replace("tunes = 3", "tunes = 2\nattempts = 1")
    file.write_text(text)
    run = musegen.load(file, reporter=musegen.Silent()).run(musegen.Silent())
    assert not any(tune.valid for tune in run.tunes)
    assert any(fault.startswith("long: ") for tune in run.tunes for fault in tune.faults)
    (sampled,) = (tmp_path / "run" / "stages").glob("sample-*/sample.json")
    report = json.loads(sampled.read_text("utf-8"))
    assert report["draws"]["reasons"]["long"] > 0
    assert report["real_test_tunes"]["reasons"]["long"] == report["real_test_tunes"]["tunes"]


def test_an_exception_of_a_rule_names_it(tmp_path: Path) -> None:
    """With plugin and stage."""
    file = ruled(tmp_path, '[[rule]]\nuse = "short"\nbars = 13')
    with pytest.raises(RuntimeError, match="out of order") as caught:
        musegen.load(file, reporter=musegen.Silent()).run(musegen.Silent())
    (note,) = caught.value.__notes__
    assert note.startswith('in rule "short", plugin ')
    assert note.endswith("stage sample")


def test_schema_example_and_commands_know_rules(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The example shows one behind #, as a pipeline needs none."""
    plugins = with_rule()
    schema: Any = pipeline_schema(plugins)
    (choice,) = schema["properties"]["rule"]["items"]["oneOf"]
    assert choice["properties"]["bars"]["description"] == "Bars at most."
    assert "rule" not in schema["required"]
    example = example_pipeline(plugins)
    assert '\n# One of: fewer.\n# [[rule]]\n# use = "fewer"\n' in example
    assert "rule" not in tomllib.loads(example)
    assert "[[rule]]" not in example_pipeline(musegen.installed_plugins())
    monkeypatch.setattr("musegen.plugins.registry.installed_plugins", lambda: plugins)
    assert main(["plugins"]) == 0
    assert "rule           fewer" in capsys.readouterr().out
    assert main(["plugins", "show", "fewer"]) == 0
    assert 'rule "fewer", version 1' in capsys.readouterr().out


def test_the_schema_refuses_rules_where_none_is_installed() -> None:
    """There is nothing that could be named."""
    schema: Any = pipeline_schema(Plugins())
    assert schema["properties"]["rule"]["items"] is False


class Vague(Fewer):
    """Its fault has no kind that could be counted."""

    def faults(self, score: Score) -> Iterator[Fault]:
        """One that begins a sentence."""
        yield Fault("Too long", "many bars")


class Mute(Fewer):
    """Its fault says nothing."""

    def faults(self, score: Score) -> Iterator[Fault]:
        """One without words."""
        yield Fault("long", " ")


class Beyond(Fewer):
    """It counts bars from elsewhere."""

    def faults(self, score: Score) -> Iterator[Fault]:
        """One behind the end."""
        yield Fault("long", "many bars", len(score.bars) + 1)


class Words(Fewer):
    """It says what is wrong in words alone."""

    def faults(self, score: Score) -> Iterator[Any]:
        """A text."""
        yield "too long"


class Moody(Fewer):
    """It has more to say each time."""

    def faults(self, score: Score) -> Iterator[Fault]:
        """One, another the next time."""
        self.bars += 1
        yield Fault("long", f"more than {self.bars}")


class Fragile(Fewer):
    """It expects two bars at least."""

    def faults(self, score: Score) -> Iterator[Fault]:
        """None, if there is a second bar."""
        if not score.bars[1].events:
            yield Fault("long", "many bars")


class Writing(Fewer):
    """It keeps a diary."""

    def faults(self, score: Score) -> Iterator[Fault]:
        """None, but a file."""
        Path("diary.txt").write_text("dear diary")
        return iter(())


@pytest.mark.parametrize("bars", [0, 3, 100])
def test_a_good_rule_keeps_the_laws(bars: int) -> None:
    """Whether it finds fault or not."""
    check_rule(made(), {"bars": bars})


@pytest.mark.parametrize(
    ("build", "law"),
    [
        (Vague, "the kind of a fault, by which faults are counted, is one word"),
        (Mute, "a fault has a message"),
        (Beyond, "a fault names a bar of the score"),
        (Words, "faults gives musegen.Fault objects"),
        (Moody, "the same score always has the same faults"),
        (Fragile, "it judges every score"),
        (Writing, "it writes no file"),
    ],
)
def test_a_broken_law_is_named(build: Any, law: str) -> None:
    """With the rule's name."""
    with pytest.raises(ContractError, match=f'rule "fewer" breaks the law: {law}'):
        check_rule(made(build))


def test_check_plugin_takes_a_plugin_of_rules() -> None:
    """The hook is known."""

    @hookimpl
    def musegen_rules() -> list[Component[Rule]]:
        return [made()]

    check_plugin(SimpleNamespace(musegen_rules=musegen_rules))
