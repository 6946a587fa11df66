"""Whatever somebody does to the file of a model: it samples, or one line says why not."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest

import musegen
from helpers.changed_models import KINDS, changed, described, outcome, redescribed, trained_files
from musegen import ArtifactError

CHANGES = 150
"""Of each kind of model; five thousand each were tried by hand."""


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """A model of each kind that samples."""
    return trained_files(tmp_path_factory.mktemp("models"))


@pytest.mark.parametrize("kind", KINDS)
def test_a_changed_file_samples_or_is_refused_in_one_line(
    kind: str, files: dict[str, bytes], tmp_path: Path
) -> None:
    """Whether its words or its bytes were changed."""
    assert outcome(files[kind], tmp_path).word == "sampled"
    words = []
    for number in range(CHANGES):
        found = outcome(changed(files[kind], random.Random(f"{kind} {number}")), tmp_path)
        if found.word not in ("sampled", "refused"):
            raise AssertionError(f"change {number}: {found.word}: {found.line}") from found.error
        words.append(found.word)
    assert {"sampled", "refused"} == set(words)


def _set(place: str, value: object) -> Any:
    """A change of what a file says."""

    def change(description: Any) -> None:
        *way, last = place.split(".")
        for key in way:
            description = description[key]
        description[last] = value(description[last]) if callable(value) else value

    return change


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (_set("about.notation.home", 3), "damaged: notation.home: must be a table (got 3);"),
        (_set("about.notation.home", {"tonic": "C"}), "damaged: notation.home.tonics: is missing;"),
        (_set("about.notation.home.tonic", "H"), "notation.home.tonic: a tonic is written as D, Bb or F#"),
        (
            _set("about.notation.home.tonics", {"minor": {"E": 0}}),
            "notation.home.tonics.minor.E: must be at least 1 (got 0)",
        ),
        (
            _set("about.notation.home.ranges", {"major": {"means": {"C": [60]}, "deviations": [0, 1]}}),
            "damaged: notation.home.ranges.major.",
        ),
        (_set("about.notation.fields", {"X": 1}), "damaged: notation.fields: must be an array"),
        (_set("about.notation.fields", ["X", "\ud800"]), "damaged: a text in it holds half a character;"),
        (
            _set("about.notation.version", True),
            "damaged: notation.version: must be a whole number (got true)",
        ),
        (_set("about.notation.options", {"strict": 5}), 'options of notation "abc" are damaged'),
        (
            _set("about.tokenizer.version", 9),
            'made with version 9 of tokenizer "char"; version 1 is installed',
        ),
        (_set("about.tokenizer.name", "a\nb"), "damaged: tokenizer.name: should be the name of a component"),
        (_set("about.model", None), "damaged: model: must be a table (got null);"),
        (
            _set("about", None),
            "is not a model that musegen saved; take the model.safetensors of a run",
        ),
        (
            _set("about.tokenizer.state.characters", lambda known: known + "ß"),
            "do not belong together: the model has 44 symbols and the tokenizer 45",
        ),
        (
            _set("about.tokenizer.state.characters", lambda known: known[:-1]),
            "do not belong together: the model has 44 symbols and the tokenizer 43; take the model",
        ),
        (
            _set("about.tokenizer.state.characters", lambda known: known[:-1] + known[0]),
            "its tokenizer is damaged: the state of a char tokenizer is ",
        ),
        (
            _set("about.tokenizer.state.characters", list),
            "its tokenizer is damaged: the state of a char tokenizer is ",
        ),
        (
            _set(
                "about.tokenizer.state.characters", lambda known: known[:3] + known[4] + known[3] + known[5:]
            ),
            "its model and its tokenizer do not belong together: token 5 is ",
        ),
    ],
)
@pytest.mark.parametrize("kind", KINDS)
def test_what_it_says_of_its_use_is_checked(
    kind: str, change: Any, expected: str, files: dict[str, bytes], tmp_path: Path
) -> None:
    """When it is loaded, against one schema and against the model; the line says what is wrong."""
    description = described(files[kind])
    change(description)
    path = tmp_path / "model.safetensors"
    path.write_bytes(redescribed(files[kind], description))
    with pytest.raises((ArtifactError, musegen.PluginError)) as caught:
        musegen.open_model(path)
    assert str(caught.value).startswith(f"{path}: ")
    assert expected in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("kind", KINDS)
def test_a_short_table_is_not_exported(kind: str, files: dict[str, bytes], tmp_path: Path) -> None:
    """The file says how many symbols there were, so that no model has to know it; nothing is written."""
    description = described(files[kind])
    tokenizer = description["about"]["tokenizer"]
    assert tokenizer["symbols"] == 44
    tokenizer["state"]["characters"] = tokenizer["state"]["characters"][:-1]
    (tmp_path / "model").write_bytes(redescribed(files[kind], description))
    with pytest.raises(ArtifactError, match="the model has 44 symbols and the tokenizer 43"):
        musegen.export(tmp_path / "model", tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("kind", KINDS)
def test_what_a_later_musegen_adds_is_passed_over(kind: str, files: dict[str, bytes], tmp_path: Path) -> None:
    """So that its files can be read as far as they are understood."""
    description = described(files[kind])
    description["about"]["more"] = description["about"]["tokenizer"]["more"] = {"size": 3}
    (tmp_path / "model").write_bytes(redescribed(files[kind], description))
    assert musegen.open_model(tmp_path / "model").language.tonic == "C"
