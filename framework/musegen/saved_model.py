"""What a saved model says of itself, so that it can be used from its one file alone."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import safetensors

from musegen.components import JSON
from musegen.errors import ArtifactError


def read_about(path: Path) -> Mapping[str, Any]:
    """The object ``about`` in the metadata key ``musegen`` of a safetensors file.

    It has ``model``, ``tokenizer`` and ``notation``, each with name and version. Raises ArtifactError for
    anything else.
    """
    if not path.is_file():
        raise ArtifactError(f"{path}: no such file")
    try:
        with safetensors.safe_open(path, "np") as file:
            metadata = file.metadata() or {}
        about = json.loads(metadata["musegen"])["about"]
        for part in ("model", "tokenizer", "notation"):
            if not isinstance(about[part]["name"], str) or not isinstance(about[part]["version"], int):
                raise TypeError
        fields = about["notation"]["fields"]
        if not all(isinstance(field, str) for field in fields):
            raise TypeError
    except OSError as error:
        raise ArtifactError(f"{path}: {error.strerror or error}") from error
    except (safetensors.SafetensorError, KeyError, TypeError, ValueError, RecursionError) as error:
        raise ArtifactError(
            f"{path}: is no model that musegen saved; take the model.safetensors of a run folder"
        ) from error
    return about  # type: ignore[no-any-return]


def describe_component(name: str, version: int, **more: JSON) -> dict[str, JSON]:
    """How ``about`` names a component."""
    return {"name": name, "version": version, **more}
