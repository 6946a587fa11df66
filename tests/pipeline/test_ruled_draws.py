"""New tunes that a model writes by the rules of its notation."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import musegen
from helpers.invented import NGRAM_PIPELINE, write_pipeline
from musegen import Silent, TuneLimits, Valid, Vocabulary, demo_model
from musegen.models.home import Home
from musegen.models.language import Language
from musegen.models.wishes import check_wishes
from musegen.music.score import Key
from musegen_abc.notation import AbcNotation

pytest.importorskip("musegen_reading", reason="needs the compiled extension")
OPENED = musegen.open_model(demo_model())


def drawn(tmp_path: Path, **options: Any) -> list[musegen.NewTune]:
    """Draws of the demo's model, none of them left out."""
    asked = {"tunes": 24, "keep": "all", "temperature": 1.0, "seed": 5, "renderers": ["tunebook"]}
    return list(musegen.sample(OPENED, tmp_path / "drawn", **(asked | options)))


def test_every_draw_is_valid(tmp_path: Path) -> None:
    """At temperature 1.5 too, where a model that writes freely hardly ever writes a valid tune."""
    assert [tune.faults for tune in drawn(tmp_path, temperature=1.5)] == [()] * 24
    free = drawn(tmp_path / "free", temperature=1.5, rules=False)
    assert sum(tune.valid for tune in free) < 12


@pytest.mark.parametrize(
    "options",
    [
        {"key": "Em"},
        {"key": "Eb", "metre": "3/4", "rhythm": "waltz"},
        {"valid": {"lowest": "D4", "highest": "B5", "bars": 16, "repetition": 1}},
        {"max_length": 150},
        {"start": "|:"},
        {"temperature": 2.0, "top_k": 5},
    ],
    ids=lambda options: next(iter(options)),
)
def test_wishes_and_limits_hold(tmp_path: Path, options: dict[str, Any]) -> None:
    """The range is that of the tune in the key in which it ends up."""
    tunes = drawn(tmp_path, tunes=12, **options)
    assert [tune.faults for tune in tunes] == [()] * 12
    assert all(tune.tokens - 1 <= options.get("max_length", 2000) for tune in tunes)  # without the end mark
    if options.get("key") == "Em":
        assert {tune.key for tune in tunes} == {"E minor"}


def test_a_field_of_the_body_does_not_change_the_way_back(tmp_path: Path) -> None:
    """A tune in C that goes on in G at once is moved as one in C is, for which the range was computed."""
    for key in ("Em", None):
        tunes = drawn(tmp_path / str(key), start="|:[K:G]cd|", tunes=24, key=key, rules={"header": False})
        assert [tune.faults for tune in tunes] == [()] * 24


def test_a_prime_that_breaks_the_rules_is_gone_on_with(tmp_path: Path) -> None:
    """Freely, since nothing valid comes of it, and its faults are told."""
    prime = "X:1\nT:x\nR:reel\nM:2/4\nL:1/8\nK:C\n|:c2d2e2f2|"
    tunes = drawn(tmp_path, tunes=4, prime=prime)
    assert all(any(fault.startswith("bars: ") for fault in tune.faults) for tune in tunes)


def test_another_model_keeps_them_too(tmp_path: Path) -> None:
    """An n-gram, which writes freely no valid tune, in a run."""
    text = NGRAM_PIPELINE.replace("tunes = 3", 'tunes = 3\nkeep = "all"\ntemperature = 1.2')
    run = musegen.load(write_pipeline(tmp_path / "ruled", text)).run(Silent())
    assert [tune.faults for tune in run.tunes] == [()] * 3
    free = write_pipeline(tmp_path / "free", text.replace("tunes = 3", "tunes = 3\nrules = false"))
    assert not all(tune.valid for tune in musegen.load(free).run(Silent()).tunes)


def test_what_cannot_be_ruled_is_said() -> None:
    """Tokens with which no tune can be ended, and too little room for one."""

    class Letters:
        vocabulary = Vocabulary("abc|\n")

        def encode(self, text: str) -> np.ndarray[Any, Any]:
            return np.zeros(len(text), np.int32)

        def decode(self, tokens: np.ndarray[Any, Any]) -> str:
            return "".join(self.vocabulary.symbols[token] for token in tokens if token > 1)

    tokenizer: Any = Letters()
    language = Language("abc", AbcNotation(), tokenizer)
    (line,) = check_wishes(musegen.Sample(), language)
    assert line.startswith(
        "rules are left out, so that tunes are only judged when they are finished: the rules need"
    )
    assert not check_wishes(musegen.Sample(rules=False), language)
    (line,) = check_wishes(musegen.Sample(max_length=20), OPENED.language)
    assert "max_length: at least " in line


def test_rules_for_a_tune_that_is_moved_afterwards() -> None:
    """Its text may be as much lower as it is moved up."""
    lower = TuneLimits.of(Valid(lowest="G3", highest="E6", bars=4)).lower(3)
    assert (lower.lowest, lower.highest, lower.bars) == (52, 85, 4)
    higher = TuneLimits(lowest=58, highest=108, pitches=frozenset({62, 64})).lower(-2)
    assert (higher.lowest, higher.highest, higher.pitches) == (60, 110, {64, 66})
    widest = TuneLimits.of(Valid(lowest="C-1", highest="G9"))
    assert widest.lower(6).lowest == 0
    assert widest.lower(-6).highest == 127


def test_a_tune_goes_to_a_key_in_which_it_can_be_played() -> None:
    """Where no key of its mode keeps it within the limits, it is the one that it was written for."""
    home = Home("C", {"major": {"D": 9, "A": 1}, "minor": {"E": 2}})
    proposed = [home.propose(seed) for seed in range(200)]
    assert proposed == [home.propose(seed) for seed in range(200)]
    assert set(proposed) == {"D", "A", "E"}
    assert proposed.count("D") > 100
    score = musegen.parse("X:1\nM:2/4\nL:1/8\nK:C\nCDEF|GABc|\n", "abc")
    assert score.key == Key("C")
    low, high = score.pitch_range or (0, 0)
    for within, keys in (
        (TuneLimits(lowest=low - 9, highest=high + 9), {"D", "A"}),
        (TuneLimits(lowest=low - 9, highest=high), {"A"}),
        (TuneLimits(lowest=low, highest=high), {"E"}),
        (TuneLimits(pitches=frozenset({62, 64, 66, 67, 69, 71, 73, 74})), {"D"}),
    ):
        assert {home.choose(score, seed, within, "E") for seed in range(60)} == keys
