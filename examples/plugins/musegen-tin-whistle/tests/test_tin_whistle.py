"""The rule of the tin whistle keeps the laws of rules, and new tunes keep it while they are written."""

from __future__ import annotations

import pytest

import musegen
from musegen import TuneLimits
from musegen.testing import check_plugin, check_rule
from musegen_tin_whistle import plugin
from musegen_tin_whistle.plugin import PITCHES, TinWhistle, TinWhistleOptions, musegen_rules

RULE = TinWhistle(TinWhistleOptions())


def test_it_keeps_the_laws() -> None:
    """Of rules, and of plugins."""
    check_rule(musegen_rules()[0])
    check_plugin(plugin)


@pytest.mark.parametrize(
    ("notes", "lacking"),
    [
        ("DEFGABcd|efgab2D2|", 0),
        ("=CDEF G2A2|", 1),
        ("=FGAB c2d2|", 1),
        ("=cBAG c'2d2|", 1),
        ("AGF^D|^GAB^c|", 2),
    ],
)
def test_notes_that_the_whistle_has(notes: str, lacking: int) -> None:
    """Of D major, with both C sharp and C; each bar with another note is a fault."""
    score = musegen.parse(f"X:1\nM:4/4\nL:1/8\nK:D\n{notes}\n", "abc")
    assert len(list(RULE.faults(score))) == lacking


def test_limits_of_others_stay() -> None:
    """Pitches are those that all rules allow."""
    assert RULE.limit(TuneLimits()).pitches == PITCHES
    assert RULE.limit(TuneLimits(pitches=frozenset({60, 62, 64}))).pitches == {62, 64}
    assert RULE.limit(TuneLimits(bars=4)).bars == 4
    assert len(PITCHES) == 14


def test_new_tunes_of_the_demo_keep_it() -> None:
    """Written so, and not chosen: each of fifty draws in D, E minor and G."""
    model = musegen.open_model(musegen.demo_model())
    for key in ("D", "Em", "G"):
        options = musegen.Sample(tunes=50, key=key, keep="all", temperature=1.2)
        draws = model.compose(options, 1, rules=[RULE]).draws
        assert len(draws) == 50
        assert [draw.judgement.faults for draw in draws if not draw.judgement.valid] == []
