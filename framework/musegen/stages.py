"""A run: corpus, tokenizer, model, figures, sample, render; each made once and found again by its content.

Every stage loads what it needs from what earlier stages saved, fresh or from before, and only when it has to
work: where nothing changed, nothing is loaded at all.
"""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import asdict
from functools import cached_property, partial
from pathlib import Path
from typing import Any

from musegen.artifacts import RunFolder, clear_os_errors, content_key, file_digest
from musegen.blame import name_culprit
from musegen.components import (
    JSON,
    BookRenderer,
    Component,
    CorpusReader,
    Dataset,
    EpochLoss,
    LanguageModel,
    ModelTrainer,
    Notation,
    Progress,
    Renderer,
    Tokenizer,
    TrainedModel,
    TrainingJob,
)
from musegen.console import Reporter
from musegen.corpus import Corpus, read_corpus
from musegen.errors import CorpusError, MusegenError, PluginError
from musegen.generation import (
    Composer,
    Home,
    check_wishes,
    describe,
    describe_judged,
    examine,
)
from musegen.measuring import baselines, failure, measure
from musegen.options import Options
from musegen.pipeline import Plan, Use
from musegen.plot import can_plot, plot_losses
from musegen.publishing import Finished, publish
from musegen.rendering import Rendering
from musegen.results import Run
from musegen.sampling import derive_seed
from musegen.saved_model import describe_component
from musegen.sources import used_collections
from musegen.splitting import PARTS
from musegen.transposing import encode_transposed, load_transposed, save_transposed, transpose_all
from musegen.tune import Tune

STAGES = ("corpus", "tokenizer", "model", "figures", "sample", "render")
_VERSIONS = {"corpus": 3, "tokenizer": 1, "baseline": 1, "model": 3, "figures": 1, "sample": 1, "render": 1}
"""Raised when the framework's own part of a stage gives another result for the same input."""
_EXAMINED = 1000
"""Real test tunes that are judged for the ceiling, at most."""


def run_plan(plan: Plan, reporter: Reporter, *, train_only: bool = False) -> Run:
    """Bring every stage to its result and put the files under human names. Raises MusegenError.

    ``train_only``: no new tunes but those that are there already.
    """
    folder = RunFolder(plan.folder)
    with clear_os_errors(plan.folder), folder.locked():
        work = _Work(plan, folder, reporter)
        try:
            return work.run(train_only)
        except Exception as error:
            name_culprit(error, plan.used, work.stage)
            raise


