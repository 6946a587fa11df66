"""A run: corpus, tokenizer, model, sample, render; each stage made once and found again by its content.

Every stage loads what it needs from what earlier stages saved, fresh or from before, and only when it has to
work: where nothing changed, nothing is loaded at all.
"""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import asdict
from functools import cached_property
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
    LanguageModel,
    Notation,
    Progress,
    Renderer,
    Tokenizer,
    TrainingJob,
)
from musegen.console import Reporter
from musegen.corpus import Corpus, read_corpus
from musegen.errors import CorpusError, MusegenError
from musegen.generation import (
    Composer,
    Home,
    check_wishes,
    describe,
    describe_judged,
    examine,
)
from musegen.losses import measure
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
from musegen.tune import Tune
from musegen.vocabulary import Tokens

STAGES = ("corpus", "tokenizer", "model", "sample", "render")
_VERSIONS = {"corpus": 2, "tokenizer": 1, "model": 2, "sample": 1, "render": 1}
"""Raised when the framework's own part of a stage gives another result for the same input."""
_EXAMINED = 1000
"""Real test tunes that are judged for the ceiling, at most."""


def run_plan(plan: Plan, reporter: Reporter) -> Run:
    """Bring every stage to its result and put the files under human names. Raises MusegenError."""
    folder = RunFolder(plan.folder)
    with clear_os_errors(plan.folder), folder.locked():
        work = _Work(plan, folder, reporter)
        try:
            return work.run()
        except Exception as error:
            name_culprit(error, plan.used, work.stage)
            raise


class _Work:
    """One run in progress."""

    def __init__(self, plan: Plan, folder: RunFolder, reporter: Reporter) -> None:
        self.plan, self.folder, self.reporter = plan, folder, reporter
        self.seed = plan.run_options.seed
        self.finished: dict[str, Finished] = {}
        self.stage = STAGES[0]
        """What is being worked on."""

    def run(self) -> Run:
        """Every stage in order."""
        self._stage("corpus", self._corpus_inputs(), self._build_corpus, self._say_corpus)
        self._stage("tokenizer", self._inputs("corpus", self.plan.tokenizer), self._build_tokenizer)
        sample_inputs = self._sample_inputs()
        if not self.folder.has("sample", content_key(sample_inputs)):
            self.stage = "sample"
            self._check_wishes()
            _ = self._renderers  # one that lacks a program says so before any training
        self._stage("model", self._model_inputs(), self._build_model, self._say_model)
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

    def _inputs(self, after: str, use: Use[Any]) -> dict[str, JSON]:
        stage = STAGES[STAGES.index(after) + 1]
        return {
            "stage": [stage, _VERSIONS[stage]],
            "component": _describe_use(use),
            after: self.finished[after].key,
        }

    def _model_inputs(self) -> dict[str, JSON]:
        return {**self._inputs("tokenizer", self.plan.model), "seed": derive_seed(self.seed, "model")}

    def _sample_inputs(self) -> dict[str, JSON]:
        return {
            "stage": ["sample", _VERSIONS["sample"]],
            "model": content_key(self._model_inputs()),
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
        return self.plan.model.build().load(self.finished["model"].folder / "model.safetensors")

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

    def _say_corpus(self, folder: Path) -> str:
        counts = Corpus.load(folder)
        parts = ", ".join(f"{counts.parts.count(part)} {part}" for part in PARTS)
        left_out = f"{counts.duplicates} duplicates left out, {counts.skipped} skipped"
        return f"{len(counts.tunes)} tunes in {len(set(counts.groups))} groups: {parts}; {left_out}"

    def _build_tokenizer(self, folder: Path, progress: Progress) -> None:
        tokenizer = self.plan.tokenizer.build().train([tune.text for tune in self._corpus.tunes])
        (folder / "tokenizer.json").write_text(
            json.dumps(tokenizer.state(), ensure_ascii=False), encoding="utf-8"
        )

    def _check_wishes(self) -> None:
        """Refuse, before any training, what the model could never be asked; warn of what it will not know."""
        for warning in check_wishes(
            self.plan.sample, self._notation, self._tokenizer, self._headers, self._home
        ):
            self.reporter.say(f"{self.plan.file}: sample: {warning}")

    def _about(self) -> dict[str, JSON]:
        name = self._corpus.notation
        model, tokenizer = self.plan.model.component, self.plan.tokenizer.component
        state = self._tokenizer.state()
        notation = self.plan.notations[name]
        return {
            "model": describe_component(model.name, model.version, **_file(self.plan.model)),
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

    def _build_model(self, folder: Path, progress: Progress) -> None:
        corpus, tokenizer, trainer = self._corpus, self._tokenizer, self.plan.model.build()
        encoded: dict[str, tuple[Tokens, ...]] = {part: corpus.encoded(part, tokenizer) for part in PARTS}
        checkpoints = folder / "checkpoints"
        checkpoints.mkdir(exist_ok=True)
        job = TrainingJob(derive_seed(self.seed, "model"), checkpoints, progress, self._about())
        trained = trainer.train(Dataset(tokenizer.vocabulary, **encoded), job)
        trained.model.save(folder / "model.safetensors")
        # The figures are those of the saved model, through the code that samples from it.
        model = trainer.load(folder / "model.safetensors")
        figures = {
            **measure(model, corpus, tokenizer, self._notation),
            "best_epoch": trained.best_epoch,
            "losses": [asdict(loss) for loss in trained.losses],
        }
        (folder / "losses.json").write_text(json.dumps(figures, indent=1) + "\n")
        if can_plot():
            (folder / "loss.png").write_bytes(plot_losses(trained.losses, trained.best_epoch))
        for path in sorted(checkpoints.rglob("*"), reverse=True):
            path.unlink() if path.is_file() else path.rmdir()
        checkpoints.rmdir()

    def _say_model(self, folder: Path) -> str:
        figures = json.loads((folder / "losses.json").read_text())
        token, note = (
            ", ".join(
                f"{part} {figures[f'{part}_{unit}']:.3f}"
                for part in PARTS
                if figures[f"{part}_{unit}"] is not None
            )
            for unit in ("nats", "nats_a_note")
        )
        a_note = f"; a note: {note}" if note else ""
        return f"epoch {figures['best_epoch']} of {len(figures['losses'])}, nats a token: {token}{a_note}"

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
