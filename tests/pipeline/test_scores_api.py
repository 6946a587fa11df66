"""From text to scores and back, in Python."""

from __future__ import annotations

from pathlib import Path

import pytest

import musegen
from helpers.invented import jig, write_corpus

FIRST = jig(1)


def test_there_and_back() -> None:
    """The text that is written gives an equal score."""
    score = musegen.parse(FIRST, "abc")
    assert score.title == "Jig No 1"
    assert musegen.parse(musegen.write(score, "abc"), "abc") == score


def test_all_scores_of_a_file(tmp_path: Path) -> None:
    """In their order; a tune that was read says itself how it is written."""
    path = write_corpus(tmp_path, 3)
    scores = musegen.read_scores(path)
    assert [score.title for score in scores] == ["Jig No 1", "Jig No 2", "Jig No 3"]
    assert tuple(map(musegen.parse, musegen.read_tunes(path))) == scores


def test_a_tune_that_cannot_be_read_is_located(tmp_path: Path) -> None:
    """By the line of its file."""
    (tmp_path / "a.abc").write_text(FIRST + "\nX:2\nT:no key\nDEF|\n")
    with pytest.raises(musegen.NotationError, match=r"a\.abc:11.*no K: field"):
        musegen.read_scores(tmp_path / "a.abc")


@pytest.mark.parametrize(
    ("notation", "error", "message"),
    [
        ("", musegen.NotationError, r'name its notation: parse\(text, "abc"\)'),
        ("abd", musegen.PluginError, 'no notation "abd"; did you mean "abc"'),
    ],
)
def test_a_notation_must_be_named(notation: str, error: type[Exception], message: str) -> None:
    """The framework itself has none."""
    with pytest.raises(error, match=message):
        musegen.parse(FIRST, notation)


def test_the_notation_may_come_from_a_plugin_file(tmp_path: Path) -> None:
    """Which reads and writes as an installed one does."""
    plugin = tmp_path / "shouting.py"
    plugin.write_text(
        "from dataclasses import replace\n"
        "from musegen import Options, component, hookimpl\n"
        "class NoOptions(Options):\n    '''ABC in capitals.'''\n"
        "def build(options, notation):\n"
        "    abc = notation.build(notation.options())\n"
        "    class Shouting:\n"
        "        def parse(self, tune):\n            return abc.parse(replace(tune, text=tune.text[1:]))\n"
        "        def write(self, score):\n            return '!' + abc.write(score)\n"
        "    return Shouting()\n"
        "@hookimpl\ndef musegen_notations():\n"
        "    return [component('shouting', version=1, options=NoOptions, build=build,"
        " needs={'notation': 'abc'})]\n"
    )
    text = musegen.write(musegen.parse(FIRST, "abc"), "shouting", plugins=[plugin])
    assert text.startswith("!X:1")
    assert musegen.parse(text, "shouting", plugins=[plugin]) == musegen.parse(FIRST, "abc")
