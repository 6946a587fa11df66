"""Piano rolls obey their contract and show what sounds."""

from __future__ import annotations

import subprocess
import sys
from fractions import Fraction
from pathlib import Path
from xml.etree import ElementTree

import pytest

import musegen
from musegen import Bar, Key, Metre, Note, Pitch, Score, perform
from musegen.testing import check_plugin, check_renderer, example_scores
from musegen_pianoroll import plugin
from musegen_pianoroll.picture import PianoRoll
from musegen_pianoroll.plugin import PianoRollOptions, musegen_renderers
from musegen_pianoroll.rows import rows

PIPELINE = """
[run]
folder = "run"

[[corpus]]
use = "abc"
paths = ["tunes.abc"]

[tokenizer]
use = "char"

[model]
use = "ngram"

[sample]
tunes = 2
keep = "all"

[[render]]
use = "piano-roll"
"""

SVG = "{http://www.w3.org/2000/svg}"


def _scale(*steps: str, key: str = "D") -> Score:
    """A bar of 4/4 for each four quarter notes."""
    notes = [Note(Fraction(1), (Pitch(4, step[0], step.count("#")),)) for step in steps]
    bars = tuple(Bar(tuple(notes[at : at + 4])) for at in range(0, len(notes), 4))
    return Score(bars, Key(key), Metre(4, 4), title='<Rogers & "Co">\x07')


def _drawn(score: Score, **options: object) -> ElementTree.Element:
    return ElementTree.fromstring(PianoRoll(PianoRollOptions.model_validate(options)).picture(score))


def _notes(picture: ElementTree.Element) -> list[ElementTree.Element]:
    """The rectangles that bear the name of a pitch."""
    return [rect for rect in picture.iter(f"{SVG}rect") if rect.find(f"{SVG}title") is not None]


def test_contract() -> None:
    """Piano rolls obey every law of a renderer, as musegen's own do."""
    (piano_roll,) = musegen_renderers()
    check_renderer(piano_roll)
    check_renderer(piano_roll, {"bars_a_row": 1, "width": 300, "row_height": 3, "chords": False})


def test_each_note_stands_at_its_time_and_pitch() -> None:
    """A later note is further right, a higher one further up; a quarter note takes its share of the row."""
    notes = _notes(_drawn(_scale("D", "E", "F#", "G"), width=452, row_height=10))
    assert [note.findtext(f"{SVG}title") for note in notes] == ["D4", "E4", "F♯4", "G4"]
    assert [float(note.get("x", "")) for note in notes] == [40.5, 140.5, 240.5, 340.5]
    assert [float(note.get("width", "")) for note in notes] == [99.0] * 4
    heights = [float(note.get("y", "")) for note in notes]
    assert [heights[0] - height for height in heights] == [0, 20, 40, 50]


def test_colours_tell_the_tonic_the_scale_and_the_rest() -> None:
    """The tonic, the scale and other notes differ in colour: D, G and G sharp in D major."""
    colours = [note.get("fill") for note in _notes(_drawn(_scale("D", "G", "G#", "D")))]
    assert colours[0] == colours[3]
    assert len(set(colours)) == 3


@pytest.mark.parametrize("score", example_scores())
def test_every_note_is_inside_the_picture(score: Score) -> None:
    """Every row has all its notes; a note that two rows share is drawn in both."""
    picture = _drawn(score, bars_a_row=2)
    notes = _notes(picture)
    assert len(notes) >= len(perform(score).melody)
    for note in notes:
        assert 0 <= float(note.get("x", "")) <= float(picture.get("width", "")) - float(note.get("width", ""))
        assert 0 <= float(note.get("y", "")) <= float(picture.get("height", "")) - 7


@pytest.mark.parametrize("bars_a_row", [1, 3, 8])
def test_rows_follow_each_other_without_a_gap(bars_a_row: int) -> None:
    """The rows cover the tune, and each has as many bars as asked but for the last."""
    performance = perform(_scale(*"DEFG" * 8))
    found = rows(performance, bars_a_row)
    assert [row.begin for row in found] == [Fraction(0), *(row.end for row in found[:-1])]
    assert found[-1].end == performance.duration
    assert {len(row.bars) for row in found[:-1]} <= {bars_a_row}


def test_a_title_is_text_and_nothing_else() -> None:
    """Markup in a title is shown as text, and a control character does not spoil the file."""
    assert _drawn(_scale("D")).findtext(f"{SVG}title") == '<Rogers & "Co">'


def test_a_pipeline_uses_it(tmp_path: Path, musegen_texts: tuple[str, ...]) -> None:
    """A pipeline finds the installed renderer by its name and runs from invented tunes to new ones."""
    (tmp_path / "tunes.abc").write_text("\n".join(musegen_texts), "utf-8")
    (tmp_path / "pipeline.toml").write_text(PIPELINE)
    run = musegen.load(tmp_path / "pipeline.toml").run(musegen.Silent())
    assert len(run.tunes) == 2
    assert all(".svg" in tune.files for tune in run.tunes if tune.valid)


def _musegen(*arguments: object) -> subprocess.CompletedProcess[str]:
    """The command line, as a shell runs it once this package is installed."""
    line = [sys.executable, "-m", "musegen", *map(str, arguments)]
    return subprocess.run(line, check=False, capture_output=True, text=True)


def test_the_plugin_can_be_used() -> None:
    """The plugin declares a renderer and a command that musegen can use."""
    check_plugin(plugin)


def test_it_adds_a_command(tmp_path: Path, musegen_texts: tuple[str, ...]) -> None:
    """``musegen piano-roll`` draws one tune of a file, and is listed with the others."""
    tunes, picture = tmp_path / "tunes.abc", tmp_path / "tune.svg"
    tunes.write_text("\n".join(musegen_texts), "utf-8")
    done = _musegen("piano-roll", tunes, "--tune", 2, "-o", picture)
    assert done.returncode == 0, done.stderr
    drawn = ElementTree.fromstring(picture.read_text("utf-8"))
    assert drawn.findtext(f"{SVG}title") in done.stdout
    assert _notes(drawn)
    assert "piano-roll" in _musegen("--help").stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [(["--tune", "9"], "has no tune 9; it holds 1"), ([], "exists; name another file or add --force")],
)
def test_a_mistake_is_one_line(
    tmp_path: Path, musegen_texts: tuple[str, ...], arguments: list[str], said: str
) -> None:
    """A mistake ends with exit code 2, and nothing is written."""
    tunes, picture = tmp_path / "tunes.abc", tmp_path / "tune.svg"
    tunes.write_text(musegen_texts[0], "utf-8")
    picture.write_text("mine")
    done = _musegen("piano-roll", tunes, "-o", picture, *arguments)
    assert done.returncode == 2
    assert said in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert picture.read_text() == "mine"
