"""A model declares its own keys of ``[sample]``, and the framework brings it their values."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from pydantic import Field

import musegen
from helpers.invented import NGRAM_PIPELINE, write_pipeline
from musegen import Component, Options, PipelineError, PluginError, Plugins, component, hookimpl
from musegen.models.sample_options import Sample, keys_of_models, sample_options
from musegen.pipeline.example import example_pipeline
from musegen.pipeline.plan import Plan, load_plan
from musegen.pipeline.schema import pipeline_schema

KERAS = NGRAM_PIPELINE.replace('use = "ngram"', 'use = "keras-lstm"')


class Beam(Options):
    """Keys of a model of these tests."""

    beam: int = Field(1, ge=1, le=9)
    """Continuations that are followed side by side."""


class Greedy(Options):
    """Keys that are the framework's."""

    temperature: float = 1.0
    """Taken."""


class Bare(Options):
    """Keys that have no default."""

    beam: int
    """Must be given."""


def declared(sampling: Any, hook: str = "musegen_models") -> SimpleNamespace:
    """A plugin whose model ``beamed`` adds these keys."""

    def declare() -> list[Component[Any]]:
        return [
            component("beamed", version=1, options=Options, build=lambda options: object(), sampling=sampling)
        ]

    declare.__name__ = hook
    return SimpleNamespace(**{hook: hookimpl(declare)})


def with_model(sampling: Any) -> Plugins:
    """The installed plugins and that one."""
    plugins = musegen.installed_plugins().with_files(())
    plugins.add(declared(sampling), "beamed")
    return plugins


def plan(tmp_path: Path, text: str, line: str, plugins: Plugins | None = None) -> tuple[Plan, list[str]]:
    """The plan of a pipeline with this line in ``[sample]``, and what was said meanwhile."""
    said: list[str] = []
    file = write_pipeline(tmp_path, text.replace("[sample]\n", f"[sample]\n{line}\n"))
    return load_plan(file, plugins=plugins, report=said.append), said


def test_the_keys_that_a_model_declares_are_checked_and_reach_it(tmp_path: Path) -> None:
    """As an object of the class that it declared, whose bounds hold."""
    plugins, text = with_model(Beam), NGRAM_PIPELINE.replace('"ngram"', '"beamed"')
    loaded, said = plan(tmp_path, text, "beam = 4", plugins)
    assert loaded.sample.sampling.model == Beam(beam=4)
    assert loaded.sample.tunes == 3
    assert not said
    assert plan(tmp_path, text, "", plugins)[0].sample.sampling.model == Beam()
    with pytest.raises(PipelineError, match=r"pipeline.toml:16: sample.beam: .* at most 9"):
        plan(tmp_path, text, "beam = 10", plugins)
    with pytest.raises(PipelineError, match=r'sample.baem: unknown key; did you mean "beam"'):
        plan(tmp_path, text, "baem = 2", plugins)


def test_a_model_without_keys_of_its_own_gets_none(tmp_path: Path) -> None:
    """So nothing is said either."""
    loaded, said = plan(tmp_path, NGRAM_PIPELINE, "")
    assert (loaded.sample.sampling.model, said) == (None, [])


def test_a_key_of_another_model_does_not_count_and_one_line_says_so(tmp_path: Path) -> None:
    """So pipelines that name it still run when their model changes; it is not in the cache key."""
    loaded, said = plan(tmp_path, NGRAM_PIPELINE, 'precision = "auto"')
    assert said == [
        f"{tmp_path / 'pipeline.toml'}:16: sample.precision: has no effect: it belongs to the model "
        '"keras-lstm", and this one is "ngram"'
    ]
    assert loaded.sample == plan(tmp_path, NGRAM_PIPELINE, "")[0].sample


def test_a_key_of_no_model_is_a_mistake(tmp_path: Path) -> None:
    """Nobody knows what it was meant for."""
    with pytest.raises(PipelineError, match=r"sample\.precison: unknown key"):
        plan(tmp_path, NGRAM_PIPELINE, 'precison = "auto"')


def test_where_the_model_is_a_mistake_its_keys_are_none(tmp_path: Path) -> None:
    """One line tells of the name, none of a key that the meant model has."""
    with pytest.raises(PipelineError) as caught:
        plan(tmp_path, KERAS.replace("keras-lstm", "keras-lstn"), 'precision = "int8"')
    (line,) = caught.value.mistakes
    assert 'did you mean "keras-lstm"' in line


def test_a_model_cannot_take_a_key_of_musegens(tmp_path: Path) -> None:
    """Its value would be taken for the framework's."""
    text = NGRAM_PIPELINE.replace('"ngram"', '"beamed"')
    with pytest.raises(
        PipelineError, match=r'"beamed" adds the key temperature to \[sample\], but musegen itself has'
    ):
        plan(tmp_path, text, "", with_model(Greedy))


@pytest.mark.parametrize(
    ("sampling", "hook", "said"),
    [
        (Beam, "musegen_renderers", 'sampling of "beamed": only a model can have it'),
        (dict, "musegen_models", 'sampling of "beamed" is not a subclass of musegen.Options'),
        (Bare, "musegen_models", 'sampling of "beamed": beam has no default'),
    ],
)
def test_a_declaration_that_cannot_be_used_is_one_line(sampling: Any, hook: str, said: str) -> None:
    """When the plugin is loaded."""
    with pytest.raises(PluginError, match=said) as caught:
        Plugins().add(declared(sampling, hook), "beamed")
    assert "\n" not in str(caught.value)


def test_schema_and_example_know_the_keys() -> None:
    """The schema those of every model, the example those of the model that it uses."""
    plugins = with_model(Beam)
    keys = pipeline_schema(plugins)["properties"]["sample"]["properties"]  # type: ignore[index, call-overload]
    assert keys["precision"]["enum"] == ["auto", "fp32", "bf16", "int8"]  # type: ignore[index, call-overload]
    assert keys["beam"]["description"] == "Continuations that are followed side by side."  # type: ignore[index, call-overload]
    example = example_pipeline(plugins)
    assert 'precision = "auto"' in example[example.index("[sample]") : example.index("\n[sample.valid]")]
    assert "beam =" not in example


def test_the_class_is_the_frameworks_where_a_model_adds_nothing() -> None:
    """And each added key leads to its model."""
    plugins = with_model(Beam)
    assert sample_options(plugins.model("ngram")) is Sample
    assert {key: model.name for key, model in keys_of_models(plugins).items()} == {
        "precision": "keras-lstm",
        "beam": "beamed",
    }


def test_the_framework_has_no_word_of_precision() -> None:
    """It belongs to the model that has it."""
    framework = Path(__file__).parents[2] / "framework"
    assert not [file for file in framework.rglob("*.py") if "precision" in file.read_text("utf-8")]
