"""A pipeline file with mistakes of many kinds: one round tells them all, each at its own line."""

from __future__ import annotations

import os
import random
import re
import stat
import tomllib
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

import musegen
from helpers.invented import NGRAM_PIPELINE, write_pipeline
from musegen import PipelineError, Silent
from musegen.pipeline.toml_source import TomlSource

MANY = """\
[run]
folder = "jigs.abc"
seed = -1

[plugins]
files = ["none.py"]

[[corpus]]
use = "abc"
paths = [
  "no1.abc",
  "jigs.abc",
  # a comment
  7,
  "no2.abc",
  "no*.abc",
]

[[corpus]]
use = "nmd"
paths = []

[prepare]
fields = ["X", "QQ"]
tonic = 2026-11-28

[split]
validation = 0.6
test = 0.6
file = "no.csv"

[tokenizer]
use = "chra"

[model]
use = "keras-lstm"
units = []
dropout = 2
tensorboard = true

[sample]
tunes = 0
key = "H"
metre = "x"
start = "A"
prime = "X:1"

[sample.valid]
bars = -1
lowest = "E7"
highest = "C2"

[smaple]
x = 1

[render]
use = "wav"
loud = true
"""
EXPECTED = """\
pipeline.toml:2: run.folder: jigs.abc: is a file; [run] folder must be a folder
pipeline.toml:3: run.seed: must be at least 0 (got -1)
pipeline.toml:6: plugins.files.0: none.py: no such file; name a plugin's Python file
pipeline.toml:11: corpus.0.paths.0: no1.abc: no such file or folder
pipeline.toml:14: corpus.0.paths.2: must be a string (got 7)
pipeline.toml:15: corpus.0.paths.3: no2.abc: no such file or folder
pipeline.toml:16: corpus.0.paths.4: no*.abc: no file matches this pattern
pipeline.toml:21: corpus.1.paths: must have at least 1 entry (got [])
pipeline.toml:24: prepare.fields.1: is not a field of abc (got 'QQ')
pipeline.toml:25: prepare.tonic: a TOML date or time is not possible here (got 2026-11-28)
pipeline.toml:29: split.test: leaves no tune to learn from beside validation = 0.6; \
their sum must be below 1 (got 0.6)
pipeline.toml:30: split.file: no.csv: no such file; name a split.csv of an earlier run
pipeline.toml:33: tokenizer.use: no tokenizer "chra"; did you mean "char"? (installed: char)
pipeline.toml:37: model.units: must have at least 1 entry (got [])
pipeline.toml:38: model.dropout: must be below 1 (got 2)
pipeline.toml:39: model.tensorboard: needs TensorBoard; pip install "musegen[tensorboard]" (got true)
pipeline.toml:42: sample.tunes: must be at least 1 (got 0)
pipeline.toml:43: sample.key: no key "H": a key is written as D, Em, F#min, Bb, Amix, Ddor or none
pipeline.toml:44: sample.metre: no metre "x": a metre is written as 6/8, 2+3/8, C, C| or none
pipeline.toml:46: sample.prime: is the whole beginning of a tune; leave out key and metre and start
pipeline.toml:49: sample.valid.bars: must be at least 0 (got -1)
pipeline.toml:51: sample.valid.highest: is below lowest, which is E7; no tune could be valid (got 'C2')
pipeline.toml:53: smaple: unknown table; did you mean "sample"?
pipeline.toml:56: render: write it as [[render]], because there may be several
"""  # fmt: skip


def mistakes(folder: Path, text: str, *overrides: str) -> list[str]:
    """What loading says, without the file's folder."""
    file = write_pipeline(folder, text)
    with pytest.raises(PipelineError) as caught:
        musegen.load(file, overrides, reporter=Silent())
    return [line.replace(f"{folder}/", "") for line in caught.value.mistakes]


