"""What only shows when a run is at work is told like a mistake of the file: with its line, and the source."""

from __future__ import annotations

from pathlib import Path

import pytest

import musegen
from helpers.distributions import musegen as command
from helpers.invented import NGRAM_PIPELINE, jig, write_pipeline
from musegen import CorpusError, MusegenError, Silent
from musegen.storage import RunFolder

PLUGIN = """
from musegen import Options, component, hookimpl

class Nothing(Options):
    'Without options.'

class Lazy:
    suffix = ".lazy"
    def render(self, score, path):
        pass

@hookimpl
def musegen_renderers():
    return [component("lazy", version=1, options=Nothing, build=lambda options: Lazy())]
"""
LAZY = '[plugins]\nfiles = ["lazy.py"]\n' + NGRAM_PIPELINE.replace('use = "wav"', 'use = "lazy"')


def refused(folder: Path, text: str) -> str:
    """The one line that ends a run of this pipeline, after a check that found nothing."""
    (folder / "zero.abc").write_text("% nothing\n")
    (folder / "bad.abc").write_text("X:1\nT:no key\nabc\n")
    (folder / "lazy.py").write_text(PLUGIN)
    (folder / "other.csv").write_text("source,title,part\nx.abc:1,x,train\n")
    file = write_pipeline(folder, text)
    assert command("check", file).returncode == 0
    done = command("run", file, "-q")
    assert (done.returncode, done.stdout) == (2, "")
    return done.stderr.replace(f"{folder}/", "").splitlines()[-1]


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("tunes = 3", 'tunes = 3\nstart = "é"', "pipeline.toml:17: sample.start: 'é' is not among the "),
        ("tunes = 3", 'tunes = 3\nprime = "X:1\\né"', "pipeline.toml:17: sample.prime: 'é' is not "),
        ("tunes = 3", 'tunes = 3\nrhythm = "ä"', "pipeline.toml:17: sample.rhythm: 'ä' is not among the "),
        ('["jigs.abc"]', '["zero.abc"]', "pipeline.toml:5: corpus: zero.abc: no tune to learn from"),
        (
            '["jigs.abc"]',
            '["zero.abc", "bad.abc"]',
            "pipeline.toml:5: corpus: zero.abc, bad.abc: no usable tune to learn from; "
            "1 tune cannot be read, such as bad.abc:2:1: ",
        ),
        (
            "[tokenizer]",
            "[split]\nvalidation = 0.01\ntest = 0.97\n[tokenizer]",
            "pipeline.toml:10: split.validation: 30 tunes in 30 groups of versions: too few for ",
        ),
        (
            "[tokenizer]",
            '[split]\nfile = "other.csv"\n[tokenizer]',
            "pipeline.toml:10: split.file: other.csv: does not name ",
        ),
        ('use = "wav"', 'use = "midi"', "pipeline.toml:19: render: two renderers write the same .mid files"),
    ],
)
def test_the_line_that_ends_a_run(tmp_path: Path, old: str, new: str, line: str) -> None:
    """File, line and key, and the source where it is one that is wrong."""
    assert refused(tmp_path, NGRAM_PIPELINE.replace(old, new)).startswith(line)


def test_a_component_that_breaks_its_protocol(tmp_path: Path) -> None:
    """Its table has a line, too; component, plugin and stage stand behind it."""
    line = refused(tmp_path, LAZY)
    assert line.startswith('pipeline.toml:21: render: renderer "lazy", plugin "lazy.py": ')
    assert line.endswith("(stage render)")


def test_the_second_of_two_tables_is_named(tmp_path: Path) -> None:
    """By the reader that refused, here one whose file has become something else since the check."""
    file = write_pipeline(tmp_path)
    (tmp_path / "more.abc").write_text(jig(40))
    file.write_text(file.read_text() + '\n[[corpus]]\nuse = "abc"\npaths = ["more.abc"]\n')
    pipeline = musegen.load(file)
    (tmp_path / "more.abc").write_bytes(b"X:1\nT:a\0b\nK:D\nD|\n")
    with pytest.raises(CorpusError, match=r"pipeline.toml:25: corpus\.1: more.abc: is not a text file"):
        pipeline.run(Silent())


def test_a_run_folder_that_somebody_else_uses(tmp_path: Path) -> None:
    """The key of the folder is named."""
    pipeline = musegen.load(write_pipeline(tmp_path))
    with (
        RunFolder(pipeline.plan.folder).locked(),
        pytest.raises(MusegenError, match=r"pipeline.toml:2: run.folder: .*another run is at work"),
    ):
        pipeline.run(Silent())


def test_an_override_is_named_in_place_of_a_line(tmp_path: Path) -> None:
    """As for mistakes that the check finds."""
    done = command("run", write_pipeline(tmp_path), "-q", "--set", "sample.start=é")
    assert done.stderr.startswith("--set sample.start=é: sample.start: 'é' is not among the ")


def test_a_source_without_tunes_is_told(tmp_path: Path) -> None:
    """The run goes on with the others."""
    text = NGRAM_PIPELINE.replace('["jigs.abc"]', '["jigs.abc", "zero.abc", "no.abc"]')
    for name in ("zero.abc", "no.abc"):
        (tmp_path / name).write_text("% nothing\n")
    done = command("train", write_pipeline(tmp_path, text))
    assert done.returncode == 0
    assert "zero.abc, no.abc: no tune in them" in done.stderr.splitlines()
