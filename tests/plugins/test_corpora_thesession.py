"""Dumps of thesession.org. The rows are invented; the columns are those of the dump."""

from __future__ import annotations

import csv
import io
import json
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, strategies as st

from musegen import CorpusError, NotationError, Tune, installed_plugins
from musegen_corpora.thesession import TheSessionReader

NEW = ("tune_id", "setting_id", "name", "type", "meter", "mode", "abc", "date", "username", "composer")
OLD = ("tune", "setting", "name", "type", "meter", "mode", "abc")
REEL = "|:DFAd fdAF|G2BG A2FD:|\n|:d2fd A2df|gfed d4:|"
ROWS = [
    (7, 11, "Test Reel, The", "reel", "4/4", "Dmajor", REEL, "2020-01-01 00:00:00", "nobody", ""),
    (7, 12, "Test Reel, The", "reel", "4/4", "Edorian", '"Em"EGBe gfeB|A4 A4|', "", "nobody", "A. Nobody"),
    (8, 13, 'Half a "Jig"\n50% off', "jig", "6/8", "Bbminor", "BAG AGF|B3 B3|", "", "nobody", ""),
]


def dump(folder: Path, rows: list[tuple[object, ...]] = ROWS, columns: tuple[str, ...] = NEW) -> Path:
    """A tunes.csv."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(columns)
    writer.writerows(row[: len(columns)] for row in rows)
    path = folder / "tunes.csv"
    path.write_text(text.getvalue(), "utf-8", newline="")
    return path


def read(path: Path) -> list[Tune]:
    """Its tunes; nothing is reported."""
    return list(TheSessionReader(str(path)).read(pytest.fail))


def test_a_setting_becomes_abc(tmp_path: Path) -> None:
    """With a header of the row's columns; the units are eighths."""
    tune = read(dump(tmp_path))[0]
    assert tune.text == (
        "X:11\nT:Test Reel, The\nR:reel\nF:https://thesession.org/tunes/7#setting11\n"
        "M:4/4\nL:1/8\nK:Dmajor\n|:DFAd fdAF|G2BG A2FD:|\n|:d2fd A2df|gfed d4:|\n"
    )
    assert (tune.notation, tune.title, tune.source) == ("abc", "Test Reel, The", "tunes.csv#setting11")


def test_settings_of_one_tune_have_one_work(tmp_path: Path) -> None:
    """So that a split keeps them together."""
    works = [tune.work for tune in read(dump(tmp_path))]
    assert works == ["thesession.org/tunes/7", "thesession.org/tunes/7", "thesession.org/tunes/8"]


def test_every_setting_parses(tmp_path: Path) -> None:
    """A name may have quotes, line ends and a per cent sign; a composer is C:."""
    tunes = read(dump(tmp_path))
    component = installed_plugins().notation("abc")
    notation = component.build(component.options())
    keys = [str(notation.parse(tune).key) for tune in tunes]
    assert keys == ["D major", "E dorian", "Bb minor"]
    assert "C:A. Nobody\n" in tunes[1].text
    assert tunes[2].title == 'Half a "Jig" 50% off'
    assert 'T:Half a "Jig" 50\\% off\n' in tunes[2].text


@pytest.mark.parametrize(
    ("body", "lines"),
    [
        ("A2B2|!c2d2|", ["A2B2|", "c2d2|"]),
        ("A2B2|! c2d2|!\r\ne4|", ["A2B2|", "c2d2|", "e4|"]),
        ("A2!trill!B2|\r\n\r\nc2d2|", ["A2!trill!B2|", "c2d2|"]),
        ("  A2B2| c2d2|  ", ["A2B2| c2d2|"]),
    ],
)
def test_line_ends(tmp_path: Path, body: str, lines: list[str]) -> None:
    """``!`` ends a line, but not within a decoration; an empty line, which would end the tune, goes."""
    row = (1, 2, "Name", "reel", "4/4", "Dmajor", body)
    (tune,) = read(dump(tmp_path, [row], OLD))
    assert tune.text.partition("K:Dmajor\n")[2].splitlines() == lines