def test_one_round_tells_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the order of the file."""
    monkeypatch.setattr("musegen_keras.options.find_spec", lambda name: None)
    monkeypatch.setattr("musegen.protocols.component.find_spec", lambda name: name)
    found = mistakes(tmp_path, MANY)
    unknown = [line for line in found if "render.loud: unknown key" in line]
    assert [line for line in found if line not in unknown] == EXPECTED.splitlines()
    assert [line.split(":")[1] for line in unknown] == ["58"]


@pytest.mark.parametrize(
    ("paths", "said"),
    [
        ('"no.abc"', ["7: corpus.0.paths: must be an array (got 'no.abc')"]),
        ('["no.abc"]', ["7: corpus.0.paths.0: no.abc: no such file or folder"]),
        ('["", "no.abc"]', ["7: corpus.0.paths.0: a path cannot be empty (got '')",
                            "7: corpus.0.paths.1: no.abc: no such file or folder"]),
        ('["a\\u0000b"]', ["7: corpus.0.paths.0: a path cannot have a null character (got 'a\\x00b')"]),
        ('["~nobody-of-this-name/x"]',
         ["7: corpus.0.paths.0: names a user who has no home folder here (got '~nobody-of-this-name/x')"]),
    ],
)  # fmt: skip
def test_every_bad_path_has_a_line(tmp_path: Path, paths: str, said: list[str]) -> None:
    """Whatever is wrong with it, and although other paths are right."""
    found = mistakes(tmp_path, NGRAM_PIPELINE.replace('["jigs.abc"]', paths))
    assert found == [f"pipeline.toml:{line}" for line in said]


@pytest.mark.parametrize("use", ["thesession", "folkrnn", "nottingham"])
def test_a_reader_with_one_path_is_told_at_that_path(tmp_path: Path, use: str) -> None:
    """Not at the head of its table."""
    text = NGRAM_PIPELINE.replace('use = "abc"\npaths = ["jigs.abc"]', f'use = "{use}"\n\npath = "no.csv"')
    (found,) = mistakes(tmp_path, text)
    assert found.startswith("pipeline.toml:8: corpus.0.path: no.csv: no such f")


def test_what_is_wrong_with_a_reader_as_a_whole_is_told_once(tmp_path: Path) -> None:
    """At its table, where every path would say the same."""
    plugin = tmp_path / "mute.py"
    plugin.write_text(
        "from musegen import CorpusError, Options, PathPattern, component, hookimpl\n"
        "class O(Options):\n    'Mute.'\n    paths: tuple[PathPattern, ...]\n"
        "class Reader:\n"
        "    def __init__(self, options): pass\n"
        "    def sources(self): raise CorpusError('the database is closed')\n"
        "    def read(self, report): return []\n"
        "@hookimpl\ndef musegen_corpus_readers():\n"
        "    return [component('mute', version=1, options=O, build=Reader)]\n"
    )
    text = NGRAM_PIPELINE.replace('use = "abc"\npaths = ["jigs.abc"]', 'use = "mute"\npaths = ["a", "b"]')
    found = mistakes(tmp_path, f'[plugins]\nfiles = ["mute.py"]\n{text}')
    assert found == ["pipeline.toml:7: corpus.0: the database is closed"]


def test_mistakes_hide_none_in_the_same_table(tmp_path: Path) -> None:
    """A folder that cannot be used is told beside a wrong seed, a file beside a share out of bounds."""
    text = NGRAM_PIPELINE.replace('folder = "run"\nseed = 3', 'folder = "jigs.abc"\nseed = 2026-11-28\nx = 1')
    text = text.replace("[tokenizer]", '[split]\ntest = 2\nfile = "no.csv"\n\n[tokenizer]')
    keys = [line.split(": ")[1] for line in mistakes(tmp_path, text)]
    assert keys == ["run.folder", "run.seed", "run.x", "split.test", "split.file"]


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("validation = 0.95", "split.test: leaves no tune to learn from beside validation = 0.95"),
        ("test = 0.9", "split.test: leaves no tune"),
        ("validation = 0.5\ntest = 0.5", "split.test: leaves no tune"),
    ],
)
def test_shares_that_leave_nothing_to_learn_from(tmp_path: Path, table: str, said: str) -> None:
    """Defaults count too."""
    text = NGRAM_PIPELINE.replace("[tokenizer]", f"[split]\n{table}\n\n[tokenizer]")
    (found,) = mistakes(tmp_path, text)
    assert said in found


def test_a_lowest_pitch_above_the_default_of_the_highest(tmp_path: Path) -> None:
    """Told at the table, as the file does not have the other key."""
    (found,) = mistakes(tmp_path, NGRAM_PIPELINE.replace("tunes = 3", 'tunes = 3\nvalid.lowest = "F6"'))
    assert "sample.valid.highest: is below lowest, which is F6" in found
    file = write_pipeline(tmp_path, NGRAM_PIPELINE.replace("tunes = 3", 'tunes = 3\nvalid.lowest = "E6"'))
    assert musegen.load(file).plan.sample.valid.lowest == "E6"


@pytest.fixture
def closed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder that may not be written, also where the tests are root's."""
    folder = tmp_path / "closed"
    folder.mkdir()
    folder.chmod(stat.S_IRUSR | stat.S_IXUSR)
    if os.geteuid() == 0:

        def refuse(*given: Any, dir: Path, **named: Any) -> TemporaryDirectory[str]:
            if dir == folder:
                raise PermissionError(13, "Permission denied", str(dir))
            return TemporaryDirectory(*given, dir=dir, **named)

        monkeypatch.setattr("musegen.storage.TemporaryDirectory", refuse)
    yield folder
    folder.chmod(stat.S_IRWXU)


