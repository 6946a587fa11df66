"""convert, render, read_tunes and corpus with a reader, a notation and a renderer that live in one file."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

import musegen
from helpers.distributions import musegen as command
from helpers.invented import jig
from musegen import Lines, PluginError, Silent

BACKWARDS = '''
"""Tunes whose ABC is written from right to left."""
from dataclasses import replace
from pathlib import Path

from musegen import CorpusError, Options, PathPattern, Tune, component, hookimpl, perform


class ReaderOptions(Options):
    """Files of one backward tune each."""

    paths: tuple[PathPattern, ...]
    """The files."""


class PlainOptions(Options):
    """A part of this file."""


class Reader:
    def __init__(self, options):
        self.files = [Path(path) for path in options.paths]

    def sources(self):
        if missing := [file for file in self.files if not file.is_file()]:
            raise CorpusError(f"{missing[0]}: no such file")
        return self.files

    def read(self, report):
        for file in self.sources():
            report(f"{file.name}:1: reads backwards")
            yield Tune(file.read_text(), "backwards", source=f"{file.name}:1")


def flipped(tune):
    return replace(tune, text=tune.text[::-1], notation="abc")


class Backwards:
    def __init__(self, abc):
        self.abc = abc

    def parse(self, tune):
        return self.abc.parse(flipped(tune))

    def write(self, score):
        return self.abc.write(score)[::-1]

    def transpose(self, tune, semitones, tonic=""):
        moved = self.abc.transpose(flipped(tune), semitones, tonic)
        return replace(moved, text=moved.text[::-1], notation="backwards")

    def body(self, tune):
        return 0


class Count:
    suffix = ".count"

    def __init__(self, options):
        pass

    def render(self, score, path):
        path.write_text(str(len(perform(score).melody)))


def build_notation(options, notation):
    return Backwards(notation.build(notation.options()))


@hookimpl
def musegen_corpus_readers():
    build = Reader
    return [component("backwards", version=1, options=ReaderOptions, build=build, suffixes=(".cba",))]


@hookimpl
def musegen_notations():
    needs = {"notation": "abc"}
    return [component("backwards", version=1, options=PlainOptions, build=build_notation, needs=needs)]


@hookimpl
def musegen_renderers():
    return [component("count", version=1, options=PlainOptions, build=Count)]
'''


@pytest.fixture
def plugin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The plugin's file, beside a tune for its reader."""
    file = tmp_path / "backwards.py"
    file.write_text(BACKWARDS)
    (tmp_path / "jig.cba").write_text(jig(1)[::-1])
    monkeypatch.chdir(tmp_path)
    return file


def test_read_tunes(plugin: Path) -> None:
    """By the file's reader, which tells the reporter; without the file nobody reads this kind."""
    said: list[str] = []
    (tune,) = musegen.read_tunes("jig.cba", plugins=[plugin], reporter=Lines(said.append))
    assert (tune.text, tune.notation) == (jig(1)[::-1], "backwards")
    assert said == ["jig.cba:1: reads backwards"]
    with pytest.raises(PluginError, match=r"jig\.cba: no reader for this kind of file"):
        musegen.read_tunes("jig.cba")


def test_convert(plugin: Path) -> None:
    """Read by the file's reader, moved by its notation, written by its renderer."""
    made = musegen.convert("jig.cba", "up.cba.backwards", semitones=2, plugins=[plugin])
    assert (made.path, made.tunes) == (Path("up.cba.backwards"), 1)
    assert made.path.read_text() != jig(1)[::-1]
    done = command("convert", "jig.cba", "-o", "jig.count", "--plugin", plugin)
    assert (done.returncode, done.stderr) == (0, "jig.cba:1: reads backwards\n")
    assert int(Path("jig.count").read_text()) > 8


