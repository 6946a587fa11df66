"""The file of a saved model, which contains everything that is needed to use the model."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import safetensors

from musegen.canonical import JSON
from musegen.errors import ArtifactError
from musegen.inputs import check_file
from musegen.plugins.checked import fault_of
from musegen.protocols.models import LanguageModel

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_KERAS = {".keras", ".h5"}
"""Ends of files that are likely from Keras, which is elsewhere."""


@dataclass(frozen=True)
class SavedModel:
    """The content of a model's safetensors file: arrays, settings, and the components that it belongs to.

    Use it in a model's ``save`` and its trainer's ``load``. A model may also write the file in its own way,
    as long as the metadata key ``musegen`` holds a JSON object with the key ``about``.
    """

    format: str
    """Name of the file's layout, with a version, which identifies such files: ``musegen-transformer-1``."""
    tensors: Mapping[str, NDArray[Any]]
    """Arrays by name."""
    settings: Mapping[str, JSON]
    """Everything else that the model needs, such as its sizes and vocabulary."""
    about: Mapping[str, JSON]
    """Value of :attr:`TrainingJob.about`, unchanged."""

    def write(self, path: Path) -> None:
        """Write the file. Equal content gives equal bytes."""
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
        """The content of a file. The caller must check the settings.

        Raises ArtifactError for a file that does not exist, is incomplete, or has another format.
        """
        try:
            check_file(path)  # safetensors says "no such file" for whatever cannot be opened
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
            raise ArtifactError(f"{path}: is not a model of the format {format} ({error})") from error
        return cls(format, tensors, settings, about)


def read_about(path: Path) -> Mapping[str, Any]:
    """The object ``about`` in the metadata key ``musegen`` of a safetensors file, as it is.

    :class:`musegen.models.about.About` checks its content. Raises ArtifactError for a file without it.
    """
    try:
        check_file(path)
        with safetensors.safe_open(path, "np") as file:
            metadata = file.metadata() or {}
        about = json.loads(metadata["musegen"])["about"]
        if not isinstance(about, dict):
            raise TypeError
    except OSError as error:
        raise ArtifactError(f"{path}: {error.strerror or error}") from error
    except (safetensors.SafetensorError, KeyError, TypeError, ValueError, RecursionError) as error:
        advice = "take the model.safetensors of a run folder"
        if path.suffix.lower() in _KERAS:
            advice += f", or `musegen export {path} -o model.safetensors` if it is a whole Keras model"
            advice += ', as model.save("x.keras") writes it, and not weights alone'
        raise ArtifactError(f"{path}: is not a model that musegen saved; {advice}") from error
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
    """The description of a component in ``about``."""
    return {"name": name, "version": version, **more}
