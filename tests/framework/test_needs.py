"""Components name what they need of others, are given it, and are told missing before anything runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from helpers.distributions import python
from helpers.invented import NGRAM_PIPELINE, write_pipeline

KETTLE = ".MS\ntitle = Kettle; timesig = 4 4; key = d.\nd d< c< b a | b. c< a> ||\n.ME\n"
PIPELINE = NGRAM_PIPELINE.replace('use = "abc"\npaths = ["jigs.abc"]', 'use = "nmd"\npaths = ["x.mus"]')


@pytest.mark.parametrize(
    "command",
    [
        ("check", "pipeline.toml"),
        ("run", "pipeline.toml"),
        ("convert", "x.mus", "-o", "x.mid"),
        ("convert", "x.mus", "-o", "x.abc"),
        ("render", "x.mus", "-o", "out"),
        ("corpus", "check", "x.mus"),
        ("corpus", "show", "x.mus:1"),
    ],
    ids=" ".join,
)
def test_a_disabled_need_is_told_before_anything_is_read(command: tuple[str, ...], tmp_path: Path) -> None:
    """Foxley's format is written as ABC: without that notation no command begins."""
    write_pipeline(tmp_path, PIPELINE)
    (tmp_path / "x.mus").write_text(KETTLE)
    before = sorted(tmp_path.iterdir())
    done = python("-m", "musegen", *command, cwd=tmp_path, MUSEGEN_DISABLE_PLUGINS="abc")
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert line.endswith(
        '"nmd" needs the notation "abc", which is not installed; MUSEGEN_DISABLE_PLUGINS leaves out: abc'
    )
    assert done.stdout == ""
    assert sorted(tmp_path.iterdir()) == before