@pytest.mark.parametrize("folder", ["closed", "closed/run", "closed/a/b"])
def test_a_folder_that_cannot_be_written(tmp_path: Path, closed: Path, folder: str) -> None:
    """Neither there nor in a folder that would have to be made; nothing is left in those that can be."""
    before = sorted(tmp_path.iterdir())
    (found,) = mistakes(tmp_path, NGRAM_PIPELINE.replace('folder = "run"', f'folder = "{folder}"'))
    assert found.startswith(f"pipeline.toml:2: run.folder: {closed.name}: cannot be written (Permission den")
    assert set(tmp_path.iterdir()) == {*before, tmp_path / "jigs.abc", tmp_path / "pipeline.toml"}


def test_a_name_that_no_file_system_takes(tmp_path: Path) -> None:
    """One line, and no traceback."""
    (found,) = mistakes(tmp_path, NGRAM_PIPELINE, f"run.folder={'x' * 300}")
    assert "run.folder: " in found
    assert "too long" in found


@pytest.mark.parametrize(
    ("text", "place", "line"),
    [
        ("a = [\n  1,\n  2, 3,\n\n  # c\n  4,\n]\nb = 1\n", ("a", 0), 2),
        ("a = [\n  1,\n  2, 3,\n\n  # c\n  4,\n]\nb = 1\n", ("a", 2), 3),
        ("a = [\n  1,\n  2, 3,\n\n  # c\n  4,\n]\nb = 1\n", ("a", 3), 6),
        ("a = [\n  1,\n  2, 3,\n\n  # c\n  4,\n]\nb = 1\n", ("a",), 1),
        ("a = [\n  1,\n  2, 3,\n\n  # c\n  4,\n]\nb = 1\n", ("b",), 8),
        ("a = [[1,\n2],\n[3,\n4]]\n", ("a", 1, 1), 4),
        ('a = """\n[\n"""\nb = ["""\nx\n""",\n"y"]\n', ("b", 0), 4),
        ('a = """\n[\n"""\nb = ["""\nx\n""",\n"y"]\n', ("b", 1), 7),
        ("# c\n\n[t]\n# d\nx = 1\n[u]\ny = 2\n", ("t", "x"), 5),
        ("# c\n\n[t]\n# d\nx = 1\n[u]\ny = 2\n", ("u", "missing"), 6),
        ("[[t]]\n[[t]]\nx = 1\n", ("t", 1, "x"), 3),
        ("[[t]]\n[[t]]\nx = 1\n", ("t", 0, "x"), 1),
        ("a.b = 1\nc = {x = 1, y = 2}\n", ("c", "y"), 2),
        ("a = 1\n", ("b",), 0),
    ],
)
def test_the_line_of_a_value(tmp_path: Path, text: str, place: tuple[str | int, ...], line: int) -> None:
    """Also of one in an array over many lines, and behind texts and comments."""
    file = tmp_path / "some.toml"
    file.write_text(text)
    assert TomlSource.read(file).line(place) == line


