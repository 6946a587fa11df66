"""What ``musegen sample`` is asked for and cannot give: it says so, and its exit code does too."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import musegen
from helpers.invented import NGRAM_PIPELINE, write_pipeline
from musegen import ArtifactError, Lines, MusegenError, PluginError, Run, Silent, demo_model
from musegen.commands.main import main
from musegen.models.about import About
from musegen.models.sample_options import names_file
from musegen.models.tune_model import home_of

HEADER = "X:1\nT:Jig No 7\nR:jig\nM:6/8\nL:1/8\nK:C\n"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A run with a quick model."""
    return musegen.load(write_pipeline(tmp_path_factory.mktemp("run"), NGRAM_PIPELINE)).run(Silent())


def lines_of(model: Path, folder: Path, **options: object) -> str:
    """What a user is told."""
    said = list[str]()
    musegen.sample(model, folder, reporter=Lines(said.append), keep="all", **options)
    return "\n".join(said)


def test_a_prime_may_be_a_file(tmp_path: Path) -> None:
    """Its text is what every tune begins with, with Unix line ends and without a byte order mark."""
    file = tmp_path / "begun.abc"
    file.write_bytes(b"\xef\xbb\xbf" + HEADER.replace("\n", "\r\n").encode())
    asked = ["-n", "2", "--keep", "all", "-q", "--to", ""]
    assert main(["sample", "--prime", str(file), "-o", str(tmp_path / "file"), *asked]) == 0
    assert main(["sample", "--prime", HEADER, "-o", str(tmp_path / "text"), *asked]) == 0
    for name in ("001.abc", "002.abc"):
        text = (tmp_path / "file" / name).read_text("utf-8")
        assert "T:Jig No 7\n" in text
        assert text == (tmp_path / "text" / name).read_text("utf-8")


@pytest.mark.parametrize(
    ("prime", "told"),
    [
        ("nowhere/jig.abc", "--prime: nowhere/jig.abc: no such file; name a file of text, or give the text"),
        ("C:\\tunes\\jig.abc", "no such file"),
        (".", "--prime: .: is a folder, not a file"),
    ],
)
def test_a_prime_that_names_no_file_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], prime: str, told: str
) -> None:
    """It is not taken for music, and nothing is written."""
    assert main(["sample", "--prime", prime, "-o", str(tmp_path / "out")]) == 2
    assert told in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_a_pipeline_takes_a_text_as_prime_and_no_file(tmp_path: Path) -> None:
    """In Python too."""
    with pytest.raises(MusegenError, match="prime: is the name of a file and not the beginning of a tune"):
        musegen.sample(demo_model(), tmp_path, prime="jig.abc")


@pytest.mark.parametrize("text", [HEADER, "X:1", "K:D|", "|: DFA .A", "DFA.A", "T:a.b", '"a.b"', ""])
def test_the_beginning_of_a_tune_is_no_file_name(text: str) -> None:
    """Whatever the music has in it."""
    assert not names_file(text)


def test_a_prime_leaves_room_for_a_tune(tmp_path: Path) -> None:
    """One that is as long as a tune may be is refused, instead of written as it is."""
    with pytest.raises(
        MusegenError, match=r"sample\.prime: has \d+ tokens, and a tune at most max_length = 20"
    ):
        musegen.sample(demo_model(), tmp_path, prime=HEADER, max_length=20)


def test_wishes_beside_a_prime_have_no_effect(made: Run, tmp_path: Path) -> None:
    """And it is said."""
    told = lines_of(made.model, tmp_path, tunes=1, prime=HEADER, rhythm="jig", start="D")
    assert "rhythm has no effect: the prime is the whole beginning of every tune" in told
    assert "start has no effect" in told


def test_a_wish_that_no_training_tune_has_draws_a_warning(made: Run, tmp_path: Path) -> None:
    """As before a run: the model's file tells what the tunes had."""
    told = lines_of(made.model, tmp_path, tunes=1, rhythm="gig", metre="7/8")
    assert "no tune of the corpus has R:gig, as sample.rhythm asks; it has R:jig" in told
    assert "no tune of the corpus has M:7/8, as sample.metre asks; it has M:6/8" in told
    assert "no tune of the corpus" not in lines_of(made.model, tmp_path / "jig", tunes=1, rhythm="jig")


