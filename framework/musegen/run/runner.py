"""A run: corpus, tokenizer, model, figures, sample, render; each made once and found again by its content.

Every stage loads what it needs from what earlier stages saved, fresh or from before, and only when it has to
work: where nothing changed, nothing is loaded at all.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import asdict
from functools import cached_property, partial
from pathlib import Path

from musegen.canonical import content_key
from musegen.corpus.collections import used_collections
from musegen.corpus.corpus import Corpus, read_corpus
from musegen.corpus.splitting import PARTS
from musegen.corpus.transposing import load_transposed, save_transposed, transpose_all
from musegen.errors import MusegenError
from musegen.models.composer import Composer, check_wishes, describe, describe_judged, examine
from musegen.models.measuring import measure
from musegen.models.tokenizing import lawful_state
from musegen.music.tune import Tune
from musegen.pipeline.plan import Plan, Use
from musegen.progress import Progress, Reporter
from musegen.protocols.corpora import CorpusReader
from musegen.protocols.models import EpochLoss, ModelTrainer
from musegen.protocols.renderers import BookRenderer, Renderer
from musegen.protocols.sampling import derive_seed
from musegen.run.blame import name_culprit
from musegen.run.plot import can_plot, plot_losses
from musegen.run.publishing import publish
from musegen.run.rendering import Rendering
from musegen.run.results import Run
from musegen.run.stage_keys import (
    Inputs,
    corpus_inputs,
    figures_inputs,
    model_inputs,
    render_inputs,
    sample_inputs,
    tokenizer_inputs,
)
from musegen.run.stage_results import Finished, StageResults, load_model
from musegen.run.training import Training
from musegen.storage import RunFolder
from musegen.writing import clear_os_errors

STAGES = ("corpus", "tokenizer", "model", "figures", "sample", "render")
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
        self.results = StageResults(plan)
        self.training = Training(self.results, folder, reporter)
        self.baselines: dict[str, tuple[Use[ModelTrainer], Path]] = {}
        """Those that are trained: name to component and folder."""
        self.stage = STAGES[0]
        """What is being worked on."""

    def run(self, train_only: bool) -> Run:
        """Every stage in order."""
        plan = self.plan
        corpus = self._stage(
            "corpus", corpus_inputs(plan, self._readers), self._build_corpus, self._say_corpus
        )
        tokenizer = self._stage("tokenizer", tokenizer_inputs(plan, corpus), self._build_tokenizer)
        to_sample = sample_inputs(plan, tokenizer)
        has_sample = self.folder.has("sample", content_key(to_sample))
        if not (train_only or has_sample):
            self.stage = "sample"
            self._check_wishes()
            _ = self._renderers  # one that lacks a program says so before any training
        self.baselines = self.training.baselines()
        model = self._stage(
            "model", model_inputs(plan, plan.model, tokenizer), self._build_model, self._say_model
        )
        lines = {name: folder.name for name, (_, folder) in self.baselines.items()}
        self._stage("figures", figures_inputs(model, lines), self._build_figures, self._say_figures)
        if has_sample or not train_only:
            sample = self._stage("sample", to_sample, self._build_sample, self._say_sample)
            self._stage("render", render_inputs(plan, sample), self._build_render)
        corpora = [row for use in plan.corpus for row in used_collections(use.component, use.options)]
        finished, seed = self.results.finished, plan.run_options.seed
        return publish(self.folder, finished, plan.file.name, seed, corpora, self.reporter)

    def _stage(
        self,
        stage: str,
        inputs: Inputs,
        build: Callable[[Path, Progress], None],
        describe: Callable[[Path], str] = lambda folder: "done",
    ) -> str:
        """Find the stage's result or make it, tell whoever observes, and return its key."""
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
        self.results.finished[stage] = Finished(stage, key, folder, cached, seconds)
        how = "reused" if cached else f"{seconds:.1f} s"
        self.reporter.finish(stage, f"{describe(folder)} ({how})")
        self.plan.plugins.stage_finished(stage, folder, cached)
        return key

    @cached_property
    def _readers(self) -> list[CorpusReader]:
        return [use.build() for use in self.plan.corpus]

    @cached_property
    def _renderers(self) -> list[Renderer | BookRenderer]:
        renderers = [use.build() for use in self.plan.render]
        Rendering(renderers, self.plan.folder)  # which refuses two that write the same files
        return renderers

    def _build_corpus(self, folder: Path, progress: Progress) -> None:
        notations = {name: use.build() for name, use in self.plan.notations.items()}
        corpus = read_corpus(
            self._readers,
            notations,
            self.plan.prepare,
            self.plan.split,
            derive_seed(self.plan.run_options.seed, "corpus"),
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
        tunes = self.results.corpus.tunes
        texts = [tune.text for tune in tunes]
        texts += [
            text for row in load_transposed(self.results.finished["corpus"].folder) for text in row.texts
        ]
        tokenizer = self.plan.tokenizer.build().train(texts)
        state = lawful_state(self.plan.tokenizer.component.name, tokenizer, tunes)
        (folder / "tokenizer.json").write_text(state, encoding="utf-8")

    def _check_wishes(self) -> None:
        """Refuse, before any training, what the model could never be asked; warn of what it will not know."""
        for warning in check_wishes(
            self.plan.sample,
            self.results.notation,
            self.results.tokenizer,
            self.results.headers,
            self.results.home,
        ):
            self.reporter.say(f"{self.plan.file}: sample: {warning}")

    def _build_model(self, folder: Path, progress: Progress) -> None:
        trained = self.training.train(self.plan.model, folder, progress, "model")
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
        lines = {name: partial(load_model, use, trained) for name, (use, trained) in self.baselines.items()}
        measured = measure(
            self.results.model,
            lines,
            self.results.corpus,
            self.results.tokenizer,
            self.results.notation,
            progress.say,
        )
        (folder / "figures.json").write_text(json.dumps(measured.figures, indent=1) + "\n")
        (folder / "test.csv").write_bytes(measured.test_csv)
        if can_plot():
            trained = json.loads((self.results.finished["model"].folder / "losses.json").read_text())
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
        options, rules = self.plan.sample, [use.build() for use in self.plan.rules]
        composer = Composer(
            self.results.model,
            self.results.tokenizer,
            self.results.notation,
            self.results.corpus.notation,
            self.results.fields,
            options,
            self.results.home,
            rules,
        )
        composition = composer.compose(self.plan.run_options.seed, progress.advance)
        real = [
            (tune, *examine(self.results.notation, tune, options.valid, more=rules))
            for tune in self.results.corpus.part("test")[:_EXAMINED]
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
            (folder / f"{number:03}.{self.results.corpus.notation}").write_text(
                draw.tune.text, encoding="utf-8"
            )
        (folder / "sample.json").write_text(json.dumps(report, indent=1, ensure_ascii=False), "utf-8")

    def _say_sample(self, folder: Path) -> str:
        report = json.loads((folder / "sample.json").read_text("utf-8"))
        draws, kept = report["draws"], report["kept"]
        ceiling = report["real_test_tunes"]["valid_rate"]
        line = f"{kept['valid']} of {kept['tunes']} tunes valid; {draws['valid']} of {draws['tunes']} draws"
        return line + ("" if ceiling is None else f" ({100 * ceiling:.0f} % of real test tunes)")

    def _build_render(self, folder: Path, progress: Progress) -> None:
        rendering = Rendering(self._renderers, folder)
        texts = _sampled(self.results.finished["sample"].folder, self.results.corpus.notation)
        failures: dict[str, list[str]] = {}
        for done, path in enumerate(texts):
            progress.advance(done, len(texts), path.stem)
            failures[path.stem] = []
            try:
                score = self.results.notation.parse(
                    Tune(path.read_text("utf-8"), self.results.corpus.notation, source=f"tunes/{path.name}")
                )
                rendering.tune(score, path.stem)
            except MusegenError as error:
                failures[path.stem].append(str(error))
                progress.say(f"{error}; not rendered")
        rendering.finish()
        (folder / "failures.json").write_text(json.dumps(failures, indent=1, ensure_ascii=False), "utf-8")


def _sampled(folder: Path, notation: str) -> list[Path]:
    return sorted(folder.glob(f"*.{notation}"))
