"""The musegen command, as a shell sees it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import tomllib
from pathlib import Path

import pytest

import musegen
from helpers.invented import NGRAM_PIPELINE, jig, write_pipeline
from musegen.commands.main import main

HEAVY = ("tensorflow", "keras", "matplotlib", "music21")


def command(*arguments: object, **options: object) -> subprocess.CompletedProcess[str]:
    """Run ``python -m musegen``."""
    line = [sys.executable, "-m", "musegen", *map(str, arguments)]
    return subprocess.run(line, check=False, capture_output=True, text=True, timeout=300, **options)  # type: ignore[call-overload, no-any-return]


def imported(*arguments: object) -> set[str]:
    """The modules that a command has imported when it ends."""
    code = (
        "import sys, musegen.commands.main\n"
        f"code = musegen.commands.main.main({[str(argument) for argument in arguments]!r})\n"
        "print('\\n'.join(sys.modules), file=sys.stderr)\n"
        "raise SystemExit(code)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True, timeout=300
    )
    return set(done.stderr.split())


@pytest.mark.parametrize("arguments", [["plugins"], ["schema"]])
def test_looking_around_imports_nothing_heavy(arguments: list[str]) -> None:
    """So that it is there at once."""
    assert not imported(*arguments) & {*HEAVY, "mido"}


@pytest.mark.parametrize("arguments", [["--help"], ["convert", "--help"], ["corpus"]])
def test_help_imports_next_to_nothing(arguments: list[str]) -> None:
    """Not even NumPy."""
    code = f"import sys, runpy\nsys.argv = {['musegen', *arguments]!r}\ntry: runpy.run_module('musegen')\n"
    code += "except SystemExit: print(*sys.modules, file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert "usage: musegen" in done.stdout
    assert not set(done.stderr.split()) & {*HEAVY, "numpy", "pydantic"}


def test_run_ends_with_the_place_of_the_tunes(pipeline_file: Path) -> None:
    """One line on standard output; the second time everything is reused and nothing heavy is imported."""
    first = command("run", pipeline_file)
    assert first.returncode == 0, first.stderr
    (line,) = first.stdout.splitlines()
    assert str(pipeline_file.parent / "run") in line
    second = command("run", pipeline_file)
    assert second.stderr.count("(reused)") == 7
    assert not imported("run", pipeline_file) & set(HEAVY)


def test_render_writes_over_nothing_of_a_users(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A file of that name with other content is named; ``--force`` replaces it."""
    (tmp_path / "a.abc").write_text("X:1\nK:D\nD2 E2|\n")
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "001.mid").write_text("mine")
    line = ["render", str(tmp_path / "a.abc"), "--to", "midi", "-o", str(tmp_path / "out")]
    assert main(line) == 2
    said = capsys.readouterr().err
    assert "001.mid: exists with other content; choose another folder or add --force" in said
    assert (tmp_path / "out" / "001.mid").read_text() == "mine"
    assert main([*line, "--force"]) == 0
    assert main(line) == 0
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["001.mid"]
    assert main(["render", str(tmp_path / "a.abc"), "--to", "", "-o", str(tmp_path / "out")]) == 2


