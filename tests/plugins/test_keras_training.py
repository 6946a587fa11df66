"""Training with Keras: deterministic, resumable, and what it saves."""

from __future__ import annotations

import json
import math
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from musegen import ArtifactError, Dataset, ModelError, Options, Sampling, TrainedModel
from musegen_keras.model import KerasLSTMTrainer
from musegen_keras.options import KerasLSTMOptions
from musegen_keras.plugin import musegen_models
from training_jobs import ABOUT, VOCABULARY, Report, dataset, job, tunes

pytest.importorskip("tensorflow")

OPTIONS = KerasLSTMOptions(
    embedding=4, units=(8,), dropout=0.3, epochs=4, batch=4, sequence=16, learning_rate=0.02, patience=0
)


def train(
    folder: Path, report: Report | None = None, data: Dataset | None = None, **changes: object
) -> TrainedModel:
    """A tiny training."""
    options = OPTIONS.model_copy(update=changes)
    return KerasLSTMTrainer(options).train(data or dataset(), job(folder, report))


def saved(result: TrainedModel, folder: Path) -> bytes:
    """The bytes of the saved model."""
    path = folder / "saved.safetensors"
    result.model.save(path)
    return path.read_bytes()


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
    assert report.lines == [f"resuming after epoch {math.floor(4 * share)}"]
    assert saved(resumed, tmp_path) == saved(whole, tmp_path)
    assert (resumed.losses, resumed.best_epoch) == (whole.losses, whole.best_epoch)


def test_a_finished_training_is_not_repeated(whole: TrainedModel, tmp_path: Path) -> None:
    """As when the kill came between its end and the saved model."""
    train(tmp_path)
    report = Report()
    assert saved(train(tmp_path, report), tmp_path) == saved(whole, tmp_path)
    assert report.lines == ["resuming after epoch 4"]
    assert report.steps == []


def test_kill_9_loses_at_most_an_epoch(tmp_path: Path) -> None:
    """A process killed at any moment leaves what another resumes to the same bits."""
    code = (
        f"import sys; sys.path[:0] = {[str(Path(__file__).parent), *sys.path]!r}\n"
        "from pathlib import Path\n"
        "from test_keras_training import train, saved, Report\n"
        "report = Report(lambda done, total: print(done, flush=True))\n"
        "folder = Path(sys.argv[1])\n"
        "saved(train(folder, report, epochs=15), folder)"
    )

    def start(folder: Path) -> subprocess.Popen[str]:
        return subprocess.Popen([sys.executable, "-c", code, str(folder)], stdout=subprocess.PIPE, text=True)

    folder = tmp_path / "killed"
    killed = start(folder)
    while not (folder / "training.safetensors").exists():
        assert killed.poll() is None
        time.sleep(0.01)
    time.sleep(0.3)
    killed.kill()
    assert killed.wait() == -signal.SIGKILL
    assert not (folder / "saved.safetensors").exists()
    report = Report()
    resumed = train(folder, report, epochs=15)
    assert report.lines[0].startswith("resuming after epoch ")
    undisturbed = train(tmp_path / "undisturbed", epochs=15)
    assert saved(resumed, folder) == saved(undisturbed, tmp_path)


def test_another_seed_gives_another_model(whole: TrainedModel, tmp_path: Path) -> None:
    """From the first weights on."""
    other = KerasLSTMTrainer(OPTIONS).train(dataset(), job(tmp_path, seed=6))
    assert saved(other, tmp_path) != saved(whole, tmp_path)


def test_a_checkpoint_cut_short_is_not_used(whole: TrainedModel, tmp_path: Path) -> None:
    """One line says so, and training begins anew."""
    with pytest.raises(KilledError):
        train(tmp_path, kill_when(lambda done, total: 2 * done == total))
    path = tmp_path / "training.safetensors"
    path.write_bytes(path.read_bytes()[:1000])
    report = Report()
    assert saved(train(tmp_path, report), tmp_path) == saved(whole, tmp_path)
    (line,) = report.lines
    assert line.startswith(f"{path}: not used, training starts anew: ")
    assert "\n" not in line


def test_progress_goes_up_to_the_whole(tmp_path: Path) -> None:
    """Step by step over all epochs, with the losses at hand."""
    report = Report()
    result = train(tmp_path, report, epochs=2)
    done, total = zip(*report.steps, strict=True)
    assert list(done) == sorted(set(done))
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
    data = Dataset(VOCABULARY, (tune,), (), ())
    result = train(
        tmp_path, None, data, units=(32,), dropout=0.0, epochs=150, patience=3, sequence=7, learning_rate=0.03
    )
    assert result.best_epoch == len(result.losses) == 150
    assert all(loss.validation is None for loss in result.losses)
    assert result.losses[-1].train < 0.1
    (rest,) = result.model.generate([tune[:1]], Sampling(top_k=1, max_tokens=100), [0])
    assert rest.tolist() == tune[1:-1].tolist()