def test_quiet_is_not_silent(made: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What should not be missed is shown."""
    main(
        ["sample", str(made.model), "-q", "--rhythm", "gig", "--keep", "all", "-n", "1", "-o", str(tmp_path)]
    )
    assert "no tune of the corpus has R:gig" in capsys.readouterr().err


def test_a_file_of_before_tells_of_modes_at_least(tmp_path: Path) -> None:
    """Where all tunes were brought to one tonic, their modes were kept."""
    known = About.read(demo_model()).notation
    assert known.home is not None
    assert "locrian" not in home_of(known.home).tonics
    model = musegen.open_model(demo_model())
    if not model.language.headers:
        assert "is locrian, as sample.key asks" in lines_of(demo_model(), tmp_path, tunes=1, key="Bloc")


def test_list_tells_what_a_model_knows(made: Run, capsys: pytest.CaptureFixture[str]) -> None:
    """Keys, metres and rhythms of its training tunes with their numbers, and each can be wished for."""
    assert main(["sample", str(made.model), "--list"]) == 0
    printed = capsys.readouterr().out
    assert main(["sample", str(made.model), "--list", "--json"]) == 0
    known = json.loads(capsys.readouterr().out)
    trained = (made.folder / "split.csv").read_text("utf-8").count(",train")
    assert known["rhythm"] == {"jig": trained}
    assert known["metre"] == {"6/8": trained}
    assert sum(known["key"].values()) == trained
    assert list(known["key"].values()) == sorted(known["key"].values(), reverse=True)
    assert known == {"model": str(made.model), **musegen.open_model(made.model).known}
    for wish in ("key", "metre", "rhythm"):
        assert f"--{wish}\n" in printed
        for value, count in known[wish].items():
            assert f"{count:,}  {value}\n" in printed
            musegen.Sample(**{wish: value}).wished(musegen.open_model(made.model).language.notation)


def test_list_says_what_it_cannot_tell(capsys: pytest.CaptureFixture[str]) -> None:
    """The demo's model knows its keys from before they were brought to one tonic."""
    assert main(["sample", "--list", "--json"]) == 0
    known = json.loads(capsys.readouterr().out)
    assert known["key"]["G major"] > 1000
    assert set(known) == {"model", "key", "metre", "rhythm"}


def test_too_few_valid_tunes_are_exit_code_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Those with the fewest faults are there, and one line says so; with keep = "all" nothing was missed."""
    asked = ["sample", "-n", "2", "--max-length", "30", "--attempts", "2"]
    assert main([*asked, "-o", str(tmp_path / "valid")]) == 1
    told = capsys.readouterr().err
    assert "none of 4 tunes drawn are valid, and no attempts are left" in told
    assert len(list((tmp_path / "valid").glob("*.abc"))) == 2
    assert main([*asked, "--keep", "all", "-o", str(tmp_path / "all")]) == 0
    assert main([*asked, "--shards", "abc", "-o", str(tmp_path / "shards")]) == 1


@pytest.mark.parametrize(
    ("names", "told"),
    [
        (["wav", "wav"], 'renderer "wav" is named twice; leave one of them out'),
        (["midi", "tunebook", "midi"], 'renderer "midi" is named twice'),
        (["wavv"], 'no renderer "wavv"; did you mean "wav"'),
    ],
)
def test_renderers_are_named_once_and_exist(tmp_path: Path, names: list[str], told: str) -> None:
    """Nothing is drawn and no folder is left, whichever function is asked."""
    (tmp_path / "jig.abc").write_text(f"{HEADER}DEF|\n")
    with pytest.raises(PluginError, match=told):
        musegen.sample(demo_model(), tmp_path / "new" / "out", renderers=names)
    with pytest.raises(PluginError, match=told):
        musegen.render([tmp_path / "jig.abc"], tmp_path / "new" / "out", names)
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("new", [True, False])
def test_what_fails_leaves_no_folder(tmp_path: Path, new: bool) -> None:
    """Neither the one that was asked for nor those above it; one that was there stays."""
    folder = tmp_path / "folder" / "out"
    if not new:
        folder.mkdir(parents=True)
    (tmp_path / "empty.abc").write_text("no tune\n")
    with pytest.raises(MusegenError, match="no tune found"):
        musegen.render([tmp_path / "empty.abc"], folder)
    assert folder.exists() is (tmp_path / "folder").exists() is not new


def test_a_folder_that_cannot_be_is_known_before_anything_is_drawn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file stands in its place."""
    (tmp_path / "file").write_text("")
    monkeypatch.setattr("musegen.models.composer.Composer.kept", lambda *_: pytest.fail("drawn"))
    with pytest.raises(ArtifactError, match="file"):
        musegen.sample(demo_model(), tmp_path / "file" / "out")