def test_json_is_the_same(tmp_path: Path) -> None:
    """Numbers may be written as strings there."""
    path = tmp_path / "tunes.json"
    rows = [dict(zip(NEW, map(str, row), strict=True)) for row in ROWS]
    path.write_text(json.dumps(rows), "utf-8")
    assert [tune.text for tune in read(path)] == [tune.text for tune in read(dump(tmp_path))]


@pytest.mark.parametrize("columns", [OLD, ("tune", "id", *OLD[2:])])
def test_older_dumps(tmp_path: Path, columns: tuple[str, ...]) -> None:
    """With the names that the columns had."""
    tunes = read(dump(tmp_path, columns=columns))
    assert [tune.source for tune in tunes] == [f"tunes.csv#setting{number}" for number in (11, 12, 13)]
    assert tunes[0].work == "thesession.org/tunes/7"


def test_a_setting_without_music_is_reported(tmp_path: Path) -> None:
    """And passed over."""
    said: list[str] = []
    row = (1, 2, "Name", "reel", "4/4", "Dmajor", " \n")
    tunes = list(TheSessionReader(str(dump(tmp_path, [row, *ROWS], NEW))).read(said.append))
    assert len(tunes) == 3
    assert said == ["tunes.csv: setting 2 has no music; passed over"]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("tunes.csv", "a,b\n1,2\n", r"lacks the columns tune_id, setting_id, name, .*, abc"),
        ("tunes.json", '{"a": 1}', "holds no list of settings"),
        ("tunes.json", '[{"a": 1}]', "lacks the columns"),
        ("tunes.json", "[\n{", r"tunes.json:2: is not JSON"),
        ("tunes.json", 100_000 * "[", "is not JSON"),
        ("tunes.csv", "tune_id,abc\n\xff\n", "is not UTF-8 text"),
    ],
)
def test_another_file_is_refused(tmp_path: Path, name: str, content: str, message: str) -> None:
    """In one line."""
    path = tmp_path / name
    path.write_bytes(content.encode("latin-1"))
    with pytest.raises(CorpusError, match=message) as error:
        read(path)
    assert "\n" not in str(error.value)


def test_a_missing_file(tmp_path: Path) -> None:
    """The line says what to give."""
    with pytest.raises(CorpusError, match=r"no such file; give the tunes\.csv"):
        TheSessionReader(str(tmp_path / "tunes.csv")).sources()


def test_a_dump_is_read_as_it_is_asked_for(tmp_path: Path) -> None:
    """Row by row: the first tune is there before a fault far behind it is met."""
    path = dump(tmp_path)
    with path.open("ab") as file:
        file.write(b"9,14,Name,reel,4/4,Dmajor,A4|,,,\n" * 50_000 + b"\xff\n")
    tunes = TheSessionReader(str(path)).read(pytest.fail)
    assert next(tunes).title == "Test Reel, The"
    with pytest.raises(CorpusError, match="UTF-8"):
        for _ in tunes:
            pass


@given(name=st.text(max_size=30), body=st.text("ABcd|:! \n\r\x0b%\\\"(3^'/2", min_size=1, max_size=60))
def test_whatever_the_columns_hold(name: str, body: str) -> None:
    """The tune has the fields of one header, in their order, and no empty line, which would end it."""
    name = name.encode("utf-8", "ignore").decode()
    with TemporaryDirectory() as folder:
        path = Path(folder, "tunes.json")
        path.write_text(json.dumps([dict(zip(OLD, (1, 2, name, "reel", "4/4", "D", body), strict=True))]))
        tunes = list(TheSessionReader(str(path)).read(lambda line: None))
    component = installed_plugins().notation("abc")
    notation = component.build(component.options())
    for tune in tunes:
        assert all(line.strip() for line in tune.text.splitlines())
        fields = [letter for letter in "XTRFMLK" if letter != "T" or name.strip()]
        assert list(notation.header(tune)) == fields
        with suppress(NotationError):
            notation.parse(tune)
    assert tunes or not body.replace("!", "").strip()
