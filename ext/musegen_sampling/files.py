"""The layout of ``model.safetensors``: named arrays and one metadata key with canonical JSON.

The safetensors library reads the container. Its contents are checked from the header on, before any array is
read, because such files may come from anywhere.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NoReturn

from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from musegen_sampling.precision import PRECISIONS
from musegen_sampling.shapes import Shape, check_shapes, check_vocabulary, stored_as
from musegen_sampling.types import Array

KEY = "musegen"
FORMAT = {"format": 1, "gate_order": "ifco"}
TYPES = {"F32": "float32", "I8": "int8", "U32": "uint32"}
FIELDS = {*FORMAT, "about", "end", "losses", "precision", "shapes", "start", "store", "vocabulary"}


def write(path: Path, arrays: Mapping[str, Array], metadata: Mapping[str, Any]) -> None:
    """Write the file, whole or not at all; equal arguments give equal bytes.

    ``metadata``: about, end, losses, precision, start, store, vocabulary. Raises ValueError for metadata that
    is not JSON, and OSError.
    """
    arrays = dict(sorted(arrays.items()))
    shapes = {name: array.shape for name, array in arrays.items()}
    try:
        text = json.dumps(
            {**FORMAT, **metadata, "shapes": shapes}, sort_keys=True, separators=(",", ":"), allow_nan=False
        )
    except (TypeError, ValueError, RecursionError) as error:
        raise ValueError(f"about: a JSON object expected ({error})") from None
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        with partial.open("wb") as file:
            file.write(save(arrays, {KEY: text}))
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def read(path: Path) -> tuple[dict[str, Array], dict[str, Any]]:
    """The arrays and the metadata of a file that ``write`` could have written.

    Raises ValueError for any other file, and OSError.
    """
    with path.open("rb"):  # raises OSError where the library would raise an error of its own
        pass
    try:
        with safe_open(path, framework="numpy") as file:
            metadata = _metadata((file.metadata() or {}).get(KEY))
            names = list(file.keys())
            headers = {name: file.get_slice(name) for name in names}
            store = metadata["store"]
            for name, header in headers.items():
                found, wanted = header.get_dtype(), stored_as(name, store)
                if TYPES.get(found) != wanted:
                    raise ValueError(f"{name}: {wanted} expected (got {found})")
            shapes: dict[str, Shape] = {name: tuple(header.get_shape()) for name, header in headers.items()}
            check_vocabulary(tuple(metadata["vocabulary"]), metadata["start"], metadata["end"])
            check_shapes(shapes, len(metadata["vocabulary"]), store)
            if metadata["shapes"] != {name: list(shape) for name, shape in shapes.items()}:
                raise ValueError("shapes: the metadata has others than the arrays")
            return {name: file.get_tensor(name) for name in names}, metadata
    except SafetensorError as error:
        raise ValueError(str(error)) from None


def _metadata(text: str | None) -> dict[str, Any]:
    if text is None:
        raise ValueError(f'no metadata key "{KEY}"')
    try:
        metadata = json.loads(text, parse_constant=_refuse)
    except RecursionError:
        raise ValueError("metadata: nested too deeply") from None
    if not isinstance(metadata, dict):
        raise ValueError(f"metadata: a JSON object expected (got {type(metadata).__name__})")
    for field, value in FORMAT.items():
        if metadata.get(field) != value:
            raise ValueError(f"{field}: {value!r} expected (got {metadata.get(field)!r})")
    metadata = {"losses": None, "precision": None, "store": "fp32", **metadata}  # older files lack it
    if wrong := sorted(metadata.keys() ^ FIELDS):
        raise ValueError(f"metadata: {wrong[0]!r} is {'missing' if wrong[0] in FIELDS else 'unknown'}")
    if not isinstance(metadata["vocabulary"], list):
        raise ValueError(f"vocabulary: a list expected (got {metadata['vocabulary']!r:.40})")
    if metadata["store"] not in ("fp32", "int8"):
        raise ValueError(f"store: fp32 or int8 expected (got {metadata['store']!r:.40})")
    if metadata["precision"] not in (None, *PRECISIONS):
        raise ValueError(
            f"precision: one of {', '.join(PRECISIONS)} expected (got {metadata['precision']!r:.40})"
        )
    if not _are_losses(metadata["losses"]):
        raise ValueError(f"losses: a number for each precision expected (got {metadata['losses']!r:.40})")
    if not isinstance(metadata["about"], dict | None):
        raise ValueError(f"about: an object or null expected (got {metadata['about']!r:.40})")
    return metadata


def _are_losses(found: object) -> bool:
    return found is None or (
        isinstance(found, dict)
        and set(found) <= set(PRECISIONS)
        and all(isinstance(loss, float) for loss in found.values())
    )


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"metadata: JSON expected (got {constant})")