class _Work:
    """One run in progress."""

    def __init__(self, plan: Plan, folder: RunFolder, reporter: Reporter) -> None:
        self.plan, self.folder, self.reporter = plan, folder, reporter
        self.seed = plan.run_options.seed
        self.finished: dict[str, Finished] = {}
        self.baselines: dict[str, tuple[Use[ModelTrainer], Path]] = {}
        """Those that are trained: name to component and folder."""
        self.stage = STAGES[0]
        """What is being worked on."""

    def run(self, train_only: bool) -> Run:
        """Every stage in order."""
        self._stage("corpus", self._corpus_inputs(), self._build_corpus, self._say_corpus)
        self._stage(
            "tokenizer", self._inputs("tokenizer", self.plan.tokenizer, "corpus"), self._build_tokenizer
        )
        sample_inputs = self._sample_inputs()
        if not (train_only or self.folder.has("sample", content_key(sample_inputs))):
            self.stage = "sample"
            self._check_wishes()
            _ = self._renderers  # one that lacks a program says so before any training
        self._train_baselines()
        self._stage("model", self._model_inputs(self.plan.model), self._build_model, self._say_model)
        self._stage("figures", self._figures_inputs(), self._build_figures, self._say_figures)
        if not train_only or self.folder.has("sample", content_key(sample_inputs)):
            self._stage("sample", sample_inputs, self._build_sample, self._say_sample)
            self._stage("render", self._render_inputs(), self._build_render)
        corpora = [row for use in self.plan.corpus for row in used_collections(use.component, use.options)]
        return publish(self.folder, self.finished, self.plan.file.name, self.seed, corpora, self.reporter)

    # What each stage depends on.

    def _corpus_inputs(self) -> dict[str, JSON]:
        sources: list[JSON] = []
        for reader in self._readers:
            sources.extend([path.name, file_digest(path)] for path in reader.sources())
        return {
            "stage": ["corpus", _VERSIONS["corpus"]],
            "readers": [_describe_use(use) for use in self.plan.corpus],
            "notations": [_describe_use(use) for use in self.plan.notations.values()],
            "sources": sources,
            "prepare": _options(self.plan.prepare),
            "split": [_options(self.plan.split), *self._split_file()],
            "seed": derive_seed(self.seed, "corpus"),
        }

    def _split_file(self) -> list[str]:
        """The digest of the split that is given, if one is."""
        file = self.plan.split.file
        if file is None:
            return []
        if not Path(file).is_file():
            raise CorpusError(f"{file}: no such file; [split] file names a split.csv of an earlier run")
        return [file_digest(Path(file))]

    def _inputs(self, stage: str, use: Use[Any], after: str) -> dict[str, JSON]:
        return {
            "stage": [stage, _VERSIONS[stage]],
            "component": _describe_use(use),
            after: self.finished[after].key,
        }

    def _model_inputs(self, use: Use[ModelTrainer], stage: str = "model") -> dict[str, JSON]:
        return {**self._inputs(stage, use, "tokenizer"), "seed": derive_seed(self.seed, stage)}

    def _figures_inputs(self) -> dict[str, JSON]:
        return {
            "stage": ["figures", _VERSIONS["figures"]],
            "model": self.finished["model"].key,
            "baselines": {name: folder.name for name, (_, folder) in self.baselines.items()},
            "picture": can_plot(),
        }

    def _sample_inputs(self) -> dict[str, JSON]:
        return {
            "stage": ["sample", _VERSIONS["sample"]],
            "model": content_key(self._model_inputs(self.plan.model)),
            "options": _options(self.plan.sample),
            "seed": self.seed,
        }

    def _render_inputs(self) -> dict[str, JSON]:
        return {
            "stage": ["render", _VERSIONS["render"]],
            "renderers": [_describe_use(use) for use in self.plan.render],
            "sample": self.finished["sample"].key,
        }

    def _stage(
        self,
        stage: str,
        inputs: dict[str, JSON],
        build: Callable[[Path, Progress], None],
        describe: Callable[[Path], str] = lambda folder: "done",
    ) -> None:
        """Find the stage's result or make it, and tell whoever observes."""
        self.stage = stage
        key, started = content_key(inputs), time.monotonic()
        cached = self.folder.has(stage, key)
        if not cached:
            progress = self.reporter.begin(stage)
            for line in self.folder.other_work(stage, key, inputs):
                progress.say(line)
            self.folder.make(stage, key, inputs, lambda partial: build(partial, progress))
        folder = self.folder.folder(stage, key)
        seconds = time.monotonic() - started
        self.finished[stage] = Finished(stage, key, folder, cached, seconds)
        how = "reused" if cached else f"{seconds:.1f} s"
        self.reporter.finish(stage, f"{describe(folder)} ({how})")
        self.plan.plugins.stage_finished(stage, folder, cached)

    # What stages load, each at most once and only if needed.

    @cached_property
    def _readers(self) -> list[CorpusReader]:
        return [use.build() for use in self.plan.corpus]

    @cached_property
    def _corpus(self) -> Corpus:
        return Corpus.load(self.finished["corpus"].folder)

    @cached_property
    def _notation(self) -> Notation:
        return self.plan.notations[self._corpus.notation].build()

    @cached_property
    def _headers(self) -> list[Mapping[str, str]]:
        """The headers of the training tunes."""
        return [self._notation.header(tune) for tune in self._corpus.part("train")]

    @property
    def _fields(self) -> tuple[str, ...]:
        """The header fields that the corpus has, in its order."""
        order: list[str] = []
        for header in self._headers:
            place = 0
            for field in header:
                if field in order:
                    place = order.index(field) + 1
                else:
                    order.insert(place, field)
                    place += 1
        return tuple(order)

    @cached_property
    def _home(self) -> Home | None:
        """Where ``[prepare] tonic`` brought the tunes, and from where the training tunes came."""
        if not self.plan.prepare.tonic:
            return None
        tonics: dict[str, Counter[str]] = {}
        for tune in self._corpus.part("train"):
            if tune.tonic:
                mode = self._notation.parse(tune).key.mode
                tonics.setdefault(mode, Counter())[tune.tonic] += 1
        return Home(self.plan.prepare.tonic, tonics)

    @cached_property
    def _tokenizer(self) -> Tokenizer:
        state = json.loads((self.finished["tokenizer"].folder / "tokenizer.json").read_text("utf-8"))
        return self.plan.tokenizer.build().load(state)

    @cached_property
    def _model(self) -> LanguageModel:
        return _load(self.plan.model, self.finished["model"].folder)

    @cached_property
    def _renderers(self) -> list[Renderer | BookRenderer]:
        renderers = [use.build() for use in self.plan.render]
        Rendering(renderers, self.plan.folder)  # which refuses two that write the same files
        return renderers

    # What stages do.

    def _build_corpus(self, folder: Path, progress: Progress) -> None:
        notations = {name: use.build() for name, use in self.plan.notations.items()}
        corpus = read_corpus(
            self._readers,
            notations,
            self.plan.prepare,
            self.plan.split,
            derive_seed(self.seed, "corpus"),
            progress.say,
            progress.advance,
        )
        corpus.save(folder)
        if self.plan.prepare.transpose:
            rows = transpose_all(notations[corpus.notation], corpus.part("train"))
            save_transposed(folder, rows)

    def _say_corpus(self, folder: Path) -> str:
        counts = Corpus.load(folder)
        parts = ", ".join(f"{counts.parts.count(part)} {part}" for part in PARTS)
        left_out = f"{counts.duplicates} duplicates left out, {counts.skipped} skipped"
        return f"{len(counts.tunes)} tunes in {len(set(counts.groups))} groups: {parts}; {left_out}"

    def _build_tokenizer(self, folder: Path, progress: Progress) -> None:
        texts = [tune.text for tune in self._corpus.tunes]
        texts += [text for row in load_transposed(self.finished["corpus"].folder) for text in row.texts]
        tokenizer = self.plan.tokenizer.build().train(texts)
        (folder / "tokenizer.json").write_text(
            json.dumps(tokenizer.state(), ensure_ascii=False), encoding="utf-8"
        )

    def _check_wishes(self) -> None:
        """Refuse, before any training, what the model could never be asked; warn of what it will not know."""
        for warning in check_wishes(
            self.plan.sample, self._notation, self._tokenizer, self._headers, self._home
        ):
            self.reporter.say(f"{self.plan.file}: sample: {warning}")

    def _about(self, use: Use[ModelTrainer]) -> dict[str, JSON]:
        name = self._corpus.notation
        model, tokenizer = use.component, self.plan.tokenizer.component
        state = self._tokenizer.state()
        notation = self.plan.notations[name]
        return {
            "model": describe_component(model.name, model.version, **_file(use)),
            "tokenizer": describe_component(
                tokenizer.name, tokenizer.version, state=state, **_file(self.plan.tokenizer)
            ),
            "notation": describe_component(
                name,
                notation.component.version,
                options=_options(notation.options),
                fields=list(self._fields),
                home=self._home.state() if self._home else None,
                **_file(notation),
            ),
        }

    def _train_baselines(self) -> None:
        """Bring every line to beat to its model. One that fails costs a line, never the run."""
        said = []
        own = content_key(_describe_use(self.plan.model))
        for line in baselines(self.plan.plugins):
            try:
                if line.missing:
                    raise PluginError(line.missing)
                use = Use(line.component, line.component.options.model_validate(line.options))
                if content_key(_describe_use(use)) == own:
                    self.baselines[line.name] = (
                        use,
                        self.folder.folder("model", content_key(self._model_inputs(self.plan.model))),
                    )
                    continue  # it is this run's model
                folder = self._baseline(use)
                loss = json.loads((folder / "losses.json").read_text())["validation"]
                said.append(f"{line.name} {loss:.3f}" if loss is not None else line.name)
            except Exception as error:
                self.reporter.say(failure(line.name, error))
            else:
                self.baselines[line.name] = use, folder
        if said:
            self.reporter.finish("baselines", f"{', '.join(said)} nats a token (validation)")

    def _baseline(self, use: Use[ModelTrainer]) -> Path:
        """The folder of a trained line, from now or before."""
        inputs = self._model_inputs(use, "baseline")
        key = content_key(inputs)
        if not self.folder.has("baseline", key):
            progress = self.reporter.begin("baselines")

            def build(folder: Path) -> None:
                trained = self._train(use, folder, progress, "baseline")
                validation = next(
                    loss.validation for loss in trained.losses if loss.epoch == trained.best_epoch
                )
                (folder / "losses.json").write_text(json.dumps({"validation": validation}))

            self.folder.make("baseline", key, inputs, build)
        return self.folder.folder("baseline", key)

    def _train(self, use: Use[ModelTrainer], folder: Path, progress: Progress, stage: str) -> TrainedModel:
        """Train a model and save it in ``folder``."""
        tokenizer, corpus = self._tokenizer, self.finished["corpus"].folder
        # Nobody who trains is given the test tunes.
        train, validation = (self._corpus.encoded(part, tokenizer) for part in ("train", "validation"))
        dataset = Dataset(tokenizer.vocabulary, train, validation, (), encode_transposed(corpus, tokenizer))
        checkpoints = folder / "checkpoints"
        checkpoints.mkdir(exist_ok=True)
        logs = self.plan.folder / "logs" / folder.name
        job = TrainingJob(derive_seed(self.seed, stage), checkpoints, progress, self._about(use), logs)
        trained = use.build().train(dataset, job)
        trained.model.save(folder / "model.safetensors")
        for path in sorted(checkpoints.rglob("*"), reverse=True):
            path.unlink() if path.is_file() else path.rmdir()
        checkpoints.rmdir()
        return trained

    def _build_model(self, folder: Path, progress: Progress) -> None:
        trained = self._train(self.plan.model, folder, progress, "model")
        losses = {
            "best_epoch": trained.best_epoch,
            "losses": [asdict(loss) for loss in trained.losses],
            "steps": [list(epoch) for epoch in trained.steps],
        }
        (folder / "losses.json").write_text(json.dumps(losses, indent=1) + "\n")

    def _say_model(self, folder: Path) -> str:
        losses = json.loads((folder / "losses.json").read_text())
        return f"epoch {losses['best_epoch']} of {len(losses['losses'])}"

    def _build_figures(self, folder: Path, progress: Progress) -> None:
        # The figures are those of the saved models, through the code that samples from them.
        lines = {name: partial(_load, use, trained) for name, (use, trained) in self.baselines.items()}
        measured = measure(self._model, lines, self._corpus, self._tokenizer, self._notation, progress.say)
        (folder / "figures.json").write_text(json.dumps(measured.figures, indent=1) + "\n")
        (folder / "test.csv").write_bytes(measured.test_csv)
        if can_plot():
            trained = json.loads((self.finished["model"].folder / "losses.json").read_text())
            losses = [EpochLoss(**row) for row in trained["losses"]]
            levels = {name: measured.figures.get(f"{name}_validation_nats") for name in lines}
            drawn = {name: level for name, level in levels.items() if level is not None}
            picture = plot_losses(losses, trained["best_epoch"], drawn, trained["steps"])
            (folder / "loss.png").write_bytes(picture)

    def _say_figures(self, folder: Path) -> str:
        figures = json.loads((folder / "figures.json").read_text())
        said = []
        for unit, name in (("nats", "nats a token"), ("bits_a_note", "bits a note")):
            parts = [(part, figures[f"{part}_{unit}"]) for part in PARTS]
            lines = [(line, figures.get(f"{line}_{unit}")) for line in self.baselines]
            shown, beside = (
                ", ".join(f"{each} {value:.3f}" for each, value in values if value is not None)
                for values in (parts, lines)
            )
            if shown:
                said.append(f"{name}: {shown}" + (f" ({beside})" if beside else ""))
        return "; ".join(said)

    def _build_sample(self, folder: Path, progress: Progress) -> None:
        options = self.plan.sample
        composer = Composer(
            self._model,
            self._tokenizer,
            self._notation,
            self._corpus.notation,
            self._fields,
            options,
            self._home,
        )
        composition = composer.compose(self.seed, progress.advance)
        real = [
            (tune, *examine(self._notation, tune, options.valid))
            for tune in self._corpus.part("test")[:_EXAMINED]
        ]
        report = {
            "draws": describe(composition.draws),
            "kept": describe(composition.kept),
            "real_test_tunes": describe_judged(real),
            "tunes": [
                {
                    "number": number,
                    "title": draw.tune.title,
                    "seed": draw.seed,
                    "valid": draw.judgement.valid,
                    "faults": [str(fault) for fault in draw.judgement.faults],
                    "notes": list(draw.judgement.notes),
                }
                for number, draw in enumerate(composition.kept, 1)
            ],
        }
        for number, draw in enumerate(composition.kept, 1):
            (folder / f"{number:03}.{self._corpus.notation}").write_text(draw.tune.text, encoding="utf-8")
        (folder / "sample.json").write_text(json.dumps(report, indent=1, ensure_ascii=False), "utf-8")

    def _say_sample(self, folder: Path) -> str:
        report = json.loads((folder / "sample.json").read_text("utf-8"))
        draws, kept = report["draws"], report["kept"]
        ceiling = report["real_test_tunes"]["valid_rate"]
        line = f"{kept['valid']} of {kept['tunes']} tunes valid; {draws['valid']} of {draws['tunes']} draws"
        return line + ("" if ceiling is None else f" ({100 * ceiling:.0f} % of real test tunes)")

    def _build_render(self, folder: Path, progress: Progress) -> None:
        rendering = Rendering(self._renderers, folder)
        texts = _sampled(self.finished["sample"].folder, self._corpus.notation)
        failures: dict[str, list[str]] = {}
        for done, path in enumerate(texts):
            progress.advance(done, len(texts), path.stem)
            failures[path.stem] = []
            try:
                score = self._notation.parse(
                    Tune(path.read_text("utf-8"), self._corpus.notation, source=f"tunes/{path.name}")
                )
                rendering.tune(score, path.stem)
            except MusegenError as error:
                failures[path.stem].append(str(error))
                progress.say(f"{error}; not rendered")
        rendering.finish()
        (folder / "failures.json").write_text(json.dumps(failures, indent=1, ensure_ascii=False), "utf-8")


def _load(use: Use[ModelTrainer], folder: Path) -> LanguageModel:
    return use.build().load(folder / "model.safetensors")


def _options(options: Options) -> dict[str, JSON]:
    """Options as JSON, defaults included."""
    return options.model_dump(mode="json")


def _describe_use(use: Use[Any]) -> dict[str, JSON]:
    """What of a component counts in cache keys; of a plugin that is one file its content too."""
    component: Component[Any] = use.component
    file = use.installed.file if use.installed else None
    code: dict[str, JSON] = {"code": file.digest} if file else {}
    return describe_component(component.name, component.version, options=_options(use.options), **code)


def _file(use: Use[Any]) -> dict[str, JSON]:
    """What a saved model says of a component whose plugin is one file: that file's name."""
    file = use.installed.file if use.installed else None
    return {"file": file.path.name} if file else {}


def _sampled(folder: Path, notation: str) -> list[Path]:
    return sorted(folder.glob(f"*.{notation}"))
