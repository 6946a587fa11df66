"""``tunes.csv``: a row of facts about each new tune, which suffices to make the tune again."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, strategies as st

import musegen
from helpers.invented import NGRAM_PIPELINE, write_pipeline
from musegen import ArtifactError, Lines, MusegenError, Silent, demo_model
from musegen.commands.main import main
from musegen.models.encoding import with_marks
from musegen.models.numbering import DRAWS, RUN_SEEDS, draw_place, draw_seed
from musegen.models.sample_options import sample_options
from musegen.run.again import read_drawn
from musegen.run.manifest import COLUMNS, Recipe, manifest_rows, manifest_text
from musegen_sampling import Sampler

OPENED = musegen.open_model(demo_model())
QUICK: dict[str, Any] = {"tunes": 2, "keep": "all", "max_length": 200}


def rows(file: Path) -> list[dict[str, str]]:
    """The rows of a manifest, as any program reads it."""
    with file.open(newline="", encoding="utf-8") as opened:
        return list(csv.DictReader(opened, strict=True))


def changed(file: Path, row: int, **cells: str) -> Path:
    """The manifest with other cells in one row."""
    found = rows(file)
    found[row] |= cells
    with file.open("w", newline="", encoding="utf-8") as opened:
        writer = csv.DictWriter(opened, COLUMNS)
        writer.writeheader()
        writer.writerows(found)
    return file


def test_a_row_says_what_the_tune_says(tmp_path: Path) -> None:
    """In the table, in Python and in the files alike; the loss is the one that the model gives the draw."""
    asked = {"tunes": 6, "keep": "all", "rules": False, "precision": "fp32"}  # in which nats() measures
    tunes = musegen.sample(OPENED, tmp_path, seed=3, renderers=["midi"], **asked)
    draws = OPENED.compose(sample_options(OPENED.component).model_validate(asked), 3).draws
    found = rows(tmp_path / "tunes.csv")
    assert [tuple(row) for row in found] == [COLUMNS] * 6
    for tune, row, draw in zip(tunes, found, draws, strict=True):
        assert (tmp_path / row["file"]).read_text("utf-8") == tune.text
        score = tune.score()
        assert row["key"] == tune.key == str(score.key)
        assert row["metre"] == tune.metre == str(score.metre)
        assert row["rhythm"] == tune.rhythm == score.rhythm
        assert int(row["bars"]) == tune.bars == len(score.bars)
        assert (row["title"], int(row["seed"])) == (tune.title, tune.seed)
        assert row["valid"] == str(tune.valid).lower()
        assert row["faults"] == "; ".join(tune.faults)
        assert draw.tune.text == tune.text
        assert draw.drawn is not None
        (nats,) = OPENED.network.nats([draw.drawn])
        assert float(row["nats"]) == tune.nats == pytest.approx(float(nats.sum()), abs=1e-3)
        assert float(row["nats_a_token"]) == pytest.approx(nats.mean(), abs=1e-4)
        assert tune.copied is not None
        assert int(row["copied_notes"]) == tune.copied.notes
        assert row["copied_from"] == f"{tune.copied.source} {tune.copied.title}".rstrip()
        assert json.loads(row["options"]) == tune.recipe["options"]
        assert row["model_sha256"] == tune.recipe["model_sha256"] == OPENED.digest
    assert any(tune.faults for tune in tunes)
    assert any(tune.valid for tune in tunes)


def test_the_loss_leaves_out_the_end_of_a_tune_that_was_cut(tmp_path: Path) -> None:
    """What was drawn is measured, and no more."""
    (tune,) = musegen.sample(OPENED, tmp_path, tunes=1, keep="all", max_length=120, rules=False)
    assert tune.faults[0].startswith("unfinished")
    (draw,) = OPENED.compose(musegen.Sample(tunes=1, keep="all", max_length=120, rules=False), 0).draws
    assert draw.drawn is not None
    assert OPENED.language.tokenizer.vocabulary.end not in draw.drawn
    (nats,) = OPENED.network.nats([draw.drawn])
    assert tune.tokens == len(nats) == 120
    assert tune.nats == pytest.approx(float(nats.sum()), rel=0.01)


def test_the_loss_is_that_of_the_arithmetic_that_drew(tmp_path: Path) -> None:
    """A wished line has its share of it, as a model that is asked afterwards says it, in that precision."""
    wishes = {"tunes": 3, "keep": "all", "key": "G", "metre": "6/8", "rhythm": "jig"}
    tunes = musegen.sample(OPENED, tmp_path, **wishes)
    draws = OPENED.compose(musegen.Sample(**wishes), 0).draws
    sampler = Sampler(OPENED.network.weights, precision="int8", inputs=OPENED.language.places.begin)
    for tune, draw in zip(tunes, draws, strict=True):
        (nats,) = sampler.nats_many([draw.drawn])
        assert tune.nats == pytest.approx(float(nats.sum()), abs=1e-3)


ODD = ['a, "b"\nc', "=HYPERLINK(1)", "+1;-1", " ", "\u266d \u2013 \u00e9", "x\r\ny"]


def test_any_text_stands_in_a_cell_as_it_is(tmp_path: Path) -> None:
    """RFC 4180: a header line, CRLF, quotes where they are needed; formulas are left alone."""
    facts = [
        {"number": number, "title": title, "seed": number, "faults": [title], "valid": False}
        for number, title in enumerate(ODD, 1)
    ]
    (tmp_path / "tunes.csv").write_bytes(
        manifest_text(manifest_rows(facts, Recipe("m", "d", {"start": ODD[0]})))
    )
    content = (tmp_path / "tunes.csv").read_bytes()
    assert content.startswith(",".join(COLUMNS).encode() + b"\r\n")
    assert content.endswith(b"\r\n")
    assert [row["title"] for row in rows(tmp_path / "tunes.csv")] == ODD
    assert [row["faults"] for row in rows(tmp_path / "tunes.csv")] == ODD
    drawn = read_drawn(f"{tmp_path / 'tunes.csv'}:4")
    assert (drawn.number, drawn.recipe) == (4, Recipe("m", "d", {"start": ODD[0]}))


def test_who_is_copied_is_said_in_two_columns() -> None:
    """Where it is known."""
    copied = {
        "notes": 12,
        "share": 0.2,
        "source": "a.abc:7",
        "title": "The Kesh",
        "bars": [1],
        "source_bars": [3],
    }
    row = {"number": 1, "title": "", "seed": 0, "faults": [], "valid": True, "copied": copied}
    ((*cells,),) = manifest_rows([row], Recipe("", "", {}))
    named = dict(zip(COLUMNS, cells, strict=True))
    assert (named["copied_notes"], named["copied_from"]) == ("12", "a.abc:7 The Kesh")


OPTION_SETS: list[dict[str, Any]] = [
    {},
    {"key": "G", "metre": "6/8", "rhythm": "Jig"},
    {"start": "D2F A2d | ", "key": "D", "metre": "6/8", "temperature": 0.6, "top_k": 5},
    {"prime": "X:1\nT:Half\nR:Reel\nM:4/4\nL:1/8\nK:Em\n", "top_p": 0.8},
    {"temperature": 1.3, "precision": "fp32", "max_length": 90},
    {"seed": 2**31 - 1, "precision": "bf16"},
    {"seed": 5, "first": 1_000_001, "valid": {"bars": 0, "lowest": "C4"}},
]


@pytest.mark.parametrize("options", OPTION_SETS, ids=str)
def test_a_row_makes_its_tune_again(tmp_path: Path, options: dict[str, Any]) -> None:
    """Byte for byte, and with the same facts, but for its number."""
    tunes = musegen.sample(OPENED, tmp_path / "new", **QUICK | options)
    (again,) = musegen.sample_again(f"{tmp_path / 'new' / 'tunes.csv'}:2", tmp_path / "again")
    assert again.text_file.read_bytes() == tunes[1].text_file.read_bytes()
    before, after = rows(tmp_path / "new" / "tunes.csv")[1], rows(tmp_path / "again" / "tunes.csv")[0]
    assert {**before, "number": "1", "file": "001.abc"} == after


def test_valid_tunes_are_made_again_without_those_before_them(tmp_path: Path) -> None:
    """Their rows name draws, between which others were rejected."""
    tunes = musegen.sample(OPENED, tmp_path / "new", tunes=3, seed=1, rules=False, temperature=1.5)
    assert [tune.seed - 1_000_000 for tune in tunes] != [0, 1, 2]
    (again,) = musegen.sample_again(f"{tmp_path / 'new'}:3", tmp_path / "again", model=demo_model())
    assert again.text == tunes[2].text


def test_another_option_changes_only_itself(tmp_path: Path) -> None:
    """As if the run had been asked so; with another seed it is that run's draw of the same number."""
    asked = {**QUICK, "key": "D", "temperature": 0.8}
    musegen.sample(OPENED, tmp_path / "new", seed=2, **asked)
    row = f"{tmp_path / 'new' / 'tunes.csv'}:2"
    (cooler,) = musegen.sample_again(row, tmp_path / "cooler", model=OPENED, temperature=0.5)
    whole = musegen.sample(OPENED, tmp_path / "whole", seed=2, **asked | {"temperature": 0.5})
    assert cooler.text == whole[1].text
    (other,) = musegen.sample_again(row, tmp_path / "other", model=OPENED, seed=9)
    whole = musegen.sample(OPENED, tmp_path / "nine", seed=9, **asked)
    assert other.text == whole[1].text
    more = musegen.sample_again(row, tmp_path / "more", model=OPENED, tunes=2)
    whole = musegen.sample(OPENED, tmp_path / "three", seed=2, **asked | {"tunes": 3})
    assert [tune.text for tune in more] == [tune.text for tune in whole[1:]]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A finished run whose tunes were all brought to one tonic to learn from."""
    text = NGRAM_PIPELINE.replace("[tokenizer]", '[prepare]\ntonic = "C"\n\n[tokenizer]')
    musegen.load(write_pipeline(tmp_path / "project", text)).run(Silent())
    return tmp_path / "project"


def test_a_run_has_a_manifest_too(project: Path, tmp_path: Path) -> None:
    """Its tunes are made again from there, also where the project was moved, and after it was opened anew."""
    run = musegen.Run.load(project / "run")
    found = rows(project / "run" / "tunes.csv")
    assert [row["file"] for row in found] == [f"tunes/00{number}.abc" for number in (1, 2, 3)]
    assert {row["model"] for row in found} == {"model.safetensors"}
    for tune, row in zip(run.tunes, found, strict=True):
        assert (row["key"], int(row["bars"]), float(row["nats"])) == (tune.key, tune.bars, tune.nats)
        assert tune.recipe["model_sha256"] == row["model_sha256"]
    project.rename(tmp_path / "moved")
    for number, tune in enumerate(run.tunes, 1):
        (again,) = musegen.sample_again(f"{tmp_path / 'moved' / 'run'}:{number}", tmp_path / f"{number}")
        assert again.text == tune.text
        assert again.nats == tune.nats


def test_the_loss_of_a_run_is_that_of_the_tune_as_the_model_knows_it(project: Path) -> None:
    """In the one key that it has learned, before the tune is brought to its own."""
    run = musegen.Run.load(project / "run")
    model = musegen.open_model(run.model)
    for tune in run.tunes:
        at_home = musegen.to_tonic(model.language.notation, musegen.Tune(tune.text, "abc"), "C")
        (nats,) = model.network.nats([with_marks(model.language.tokenizer, at_home.text)])
        assert np.isclose(tune.nats or 0, nats.sum(), atol=1e-3)
    assert {tune.key.split()[0] for tune in run.tunes} != {"C"}


def test_a_run_of_before_can_still_be_opened(project: Path) -> None:
    """Its rows say nothing of keys and losses."""
    report = json.loads((project / "run" / "run.json").read_text("utf-8"))
    del report["drawn_with"]
    for row in report["tunes"]:
        for name in ("key", "metre", "rhythm", "bars", "nats", "tokens"):
            del row[name]
    (project / "run" / "run.json").write_text(json.dumps(report), "utf-8")
    tunes = musegen.Run.load(project / "run").tunes
    assert {(tune.key, tune.bars, tune.nats, *tune.recipe) for tune in tunes} == {("", None, None)}


def test_a_model_that_changed_is_told_in_one_line(project: Path, tmp_path: Path) -> None:
    """And draws nothing, unless it is named."""
    shutil.copyfile(demo_model(), project / "run" / "model.safetensors")
    row = f"{project / 'run'}:1"
    with pytest.raises(
        ArtifactError, match=r"run:1: was drawn by another model than .* is now \(SHA-256"
    ) as told:
        musegen.sample_again(row, tmp_path / "again")
    assert len(str(told.value).splitlines()) == 1
    assert not (tmp_path / "again").exists()
    said: list[str] = []
    model = project / "run" / "model.safetensors"
    musegen.sample_again(row, tmp_path / "again", model=model, reporter=Lines(said.append))
    assert len([line for line in said if "the tune will be another one" in line]) == 1
    model.unlink()
    with pytest.raises(ArtifactError, match=r"its model .* is not there; name the model's file"):
        musegen.sample_again(row, tmp_path / "more")


def test_a_manifest_grows_with_its_folder(tmp_path: Path) -> None:
    """As tunes may be added to a folder, and the same may be written twice."""
    for count, listed in ((2, 2), (3, 3), (1, 3)):
        musegen.sample(OPENED, tmp_path, **QUICK | {"tunes": count})
        assert [row["number"] for row in rows(tmp_path / "tunes.csv")] == ["1", "2", "3"][:listed]
    musegen.sample(OPENED, tmp_path / "whole", **QUICK | {"tunes": 3})
    assert (tmp_path / "tunes.csv").read_bytes() == (tmp_path / "whole" / "tunes.csv").read_bytes()


@pytest.mark.parametrize("mine", ["number,price\r\n1,2\r\n", "not a table \0", "", "changed"])
def test_a_table_of_somebody_is_not_written_over(tmp_path: Path, mine: str) -> None:
    """Nor is a manifest in which somebody has changed a row."""
    file = tmp_path / "tunes.csv"
    if mine == "changed":
        musegen.sample(OPENED, tmp_path, **QUICK)
        changed(file, 1, title="A better title")
    else:
        file.write_text(mine)
    before = file.read_bytes()
    with pytest.raises(ArtifactError, match=r"tunes\.csv: "):
        musegen.sample(OPENED, tmp_path, **QUICK)
    assert file.read_bytes() == before


WRONG = {
    "no number": (None, "name a tune by its manifest and number"),
    "9": (None, r"has no tune 9"),
    "1 ": (None, "name a tune by its manifest and number"),
    "1": ({"seed": "1.0E+06"}, r'tunes\.csv:1: "1\.0E\+06" is not the seed of a draw'),
    "01": ({"seed": "9" * 30}, "is not the seed of a draw"),
    "001": ({"options": "{"}, r"tunes\.csv:001: its options are not a JSON object"),
    "0001": ({"options": "[1]"}, "its options are not a JSON object"),
    "00001": ({"options": '{"temper": 1}'}, "temper"),
}


@pytest.mark.parametrize("number", WRONG)
def test_a_row_that_says_nothing_is_one_line(
    tmp_path: Path, number: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """With exit code 2, and nothing written."""
    cells, words = WRONG[number]
    musegen.sample(OPENED, tmp_path / "new", tunes=1, keep="all", max_length=60)
    if cells:
        changed(tmp_path / "new" / "tunes.csv", 0, **cells)
    place = f"{tmp_path / 'new' / 'tunes.csv'}:{number}"
    with pytest.raises(MusegenError, match=words):
        musegen.sample_again(place, tmp_path / "again")
    assert main(["sample", "--again", place, "-o", str(tmp_path / "again")]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1
    assert not (tmp_path / "again").exists()


@pytest.mark.parametrize("content", [b"", b"number,title\r\n1,x\r\n", b'number\r\n"1\r\n', b"\xff\xfe1\x00"])
def test_another_file_is_no_manifest(tmp_path: Path, content: bytes) -> None:
    """Whatever it holds; the line names it."""
    (tmp_path / "x.csv").write_bytes(content)
    with pytest.raises(ArtifactError, match=r"x\.csv: (has no|is not)"):
        read_drawn(f"{tmp_path / 'x.csv'}:1")


def test_json_is_all_that_is_printed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One document on standard output; what people read goes to standard error."""
    arguments = ["-n", "2", "--keep", "all", "--max-length", "100", "--to", "", "-o", str(tmp_path / "new")]
    assert main(["sample", *arguments, "--json"]) == 0
    printed, said = capsys.readouterr()
    document = json.loads(printed)
    assert document["folder"] == str(tmp_path / "new")
    assert "tunes drawn are valid" in said
    for told, row in zip(document["tunes"], rows(tmp_path / "new" / "tunes.csv"), strict=True):
        assert told["files"] == [str(tmp_path / "new" / row["file"])]
        assert {name: str(told[name]) for name in ("title", "seed", "key", "nats")}.items() <= row.items()
        assert told["options"] == json.loads(row["options"])
        assert "; ".join(told["faults"]) == row["faults"]
    assert (
        main(["sample", "--again", f"{tmp_path / 'new'}:2", "--to", "", "-q", "-o", str(tmp_path / "a")]) == 0
    )
    assert (tmp_path / "a" / "001.abc").read_bytes() == (tmp_path / "new" / "002.abc").read_bytes()