def test_it_stops_without_better_validation(tmp_path: Path) -> None:
    """``patience`` epochs after the best one, whose weights the model has."""
    result = train(tmp_path, None, None, epochs=60, patience=2, units=(32,), learning_rate=0.05, dropout=0.0)
    assert len(result.losses) == result.best_epoch + 2 < 60
    mean = np.concatenate(result.model.nats(dataset().validation)).mean()
    assert mean == pytest.approx(result.losses[result.best_epoch - 1].validation, abs=1e-5)


def test_a_loss_that_is_not_finite_stops_training(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The message says when and what to do; the epochs before it are kept."""
    from musegen_keras import trainer
    from musegen_keras.batches import Batch, Schedule

    learn, calls = trainer._Network.learn, list[Batch]()

    def fail_in_the_third_epoch(network: trainer._Network, batch: Batch) -> float:
        calls.append(batch)
        per_epoch = len(Schedule(dataset().train, network.rows, network.steps, None)) + 1
        return math.nan if len(calls) > 3 * per_epoch else learn(network, batch)

    monkeypatch.setattr(trainer._Network, "learn", fail_in_the_third_epoch)
    with pytest.raises(ModelError, match=r"no longer finite in epoch \d; lower learning_rate \(got 0.02\)"):
        train(tmp_path)
    monkeypatch.undo()
    report = Report()
    train(tmp_path, report)
    assert report.lines[0].startswith("resuming after epoch")


def test_a_model_with_weights_that_are_not_finite_is_refused(tmp_path: Path) -> None:
    """A learning rate of 1 with no limit to the numbers; whatever it does, no broken model comes out."""
    try:
        result = train(tmp_path, None, None, learning_rate=1.0, epochs=3)
    except ModelError:
        return
    assert np.isfinite(np.concatenate(result.model.nats(dataset().test))).all()


@pytest.mark.parametrize("units", [(8,), (8, 4, 6)])
def test_saved_weights_compute_what_keras_computes(units: tuple[int, ...], tmp_path: Path) -> None:
    """Logits within 1e-4 over 200 steps, through the saved file."""
    from musegen_keras.trainer import _Network

    options = OPTIONS.model_copy(update={"units": units, "batch": 1, "sequence": 200})
    (tune,) = tunes(1, seed=8, longest=2)
    tune = np.concatenate([tune[:-1], *(t[1:-1] for t in tunes(20, seed=9))])[:201]
    data = Dataset(VOCABULARY, (tune,), (), ())
    result = KerasLSTMTrainer(options).train(data, job(tmp_path))
    result.model.save(tmp_path / "model")
    model = KerasLSTMTrainer(options).load(tmp_path / "model")
    network = _Network(options, data, 0)
    assert model.weights.embedding is not None
    arrays = [model.weights.embedding]
    arrays += [array for layer in model.weights.layers for array in layer]
    arrays += [model.weights.dense_kernel, model.weights.dense_bias]
    network.restore(arrays, network.state()[1])
    expected = np.asarray(network._model(tune[np.newaxis, :200]))[0]
    assert np.abs(model._sampler("fp32").logits(tune[:200]) - expected).max() < 1e-4


def test_a_saved_model_is_the_same_model(whole: TrainedModel, tmp_path: Path) -> None:
    """Equal draws and figures, equal bytes when saved again, with what the job said of it."""
    content = saved(whole, tmp_path)
    loaded = KerasLSTMTrainer(OPTIONS).load(tmp_path / "saved.safetensors")
    loaded.save(tmp_path / "again")
    assert (tmp_path / "again").read_bytes() == content
    assert np.array_equal(*(np.concatenate(model.nats(dataset().test)) for model in (loaded, whole.model)))
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
        train(tmp_path, None, Dataset(VOCABULARY, (), tunes(1, 1), ()))


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
        "units": [512],
        "dropout": 0.2,
        "epochs": 30,
        "batch": 64,
        "sequence": 128,
        "learning_rate": 3e-3,
        "patience": 5,
    }
    declared.options.model_validate_json(json.dumps(table))
    assert set(declared.options.model_fields) == set(table)
    refused: list[dict[str, object]] = [
        {"units": []},
        {"units": [0]},
        {"dropout": 1},
        {"learning_rate": 0},
        {"epochs": 0},
    ]
    for wrong in refused:
        with pytest.raises(ValueError, match=next(iter(wrong))):
            declared.options.model_validate_json(json.dumps(wrong))
    assert isinstance(declared.build(declared.options()), KerasLSTMTrainer)
