"""New tunes as Python objects, which notebooks can display."""

from __future__ import annotations

import base64
import html
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from musegen.bounds import Bounds
from musegen.canonical import JSON
from musegen.errors import ArtifactError
from musegen.inputs import read_file
from musegen.music.originality import Copied
from musegen.music.score import Score
from musegen.music.tune import Tune
from musegen.plugins.registry import Plugins, installed_plugins
from musegen.run.manifest import MANIFEST
from musegen.run.new_tunes import Row


class NoFileError(ArtifactError, AttributeError):
    """A file of a new tune that no renderer has written."""


_RENDERED = {"midi": ".mid", "wav": ".wav"}
"""Properties of a new tune that are files, each named after the renderer that writes it."""


@dataclass(frozen=True)
class NewTune:
    """A generated tune and its files."""

    number: int
    """Number among the tunes that were kept, from 1."""
    title: str
    """Title that the model gave it."""
    text: str
    """Text of the tune in its notation. The notation's name is another name for it, as in ``tune.abc``."""
    notation: str
    """Name of the notation: ``abc``."""
    seed: int
    """Seed of the draw, the model's attempt at a tune. The same model, options and seed give the same one."""
    faults: tuple[str, ...]
    """One line for each fault, and for each renderer that failed."""
    files: Mapping[str, Path]
    """Files of the tune by suffix: ``.abc`` is its text, others such as ``.mid`` or ``.x.wav`` are from
    renderers."""
    key: str = ""
    """Key in words, such as ``D major``; this and the next three are empty or None if the text cannot be
    read."""
    metre: str = ""
    """Metre that it begins in, such as ``6/8``."""
    rhythm: str = ""
    """Rhythm that its header names."""
    bars: int | None = None
    """Number of bars, as written."""
    nats: float | None = None
    """Loss of the tune under the model that drew it, in nats; divide it by ``tokens`` for the loss a
    token."""
    tokens: int = 0
    """Number of tokens of the tune, its end mark included."""
    recipe: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)
    """What drew it besides the seed, as ``tunes.csv`` says it: ``model``, ``model_sha256`` and
    ``options``."""
    plugins: Plugins | None = field(default=None, repr=False, compare=False)
    """Plugins in which :meth:`score` finds the notation; None for the installed ones."""
    copied: Copied | None = None
    """The longest run of notes that it shares with a training tune; None if the training melodies were not at
    hand, or if it cannot be read."""

    @classmethod
    def from_row(
        cls,
        row: Row,
        folder: Path,
        plugins: Plugins | None = None,
        recipe: Mapping[str, Any] | None = None,
        content: str | None = None,
    ) -> NewTune:
        """The tune that a row of ``run.json`` describes, with its files in ``folder``.

        ``content``: its text; None to read it from its file.
        """
        text, *others = (folder / name for name in row["files"])
        return cls(
            row["number"],
            row["title"],
            read_file(text, Bounds.RUN_FILE).decode() if content is None else content,
            text.suffix.removeprefix("."),
            row["seed"],
            tuple(row["faults"]),
            {path.name.removeprefix(text.stem): path for path in (text, *others)},
            **{name: row[name] for name in ("key", "metre", "rhythm", "bars", "nats", "tokens")},
            recipe=recipe or {},
            plugins=plugins,
            copied=Copied(**row["copied"]) if row.get("copied") else None,
        )

    def state(self) -> dict[str, JSON]:
        """Its facts as JSON, for ``musegen sample --json``."""
        plain = ("number", "title", "seed", "key", "metre", "rhythm", "bars", "valid", "nats", "tokens")
        return {
            **{name: getattr(self, name) for name in plain},
            "faults": list(self.faults),
            "files": [str(path) for path in self.files.values()],
            "copied": asdict(self.copied) if self.copied else None,
            **self.recipe,
        }

    def __getattr__(self, name: str) -> str:
        """The text, for the name of its notation: ``tune.abc``."""
        if name == self.__dict__.get("notation"):
            return self.text
        if name in _RENDERED and "files" in self.__dict__:  # its property raised this already
            raise self._lacks(name)
        told = f'; it is in the notation "{self.notation}", see .text' if "notation" in self.__dict__ else ""
        raise AttributeError(f"a new tune has no attribute {name}{told}")

    @property
    def valid(self) -> bool:
        """Whether it has no faults."""
        return not self.faults

    @property
    def text_file(self) -> Path:
        """The file with its text. It may hold other tunes too, under ``X:`` with their numbers."""
        return self.files[f".{self.notation}"]

    @property
    def name(self) -> str:
        """The name of its own file; if it shares one, its row as ``musegen sample --again`` takes it."""
        file = self.text_file
        own = file.stem.isdecimal() and int(file.stem) == self.number
        return file.name if own else f"{MANIFEST}:{self.number}"

    @property
    def midi(self) -> Path:
        """Its MIDI file. Raises ArtifactError, an AttributeError too, where none was rendered."""
        return self._file("midi")

    @property
    def wav(self) -> Path:
        """Its WAV file. Raises ArtifactError, an AttributeError too, where none was rendered."""
        return self._file("wav")

    def _file(self, renderer: str) -> Path:
        found = self._ending(_RENDERED[renderer])
        if found is None:
            raise self._lacks(renderer)
        return found

    def _lacks(self, renderer: str) -> NoFileError:
        """Why there is no such file: the tune cannot be read or played, or nobody asked for the file."""
        lacking = f"tune {self.number} has no {_RENDERED[renderer]} file"
        for kind, why in (("parse: ", "its text cannot be read"), ("render: ", "it could not be rendered")):
            for fault in self.faults:
                if fault.startswith(kind):
                    return NoFileError(f"{lacking}: {why} ({fault.removeprefix(kind)})")
        return NoFileError(
            f'{lacking}; add [[render]] use = "{renderer}" to the pipeline, or name "{renderer}" among the '
            "renderers of musegen.sample"
        )

    def _ending(self, suffix: str) -> Path | None:
        """The file with this suffix, or one whose suffix ends with it, such as ``.mitdeeplearning.wav``."""
        longer = (path for other, path in self.files.items() if other.endswith(suffix))
        return self.files.get(suffix) or next(longer, None)

    def score(self) -> Score:
        """The tune as music. Raises NotationError if it does not parse."""
        notation = (self.plugins or installed_plugins()).build("notation", self.notation)
        tune = Tune(self.text, self.notation, self.title, str(self.files.get(f".{self.notation}", "")))
        return notation.parse(tune)

    def _repr_html_(self) -> str:
        from musegen.errors import MusegenError
        from musegen.run.piano_roll import piano_roll

        try:
            picture = piano_roll(self.score())
        except MusegenError:  # it does not parse, or its notation came from a plugin file
            picture = ""
        player = ""
        wav = self._ending(".wav")
        if wav is not None:
            sound = base64.b64encode(read_file(wav, Bounds.RUN_FILE)).decode()
            player = f'<audio controls src="data:audio/wav;base64,{sound}"></audio>'
        faults = "".join(f"<li>{html.escape(fault)}</li>" for fault in self.faults)
        return (
            f"<h4>{html.escape(str(self.number))}. {html.escape(self.title)}</h4>{player}{picture}"
            f"<pre>{html.escape(self.text)}</pre><ul>{faults}</ul>"
        )
