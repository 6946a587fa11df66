"""A notation that parses and writes, and nothing else, on the whole way of a tune."""

from __future__ import annotations

import json
import random
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import musegen
from musegen import NotationError, Silent
from musegen.plugins.scaffold import write_package

PIPELINE = """
[run]
folder = "run"

[plugins]
files = ["plugin.py"]

[[corpus]]
use = "plain-notes"
paths = ["tunes.notes"]

[prepare]
tonic = "C"
transpose = true

[tokenizer]
use = "char"

[model]
use = "ngram"

[sample]
tunes = 6
keep = "all"
max_length = 900

[[render]]
use = "midi"
"""


def invented(number: int, title: str = "") -> str:
    """A tune of eight bars in the notation of the scaffold, in one of three keys."""
    rng = random.Random(number)
    key = ("D", "G", "E")[number % 3]
    bars = ["4:1 ".join(rng.choices("DEFGAB", k=4)) + "4:1 |" for _ in range(8)]
    return f"title: {title or f'Tune {number}'}\nkey: {key} major\nmetre: 4/4\n" + " ".join(bars) + "\n"


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The folder of a package with the notation as it is scaffolded, that can be imported."""
    folder = tmp_path_factory.mktemp("plain") / "plain-notes"
    write_package("notation", folder, musegen.installed_plugins())
    sys.path.insert(0, str(folder))
    yield folder / "plain_notes"
    sys.path.remove(str(folder))
    for name in [name for name in sys.modules if name.partition(".")[0] == "plain_notes"]:
        del sys.modules[name]


@pytest.fixture
def file(tmp_path: Path, package: Path) -> Path:
    """A pipeline over forty tunes, one of them there twice, and the plugin of their notation."""
    tunes = [*map(invented, range(40)), invented(5, "The same again")]
    (tmp_path / "tunes.notes").write_text("\n".join(tunes))
    path = tmp_path / "pipeline.toml"
    path.write_text(PIPELINE.replace("plugin.py", str(package / "plugin.py")))
    return path


def test_it_is_learned_and_written_in_a_pipeline(file: Path) -> None:
    """Tunes in one tonic and in other keys, without copies; figures of the body; tunes with files."""
    result = musegen.load(file, reporter=Silent()).run(Silent())
    (corpus,) = (result.folder / "stages").glob("corpus-*")
    tunes = [json.loads(line) for line in (corpus / "tunes.jsonl").read_text().splitlines()]
    assert len(tunes) == 40
    assert all("key: C major\n" in tune["text"] for tune in tunes)
    assert {tune["tonic"] for tune in tunes} == {"D", "G", "E"}
    assert {tune["title"] for tune in tunes} == {f"Tune {number}" for number in range(40)}
    report = result.report
    assert report["test_header_nats"] is None
    assert report["test_body_nats"] == report["test_nats"]
    assert 0 < report["test_bits_a_note"] < 20
    assert len(result.tunes) == 6
    assert sum(".mid" in tune.files for tune in result.tunes) > 0
    keys = {line for tune in result.tunes for line in tune.text.splitlines() if line.startswith("key: ")}
    assert keys & {"key: D major", "key: G major", "key: E major"}


def test_it_learns_from_other_keys(file: Path) -> None:
    """The score is moved and written anew."""
    file.write_text(file.read_text().replace('tonic = "C"\n', ""))
    result = musegen.load(file, reporter=Silent()).run(Silent())
    (corpus,) = (result.folder / "stages").glob("corpus-*")
    rows = [json.loads(line) for line in (corpus / "transposed.jsonl").read_text().splitlines()]
    assert any("key: G major" in text for texts, _ in rows for text in texts)


@pytest.mark.parametrize(("wish", "value"), [("key", "D"), ("metre", "4/4"), ("rhythm", "jig")])
def test_what_only_a_header_could_say_is_refused_before_training(file: Path, wish: str, value: str) -> None:
    """In one line; the model is not there."""
    refused = rf"^--set sample.*: sample\.{wish}: tunes in this notation have no header"
    with pytest.raises(NotationError, match=refused):
        musegen.load(file, [f'sample.{wish}="{value}"'], reporter=Silent()).run(Silent())
    assert not list((file.parent / "run" / "stages").glob("model-*"))


def test_start_and_prime_begin_a_tune(file: Path) -> None:
    """As they are: there is no header before them."""
    file.write_text(file.read_text().replace('tonic = "C"\n', ""))
    for option in ("start", "prime"):
        result = musegen.load(file, [f'sample.{option}="title: Tune 1"'], reporter=Silent()).run(Silent())
        assert all(tune.text.startswith("title: Tune 1") for tune in result.tunes)


def test_its_model_works_alone(file: Path, package: Path, tmp_path: Path) -> None:
    """From its one file and the plugin's; a wished key is refused here too."""
    model = musegen.load(file, reporter=Silent()).run(Silent()).folder / "model.safetensors"
    plugin = package / "plugin.py"
    tunes = musegen.sample(model, tmp_path / "new", tunes=2, keep="all", plugins=[plugin])
    assert [tune.notation for tune in tunes] == ["plain-notes", "plain-notes"]
    with pytest.raises(NotationError, match=r"^key: tunes in this notation"):
        musegen.sample(model, tmp_path / "newer", tunes=2, key="D", plugins=[plugin])
