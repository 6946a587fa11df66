"""Training with Keras: deterministic, resumable, and what it saves."""

from __future__ import annotations

import json
import math
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from helpers.tiny_keras import OPTIONS, saved, train
from helpers.training_jobs import ABOUT, VOCABULARY, Report, dataset, job, tunes
from musegen import (
    ArtifactError,
    Dataset,
    ModelError,
    Options,
    Sampling,
    TrainedModel,
    Transpositions,
)
from musegen.testing.examples import ExamplePlaces
from musegen_keras.batches import Batch
from musegen_keras.model import KerasLSTMTrainer, LSTMModel
from musegen_keras.plugin import musegen_models

pytest.importorskip("tensorflow")


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> TrainedModel:
    """Four epochs without an interruption."""
    return train(tmp_path_factory.mktemp("whole"))


class KilledError(Exception):
    """Stands for a kill."""


def kill_when(condition: Callable[[int, int], bool]) -> Report:
    """A report that raises at such an advance."""

    def watch(done: int, total: int) -> None:
        if condition(done, total):
            raise KilledError

    return Report(watch)


@pytest.mark.parametrize("share", [0.5, 0.7])
def test_a_resumed_training_ends_with_the_same_bits(
    share: float, whole: TrainedModel, tmp_path: Path
) -> None:
    """Killed at the end or in the middle of an epoch; at most that epoch is lost."""
    with pytest.raises(KilledError):
        train(tmp_path, kill_when(lambda done, total: done >= share * total))
    report = Report()
    resumed = train(tmp_path, report)
    assert report.lines[0] == f"resuming after epoch {math.floor(4 * share)}"
    assert saved(resumed, tmp_path) == saved(whole, tmp_path)
    assert (resumed.losses, resumed.best_epoch) == (whole.losses, whole.best_epoch)


@pytest.mark.parametrize(
    "changes",
    [{}, {"windows": "random", "steps": 19}, {"place": True}, {"place": True, "windows": "random"}],
    ids=["tunes", "random", "places", "random places"],
)
def test_a_training_killed_within_an_epoch_ends_with_the_same_bits(
    changes: dict[str, object], tmp_path: Path
) -> None:
    """States, losses, order and dropout go on where the last checkpoint was taken, whichever step it was."""
    data = replace(dataset(), transposed=in_other_keys(), places=ExamplePlaces())
    changes |= {"checkpoint_minutes": 1e-9, "schedule": "constant", "recurrent_dropout": 0.3}
    whole = train(tmp_path / "whole", None, data, **changes)
    said = set[str]()
    for number, share in enumerate((0.1, 0.33, 0.6, 0.9)):
        folder = tmp_path / str(number)
        with pytest.raises(KilledError):
            train(folder, kill_when(lambda done, total, share=share: done >= share * total), data, **changes)
        report = Report()
        resumed = train(folder, report, data, **changes)
        said.add(report.lines[0])
        assert saved(resumed, tmp_path) == saved(whole, tmp_path)
        assert (resumed.losses, resumed.steps) == (whole.losses, whole.steps)
    assert any(", batch " in line for line in said), said


def in_other_keys() -> tuple[Transpositions, ...]:
    """Two versions of each training tune, the one as frequent as the tune and the other half as much."""
    return tuple(Transpositions(tunes(2, 100 + number), (1.0, 0.5)) for number in range(len(dataset().train)))


def test_versions_are_learned_as_often_as_they_weigh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Over many epochs the tune 40, the first version 40, the second 20 of 100 times."""
    from musegen_keras import trainer

    data = replace(dataset(), transposed=in_other_keys())
    chosen = list[tuple[int, int]]()
    monkeypatch.setattr(trainer, "Network", lambda *given: None)
    training = trainer._Training(OPTIONS, data, job(tmp_path))
    for epoch in range(1, 201):
        for number, tune in enumerate(training._tunes(epoch)):
            versions = [data.train[number], *data.transposed[number].tunes]
            chosen.append((number, next(i for i, each in enumerate(versions) if np.array_equal(each, tune))))
    shares = [sum(which == each for _, which in chosen) / len(chosen) for each in range(3)]
    assert shares == pytest.approx([0.4, 0.4, 0.2], abs=0.04)
    assert {number for number, which in chosen if which == 2} == set(range(len(data.train)))


def test_steps_end_where_they_say(tmp_path: Path) -> None:
    """In the middle of an epoch too, whose loss is that of the steps it had."""
    result = train(tmp_path, steps=10)
    assert [len(epoch) for epoch in result.steps] == [6, 4]
    assert len(result.losses) == 2
    assert all(math.isfinite(loss) for epoch in result.steps for loss in epoch)


def test_the_average_is_of_the_weights(tmp_path: Path) -> None:
    """After one step it is that step's weights; later it lags behind them."""
    models = [
        train(tmp_path / f"{steps} {average}", steps=steps, average=average).model.weights.dense_bias
        for steps in (1, 6)
        for average in (0.0, 0.9)
    ]
    assert np.array_equal(models[0], models[1])
    assert np.abs(models[3]).sum() < np.abs(models[2]).sum()