def test_several_types_of_a_key_are_one_mistake(
    pipeline_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With the key alone, not what pydantic tried."""
    assert main(["check", str(pipeline_file), "--set", "model.order=x"]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.endswith("model.order: must be a whole number, or 'auto' (got 'x')")


def test_a_picture_that_is_not_drawn_is_not_promised(
    pipeline_file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where matplotlib is missing one line says so, and the last one leaves it out."""
    monkeypatch.setattr("musegen.plotting.find_spec", lambda name: None)
    assert main(["run", str(pipeline_file)]) == 0
    said = capsys.readouterr()
    assert "loss.png is not drawn" in said.err
    assert "loss.png" not in said.out


def test_quiet_says_only_the_result(pipeline_file: Path) -> None:
    """No progress on standard error."""
    done = command("run", pipeline_file, "--quiet")
    assert done.stderr == ""
    assert len(done.stdout.splitlines()) == 1


def test_check_reports_every_mistake_and_exits_2(tmp_path: Path) -> None:
    """Without a traceback, and nothing is written."""
    file = write_pipeline(tmp_path, NGRAM_PIPELINE.replace("tunes = 3", "tunes = 0\nsed = 1"))
    for action in ("check", "run"):
        done = command(action, file)
        assert done.returncode == 2
        assert len(done.stderr.splitlines()) == 2
        assert "Traceback" not in done.stderr
    assert not (tmp_path / "run").exists()
    assert command("check", write_pipeline(tmp_path)).returncode == 0


def test_init_writes_a_pipeline_that_passes_its_own_check(tmp_path: Path) -> None:
    """It is TOML, commented, and never overwrites."""
    file = tmp_path / "new.toml"
    assert command("init", file).returncode == 0
    text = file.read_text()
    tables = tomllib.loads(text)
    assert tables["model"]["use"] == "keras-lstm"
    assert tables["model"]["units"]
    assert [tables["corpus"][0]["use"], tables["tokenizer"]["use"]] == ["music21", "char"]
    assert [table["use"] for table in tables["render"]] == ["midi", "wav"]
    assert tables["prepare"]["fields"] == ["X", "T", "R", "M", "L", "K", "P"]
    assert "copies = true  # false if left out" in text
    assert 'tonic = "C"  # none if left out' in text
    assert tables["model"]["place"] is True
    lines = text.splitlines()
    assert lines[lines.index("[model]") + 1] == "# One of: keras-lstm, ngram."
    keys = [number for number, line in enumerate(lines) if " = " in line and not line.startswith("#")]
    assert all(lines[number - 1].startswith("# ") for number in keys)
    assert command("check", file).returncode == 0
    again = command("init", file)
    assert again.returncode == 2
    assert "exists" in again.stderr
    assert file.read_text() == text


def test_schema_describes_installed_plugins() -> None:
    """Each model with its options, unknown keys refused."""
    schema = json.loads(command("schema").stdout)
    models = {choice["title"]: choice for choice in schema["properties"]["model"]["oneOf"]}
    assert {"keras-lstm", "ngram"} <= set(models)
    assert models["keras-lstm"]["properties"]["units"]["description"]
    assert models["keras-lstm"]["additionalProperties"] is False
    assert schema["properties"]["sample"]["properties"]["temperature"]["minimum"] == 0


def test_plugins_as_json() -> None:
    """Every component with plugin, distribution and version."""
    rows = json.loads(command("plugins", "--json").stdout)
    wav = next(row for row in rows if row["name"] == "wav")
    assert wav["kind"] == "renderer"
    assert (wav["plugin"], wav["distribution"]) == ("wav", "musegen")
    assert wav["distribution_version"] == musegen.__version__


def test_sample_works_without_tensorflow(pipeline_file: Path, tmp_path: Path) -> None:
    """From the model file alone."""
    assert command("run", pipeline_file, "--quiet").returncode == 0
    model = pipeline_file.parent / "run" / "model.safetensors"
    asked = ("-n", "2", "--key", "D", "--keep", "all", "--to", "midi")
    arguments = ("sample", model, *asked, "-o", tmp_path / "out")
    assert not imported(*arguments) & set(HEAVY)
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        *("001.abc", "001.mid", "002.abc", "002.mid", "tunes.csv"),
    ]


def test_render_exits_1_if_a_tune_failed(tmp_path: Path) -> None:
    """And names it; the others are rendered."""
    file = tmp_path / "tunes.abc"
    file.write_text(f"{jig(1)}\nX:2\nT:broken\nABC|\n")
    done = command("render", file, "--to", "midi", "-o", tmp_path / "out")
    assert done.returncode == 1
    assert "tunes.abc:11:1: " in done.stderr
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["001.mid"]


@pytest.mark.parametrize(
    "arguments",
    [
        ["run", "none.toml"],
        ["sample", "none.safetensors"],
        ["render", "none.abc"],
        ["render", "tune.xyz"],
        ["render", "jigs.abc", "--to", "mp3"],
        ["sample", "jigs.abc"],
        ["run", "jigs.abc"],
    ],
)
def test_a_mistake_is_one_line_and_exit_2(tmp_path: Path, arguments: list[str]) -> None:
    """No traceback, nothing written."""
    write_pipeline(tmp_path)
    before = sorted(tmp_path.rglob("*"))
    done = command(*arguments, cwd=tmp_path)
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1, done.stderr
    assert sorted(tmp_path.rglob("*")) == before


