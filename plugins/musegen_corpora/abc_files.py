"""Reads ABC files with the reader ``abc`` of another plugin."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from musegen import Component, CorpusReader, Tune


def read_abc(
    abc: Component[CorpusReader], files: Iterable[Path], report: Callable[[str], None]
) -> Iterable[Tune]:
    """The tunes of these files, in their order. Raises CorpusError for a file that cannot be read."""
    options = abc.options.model_validate({"paths": tuple(map(str, files))})
    return abc.build(options).read(report)
