"""The stage ``render``: writes the new tunes to files to hear and to read."""

from __future__ import annotations

import json
from functools import cached_property
from pathlib import Path

from musegen.canonical import JSON
from musegen.pipeline.plan import Plan
from musegen.progress import Progress, Reporter
from musegen.protocols.renderers import BookRenderer, Renderer
from musegen.run.manifest import MANIFEST, manifest_rows, manifest_text
from musegen.run.new_tunes import TUNES, add_files, render_texts
from musegen.run.rendering import Rendering
from musegen.run.stage import Stage, Top
from musegen.run.stages.corpus import CorpusStage
from musegen.run.stages.sample import SampleStage
from musegen.storage import MARKER, RunFolder

_FAILURES = "failures.json"


class RenderStage(Stage):
    """The stage that renders each new tune with every ``[[render]]``.

    If a tune cannot be rendered, it is kept, and the reason is added to its faults.
    """

    name = "render"
    table = ("render",)
    version = 1

    def __init__(self, plan: Plan, storage: RunFolder, corpus: CorpusStage, sample: SampleStage) -> None:
        super().__init__(plan, storage)
        self._corpus, self._sample = corpus, sample

    def depends_on(self) -> dict[str, JSON]:
        """The renderers and the tunes."""
        return {"renderers": [use.inputs for use in self.plan.render], "sample": self._sample.key}

    def check(self, reporter: Reporter) -> None:
        """Raises MusegenError if two renderers write the same files, or if one needs a missing program.

        Raises it too for a renderer that breaks its protocol, or whose files would replace the texts.
        """
        Rendering(self._renderers, self.plan.folder, self._corpus.corpus.notation)

    def build(self, folder: Path, progress: Progress) -> None:
        """Render every tune, and then the files that hold all tunes."""
        with Rendering(self._renderers, folder) as rendering:
            failures = render_texts(self._sample.texts, self._corpus.notation, rendering, progress)
        (folder / _FAILURES).write_text(json.dumps(failures, indent=1, ensure_ascii=False), "utf-8")

    def publish(self, top: Top) -> None:
        """Add every tune with its files, and the files that hold all tunes."""
        failures = json.loads((self.folder / _FAILURES).read_text("utf-8"))
        own = {_FAILURES, MARKER}
        made = [path for path in sorted(self.folder.iterdir()) if path.name not in own]
        files = [*self._sample.texts, *made]
        top.files |= {f"{TUNES}/{path.name}": path for path in files}
        rows = add_files(self._sample.rows, files, failures, f"{TUNES}/")
        recipe = self._sample.recipe
        top.report["drawn_with"] = recipe.described()
        top.report["tunes"] = rows
        top.files[MANIFEST] = manifest_text(manifest_rows(rows, recipe))

    @cached_property
    def _renderers(self) -> list[Renderer | BookRenderer]:
        return [use.build() for use in self.plan.render]
