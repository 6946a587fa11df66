"""Of somebody else's project no code runs but the plugin files that its pipeline names, which are announced.

Python itself reports all code that it runs, to an audit hook; so nothing that lies in the project can hide.
What a Keras file may hold is tried in tests/plugins/test_keras_foreign.py.
"""

from __future__ import annotations

import importlib.util
import json
import os
import py_compile
from pathlib import Path

import pytest

import musegen
from helpers.changed_models import described, redescribed
from helpers.distributions import musegen as command, python
from helpers.invented import NGRAM_PIPELINE, write_pipeline
from musegen import Lines, PipelineError, Silent

PLUGIN = '''
"""Writes the number of notes."""
from musegen import Options, component, hookimpl, perform

print("the code of the plugin runs")

class Nothing(Options):
    """The number of notes."""

class Count:
    suffix = ".count"
    def render(self, score, path):
        path.write_text(str(len(perform(score).melody)))

@hookimpl
def musegen_renderers():
    return [component("count", version=1, options=Nothing, build=lambda options: Count())]
'''
PLAIN = NGRAM_PIPELINE.replace("tunes = 3", "tunes = 1\nattempts = 1")
NAMED = '[plugins]\nfiles = ["count.py"]\n\n' + PLAIN.replace('use = "wav"', 'use = "count"')

EVERYTHING = """
import json, sys
from pathlib import Path

ran, watching = [], False
others = ("pickle.find_class", "subprocess.Popen", "os.system", "os.exec", "os.posix_spawn")

def watch(event, given):
    if watching and event == "exec":
        ran.append(given[0].co_filename)
    elif watching and event in others:
        ran.append(f"{event} {given}")

sys.addaudithook(watch)
watching = True
import musegen
from musegen.commands.main import main

pipeline, folder = sys.argv[1], Path(sys.argv[2])
words = [
    ["check", pipeline], ["train", "-q", pipeline], ["run", "-q", pipeline], ["run", pipeline],
    ["schema", pipeline], ["init", f"{pipeline}.new"], ["plugins"], ["plugins", "show", "midi"],
    ["corpus", "check", "."], ["corpus", "check", pipeline], ["corpus", "show", "jigs.abc", "--tune", "1"],
    ["convert", "jigs.abc", "-o", f"{pipeline}.abc"],
    ["render", "jigs.abc", "--to", "midi", "-o", "rendered"],
    ["compare", str(folder / "run"), str(folder / "other")],
    ["sample", "sly.safetensors", "-o", "new"],
    ["sample", "run/model.safetensors", "-n", "1", "--to", "midi", "-o", f"{pipeline}.tunes"],
]
codes = [main(each) for each in words]
run = musegen.Run.load("run")
run._repr_html_()
musegen.load(pipeline, reporter=musegen.Silent())
list(musegen.read_tunes("."))
musegen.open_model(run.model)
watching = False
print(json.dumps([codes, ran, [*filter(None, sys.path)]]))
"""


QUIET = """
import sys
import musegen
musegen.load(sys.argv[1]).run(musegen.Silent())
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project of somebody else's: a pipeline, its results, and code in every place one may think of."""
    folder = tmp_path_factory.mktemp("foreign")
    file = write_pipeline(folder, NAMED)
    (folder / "plain.toml").write_text(PLAIN)
    (folder / "count.py").write_text(PLUGIN)
    trap = f"from pathlib import Path\nPath({str(folder / 'sprung')!r}).touch()\n"
    names = ("stray", "__init__", "__main__", "conftest", "setup", "sitecustomize", "usercustomize", "numpy")
    for name in (*names, "mido", "musegen", "musegen_abc", "jigs", "pipeline", "run/plot", "run/stages/hook"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / f"{name}.py").write_text(trap)
    # Compiled code of the named file that Python would take for its own.
    stray, cached = folder / "stray.py", Path(importlib.util.cache_from_source(str(folder / "count.py")))
    stray.write_text(trap + "#" * (len(PLUGIN) - len(trap)))
    times = (folder / "count.py").stat()
    os.utime(stray, ns=(times.st_atime_ns, times.st_mtime_ns))
    py_compile.compile(str(stray), str(cached), doraise=True)
    (folder / "stray.pyc").write_bytes(cached.read_bytes())
    musegen.load(file, reporter=Silent()).run(Silent())
    musegen.load(file, ["run.folder=other"], reporter=Silent()).run(Silent())

    model = (folder / "run" / "model.safetensors").read_bytes()
    description = described(model)
    description["about"]["tokenizer"] |= {"name": "stray", "file": str(stray)}
    (folder / "sly.safetensors").write_bytes(redescribed(model, description))
    checkpoints = folder / "run" / "stages" / ".partial" / "model-0123456789abcdef" / "checkpoints"
    checkpoints.mkdir(parents=True)
    reduced = f"cposix\nsystem\n(S'touch {folder / 'sprung'}'\ntR.".encode()
    for place in (checkpoints / "state.pkl", folder / "model.pkl", folder / "run" / "tokenizer.pickle"):
        place.write_bytes(reduced)
    assert not (folder / "sprung").exists()
    return folder


