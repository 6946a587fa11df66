"""A tune's source tells it from all others, whatever its file is called."""

from __future__ import annotations

import csv
import re
import zipfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

import musegen
from helpers.invented import NGRAM_PIPELINE, jig
from musegen import CorpusReader, Run, Silent, Tune, compare, distinct_names, installed_plugins
from musegen.corpus.identity import read_all

TWO_CORPORA = NGRAM_PIPELINE.replace(
    '[[corpus]]\nuse = "abc"\npaths = ["jigs.abc"]',
    '[[corpus]]\nuse = "abc"\npaths = ["two/a"]\n\n[[corpus]]\nuse = "abc"\npaths = ["two/b/tunes.abc"]',
)
ONE_FOLDER = NGRAM_PIPELINE.replace('paths = ["jigs.abc"]', 'paths = ["two"]')


def two_folders(folder: Path) -> Path:
    """``two/a/tunes.abc`` and ``two/b/tunes.abc`` with sixty tunes each, all different and untitled."""
    for name, first in (("a", 1), ("b", 101)):
        path = folder / "two" / name / "tunes.abc"
        path.parent.mkdir(parents=True)
        untitled = (re.sub("T:.*\n", "", jig(number)) for number in range(first, first + 60))
        path.write_text("\n".join(untitled))
    return folder / "two"


def ran(folder: Path, text: str, *overrides: str) -> Run:
    """A run of this pipeline as far as its model."""
    (folder / "pipeline.toml").write_text(text)
    return musegen.load(folder / "pipeline.toml", overrides).train(Silent())


