"""The stage ``sample``: draws new tunes and judges them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from musegen.canonical import JSON
from musegen.models.draws import describe_draws
from musegen.models.examining import describe_judged, examine, judge_copies
from musegen.models.raw_draws import save_draws
from musegen.models.wishes import check_wishes
from musegen.pipeline.plan import Plan
from musegen.progress import Progress, Reporter
from musegen.run.manifest import Recipe
from musegen.run.new_tunes import Row, describe_kept, write_texts
from musegen.run.stage import Stage, Top
from musegen.run.stages.corpus import CorpusStage
from musegen.run.stages.melodies import MelodiesStage
from musegen.run.stages.model import MODEL, ModelStage
from musegen.run.stages.tokenizer import TokenizerStage
from musegen.storage import RunFolder
from musegen.words import counted

_EXAMINED = 1000
"""Largest number of real test tunes that are judged by the same rules."""
_REPORT = "sample.json"
DRAWS = "draws.jsonl"
"""All draws of a stage as the model wrote them, in its folder."""


class SampleStage(Stage):
    """The stage that draws the tunes that ``[sample]`` asks for. Its key is known before the training."""

    name = "sample"
    table = ("sample",)
    version = 4

    def __init__(
        self,
        plan: Plan,
        storage: RunFolder,
        corpus: CorpusStage,
        tokenizer: TokenizerStage,
        melodies: MelodiesStage,
        model: ModelStage,
    ) -> None:
        super().__init__(plan, storage)
        self._corpus, self._tokenizer, self._melodies, self._model = corpus, tokenizer, melodies, model

    def depends_on(self) -> dict[str, JSON]:
        """The model, the training melodies, the options of ``[sample]``, the seed and the rules."""
        return {
            "model": self._model.key,
            "melodies": self._melodies.key,
            "options": self.plan.sample.model_dump(mode="json"),
            "seed": self.plan.run_options.seed,
            **({"rules": [use.inputs for use in self.plan.rules]} if self.plan.rules else {}),
        }

    def check(self, reporter: Reporter) -> None:
        """Raises MusegenError for a wish that cannot be written, and warns of wishes that no tune has."""
        rules = [use.build() for use in self.plan.rules]
        for warning in check_wishes(self.plan.sample, self._tokenizer.language, rules):
            reporter.say(f"{self.plan.file}: sample: {warning}")

    def build(self, folder: Path, progress: Progress) -> None:
        """Draw tunes, and judge real tunes by the same rules."""
        options, language = self.plan.sample, self._tokenizer.language
        rules, seed = [use.build() for use in self.plan.rules], self.plan.run_options.seed
        melodies = self._melodies.index
        composition = self._model.model.compose(options, seed, progress.advance, rules, melodies)
        tests = self._corpus.corpus.part("test")[:_EXAMINED]
        examined = [examine(language.notation, tune, options.valid, more=rules) for tune in tests]
        judged = judge_copies(examined, options.valid, melodies)
        real = [
            (tune, judgement, score)
            for tune, (_, score), (judgement, _) in zip(tests, examined, judged, strict=True)
        ]
        write_texts(composition.kept, folder)
        save_draws(composition.draws, folder / DRAWS)
        report = {
            "draws": describe_draws(composition.draws),
            "kept": describe_draws(composition.kept),
            "real_test_tunes": describe_judged(real),
            "tunes": describe_kept(composition.kept),
        }
        (folder / _REPORT).write_text(json.dumps(report, indent=1, ensure_ascii=False), "utf-8")

    def describe(self) -> str:
        """How many are valid of the tunes that were kept, of all that were drawn, and of real ones."""
        draws, kept = self._report["draws"], self._report["kept"]
        ceiling = self._report["real_test_tunes"]["valid_rate"]
        line = f"{kept['valid']} of {counted(kept['tunes'], 'new tune')} valid"
        line += f"; of all {counted(draws['tunes'], 'tune')} that the model drew {draws['valid']}"
        return line + ("" if ceiling is None else f"; of real test tunes {100 * ceiling:.0f} %")

    def publish(self, top: Top) -> None:
        """Add the numbers of valid draws and the faults of others. The stage ``render`` adds the tunes."""
        top.report |= {name: self._report[name] for name in ("draws", "kept", "real_test_tunes")}

    @property
    def texts(self) -> list[Path]:
        """The files of the new tunes, in the order of their numbers."""
        found = self.folder.glob(f"*.{self._corpus.corpus.notation}")
        return sorted(found, key=lambda path: int(path.stem))

    @property
    def rows(self) -> Sequence[Row]:
        """A row of facts about each new tune."""
        rows: Sequence[Row] = self._report["tunes"]
        return rows

    @property
    def recipe(self) -> Recipe:
        """What draws the tunes besides their seeds. The model's file is named as at the top of the run."""
        rules = [{"use": use.component.name, **use.options_json} for use in self.plan.rules]
        return Recipe.of(MODEL, self._model.digest, self.plan.sample, rules)

    @property
    def _report(self) -> Mapping[str, Any]:
        report: Mapping[str, Any] = json.loads((self.folder / _REPORT).read_text("utf-8"))
        return report