@pytest.mark.parametrize(("name", "named"), [("plain.toml", []), ("pipeline.toml", ["count.py"])])
def test_nothing_but_named_files_runs(project: Path, name: str, named: list[str]) -> None:
    """With all commands, in a folder of traps; a saved model that names a file does not have it run."""
    arguments = ("-P", "-c", EVERYTHING, name, project)
    done = python(*arguments, cwd=project, PYTHONDONTWRITEBYTECODE="1")
    assert done.returncode == 0, done.stderr
    codes, ran, path = json.loads(done.stdout.splitlines()[-1])
    assert codes.count(2) == 1, done.stderr  # the sly model needs a component that is not installed
    installed = (*path, str(Path(__file__).parents[2]), "<")  # and this checkout, which is not on the path
    assert len(ran) > 100
    assert not str(project).startswith(installed)
    assert {where for where in ran if not where.startswith(installed)} == set(named)
    assert not (project / "sprung").exists()


def announced(folder: Path) -> str:
    """The line before the code of the named file is run."""
    return f"{folder / 'pipeline.toml'}: loading the plugin {folder / 'count.py'}, whose code is run"


@pytest.mark.parametrize(
    "words", [["check"], ["run", "-q"], ["train", "-q"], ["run"], ["schema"], ["corpus", "check"]]
)
def test_each_command_says_so_before_code_is_run(words: list[str], tmp_path: Path) -> None:
    """Also where it says nothing else; once for each file."""
    (tmp_path / "count.py").write_text(f"{PLUGIN}# {words}")  # code that was run before is not run again
    done = command(*words, write_pipeline(tmp_path, NAMED))
    assert done.returncode == 0, done.stderr
    said = [line for line in done.stderr.splitlines() if "plugin" in line]
    assert said == [f"musegen: {announced(tmp_path)}", "the code of the plugin runs"]


def test_it_is_said_before_although_the_file_has_mistakes(tmp_path: Path) -> None:
    """Those of a table that uses the plugin are told in the same round; broken TOML runs no code."""
    (tmp_path / "count.py").write_text(f"{PLUGIN}# mistaken")
    file = write_pipeline(
        tmp_path, NAMED.replace('use = "count"', 'use = "count"\nloud = 1').replace("seed = 3", "seed = -3")
    )
    done = command("check", file)
    assert done.returncode == 2
    first, second, *mistakes = done.stderr.splitlines()
    assert (first, second) == (f"musegen: {announced(tmp_path)}", "the code of the plugin runs")
    assert [line.split(": ")[1] for line in mistakes] == ["run.seed", "render.1.loud"]
    file.write_text(file.read_text() + "[")
    assert "plugin" not in command("check", file).stderr


def test_python_is_warned_before_code_is_run(tmp_path: Path) -> None:
    """At the caller's line, each time; whoever makes warnings errors has no code run."""
    (tmp_path / "count.py").write_text(f"{PLUGIN}# warned")
    file = write_pipeline(tmp_path, NAMED)
    for _ in range(2):
        with pytest.warns(UserWarning, match="loading the plugin") as caught:
            musegen.load(file)
        assert [(str(one.message), one.filename) for one in caught] == [(announced(tmp_path), __file__)]
    (tmp_path / "count.py").write_text(f"{PLUGIN}# never run")
    done = python("-W", "error", "-c", QUIET, file)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == f"UserWarning: {announced(tmp_path)}"
    assert "the code of the plugin runs" not in done.stderr
    done = python("-c", QUIET, file)
    assert done.returncode == 0
    first, *_, last = done.stderr.splitlines()
    assert first.endswith(f"UserWarning: {announced(tmp_path)}")
    assert last == "the code of the plugin runs"


def test_a_reporter_is_told_instead(tmp_path: Path, recwarn: pytest.WarningsRecorder) -> None:
    """Through its method say, and without a warning."""
    (tmp_path / "count.py").write_text(f"{PLUGIN}# reported")
    told: list[str] = []
    musegen.load(write_pipeline(tmp_path, NAMED), reporter=Lines(told.append))
    assert told == [announced(tmp_path)]
    assert not recwarn.list


def test_what_is_no_regular_file_is_never_opened(tmp_path: Path) -> None:
    """A pipe would wait for ever, and a device might never end."""
    os.mkfifo(tmp_path / "count.py")
    with pytest.raises(
        PipelineError, match=r"plugins.files.0: .*count.py: is a pipe or a device, not a file"
    ):
        musegen.load(write_pipeline(tmp_path, NAMED), reporter=Silent())
