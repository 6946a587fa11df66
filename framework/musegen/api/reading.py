"""``musegen.read_tunes``: reads the tunes of files."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from musegen.api.components import with_files
from musegen.corpus.files import file_readers
from musegen.corpus.identity import read_all
from musegen.music.tune import Tune
from musegen.progress import Reporter, chosen_reporter


def read_tunes(
    path: Path | str,
    report: Callable[[str], None] | None = None,
    *,
    reporter: Reporter | None = None,
    plugins: Sequence[Path | str] = (),
) -> Iterator[Tune]:
    """The tunes of a file, or of all files in a folder. The suffix of a file decides which reader reads it.

    ``reporter`` gets a line for each thing that a user should know. ``plugins``: Python files of plugins to
    use in addition to the installed ones. ``report``, a function of one line, is deprecated. Raises
    PluginError for a kind of file that no reader reads, and CorpusError for a file that cannot be read.
    """
    told = chosen_reporter(reporter, report)
    readers = file_readers(with_files(plugins), Path(path))
    return read_all(readers, told.say)