def test_it_says_when_it_begins_to_learn_by_heart(tmp_path: Path) -> None:
    """Once, with the losses, and not again after it was resumed."""
    report = Report()
    options = {"epochs": 40, "units": (32,), "learning_rate": 0.05, "dropout": 0.0, "average": 0.0}
    result = train(tmp_path, report, None, **options)
    (line,) = [line for line in report.lines if "by heart" in line]
    first = int(line.partition(":")[0].removeprefix("epoch "))
    before, loss = result.losses[first - 2 : first]
    assert before.validation is not None
    assert loss.validation is not None
    assert loss.validation > before.validation
    assert loss.train < before.train
    assert f"({before.validation:.3f} to {loss.validation:.3f})" in line


def test_a_full_disk_keeps_the_last_checkpoint(
    whole: TrainedModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The training ends with the error; the next one goes on from the epoch before."""
    from musegen_keras import checkpoint

    written, fsync = list[int](), checkpoint.os.fsync

    def fail(number: int) -> None:
        written.append(number)
        if len(written) > 2:
            raise OSError(28, "No space left on device")
        fsync(number)

    monkeypatch.setattr(checkpoint.os, "fsync", fail)
    with pytest.raises(OSError, match="No space"):
        train(tmp_path)
    monkeypatch.undo()
    report = Report()
    assert saved(train(tmp_path, report), tmp_path) == saved(whole, tmp_path)
    assert report.lines[0] == "resuming after epoch 2"


def test_keras_trains_where_the_compiled_layer_cannot(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It says why, and that recurrent weights are all kept; what comes out is the same but for rounding."""
    from musegen_keras import layer

    data = replace(dataset(), places=ExamplePlaces())
    ours = train(tmp_path / "ours", None, data, recurrent_dropout=0.0, place=True)
    monkeypatch.setattr(layer, "musegen_training", None)
    report = Report()
    keras = train(tmp_path / "keras", report, data, recurrent_dropout=0.5, place=True)
    assert report.lines[0].startswith("recurrent_dropout is left out")
    assert "with Keras's own LSTM (the compiled extension is missing" in report.lines[1]
    losses = [[loss.validation for loss in result.losses] for result in (ours, keras)]
    assert losses[0] == pytest.approx(losses[1], abs=2e-3)


def test_losses_for_tensorboard_are_written(tmp_path: Path) -> None:
    """Those of every epoch, after so many steps, where the job says."""
    pytest.importorskip("tensorboard")
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    logs = tmp_path / "logs"
    options = OPTIONS.model_copy(update={"tensorboard": True, "epochs": 2})
    result = KerasLSTMTrainer(options).train(dataset(), replace(job(tmp_path / "work"), logs=logs))
    events = EventAccumulator(str(logs)).Reload()
    for name in ("train", "validation"):
        written = [(event.step, _number(event)) for event in events.Tensors(f"loss, nats a token/{name}")]
        losses = [getattr(loss, name) for loss in result.losses]
        steps = np.cumsum([len(epoch) for epoch in result.steps]).tolist()
        assert written == [(step, pytest.approx(loss)) for step, loss in zip(steps, losses, strict=True)]


def _number(event: Any) -> float:
    import tensorflow as tf

    return float(tf.make_ndarray(event.tensor_proto))


def test_a_finished_training_is_not_repeated(whole: TrainedModel, tmp_path: Path) -> None:
    """As when the kill came between its end and the saved model."""
    train(tmp_path)
    report = Report()
    assert saved(train(tmp_path, report), tmp_path) == saved(whole, tmp_path)
    assert report.lines == ["resuming after epoch 4"]
    assert report.steps == []


def test_kill_9_at_random_moments_changes_nothing(tmp_path: Path) -> None:
    """Two processes killed one after the other, then one let go on: the same bits as without a kill."""
    code = (
        f"import sys; sys.path[:0] = {[str(Path(__file__).parent), *sys.path]!r}\n"
        "from pathlib import Path\n"
        "from helpers.tiny_keras import saved, train\n"
        "from helpers.training_jobs import Report\n"
        "report = Report(lambda done, total: print(done, flush=True))\n"
        "folder = Path(sys.argv[1])\n"
        "saved(train(folder, report, epochs=40, checkpoint_minutes=1e-9), folder)"
    )

    def start(folder: Path) -> subprocess.Popen[str]:
        return subprocess.Popen([sys.executable, "-c", code, str(folder)], stdout=subprocess.PIPE, text=True)

    folder, checkpoint = tmp_path / "killed", tmp_path / "killed" / "training.safetensors"
    random = np.random.default_rng(3)
    for _ in range(2):  # at first, and when it was resumed
        before = checkpoint.stat().st_mtime_ns if checkpoint.exists() else 0
        killed = start(folder)
        while not checkpoint.exists() or checkpoint.stat().st_mtime_ns == before:
            assert killed.poll() is None
            time.sleep(0.001)
        time.sleep(random.uniform(0, 0.3))
        killed.kill()
        assert killed.wait() == -signal.SIGKILL
        assert not (folder / "saved.safetensors").exists()
    report = Report()
    resumed = train(folder, report, epochs=40, checkpoint_minutes=1e-9)
    assert report.lines[0].startswith("resuming after epoch ")
    undisturbed = train(tmp_path / "undisturbed", epochs=40)
    assert saved(resumed, folder) == saved(undisturbed, tmp_path)


def test_another_seed_gives_another_model(whole: TrainedModel, tmp_path: Path) -> None:
    """From the first weights on."""
    other = KerasLSTMTrainer(OPTIONS).train(dataset(), job(tmp_path, seed=6))
    assert saved(other, tmp_path) != saved(whole, tmp_path)


def test_after_a_checkpoint_cut_short_the_one_before_is_used(whole: TrainedModel, tmp_path: Path) -> None:
    """One line says so."""
    with pytest.raises(KilledError):
        train(tmp_path, kill_when(lambda done, total: 2 * done == total))
    path = tmp_path / "training.safetensors"
    path.write_bytes(path.read_bytes()[:1000])
    report = Report()
    assert saved(train(tmp_path, report), tmp_path) == saved(whole, tmp_path)
    assert report.lines[0].startswith(f"{path}: not used: ")
    assert report.lines[1] == "resuming after epoch 1"
    assert "\n" not in report.lines[0]


def test_progress_goes_up_to_the_whole(tmp_path: Path) -> None:
    """Step by step over all epochs, with the losses at hand."""
    report = Report()
    result = train(tmp_path, report, epochs=2)
    done, total = zip(*report.steps, strict=True)
    assert list(done) == sorted(done)
    assert set(total) == {done[-1]}
    first, last = result.losses
    assert report.notes[0].startswith("epoch 1/2 loss ")
    assert report.notes[-1] == f"epoch 2/2 loss {last.train:.3f} validation {last.validation:.3f}"
    assert f"epoch 1/2 loss {first.train:.3f} validation {first.validation:.3f}" in report.notes


def test_losses_are_nats_a_token_of_the_best_weights(whole: TrainedModel) -> None:
    """The sampler, from the zero state, finds the validation loss that training found in pieces."""
    validation = dataset().validation
    best = whole.losses[whole.best_epoch - 1].validation
    assert best == min(loss.validation for loss in whole.losses if loss.validation is not None)
    mean = sum(nats.sum() for nats in whole.model.nats(validation)) / sum(
        len(tune) - 1 for tune in validation
    )
    assert mean == pytest.approx(best, abs=1e-5)


def test_a_tune_is_learned_by_heart(tmp_path: Path) -> None:
    """One tune, no validation tune: the last epoch is the best, and greedy drawing repeats the tune."""
    (tune,) = tunes(1, seed=4)
    data = Dataset(VOCABULARY, (tune,), ())
    result = train(
        tmp_path, None, data, units=(32,), dropout=0.0, epochs=150, patience=3, sequence=7, learning_rate=0.03
    )
    assert result.best_epoch == len(result.losses) == 150
    assert all(loss.validation is None for loss in result.losses)
    assert result.losses[-1].train < 0.1
    (rest,) = result.model.generate([tune[:1]], Sampling(top_k=1, max_tokens=100), [0])
    assert rest.tolist() == tune[1:-1].tolist()


def test_a_model_recalls_what_came_before(tmp_path: Path) -> None:
    """Tunes that are played twice are likelier with recall; the weights are those of a training without it.

    A finished training is not repeated where recall alone is another. Without validation tunes a line says
    that there is no recall.
    """
    rng = np.random.default_rng(3)
    twice = [np.tile(rng.integers(2, len(VOCABULARY), 12), 3) for _ in range(12)]
    played = tuple(np.array([0, *body, 1], np.int32) for body in twice)
    data = Dataset(VOCABULARY, played[:6], played[6:9])
    losses = {}
    for recall in (0.0, 0.5, 1.0):
        report = Report()
        trained = train(tmp_path, report, data, epochs=2, recall=recall)
        losses[recall] = np.concatenate(trained.model.nats(played[9:])).mean()
        assert recall == 0 or len(report.steps) == 0
    assert losses[1.0] < losses[0.5] < losses[0.0] - 0.3
    report = Report()
    model = train(tmp_path / "none", report, Dataset(VOCABULARY, played, ()), epochs=1, recall=1.0).model
    assert isinstance(model, LSTMModel)
    assert model.weights.memory is None
    assert [line for line in report.lines if line.startswith("recall is left out")]


def test_it_stops_without_better_validation(tmp_path: Path) -> None:
    """``patience`` epochs after the best one, whose weights the model has."""
    result = train(tmp_path, None, None, epochs=60, patience=2, units=(32,), learning_rate=0.05, dropout=0.0)
    assert len(result.losses) == result.best_epoch + 2 < 60
    mean = np.concatenate(result.model.nats(dataset().validation)).mean()
    assert mean == pytest.approx(result.losses[result.best_epoch - 1].validation, abs=1e-5)


def test_a_loss_that_is_not_finite_stops_training(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The message says when and what to do; the epochs before it are kept."""
    from musegen_keras.batches import Schedule
    from musegen_keras.network import Network

    learn, calls = Network.learn, list[Batch]()

    def fail_in_the_third_epoch(network: Network, batch: Batch) -> float:
        calls.append(batch)
        per_epoch = len(Schedule(dataset().train, network.rows, network.steps, None)) + 1
        return math.nan if len(calls) > 3 * per_epoch else learn(network, batch)

    monkeypatch.setattr(Network, "learn", fail_in_the_third_epoch)
    with pytest.raises(ModelError, match=r"no longer finite in epoch \d; lower learning_rate \(got 0.02\)"):
        train(tmp_path)
    monkeypatch.undo()
    report = Report()
    train(tmp_path, report)
    assert report.lines[0].startswith("resuming after epoch")


def test_weights_that_are_not_finite_stop_training(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Though every loss was: the last step of an epoch may have broken them."""
    from musegen_keras.network import Network

    learn = Network.learn

    def break_one(network: Network, batch: Batch) -> float:
        loss = learn(network, batch)
        weights = [variable.numpy() for variable in network.variables]
        weights[-1][0] = np.nan
        network.assign(tuple(weights))
        return loss

    monkeypatch.setattr(Network, "learn", break_one)
    data = Dataset(VOCABULARY, tunes(1, 1, longest=8), ())  # one step an epoch
    with pytest.raises(ModelError, match="no longer finite in epoch 1"):
        train(tmp_path, None, data)
    assert not (tmp_path / "training.safetensors").exists()


@pytest.mark.parametrize(("own", "refused"), [(1, False), (2, True)])
def test_a_worker_without_checkpoint_does_not_cost_the_others_theirs(
    own: int, refused: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One epoch behind it was only killed first; further behind its disk was lost, and a person decides."""
    with pytest.raises(KilledError):
        train(tmp_path, kill_when(lambda done, total: done >= own * total / 4))
    files = {path: path.read_bytes() for path in tmp_path.iterdir()}
    monkeypatch.setattr("musegen_keras.trainer.everybodys", lambda strategy, place: [place, 0])
    report = Report()
    if refused:
        with pytest.raises(ModelError, match="stands at epoch 2 and another worker before its first epoch"):
            train(tmp_path, report)
        assert files == {path: path.read_bytes() for path in tmp_path.iterdir()}
    else:
        train(tmp_path, report)
        assert report.lines[0] == "another worker has no checkpoint yet: all begin anew"


def test_memory_kept_between_steps_is_given_back(tmp_path: Path) -> None:
    """When a training is over, so that a notebook with several models does not fill up."""
    import musegen_training

    released = list[int]()
    with pytest.MonkeyPatch.context() as patch:
        release = musegen_training.release
        patch.setattr(musegen_training, "release", lambda: released.append(1) or release())
        train(tmp_path, epochs=1)
    assert released == [1]


def test_threads_are_counted_where_there_is_no_affinity(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on macOS and Windows."""
    import tensorflow as tf

    from musegen_keras.distribution import describe

    monkeypatch.delattr("os.sched_getaffinity", raising=False)
    assert describe(tf.distribute.get_strategy()).endswith("CPU threads")


def test_a_saved_model_is_the_same_model(whole: TrainedModel, tmp_path: Path) -> None:
    """Equal draws and figures, equal bytes when saved again, with what the job said of it."""
    content = saved(whole, tmp_path)
    loaded = KerasLSTMTrainer(OPTIONS).load(tmp_path / "saved.safetensors")
    loaded.save(tmp_path / "again")
    assert (tmp_path / "again").read_bytes() == content
    assert np.array_equal(*(np.concatenate(model.nats(tunes(2, 3))) for model in (loaded, whole.model)))
    primes = [np.array([0], np.int32)] * 3
    draws = [
        [tokens.tolist() for tokens in model.generate(primes, Sampling(max_tokens=30, stop=(4,)), [1, 2, 3])]
        for model in (loaded, whole.model)
    ]
    assert draws[0] == draws[1]
    size = int.from_bytes(content[:8], "little")
    metadata = json.loads(json.loads(content[8 : 8 + size])["__metadata__"]["musegen"])
    assert metadata["about"] == ABOUT
    assert (metadata["start"], metadata["end"]) == (0, 1)


def test_loading_needs_no_tensorflow(whole: TrainedModel, tmp_path: Path) -> None:
    """Nor does drawing."""
    saved(whole, tmp_path)
    code = (
        f"import sys; sys.path[:0] = {sys.path!r}\n"
        "from pathlib import Path; import numpy as np\n"
        "from musegen import Sampling\n"
        "from musegen_keras.plugin import musegen_models\n"
        "(declared,) = musegen_models()\n"
        f"model = declared.build(declared.options()).load(Path({str(tmp_path / 'saved.safetensors')!r}))\n"
        "list(model.generate([np.array([0])], Sampling(max_tokens=5), [1]))\n"
        "assert not {'tensorflow', 'keras'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_a_file_that_is_no_model_is_refused(whole: TrainedModel, tmp_path: Path) -> None:
    """One line that names the file."""
    content = saved(whole, tmp_path)
    path = tmp_path / "broken"
    for broken in (content[:-1], content[:100], b"", b"\xff" * 1000):
        path.write_bytes(broken)
        with pytest.raises(ArtifactError, match="broken") as caught:
            KerasLSTMTrainer(OPTIONS).load(path)
        assert "\n" not in str(caught.value)
    with pytest.raises(ArtifactError, match="none"):
        KerasLSTMTrainer(OPTIONS).load(tmp_path / "none")


def test_nothing_to_learn_from_is_refused(tmp_path: Path) -> None:
    """Instead of a model of nothing."""
    with pytest.raises(ModelError, match="no tune"):
        train(tmp_path, None, Dataset(VOCABULARY, (), tunes(1, 1)))


def test_it_is_declared() -> None:
    """Under the names that pipelines use, with what it needs."""
    (declared,) = musegen_models()
    assert (declared.name, declared.requires, declared.extra) == (
        "keras-lstm",
        ("tensorflow", "keras"),
        "keras",
    )
    assert issubclass(declared.options, Options)
    table = {
        "embedding": 64,
        "place": True,
        "memory": True,
        "place_dropout": 0.05,
        "memory_dropout": 0.4,
        "recall": 0.33,
        "units": [512],
        "dropout": 0.2,
        "recurrent_dropout": 0.1,
        "epochs": 30,
        "steps": 2000,
        "windows": "random",
        "batch": 64,
        "sequence": 128,
        "learning_rate": 3e-3,
        "schedule": "constant",
        "weight_decay": 0.1,
        "clipnorm": 5.0,
        "average": 0.999,
        "patience": 5,
        "checkpoint_minutes": 2.5,
        "tensorboard": True,
        "strategy": "mirrored",
    }
    declared.options.model_validate_json(json.dumps(table))
    assert set(declared.options.model_fields) == set(table)
    refused: list[dict[str, object]] = [
        {"units": []},
        {"units": [0]},
        {"dropout": 1},
        {"learning_rate": 0},
        {"epochs": 0},
        {"memory": True},  # without place
        {"memory_dropout": 1.0},
        {"recall": 1.1},
    ]
    for wrong in refused:
        with pytest.raises(ValueError, match=next(iter(wrong))):
            declared.options.model_validate_json(json.dumps(wrong))
    assert isinstance(declared.build(declared.options()), KerasLSTMTrainer)
