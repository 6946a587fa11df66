"""Two runs compared on the test tunes of both."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest

from musegen import ArtifactError, compare
from musegen.commands.main import main

COLUMNS = "source,title,group,melody,tokens,notes,nats,body_nats,ngram_nats,ngram_body_nats"


def run(
    folder: Path,
    nats: dict[str, float],
    *,
    groups: dict[str, str] | None = None,
    trained: tuple[str, ...] = (),
    tokens: int = 100,
) -> Path:
    """A run folder: what each test tune (named by its melody) cost, of 100 tokens and 20 notes."""
    folder.mkdir(parents=True)
    rows = [
        f"a.abc:{i},T,{(groups or {}).get(melody, melody)},{melody},{tokens},20,{cost},{cost / 2},90,40"
        for i, (melody, cost) in enumerate(nats.items(), 1)
    ]
    (folder / "test.csv").write_text("\n".join([COLUMNS, *rows]) + "\n")
    parts = [f"a.abc:{i},T,test,g,{melody}" for i, melody in enumerate(nats, 1)]
    parts += [f"a.abc:{i},T,train,g,{melody}" for i, melody in enumerate(trained, 91)]
    (folder / "split.csv").write_text("\n".join(["source,title,part,group,melody", *parts]) + "\n")
    (folder / "run.json").write_text("{}")
    return folder


def test_differences_are_of_totals_over_the_tunes_of_both(tmp_path: Path) -> None:
    """Other lines of the file do not make it another tune; tunes of one run alone are left out."""
    one = run(tmp_path / "a", {"x": 100.0, "m": 80.0, "n": 120.0})
    two = run(tmp_path / "b", {"n": 150.0, "m": 100.0, "y": 1.0})
    found = compare(one, two)
    assert (found.tunes, found.groups, found.warnings) == (2, 2, ())
    token, note, *line = found.differences
    assert (token.of, token.unit, token.first, token.second) == ("model", "nats_a_token", 1.0, 1.25)
    assert token.difference == pytest.approx(-0.25)
    assert note.first == pytest.approx(100 / 40 / math.log(2))
    assert [each.of for each in line] == ["ngram", "ngram"]
    assert line[0].first == line[0].second == 0.9
    assert (line[0].low, line[0].high) == (0, 0)


def test_the_interval_is_that_of_whole_groups(tmp_path: Path) -> None:
    """As wide as the mean of independent groups has it; copies of a tune do not make it narrower."""
    rng = np.random.default_rng(1)
    extra = rng.normal(5, 10, 60)
    names = [f"{group}-{copy}" for group in range(60) for copy in range(4)]
    groups = {name: name.split("-")[0] for name in names}
    one = run(tmp_path / "a", dict.fromkeys(names, 100.0), groups=groups)
    two = run(tmp_path / "b", {name: 100 + extra[int(groups[name])] for name in names})
    found = compare(one, two)
    assert (found.tunes, found.groups) == (240, 60)  # joined by the first run alone
    token = found.differences[0]
    assert token.low is not None
    assert token.high is not None
    half = 1.96 * extra.std() / math.sqrt(60) / 100
    assert token.difference == pytest.approx(-extra.mean() / 100)
    assert token.low == pytest.approx(token.difference - half, abs=0.15 * half)
    assert token.high == pytest.approx(token.difference + half, abs=0.15 * half)
    assert compare(one, two) == found
    assert compare(one, two, seed=1).differences[0].low != token.low
    back = compare(two, one).differences[0]
    assert back.low == pytest.approx(-token.high)


def test_one_group_has_no_interval(tmp_path: Path) -> None:
    """And the table says so."""
    one, two = run(tmp_path / "a", {"m": 80.0}), run(tmp_path / "b", {"m": 90.0})
    found = compare(one, two)
    assert found.differences[0].low is None
    assert "one group only" in str(found)


def test_equal_melodies_of_a_file_are_told_apart_by_their_place(tmp_path: Path) -> None:
    """Where one run tests the first and the other the second they share none of them."""
    one, two = run(tmp_path / "a", {"m": 80.0, "n": 1.0}), run(tmp_path / "b", {"m": 90.0, "n": 1.0})
    for folder, parts in ((one, ("train", "test")), (two, ("test", "train"))):
        rows = [f"a.abc:{number},T,{part},g,m" for number, part in enumerate(parts, 1)]
        rows.append("a.abc:3,T,test,g,n")
        (folder / "split.csv").write_text("\n".join(["source,title,part,group,melody", *rows]) + "\n")
        tested = (folder / "test.csv").read_text().replace("a.abc:2", "a.abc:3")
        (folder / "test.csv").write_text(tested)
    (one / "test.csv").write_text((one / "test.csv").read_text().replace("a.abc:1", "a.abc:2"))
    found = compare(one, two)
    assert found.tunes == 1
    assert [warning.partition(" test tunes")[0] for warning in found.warnings] == ["1 of 2", "1 of 2"]


def test_what_is_unfair_is_said(tmp_path: Path) -> None:
    """Test tunes that the other learned from, with their number; other tokens."""
    one = run(tmp_path / "a", {"m": 80.0, "x": 1.0, "y": 2.0})
    two = run(tmp_path / "b", {"m": 90.0}, trained=("x", "y"), tokens=70)
    learned, tokens = compare(one, two).warnings
    assert learned.startswith(f"2 of 3 test tunes of {one}: learned from or chosen by in {two}")
    assert "only bits a note" in tokens


def test_what_cannot_be_compared_is_one_line(tmp_path: Path) -> None:
    """No run, an old one, a damaged one, no common tune."""
    good = run(tmp_path / "good", {"m": 80.0})
    with pytest.raises(ArtifactError, match="no finished run"):
        compare(good, tmp_path)
    with pytest.raises(ArtifactError, match="no test tune in common"):
        compare(good, run(tmp_path / "other", {"n": 80.0}))
    old = run(tmp_path / "old", {"m": 80.0})
    (old / "test.csv").unlink()
    with pytest.raises(ArtifactError, match="older version"):
        compare(old, good)
    for number, damage in enumerate(("nan", "-1", "", "x", "inf")):
        bad = run(tmp_path / f"bad{number}", {"m": 80.0})
        text = (bad / "test.csv").read_text().replace(",90,40", f",{damage},40")
        (bad / "test.csv").write_text(text)
        with pytest.raises(ArtifactError, match="damaged") as caught:
            compare(good, bad)
        assert "\n" not in str(caught.value)
    other = run(tmp_path / "torn", {"m": 80.0, "n": 1.0})
    (other / "split.csv").write_text("".join((other / "split.csv").open().readlines()[:2]))
    with pytest.raises(ArtifactError, match="differ"):
        compare(good, other)
    (good / "split.csv").write_bytes(b"\xff\x00")
    with pytest.raises(ArtifactError, match="cannot be read"):
        compare(good, good)


def test_the_command_prints_a_table_or_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Warnings go to standard error; a mistake is exit code 2."""
    one = run(tmp_path / "a", {"m": 80.0, "n": 100.0})
    two = run(tmp_path / "b", {"m": 90.0, "n": 100.0}, trained=("q",))
    assert main(["compare", str(one), str(two)]) == 0
    table = capsys.readouterr().out
    assert "held out by both: 2 test tunes in 2 groups of versions" in table
    assert "measures of surprise: lower is better" in table
    assert "nats a token" in table
    assert main(["compare", str(one), str(two), "--json"]) == 0
    state = json.loads(capsys.readouterr().out)
    assert state["differences"][0]["difference"] == pytest.approx(-0.05)
    assert state["resamples"] == 10_000
    assert main(["compare", str(one), str(tmp_path / "none")]) == 2
    assert "no finished run" in capsys.readouterr().err