def test_the_lines_of_a_large_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Found by few readings of it, although texts and arrays go on over many lines."""
    readings: list[int] = []
    loads = tomllib.loads

    def counting(text: str) -> dict[str, Any]:
        readings.append(len(text))
        return loads(text)

    text = 'a = """\n' + "x\n" * 1_000 + '"""\nb = [\n' + "1,\n" * 1_000 + "]\nc = '''\n" + "]\n" * 1_000
    file = tmp_path / "large.toml"
    file.write_text(text + "'''\nd = \"\u2028\"\ne = 1\n")
    source = TomlSource.read(file)
    monkeypatch.setattr("musegen.pipeline.toml_source.tomllib.loads", counting)
    assert [source.line(place) for place in (("a",), ("b", 700), ("c",), ("d",), ("e",))] == [
        *(1, 1_704, 2_005, 3_007, 3_008)
    ]
    assert len(readings) < 5 * 12 * 9  # places, halvings, ways to close what is open


def test_more_mistakes_than_anybody_reads_are_counted(tmp_path: Path) -> None:
    """The first ones have their lines."""
    paths = "".join(f'  "no{number}.abc",\n' for number in range(230))
    *lines, last = mistakes(tmp_path, NGRAM_PIPELINE.replace('["jigs.abc"]', f"[\n{paths}]"))
    assert [int(line.split(":")[1]) for line in lines] == list(range(8, 108))
    assert last == "pipeline.toml: and 130 mistakes more"


VALUES = [
    "3",
    "-1",
    "1.5",
    '"x"',
    '""',
    "[]",
    '["x",3]',
    "{}",
    "{a=1}",
    "true",
    "2026-01-01",
    "nan",
    "[[1]]",
    '"\\u0000"',
    "1e400",
    '"~q/x"',
    '["","x"]',
    "[{a=1}]",
]


def spoiled(rng: random.Random) -> str:
    """The pipeline with some lines changed, taken out or put in at random."""
    lines = NGRAM_PIPELINE.replace(
        "[tokenizer]", "[split]\ntest = 0.1\n\n[notation.abc]\n\n[tokenizer]"
    ).splitlines()
    for _ in range(rng.randint(1, 6)):
        place = rng.randrange(len(lines))
        name, value = lines[place].partition(" = ")[0].strip("[]"), rng.choice(VALUES)
        new = f"[{name}]" if lines[place].startswith("[") else f"{name} = {value}"
        lines[place] = rng.choice(
            [new, f"[[{name}]]", f"z{place} = {value}\n{lines[place]}", "", lines[place]]
        )
    return "\n".join(lines)


def test_whatever_is_wrong_is_told_with_its_place(tmp_path: Path) -> None:
    """No exception but one that has lines, each with the file, and none in foreign words."""
    told = 0
    for seed in range(500):
        file = write_pipeline(tmp_path, spoiled(random.Random(seed)), count=1)
        try:
            musegen.load(file, reporter=Silent())
        except PipelineError as error:
            told += len(error.mistakes)
            for line in error.mistakes:
                assert re.match(rf"{re.escape(str(file))}(:\d+)?: ", line), line
                assert not re.search(r"Input|should|after validation|tuple|dictionary|instance", line), line
    assert told > 500
