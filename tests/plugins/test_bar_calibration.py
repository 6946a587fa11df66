"""The bar rule against abc2midi's count; ``docs/studies/bars.py`` has it for all collections."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from helpers.bar_calibration import bar_fault, calibrate, spoil
from musegen import Tune
from musegen_abc.parser import parse_abc
from musegen_abc.reader import AbcReader


@pytest.mark.parametrize("folder", [".", "original"])
def test_real_tunes_pass_and_spoiled_ones_fail(nottingham: Path, folder: str) -> None:
    """Of the tunes without a bar fault by abc2midi 98 % pass; with one duration changed 95 % fail."""
    figures = calibrate(list(AbcReader([str(nottingham / folder / "*.abc")]).read(pytest.fail)))
    assert figures.tunes > 700
    assert figures.passing >= 0.98, figures.refused
    assert figures.catching >= 0.95


def test_abc2midi_and_the_rule_blame_the_same_bar() -> None:
    """A bar of five eighths in 6/8: the tune is none of the faultless ones, and does not pass."""
    right = Tune("X:1\nM:6/8\nL:1/8\nK:D\nDFA d2A|BAG AFD|E2G GFE|D3 D3|]\n", "abc")
    wrong = Tune(right.text.replace("AFD", "AF"), "abc")
    assert calibrate([right, wrong]).tunes == 1
    assert not bar_fault(parse_abc(right))
    assert bar_fault(parse_abc(wrong)).startswith("bars: bar 2")


def test_spoiling_changes_one_duration() -> None:
    """Of one note; the rest of the score stays."""
    score = parse_abc(Tune("X:1\nM:4/4\nL:1/4\nK:C\nCDEF|GABc|]\n", "abc"))
    spoiled = spoil(score, random.Random(3))
    before, after = ([event for bar in each.bars for event in bar.events] for each in (score, spoiled))
    assert sum(one != other for one, other in zip(before, after, strict=True)) == 1
    assert bar_fault(spoiled)
