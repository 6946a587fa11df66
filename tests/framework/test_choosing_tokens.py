"""Drawing a token from probabilities."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, strategies as st
from pydantic import ValidationError

from musegen import Sample, Sampling
from musegen.evaluation.settings import Evaluate, unselected
from musegen_sampling import reference
from musegen_sampling.engine import Choice

INF, NAN = float("inf"), float("nan")
CHANCES = np.array([0.0, 0.1, 0.4, 0.2, 0.3])


def drawn(sampling: Sampling, draws: int = 2000) -> list[float]:
    """How often each token comes, over evenly spread uniforms."""
    tokens = [sampling.choose(CHANCES, (i + 0.5) / draws) for i in range(draws)]
    return list(np.bincount(tokens, minlength=len(CHANCES)) / draws)


def test_tokens_come_as_often_as_they_are_likely() -> None:
    """And what is impossible never."""
    assert drawn(Sampling()) == pytest.approx(CHANCES, abs=0.001)


def test_temperature_sharpens() -> None:
    """The probabilities are raised to the power 1 / T."""
    expected = CHANCES**2 / (CHANCES**2).sum()
    assert drawn(Sampling(temperature=0.5)) == pytest.approx(expected, abs=0.001)


def test_only_the_likeliest_are_left() -> None:
    """As many as ``top_k``, or as reach ``top_p`` together."""
    assert drawn(Sampling(top_k=2)) == pytest.approx([0, 0, 4 / 7, 0, 3 / 7], abs=0.001)
    assert drawn(Sampling(top_p=0.65)) == pytest.approx([0, 0, 4 / 7, 0, 3 / 7], abs=0.001)
    assert drawn(Sampling(top_k=1)) == [0, 0, 1, 0, 0]


@pytest.mark.parametrize("temperature", [0, 0.0, 5e-324, 1e-200])
def test_at_temperature_0_the_likeliest_is_taken(temperature: float) -> None:
    """Whatever else is asked for, as in the sampler of musegen_sampling; the first of equally likely ones."""
    assert drawn(Sampling(temperature)) == [0, 0, 1, 0, 0]
    assert drawn(Sampling(temperature, top_k=3, top_p=0.9)) == [0, 0, 1, 0, 0]
    allowed = np.array([True, True, False, True, True])
    assert Sampling(temperature).choose(CHANCES, 0.999, allowed) == 4
    if not temperature:
        assert Sampling(temperature).choose(np.array([0.2, 0.4, 0.4]), 0.999) == 1


@pytest.mark.parametrize(
    ("options", "words"),
    [
        *(
            ({"temperature": bad}, "temperature: a finite number from 0")
            for bad in (-1, -1e-9, INF, -INF, NAN)
        ),
        ({"top_k": -1}, "top_k: at least 0"),
        *(({"top_p": bad}, "top_p: above 0 and at most 1") for bad in (0, -0.5, 1.1, INF, NAN)),
    ],
)
def test_what_cannot_be_asked_for_is_refused_everywhere(options: dict[str, float], words: str) -> None:
    """By Sampling, by the sampler of musegen_sampling, and by [sample] and [evaluate]."""
    for choice in (Sampling, Choice):
        with pytest.raises(ValueError, match=words):
            choice(**options)  # type: ignore[arg-type]
    for table in (Sample, Evaluate):
        if options.keys() <= table.model_fields.keys():
            with pytest.raises(ValidationError):
                table(**options)  # type: ignore[arg-type]


def test_every_entry_point_takes_the_likeliest_at_temperature_0() -> None:
    """[sample] and [evaluate] hand 0 on, and the sampler's reference decides as Sampling does."""
    assert Sample(temperature=0).sampling.choose(CHANCES, 0.999) == 2
    assert unselected(Sample(), Evaluate(temperature=0)).sampling.choose(CHANCES, 0.999) == 2
    assert reference.choose(np.log(CHANCES[1:]).astype(np.float32), Choice(0), 0.999) + 1 == 2


@given(
    st.lists(st.floats(0, 1), min_size=1, max_size=8).filter(any),
    st.floats(0, 1, exclude_max=True),
    st.floats(0.05, 20),
    st.floats(0.01, 1),
)
def test_a_possible_token_always_comes(
    weights: list[float], uniform: float, temperature: float, top_p: float
) -> None:
    """Whatever the numbers."""
    chances = np.array(weights) / sum(weights)
    token = Sampling(temperature=temperature, top_p=top_p).choose(chances, uniform)
    assert chances[token] > 0
