"""The stage ``baselines``: simple models that the run's own model is compared with, on the same tunes.

They show which loss can be reached without effort, and so how good the run's own model is.
"""

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
    """The training of one baseline. Its result is stored like that of a stage."""

    name = "baseline"
    version = 2


class Baselines:
    """The baselines of a run. If one fails, the user gets a line, and the run continues."""

    name = NAME
    table: tuple[str, ...] = ()

    def __init__(
        self, plan: Plan, storage: RunFolder, corpus: CorpusStage, tokenizer: TokenizerStage, own: ModelStage
    ) -> None:
        """``own``: the run's own model, which may be the same as a baseline."""
        self._plan, self._storage, self._corpus, self._tokenizer = plan, storage, corpus, tokenizer
        self._own = own
        self.trained: dict[str, ModelStage] = {}
        """Baselines that could be trained, by name. The run's own model is among them if it is the same."""

    def bring(self, reporter: Reporter) -> None:
        """Find or train each baseline, and report their losses on the validation tunes."""
        said, measured = [], False
        for line in baselines(self._plan.plugins):
            try:
                stage = self._stage(line)
                if stage is not self._own:
                    if not stage.is_made:
                        stage.make(reporter.begin(NAME))
                    loss = stage.losses.best.validation
                    said.append(f"{line.name} {loss:.3f}" if loss is not None else line.name)
                    measured |= loss is not None
            except Exception as error:
                reporter.say(failure(line.name, error))
            else:
                self.trained[line.name] = stage
        if said:
            unit = "loss in nats a token, a measure of surprise: lower is better"
            where = f" on the validation tunes ({unit})" if measured else "; there are no validation tunes"
            reporter.finish(NAME, f"{', '.join(said)}{where}")

    def _stage(self, line: Baseline) -> ModelStage:
        if missing := line.installed.missing():
            raise PluginError(missing)
        component: Component[ModelTrainer] = line.installed.component
        use = Use(component, component.options.model_validate(line.options), line.installed)
        if content_key(use.inputs) == content_key(self._own.use.inputs):
            return self._own
        return BaselineStage(self._plan, self._storage, self._corpus, self._tokenizer, use)
