"""What a saved model says of itself, so that it can be used from its one file alone."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import safetensors

from musegen.canonical import JSON
from musegen.errors import ArtifactError
from musegen.plugins.checked import fault_of
from musegen.protocols.models import LanguageModel

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True)
class SavedModel:
    """The one safetensors file of a model: arrays, what the model needs besides, and where it fits.

    For a model's ``save`` and its trainer's ``load``; a model may write the file in its own way, as long as
    the metadata key ``musegen`` holds a JSON object with ``about``.
    """

    format: str
    """What tells these files from others, with a version of their layout: ``musegen-transformer-1``."""
    tensors: Mapping[str, NDArray[Any]]
    settings: Mapping[str, JSON]
    """What the model needs besides, such as its sizes and vocabulary."""
    about: Mapping[str, JSON]
    """``TrainingJob.about``, kept as it came."""

    def write(self, path: Path) -> None:
        """Write the file; equal ones give equal bytes."""
        import safetensors.numpy

        text = json.dumps(
            {"format": self.format, "settings": self.settings, "about": self.about},
            sort_keys=True,
            separators=(",", ":"),
            ensure_ascii=False,
        )
        path.write_bytes(safetensors.numpy.save(dict(self.tensors), {"musegen": text}))

    @classmethod
    def read(cls, path: Path, format: str) -> SavedModel:
        """The file as it was written; the settings are the caller's to check.

        Raises ArtifactError for a file that is not there, cut, or of another format.
        """
        try:
            with safetensors.safe_open(path, "np") as file:
                described = json.loads((file.metadata() or {})["musegen"])
                if described["format"] != format:
                    raise ValueError(f"format {described['format']!r}, not {format!r}")
                names = file.keys()
                tensors: dict[str, NDArray[np.generic]] = {name: file.get_tensor(name) for name in names}
                settings, about = described["settings"], described["about"]
            if not isinstance(settings, dict) or not isinstance(about, dict):
                raise TypeError("settings and about are objects")
        except OSError as error:
            raise ArtifactError(f"{path}: {error.strerror or error}") from error
        except (safetensors.SafetensorError, KeyError, TypeError, ValueError, RecursionError) as error:
            raise ArtifactError(f"{path}: is no model of the format {format} ({error})") from error
        return cls(format, tensors, settings, about)


def read_about(path: Path) -> Mapping[str, Any]:
    """The object ``about`` in the metadata key ``musegen`` of a safetensors file, as it is.

    :class:`musegen.models.about.About` checks what is in it. Raises ArtifactError for a file without one.
    """
    if not path.is_file():
        raise ArtifactError(f"{path}: no such file")
    try:
        with safetensors.safe_open(path, "np") as file:
            metadata = file.metadata() or {}
        about = json.loads(metadata["musegen"])["about"]
        if not isinstance(about, dict):
            raise TypeError
    except OSError as error:
        raise ArtifactError(f"{path}: {error.strerror or error}") from error
    except (safetensors.SafetensorError, KeyError, TypeError, ValueError, RecursionError) as error:
        raise ArtifactError(
            f"{path}: is no model that musegen saved; take the model.safetensors of a run folder"
        ) from error
    return about


def check_about(model: LanguageModel, path: Path, about: Mapping[str, JSON]) -> None:
    """Raises ComponentError unless the file that a model's ``save`` wrote says ``about`` of its use."""
    advice = "it keeps TrainingJob.about in the metadata, as musegen.SavedModel does"
    try:
        found = read_about(path)
    except ArtifactError as error:
        raise fault_of(model, f"save() wrote what cannot be used alone ({error}); {advice}") from error
    if found != json.loads(json.dumps(about)):
        raise fault_of(model, f"save() wrote a file that says something else of its use; {advice}")


def describe_component(name: str, version: int, **more: JSON) -> dict[str, JSON]:
    """How ``about`` names a component."""
    return {"name": name, "version": version, **more}