def test_a_binary_file_is_no_corpus(tmp_path: Path) -> None:
    """One line, exit 2."""
    file = write_pipeline(tmp_path)
    (tmp_path / "jigs.abc").write_bytes(os.urandom(50) + b"\0" + os.urandom(50))
    done = command("run", file, "--quiet")
    assert done.returncode == 2
    assert "jigs.abc" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_interrupting_says_how_to_go_on(tmp_path: Path) -> None:
    """Ctrl-C: exit 130."""
    text = NGRAM_PIPELINE.replace("tunes = 3", "tunes = 10000\nkeep = 'all'")
    file = write_pipeline(tmp_path, text)
    # A job in the background inherits that the signal is ignored.
    code = "import signal, sys, musegen.commands.main\n"
    code += "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
    code += f"sys.exit(musegen.commands.main.main(['run', {str(file)!r}]))"
    process = subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    for line in process.stderr:
        if line.startswith("model"):
            break
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=120)
    assert process.returncode == 130
    assert "the same command resumes" in said


@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP"])
def test_a_signal_ends_a_command_as_ctrl_c_does(tmp_path: Path, name: str) -> None:
    """With its line, 128 and the signal's number, and nothing half done left behind."""
    number = getattr(signal, name)
    code = f"import signal, sys, musegen.commands.main\nsignal.signal({number}, signal.SIG_DFL)\n"
    code += "sys.exit(musegen.commands.main.main(['render', 'tunes.abc', '-o', 'out']))"
    (tmp_path / "tunes.abc").write_text("\n".join(jig(number) for number in range(2000)))
    process = subprocess.Popen([sys.executable, "-c", code], cwd=tmp_path, stderr=subprocess.PIPE, text=True)
    for _ in range(600):
        if list((tmp_path / "out").glob(".musegen-*/files/*.mid")):
            break
        time.sleep(0.05)
    process.send_signal(number)
    _, said = process.communicate(timeout=120)
    assert process.returncode == 128 + number
    assert said.endswith("\nstopped\n")
    assert not (tmp_path / "out").exists()


def test_a_signal_that_is_ignored_stays_so() -> None:
    """As nohup asks."""
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with pytest.raises(SystemExit):
            main(["--version"])
        assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
        assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
    finally:
        signal.signal(signal.SIGHUP, before)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize("arguments", ["plugins", "schema", "corpus list --json"])
def test_output_that_cannot_be_written_is_one_line(arguments: str, unbuffered: str) -> None:
    """Whether printing fails or the end does."""
    with Path("/dev/full").open("w") as full:
        line = [sys.executable, "-m", "musegen", *arguments.split()]
        environment = {**os.environ, "PYTHONUNBUFFERED": unbuffered}
        done = subprocess.run(
            line, check=False, stdout=full, stderr=subprocess.PIPE, text=True, env=environment, timeout=300
        )
    assert done.returncode == 2
    assert done.stderr == "standard output: No space left on device\n"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_mistake_has_its_exit_code_though_it_cannot_be_said(unbuffered: str) -> None:
    """Where standard error cannot be written."""
    with Path("/dev/full").open("w") as full:
        line = [sys.executable, "-m", "musegen", "check", "none.toml"]
        environment = {**os.environ, "PYTHONUNBUFFERED": unbuffered}
        done = subprocess.run(line, check=False, stderr=full, env=environment, timeout=300)
    assert done.returncode == 2


@pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse such names")
def test_names_may_have_bytes_that_are_no_utf_8(tmp_path: Path) -> None:
    """Of tunes, folders, pipelines and what is written; a source shows them escaped."""
    odd = "t\udce9"
    file = write_pipeline(tmp_path / odd, NGRAM_PIPELINE.replace("jigs.abc", "."))
    (tmp_path / odd / "jigs.abc").rename(tmp_path / odd / f"{odd}.abc")
    pipeline = file.rename(tmp_path / odd / f"{odd}.toml")
    tunes = tmp_path / odd / f"{odd}.abc"
    for arguments in (
        ("check", pipeline),
        ("run", pipeline, "-q"),
        ("run", pipeline, "-q"),
        ("corpus", "check", tunes),
        ("corpus", "check", tmp_path / odd),
        ("convert", tunes, "-o", tmp_path / f"2{odd}.abc"),
        ("render", tunes, "--to", "midi", "-o", tmp_path / f"r{odd}"),
        (
            "sample",
            tmp_path / odd / "run" / "model.safetensors",
            "-n1",
            "--keep",
            "all",
            "-o",
            tmp_path / f"s{odd}",
        ),
    ):
        done = command(*arguments)
        assert done.returncode == 0, done.stderr
    split = (tmp_path / odd / "run" / "split.csv").read_text("utf-8")
    assert "\nt\\udce9.abc:1,Jig No 1," in split