def test_render(plugin: Path) -> None:
    """Rendered by the file's renderer and an installed one, from Python and from the command line."""
    made = musegen.render(["jig.cba"], "out", ["count", "midi"], plugins=[plugin])
    assert made == musegen.Rendered(Path("out"), (Path("out/001.count"), Path("out/001.mid")), 1, ())
    assert all(file.is_file() for file in made.files)
    done = command("render", "jig.cba", "--to", "count", "-o", "again", "--plugin", plugin)
    assert (done.returncode, done.stdout) == (0, "tunes rendered to again: 1\n")
    assert Path("again/001.count").read_bytes() == Path("out/001.count").read_bytes()


def test_corpus(plugin: Path) -> None:
    """``check`` and ``show`` read what the file can read."""
    done = command("corpus", "check", "jig.cba", "--json", "--plugin", plugin)
    assert json.loads(done.stdout)["tunes"] == 1
    assert command("corpus", "show", "jig.cba:1", "--plugin", plugin).stdout.strip() == jig(1)[::-1].strip()


def test_check_knows_the_notations_of_a_pipeline(plugin: Path) -> None:
    """Those of its own plugin files too."""
    uses = '[tokenizer]\nuse = "char"\n[model]\nuse = "ngram"\n[[render]]\nuse = "count"\n'
    corpus = '[[corpus]]\nuse = "backwards"\npaths = ["jig.cba"]\n'
    Path("pipeline.toml").write_text(f'[plugins]\nfiles = ["backwards.py"]\n{corpus}{uses}')
    done = command("corpus", "check", "pipeline.toml", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["tunes"] == 1


def read_by(report: Callable[[str], None]) -> None:
    """Read a tune, reporting as before API 1.1."""
    list(musegen.read_tunes("jig.cba", report, plugins=["backwards.py"]))


def converted_by(report: Callable[[str], None]) -> None:
    """Convert it likewise."""
    musegen.convert("jig.cba", "jig.count", report=report, plugins=["backwards.py"])


def loaded_by(report: Callable[[str], None]) -> None:
    """Load a pipeline that has mistakes likewise."""
    Path("pipeline.toml").write_text('[plugins]\nfiles = ["backwards.py"]\n')
    with pytest.raises(musegen.PipelineError):
        musegen.load("pipeline.toml", (), report)


@pytest.mark.parametrize(
    ("use", "expected"),
    [
        (read_by, "jig.cba:1: reads backwards"),
        (converted_by, "jig.cba:1: reads backwards"),
        (loaded_by, "pipeline.toml: loading the plugin backwards.py, whose code is run"),
    ],
)
def test_a_function_in_place_of_a_reporter_still_works(
    plugin: Path, use: Callable[[Callable[[str], None]], None], expected: str
) -> None:
    """As before API 1.1, with a warning where it is given."""
    said: list[str] = []
    with pytest.warns(DeprecationWarning, match=r"reporter=musegen\.Lines") as caught:
        use(said.append)
    assert [warning.filename for warning in caught] == [__file__]
    assert said == [expected]


def test_reporters_hear_what_came_out(plugin: Path) -> None:
    """Of one stage, in one line; what is read tolerantly comes before."""

    class Noting(Silent):
        """Notes what finishes."""

        def finish(self, stage: str, line: str) -> None:
            finished.append((stage, line))

    finished: list[tuple[str, str]] = []
    musegen.convert("jig.cba", "jig.count", plugins=[plugin], reporter=Noting())
    musegen.render(["jig.cba"], "out", ["count"], reporter=Noting(), plugins=[plugin])
    made = musegen.export(musegen.demo_model(), "model.safetensors", reporter=Noting())
    assert made.source_size == musegen.demo_model().stat().st_size
    assert finished == [
        ("convert", "jig.count: 1 tune"),
        ("render", "1 of 1 tune"),
        (
            "export",
            f"model.safetensors: {made.size:,} bytes, {musegen.demo_model()} has {made.source_size:,}",
        ),
    ]
