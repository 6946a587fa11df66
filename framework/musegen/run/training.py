"""Training within a run: its own model, and the lines to beat."""

from __future__ import annotations

import json
from pathlib import Path

from musegen.canonical import JSON, content_key
from musegen.errors import PluginError
from musegen.models.encoding import encode_part, encode_transposed
from musegen.models.measuring import baselines, failure
from musegen.models.saved_model import describe_component
from musegen.pipeline.plan import Use
from musegen.progress import Progress, Reporter
from musegen.protocols.models import Dataset, ModelTrainer, TrainedModel, TrainingJob
from musegen.protocols.sampling import derive_seed
from musegen.run.stage_keys import describe_use, model_inputs, options_json
from musegen.run.stage_results import StageResults
from musegen.storage import CHECKPOINTS, RunFolder


class Training:
    """Trains what a run needs trained."""

    def __init__(self, results: StageResults, folder: RunFolder, reporter: Reporter) -> None:
        self._results, self._plan = results, results.plan
        self._folder, self._reporter = folder, reporter

    def train(self, use: Use[ModelTrainer], folder: Path, progress: Progress, stage: str) -> TrainedModel:
        """Train a model and save it in ``folder``."""
        tokenizer, corpus = self._results.tokenizer, self._results.corpus
        train, validation = (encode_part(corpus, part, tokenizer) for part in ("train", "validation"))
        transposed = encode_transposed(self._results.finished["corpus"].folder, tokenizer)
        dataset = Dataset(tokenizer.vocabulary, train, validation, transposed)
        checkpoints = folder / CHECKPOINTS
        checkpoints.mkdir(exist_ok=True)
        logs = self._plan.folder / "logs" / folder.name
        seed = derive_seed(self._plan.run_options.seed, stage)
        trained = use.build().train(dataset, TrainingJob(seed, checkpoints, progress, self._about(use), logs))
        trained.model.save(folder / "model.safetensors")
        return trained

    def baselines(self) -> dict[str, tuple[Use[ModelTrainer], Path]]:
        """Every line to beat, with its model's folder. One that fails costs a line, never the run."""
        trained: dict[str, tuple[Use[ModelTrainer], Path]] = {}
        said = []
        own = content_key(describe_use(self._plan.model))
        for line in baselines(self._plan.plugins):
            try:
                if line.missing:
                    raise PluginError(line.missing)
                use = Use(line.component, line.component.options.model_validate(line.options))
                if content_key(describe_use(use)) == own:
                    key = content_key(self._inputs(self._plan.model, "model"))
                    trained[line.name] = use, self._folder.folder("model", key)
                    continue  # it is this run's model
                folder = self._baseline(use)
                loss = json.loads((folder / "losses.json").read_text())["validation"]
                said.append(f"{line.name} {loss:.3f}" if loss is not None else line.name)
            except Exception as error:
                self._reporter.say(failure(line.name, error))
            else:
                trained[line.name] = use, folder
        if said:
            self._reporter.finish("baselines", f"{', '.join(said)} nats a token (validation)")
        return trained

    def _baseline(self, use: Use[ModelTrainer]) -> Path:
        """The folder of a trained line, from now or before."""
        inputs = self._inputs(use, "baseline")
        key = content_key(inputs)
        if not self._folder.has("baseline", key):
            progress = self._reporter.begin("baselines")

            def build(folder: Path) -> None:
                trained = self.train(use, folder, progress, "baseline")
                validation = next(
                    loss.validation for loss in trained.losses if loss.epoch == trained.best_epoch
                )
                (folder / "losses.json").write_text(json.dumps({"validation": validation}))

            self._folder.make("baseline", key, inputs, build)
        return self._folder.folder("baseline", key)

    def _inputs(self, use: Use[ModelTrainer], stage: str) -> dict[str, JSON]:
        return model_inputs(self._plan, use, self._results.finished["tokenizer"].key, stage)

    def _about(self, use: Use[ModelTrainer]) -> dict[str, JSON]:
        """What a saved model says of the components it fits."""
        results, plan = self._results, self._plan
        name = results.corpus.notation
        model, tokenizer, notation = use.component, plan.tokenizer.component, plan.notations[name]
        return {
            "model": describe_component(model.name, model.version, **_file(use)),
            "tokenizer": describe_component(
                tokenizer.name, tokenizer.version, state=results.tokenizer.state(), **_file(plan.tokenizer)
            ),
            "notation": describe_component(
                name,
                notation.component.version,
                options=options_json(notation.options),
                fields=list(results.fields),
                home=results.home.state() if results.home else None,
                **_file(notation),
            ),
        }


def _file(use: Use[object]) -> dict[str, JSON]:
    """What a saved model says of a component whose plugin is one file: that file's name."""
    file = use.installed.file if use.installed else None
    return {"file": file.path.name} if file else {}
