"""ABC is read as abc2midi reads it."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from helpers.needs import NOTTINGHAM_FILES, lack
from helpers.oracle import compare
from helpers.real_tunes import collections

NAMES = (
    "Nottingham, cleaned",
    "Nottingham, original",
    "irish.abc",
    "ryansMammoth",
    "oneills1850",
    "airdsAirs",
)
BRINGS = {"irish.abc": "the package mitdeeplearning"} | dict.fromkeys(NAMES[3:], "the package music21")
DIFFERENCES = tomllib.loads(
    (Path(__file__).parents[1] / "data" / "abc2midi_differences.toml").read_text("utf-8")
)["difference"]


@pytest.mark.parametrize("name", NAMES)
def test_every_collection_sounds_as_abc2midi_plays_it(name: str) -> None:
    """At least 99 % of the tunes it finds no error in, 96 % of all; every other is listed with the reason."""
    tunes = dict(collections(name)).get(name)
    if tunes is None:
        lack(BRINGS.get(name, NOTTINGHAM_FILES))
    agreement = compare(tunes)
    listed = [source for difference in DIFFERENCES for source in difference.get(name, ())]
    assert sorted(agreement.differing) == sorted(listed)
    assert agreement.of_faultless >= 0.99
    assert agreement.of_all >= 0.96


def test_each_difference_says_who_is_right() -> None:
    """And by which clause."""
    for difference in DIFFERENCES:
        assert difference["right"] in {"musegen", "abc2midi", "neither"}
        assert "§" in difference["clause"]
        assert set(difference) - {"what", "right", "clause"} <= set(NAMES)
