"""The stage ``baselines``: simple models that the run's own model is compared with, on the same tunes."""

from __future__ import annotations

from musegen.canonical import content_key
from musegen.errors import PluginError
from musegen.models.measuring import Baseline, baselines, failure
from musegen.pipeline.plan import Plan
from musegen.plugins.use import Use
from musegen.progress import Reporter
from musegen.protocols.component import Component
from musegen.protocols.models import ModelTrainer
from musegen.run.stages.corpus import CorpusStage
from musegen.run.stages.model import ModelStage
from musegen.run.stages.tokenizer import TokenizerStage
from musegen.storage import RunFolder

NAME = "baselines"


class BaselineStage(ModelStage):
    """Trains one model that the run's own is compared with; its result is kept beside those of stages."""

    name = "baseline"
    version = 2


class Baselines:
    """The models that every run is compared with. One that fails costs a line, never the run."""

    name = NAME

    def __init__(
        self, plan: Plan, storage: RunFolder, corpus: CorpusStage, tokenizer: TokenizerStage, own: ModelStage
    ) -> None:
        """``own``: the run's own model, which may be what a baseline asks for."""
        self._plan, self._storage, self._corpus, self._tokenizer = plan, storage, corpus, tokenizer
        self._own = own
        self.trained: dict[str, ModelStage] = {}
        """The baselines that could be trained, by name; the run's own model among them if it is one."""

    def bring(self, reporter: Reporter) -> None:
        """Find or train each, and say what they cost on the validation tunes."""
        said = []
        for line in baselines(self._plan.plugins):
            try:
                stage = self._stage(line)
                if stage is not self._own:
                    if not stage.is_made:
                        stage.make(reporter.begin(NAME))
                    loss = stage.losses.best.validation
                    said.append(f"{line.name} {loss:.3f}" if loss is not None else line.name)
            except Exception as error:
                reporter.say(failure(line.name, error))
            else:
                self.trained[line.name] = stage
        if said:
            reporter.finish(NAME, f"{', '.join(said)} nats a token (validation)")

    def _stage(self, line: Baseline) -> ModelStage:
        if missing := line.installed.missing():
            raise PluginError(missing)
        component: Component[ModelTrainer] = line.installed.component
        use = Use(component, component.options.model_validate(line.options), line.installed)
        if content_key(use.inputs) == content_key(self._own.use.inputs):
            return self._own
        return BaselineStage(self._plan, self._storage, self._corpus, self._tokenizer, use)