def rows(run: Run, name: str = "split.csv") -> list[dict[str, str]]:
    """A table at the top of a run folder."""
    with (run.folder / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("text", [ONE_FOLDER, TWO_CORPORA], ids=["one folder", "two tables"])
def test_two_files_of_one_name_are_two_sources(tmp_path: Path, text: str) -> None:
    """In the split, in its groups, for a comparison, and when the split is given to the next run."""
    assert text != NGRAM_PIPELINE
    two_folders(tmp_path)
    run = ran(tmp_path, text)
    split = rows(run)
    assert len({row["source"] for row in split}) == len(split) == 120
    assert {row["source"].partition(":")[0] for row in split} == {"a/tunes.abc", "b/tunes.abc"}
    parts = defaultdict(set)
    for row in split:
        parts[row["group"]].add(row["part"])
    assert len(parts) > 100
    assert all(len(part) == 1 for part in parts.values())
    test = [row for row in split if row["part"] == "test"]
    found = compare(run.folder, run.folder)
    assert (found.tunes, found.groups) == (len(test), len({row["group"] for row in test}))
    assert not found.warnings
    (tmp_path / "split.csv").write_bytes((run.folder / "split.csv").read_bytes())
    again = ran(tmp_path, text, 'split.file="split.csv"', 'run.folder="again"')
    assert [row["part"] for row in rows(again)] == [row["part"] for row in split]


def test_a_file_of_one_name_that_joins_another_key(tmp_path: Path) -> None:
    """The name that tells a file from others counts in the key of the corpus, where it is but its own not."""
    two_folders(tmp_path)
    keys = []
    for name, other in (("a", "b"), ("c", "b"), ("c", "c2")):
        two = tmp_path / "two"
        for old, new in zip(sorted(two.iterdir()), (name, other), strict=True):
            old.rename(two / f"{new}.new")
        for folder in two.iterdir():
            folder.rename(folder.with_suffix(""))
        keys.append(ran(tmp_path, ONE_FOLDER).report["stages"]["corpus"]["key"])
    assert len(set(keys)) == 3


def test_a_comparison_says_where_sources_are_shared(tmp_path: Path) -> None:
    """As in a run of an older version, whose groups may then be two."""
    two_folders(tmp_path)
    run = ran(tmp_path, ONE_FOLDER)
    old = tmp_path / "old"
    old.mkdir()
    for name in ("split.csv", "test.csv", "run.json"):
        text = (run.folder / name).read_text("utf-8").replace("a/tunes", "tunes").replace("b/tunes", "tunes")
        (old / name).write_text(text, "utf-8")
    shared, other = compare(old, run.folder), compare(run.folder, old)
    assert shared.tunes == other.tunes == compare(run.folder, run.folder).tunes
    assert "share their source (60 with one before), so that groups may" in shared.warnings[0]


class Fixed:
    """A reader of a file whose tunes have these sources."""

    def __init__(self, file: str, *sources: str) -> None:
        self.file, self.given = Path(file), sources
        self.file.parent.mkdir(exist_ok=True)
        self.file.touch()

    def sources(self) -> list[Path]:
        """The file."""
        return [self.file]

    def read(self, report: Callable[[str], None]) -> Iterable[Tune]:
        """A tune for each source."""
        return (Tune("X:1\nK:C\nC\n", "abc", source=source) for source in self.given)


def sources(*readers: CorpusReader) -> Sequence[str]:
    """Where all their tunes come from."""
    return [tune.source for tune in read_all(readers, pytest.fail)]


def test_readers_of_one_pipeline_do_not_share_sources(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder comes before each file of a shared name, whatever follows that name."""
    monkeypatch.chdir(tmp_path)
    assert sources(Fixed("x/t.csv", "t.csv#setting1"), Fixed("y/t.csv", "t.csv#setting1")) == [
        *("x/t.csv#setting1", "y/t.csv#setting1")
    ]
    assert sources(Fixed("x/t.zip", "t.zip/a.abc:1"), Fixed("y/t.zip", "t.zip/a.abc:1", "t.zipper:1")) == [
        *("x/t.zip/a.abc:1", "y/t.zip/a.abc:1", "t.zipper:1")
    ]
    assert sources(Fixed("x/a.abc", "a.abc:1"), Fixed("y/b.abc", "b.abc:1")) == ["a.abc:1", "b.abc:1"]


def test_what_a_reader_does_not_tell_apart_is_numbered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before the line, so that errors still show the file's own lines."""
    monkeypatch.chdir(tmp_path)
    assert sources(Fixed("t", "t:1", "t:1", "t (2):1", "t:1", "u", "u", "", "")) == [
        *("t:1", "t (2):1", "t (2) (2):1", "t (3):1", "u", "u (2)", "tune 7", "tune 8")
    ]


def test_every_reader_of_files_names_them_apart(tmp_path: Path) -> None:
    """Copies in two folders, of each kind of file that a reader reads: ABC, archives of it, Foxley's."""
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "t.abc").write_text(jig(1))
        (tmp_path / name / "t.mus").write_text(".MS\ntitle = x; timesig = 4 4; key = c.\nc d e f |\n.ME\n")
        with zipfile.ZipFile(tmp_path / name / "t.zip", "w") as archive:
            archive.writestr("in/t.abc", jig(1))
    for reader, file, expected in (
        ("abc", "t.abc", "t.abc:1"),
        ("abc", "t.zip", "t.zip/in/t.abc:1"),
        ("nmd", "t.mus", "t.mus:1"),
    ):
        paths = [str(tmp_path / name / file) for name in ("a", "b")]
        built = installed_plugins().build("corpus reader", reader, paths=paths)
        assert sources(built) == [f"a/{expected}", f"b/{expected}"]
        alone = installed_plugins().build("corpus reader", reader, paths=paths[:1])
        assert sources(alone) == [expected]


names = st.lists(st.sampled_from(["a", "b", "c"]), min_size=1, max_size=4).map("/".join)


@given(st.lists(names.map(Path), unique=True))
def test_distinct_names_are_distinct(files: list[Path]) -> None:
    """Each is an end of its path, and one folder less would be the end of another's, too."""
    found = distinct_names(files)
    assert list(found) == files
    assert len(set(found.values())) == len(files)
    for file, name in found.items():
        path = f"/{file.as_posix()}"
        assert path.endswith(f"/{name}")
        shorter = name.partition("/")[2]
        assert not shorter or any(
            f"/{other.as_posix()}".endswith(f"/{shorter}") for other in files if other != file
        )


def test_names_do_not_depend_on_what_lies_above(tmp_path: Path) -> None:
    """A file beside a folder has no folder, and a name that cannot be printed is escaped."""
    assert list(distinct_names([tmp_path / "t", tmp_path / "x" / "t"]).values()) == ["t", "x/t"]
    assert list(distinct_names([Path("a\nb\udce9é.abc")]).values()) == ["a\\nb\\udce9é.abc"]
