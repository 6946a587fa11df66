"""A finished run as Python objects that show themselves in a notebook."""

from __future__ import annotations

import base64
import html
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from musegen.errors import ArtifactError
from musegen.music.score import Score
from musegen.music.tune import Tune
from musegen.plugins.registry import Plugins, installed_plugins
from musegen.protocols.models import EpochLoss
from musegen.run.new_tunes import Row
from musegen.run.stages.figures import PICTURE
from musegen.run.stages.model import MODEL, read_loss_table
from musegen.storage import REPORT


@dataclass(frozen=True)
class NewTune:
    """A generated tune and its files."""

    number: int
    """Its number among the tunes that were kept, from 1."""
    title: str
    """The title that the model gave it."""
    text: str
    """The tune in its notation; under the notation's name too, as ``tune.abc``."""
    notation: str
    """Name of the notation: ``abc``."""
    seed: int
    """Seed of the draw; the same model, options and seed give the same tune."""
    faults: tuple[str, ...]
    """A line for each rule that it breaks, and for each renderer that failed."""
    files: Mapping[str, Path]
    """The tune's files by suffix: ``.abc`` is its text, ``.mid`` or ``.x.wav`` what a renderer wrote."""
    plugins: Plugins | None = field(default=None, repr=False, compare=False)
    """Where :meth:`score` finds the notation; the installed ones where left out."""

    @classmethod
    def from_row(cls, row: Row, folder: Path, plugins: Plugins | None = None) -> NewTune:
        """The tune that a row of ``run.json`` describes, with its files in ``folder``."""
        text, *others = (folder / name for name in row["files"])
        return cls(
            row["number"],
            row["title"],
            text.read_bytes().decode(),
            text.suffix.removeprefix("."),
            row["seed"],
            tuple(row["faults"]),
            {path.name.removeprefix(text.stem): path for path in (text, *others)},
            plugins,
        )

    def __getattr__(self, name: str) -> str:
        """The text under the name of its notation: ``tune.abc``."""
        if name == self.__dict__.get("notation"):
            return self.text
        told = f'; it is in the notation "{self.notation}", see .text' if "notation" in self.__dict__ else ""
        raise AttributeError(f"a new tune has no {name}{told}")

    @property
    def valid(self) -> bool:
        """Whether no rule is broken."""
        return not self.faults

    @property
    def text_file(self) -> Path:
        """The file of its text."""
        return self.files[f".{self.notation}"]

    @property
    def midi(self) -> Path:
        """Its MIDI file. Raises ArtifactError where none was rendered."""
        return self._file(".mid", "midi")

    @property
    def wav(self) -> Path:
        """Its WAV file. Raises ArtifactError where none was rendered."""
        return self._file(".wav", "wav")

    def _file(self, suffix: str, renderer: str) -> Path:
        found = self._ending(suffix)
        if found is None:
            raise ArtifactError(
                f'tune {self.number} has no {suffix} file; add [[render]] use = "{renderer}"'
                + (f" ({self.faults[0]})" if self.faults else "")
            )
        return found

    def _ending(self, suffix: str) -> Path | None:
        """The file of this suffix, else one whose suffix ends so: ``.mitdeeplearning.wav``."""
        longer = (path for other, path in self.files.items() if other.endswith(suffix))
        return self.files.get(suffix) or next(longer, None)

    def score(self) -> Score:
        """The tune as music. Raises NotationError where it does not parse."""
        notation = (self.plugins or installed_plugins()).build("notation", self.notation)
        tune = Tune(self.text, self.notation, self.title, str(self.files.get(f".{self.notation}", "")))
        return notation.parse(tune)

    def _repr_html_(self) -> str:
        from musegen.errors import MusegenError
        from musegen.run.piano_roll import piano_roll

        try:
            picture = piano_roll(self.score())
        except MusegenError:  # it does not parse, or its notation was a plugin file's
            picture = ""
        player = ""
        wav = self._ending(".wav")
        if wav is not None:
            sound = base64.b64encode(wav.read_bytes()).decode()
            player = f'<audio controls src="data:audio/wav;base64,{sound}"></audio>'
        faults = "".join(f"<li>{html.escape(fault)}</li>" for fault in self.faults)
        return (
            f"<h4>{self.number}. {html.escape(self.title)}</h4>{player}{picture}"
            f"<pre>{html.escape(self.text)}</pre><ul>{faults}</ul>"
        )


@dataclass(frozen=True)
class Run:
    """A finished run."""

    folder: Path
    """The run folder."""
    tunes: tuple[NewTune, ...]
    """The new tunes; none where only the model was trained."""
    losses: tuple[EpochLoss, ...]
    """Training and validation loss of each epoch, in nats a token."""
    report: Mapping[str, Any]
    """The content of ``run.json``."""

    @classmethod
    def load(cls, folder: Path | str, plugins: Plugins | None = None) -> Run:
        """The run whose results are in ``folder``. Raises ArtifactError where none are.

        ``plugins``: the installed ones where left out.
        """
        folder = Path(folder)
        try:
            report = json.loads((folder / REPORT).read_text("utf-8"))
            losses = read_loss_table(folder)
            tunes = tuple(NewTune.from_row(row, folder, plugins) for row in report["tunes"])
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ArtifactError(f"{folder}: holds no finished run; `musegen run` makes one") from error
        return cls(folder, tunes, losses, report)

    @property
    def model(self) -> Path:
        """The file of the trained model."""
        return self.folder / MODEL

    @property
    def picture(self) -> Path | None:
        """The picture of the training; None where matplotlib was not installed."""
        path = self.folder / PICTURE
        return path if path.is_file() else None

    def __repr__(self) -> str:
        return f"Run({str(self.folder)!r}, {len(self.tunes)} tunes)"

    def _repr_html_(self) -> str:
        picture = ""
        if self.picture:
            data = base64.b64encode(self.picture.read_bytes()).decode()
            picture = f'<img alt="loss against epochs" src="data:image/png;base64,{data}">'
        tunes = "".join(tune._repr_html_() for tune in self.tunes)
        return f"<h3>{html.escape(str(self.folder))}</h3>{picture}{tunes}"
