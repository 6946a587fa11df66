"""Splits: whole groups of near-duplicates, or as a file says."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from helpers.invented import jig
from musegen import CorpusError, Tune, installed_plugins
from musegen.corpus.split_file import read_split
from musegen.corpus.splitting import Split, find_groups, large_groups, split_groups

TUNES = [
    Tune(jig(number), "abc", title=f"Jig No {number}", source=f"jigs.abc:{number}") for number in range(1, 41)
]
ALONE = list(range(len(TUNES)))
_ABC = installed_plugins().notation("abc")
ABC = _ABC.build(_ABC.options())


def test_parts_have_their_share() -> None:
    """Of forty tunes four each are held out."""
    parts = split_groups(TUNES, ALONE, Split(), seed=0)
    assert [parts.count(part) for part in ("train", "validation", "test")] == [32, 4, 4]


def test_a_tune_keeps_its_part_wherever_it_stands() -> None:
    """The order of the corpus does not matter; the seed does."""
    parts = dict(zip(TUNES, split_groups(TUNES, ALONE, Split(), 0), strict=True))
    turned = dict(zip(TUNES[::-1], split_groups(TUNES[::-1], ALONE, Split(), 0), strict=True))
    assert parts == turned
    assert parts != dict(zip(TUNES, split_groups(TUNES, ALONE, Split(), 1), strict=True))


def test_versions_stay_together() -> None:
    """A transposed copy in the test part would be known from training."""
    copies = [replace(ABC.transpose(tune, 2), title="Copy") for tune in TUNES]
    groups = find_groups([*TUNES, *copies], ABC)[0]
    assert groups == [*ALONE, *ALONE]
    parts = split_groups([*TUNES, *copies], groups, Split(), 0)
    assert parts[: len(TUNES)] == parts[len(TUNES) :]


def test_settings_of_one_work_stay_together() -> None:
    """Whatever they sound like; and tunes too short for patterns by their text."""
    works = [replace(tune, work=f"work {i % 20}") for i, tune in enumerate(TUNES)]
    assert find_groups(works, ABC)[0] == [i % 20 for i in range(40)]
    short = Tune("X:1\nT:a\nK:D\nDEF\n", "abc", title="a")
    assert find_groups([short, replace(short, text=short.text.replace("T:a", "T:b")), TUNES[0]], ABC)[0] == [
        0,
        0,
        2,
    ]


def test_text_that_is_no_tune_is_a_group_of_its_own() -> None:
    """It stops nothing."""
    assert find_groups([Tune("no tune", "abc"), Tune("no tune", "abc"), Tune("none", "abc")], ABC)[0] == [
        0,
        0,
        2,
    ]


@pytest.mark.parametrize("count", [1, 2])
def test_too_few_tunes_for_a_part_are_refused(count: int) -> None:
    """The line says which part and what to do."""
    with pytest.raises(CorpusError, match=r"too few for \[split\] (validation|test)"):
        split_groups(TUNES[:count], ALONE[:count], Split(), 0)
    none = Split(validation=0, test=0)
    assert split_groups(TUNES[:count], ALONE[:count], none, 0) == ("train",) * count


def test_one_group_cannot_be_split() -> None:
    """Forty versions of one tune have no test part."""
    with pytest.raises(CorpusError, match="40 tunes in 1 group of versions: too few"):
        split_groups(TUNES, [0] * 40, Split(), 0)


def test_a_split_from_a_file(tmp_path: Path) -> None:
    """By source and title, in any order."""
    file = tmp_path / "split.csv"
    rows = [f"{tune.source},{tune.title},{'test' if i % 2 else 'train'},x" for i, tune in enumerate(TUNES)]
    file.write_text("\n".join(["source,title,part,group", *rows[::-1], "gone.abc:1,Gone,train,x"]) + "\n")
    lines: list[str] = []
    assert read_split(file, TUNES, lines.append) == ("train", "test") * 20
    assert lines == [f"{file}: names 1 tune that the corpus does not have"]


def _split(tmp_path: Path, rows: str, *sources: str) -> tuple[str, ...]:
    """The parts of untitled tunes by a file with these rows."""
    file = tmp_path / "split.csv"
    file.write_text("source,title,part\n" + "".join(f"{row}\n" for row in rows.split()))
    tunes = [Tune(jig(number), "abc", source=source) for number, source in enumerate(sources)]
    return read_split(file, tunes, print)


def test_files_of_one_name_keep_their_parts(tmp_path: Path) -> None:
    """The tunes of a/1.abc and b/1.abc are told apart by their folders, in any order."""
    rows = "b/1.abc:1,,test a/1.abc:1,,train"
    assert _split(tmp_path, rows, "a/1.abc:1", "b/1.abc:1") == ("train", "test")


def test_a_split_holds_with_other_folders_around(tmp_path: Path) -> None:
    """A name has fewer folders where it was alone, in a split of an older version, or is alone now."""
    assert _split(tmp_path, "1.abc:1,,train 2.abc:1,,test", "a/1.abc:1", "b/2.abc:1") == ("train", "test")
    assert _split(tmp_path, "a/1.abc:1,,test b/1.abc:9,,train", "1.abc:1", "1.abc:9") == ("test", "train")
    twice = "1.abc:1,,train 1.abc:1,,train"
    assert _split(tmp_path, twice, "a/1.abc:1", "b/1.abc:1") == ("train", "train")


@pytest.mark.parametrize(
    "rows", ["1.abc:1,,train 1.abc:1,,test", "1.abc:1,,train 2.abc:1,,train"], ids=["parts", "one row"]
)
def test_a_split_that_may_mean_several_tunes_says_so(tmp_path: Path, rows: str) -> None:
    """Neither their order nor a guess decides; the line names the row, a tune and what to do."""
    message = r"does not tell which of several tunes it means by 1\.abc:1, such as a/1\.abc:1 [^\n]*$"
    with pytest.raises(CorpusError, match=message):
        _split(tmp_path, rows, "a/1.abc:1", "b/1.abc:1")


def test_large_groups_are_named_once() -> None:
    """Twenty tunes are few enough."""
    assert large_groups([0] * 20 + [20] * 21 + [41]) == [20]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("source,title,part\n", "does not name 40 of 40 tunes, such as jigs.abc:1"),
        ("source,title\na,b\n", "cannot be read as a split"),
        ("source,title,part\na,b,trian\n", ':2: unknown part "trian"; choose from: train, validation, test'),
        (None, "cannot be read as a split"),
        (
            "source,title,part\n" + "".join(f"{tune.source},{tune.title},test\n" for tune in TUNES),
            "puts no tune of the corpus into train",
        ),
    ],
)
def test_a_bad_split_file(tmp_path: Path, text: str | None, message: str) -> None:
    """One line that says what is wrong with it."""
    file = tmp_path / "split.csv"
    if text is not None:
        file.write_text(text)
    with pytest.raises(CorpusError) as caught:
        read_split(file, TUNES, print)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)