def test_a_book_cannot_take_its_name(tmp_path: Path) -> None:
    """A renderer that would write over the manifest is refused."""
    plugin = tmp_path / "books.py"
    plugin.write_text(
        "from musegen import Options, component, hookimpl\n"
        "class NoOptions(Options):\n    '''None.'''\n"
        "class Book:\n    file_name = 'tunes.csv'\n"
        "    def render_book(self, scores, path): path.write_text('mine')\n"
        "@hookimpl\ndef musegen_renderers():\n"
        "    return [component('book', version=1, options=NoOptions, build=lambda options: Book())]\n"
    )
    with pytest.raises(musegen.PluginError, match=r"writes tunes\.csv, as the manifest"):
        musegen.sample(OPENED, tmp_path / "new", **QUICK, renderers=["book"], plugins=[plugin])


@given(st.integers(0, RUN_SEEDS - 1), st.integers(0, DRAWS - 1))
def test_a_seed_tells_its_run_and_its_number(run_seed: int, number: int) -> None:
    """So no two draws of any runs share one, and each fits into 63 bits."""
    seed = draw_seed(run_seed, number)
    assert 0 <= seed < 2**63
    assert draw_place(seed) == (run_seed, number)
    if number < 1_000_000:
        assert seed == run_seed * 1_000_000 + number  # as it was when runs had no more
