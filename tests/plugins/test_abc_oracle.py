"""ABC is read as abc2midi reads it."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path

import pytest

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
DIFFERENCES = tomllib.loads(
    (Path(__file__).parents[1] / "data" / "abc2midi_differences.toml").read_text("utf-8")
)["difference"]


@pytest.mark.parametrize("name", NAMES)
def test_every_collection_sounds_as_abc2midi_plays_it(name: str) -> None:
    """At least 99 % of the tunes it finds no error in, 96 % of all; every other is listed with the reason."""
    tunes = dict(collections(name)).get(name)
    if tunes is None:
        message = f"the tunes of {name} are not at hand"
        pytest.fail(message) if os.environ.get("CI") else pytest.skip(message)
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
