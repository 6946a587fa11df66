"""The runner: runs every stage of a pipeline, or reuses its result if its inputs did not change."""

from __future__ import annotations

from musegen.pipeline.plan import Plan
from musegen.plugins.checked import name_stage
from musegen.progress import Reporter
from musegen.run.results import Run
from musegen.run.stage import Stage, Top
from musegen.run.stages.baselines import Baselines
from musegen.run.stages.corpus import CorpusStage
from musegen.run.stages.evaluate import EvaluateStage
from musegen.run.stages.figures import FiguresStage
from musegen.run.stages.melodies import MelodiesStage
from musegen.run.stages.model import ModelStage
from musegen.run.stages.render import RenderStage
from musegen.run.stages.sample import SampleStage
from musegen.run.stages.tokenizer import TokenizerStage
from musegen.storage import RunFolder
from musegen.writing import os_errors_explained


def run_plan(plan: Plan, reporter: Reporter, *, train_only: bool = False) -> Run:
    """Run every stage and copy the results to the top of the run folder. Raises MusegenError.

    ``train_only``: make no new tunes, but keep those that an earlier run of this pipeline has made.
    """
    storage = RunFolder(plan.folder)
    with plan.blamed("run", "folder"), os_errors_explained(plan.folder), storage.locked():
        running = _Running(plan, storage, reporter)
        try:
            return running.run(train_only)
        except Exception as error:
            name_stage(error, running.stage)
            raise


class _Running:
    """One run in progress."""

    def __init__(self, plan: Plan, storage: RunFolder, reporter: Reporter) -> None:
        self._plan, self._storage, self._reporter = plan, storage, reporter
        self.stage = ""
        """Name of the stage that is running."""

    def run(self, train_only: bool) -> Run:
        """Run every stage in order. Each stage is given the stages whose results it uses."""
        to = self._plan, self._storage
        corpus = CorpusStage(*to)
        tokenizer = TokenizerStage(*to, corpus)
        melodies = MelodiesStage(*to, corpus)
        model = ModelStage(*to, corpus, tokenizer, self._plan.model)
        baselines = Baselines(*to, corpus, tokenizer, model)
        figures = FiguresStage(*to, corpus, model, baselines)
        sample = SampleStage(*to, corpus, tokenizer, melodies, model)
        render = RenderStage(*to, corpus, sample)
        self._bring(corpus, tokenizer, melodies)
        new_tunes: list[Stage] = [] if train_only and not sample.is_made else [sample, render]
        asked = self._plan.evaluate
        evaluations = [EvaluateStage(*to, corpus, melodies, model, asked)] if asked and not train_only else []
        if new_tunes and not sample.is_made:
            for stage in new_tunes:  # report mistakes before any training
                self.stage = stage.name
                with self._plan.blamed(*stage.table):
                    stage.check(self._reporter)
        self._bring(baselines, model, figures, *new_tunes, *evaluations)
        return self._publish([corpus, tokenizer, melodies, model, figures, *new_tunes, *evaluations])

    def _bring(self, *stages: Stage | Baselines) -> None:
        for stage in stages:
            self.stage = stage.name
            with self._plan.blamed(*stage.table):
                stage.bring(self._reporter)

    def _publish(self, stages: list[Stage]) -> Run:
        """Copy the files that people look at to the top of the run folder, and write the report."""
        top = Top()
        for stage in stages:
            stage.publish(top)
        for remark in top.remarks:
            self._reporter.say(remark)
        report = {
            "pipeline": self._plan.file.name,
            "seed": self._plan.run_options.seed,
            "stages": {stage.name: stage.finished.state() for stage in stages if stage.finished},
            "tunes": [],
            **top.report,
        }
        contents = {
            name: content if isinstance(content, bytes) else content.read_bytes()
            for name, content in top.files.items()
        }
        for name, kept in self._storage.publish(contents, report).items():
            self._reporter.say(f"{name} was changed by hand; the changed file is kept as {kept}")
        return Run.load(self._storage.path, self._plan.plugins)
