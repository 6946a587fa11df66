"""The transformer obeys its contract, its gradients are right, and it learns."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import musegen
from musegen import Silent, TrainingJob
from musegen.testing import check_model, example_dataset, example_job
from musegen_transformer.network import Shape, empty_cache, gradients, initial, step
from musegen_transformer.plugin import TransformerOptions, build_model, musegen_models

PIPELINE = """
[run]
folder = "run"

[[corpus]]
use = "abc"
paths = ["tunes.abc"]

[tokenizer]
use = "char"

[model]
use = "transformer"
layers = 1
width = 16
epochs = 2

[sample]
tunes = 2
keep = "all"

[[render]]
use = "midi"
"""

SHAPE = Shape(vocabulary=7, layers=2, width=8, heads=2, context=6)
TINY = TransformerOptions(layers=1, width=16, heads=2, context=16, epochs=3, learning_rate=1e-2)


def test_contract() -> None:
    """The transformer obeys every law of a model, as musegen's own models do."""
    (transformer,) = musegen_models()
    check_model(transformer, {"layers": 1, "width": 16, "heads": 2, "epochs": 3, "learning_rate": 0.01})


def _example() -> tuple[np.ndarray, np.ndarray, np.ndarray]:  # type: ignore[type-arg]
    rng = np.random.default_rng(3)
    tokens = rng.integers(0, 7, (3, 9)).astype(np.int32)
    weights = np.ones((3, 9))
    weights[1, 5:] = 0
    return tokens, np.roll(tokens, -1, axis=1), weights


def test_the_gradient_is_the_slope_of_the_loss() -> None:
    """The gradient of every parameter agrees with differences in float64 in random directions."""
    tokens, targets, weights = _example()
    p = {name: array.astype(np.float64) for name, array in initial(SHAPE, 1).items()}
    _, slopes = gradients(SHAPE, p, tokens, targets, weights)
    rng = np.random.default_rng(4)
    assert slopes.keys() == p.keys()
    for name, array in p.items():
        direction = rng.standard_normal(array.shape)
        ends = [
            gradients(SHAPE, {**p, name: array + sign * 1e-5 * direction}, tokens, targets, weights)[0]
            for sign in (1, -1)
        ]
        difference = (ends[0] - ends[1]) / 2e-5 / weights.sum()
        assert difference == pytest.approx(float(np.sum(slopes[name] * direction)), rel=1e-5, abs=1e-8), name


def test_steps_with_a_cache_are_the_network_that_was_trained() -> None:
    """Logits are the same one token at a time, in blocks, and all at once with the whole mask."""
    tokens, targets, weights = _example()
    p = {name: array.astype(np.float64) for name, array in initial(SHAPE, 1).items()}
    expected, _ = gradients(SHAPE, p, tokens[:1], targets[:1], weights[:1])
    for blocks in ([9], [4, 5], [1] * 9):
        cache, logits = empty_cache(SHAPE, np.float64), []
        for begin, size in zip(np.cumsum([0, *blocks]), blocks, strict=False):
            logits.append(step(SHAPE, p, tokens[0, begin : begin + size], cache))
        whole = np.concatenate(logits)
        chances = np.exp(whole) / np.exp(whole).sum(axis=1, keepdims=True)
        assert -np.log(chances[np.arange(9), targets[0]]).sum() == pytest.approx(expected)


def test_it_learns_what_a_count_of_symbols_cannot(tmp_path: Path) -> None:
    """On tunes where every second symbol is the same, the loss comes near the entropy of the others."""
    dataset = example_dataset(train=200)
    trained = build_model(TINY).train(dataset, example_job(tmp_path))
    tokens = np.concatenate([tune[1:] for tune in dataset.train])
    shares = np.bincount(tokens) / len(tokens)
    unigram = -float(np.sum(shares * np.log(np.maximum(shares, 1e-30))))
    assert trained.losses[-1].validation is not None
    assert trained.losses[-1].validation < 0.8 * unigram


def test_an_interrupted_training_goes_on(tmp_path: Path) -> None:
    """An interrupted training goes on to the same bytes as one that was left alone."""

    class Interrupt(Silent):
        def advance(self, done: int, total: int, note: str = "") -> None:
            if done == total - 1:
                raise KeyboardInterrupt

    dataset, job = example_dataset(), example_job(tmp_path / "a")
    with pytest.raises(KeyboardInterrupt):
        build_model(TINY).train(dataset, TrainingJob(job.seed, job.checkpoints, Interrupt(), job.about))
    assert list(job.checkpoints.iterdir())
    build_model(TINY).train(dataset, job).model.save(tmp_path / "resumed")
    build_model(TINY).train(dataset, example_job(tmp_path / "b")).model.save(tmp_path / "whole")
    assert (tmp_path / "resumed").read_bytes() == (tmp_path / "whole").read_bytes()


def test_a_pipeline_uses_it(tmp_path: Path, musegen_texts: tuple[str, ...]) -> None:
    """A pipeline finds the installed model by its name and runs from invented tunes to new ones."""
    (tmp_path / "tunes.abc").write_text("\n".join(musegen_texts), "utf-8")
    (tmp_path / "pipeline.toml").write_text(PIPELINE)
    run = musegen.load(tmp_path / "pipeline.toml").run(musegen.Silent())
    assert len(run.tunes) == 2
    assert run.losses[-1].train < run.losses[0].train
