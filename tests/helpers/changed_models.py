"""Files of trained models, changed at random in what they say and in their bytes."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

import musegen
from helpers.hostile import guarded
from helpers.invented import NGRAM_PIPELINE, write_pipeline
from musegen import MusegenError
from musegen.models.saved_model import read_about
from musegen_sampling import LSTMWeights

KINDS = ("n-gram", "fp32", "int8")
_PIPELINE = NGRAM_PIPELINE.replace('use = "ngram"', 'use = "ngram"\norder = 2\nmemory = true').replace(
    "[tokenizer]", '[prepare]\ntonic = "C"\n\n[tokenizer]'
)


def trained_files(folder: Path) -> dict[str, bytes]:
    """A small model of each kind, all of one corpus whose tunes were brought to one tonic."""
    musegen.load(write_pipeline(folder, _PIPELINE)).train(musegen.Silent())
    path = folder / "run" / "model.safetensors"
    about = {**read_about(path), "model": {"name": "keras-lstm", "version": _version()}}
    symbols = described(path.read_bytes())["vocabulary"]
    files = {"n-gram": path.read_bytes()}
    for store in ("fp32", "int8"):
        weights(symbols).save(folder / store, about, store)  # type: ignore[arg-type]
        files[store] = (folder / store).read_bytes()
    return files


def _version() -> int:
    return musegen.installed_plugins().model("keras-lstm").version


def weights(symbols: list[str]) -> LSTMWeights:
    """Random ones over these symbols."""
    rng, size, units = np.random.default_rng(1), len(symbols), 12

    def array(*shape: int) -> Any:
        return rng.uniform(-0.5, 0.5, shape).astype(np.float32)

    layer = (array(6, 4 * units), array(units, 4 * units), array(4 * units))
    return LSTMWeights(symbols, array(size, 6), [layer], array(units, size), array(size), start=0, end=1)


def described(file: bytes) -> Any:
    """What the metadata of a model's file says."""
    return json.loads(_header(file)["__metadata__"]["musegen"])


def redescribed(file: bytes, description: object) -> bytes:
    """The same arrays with other metadata."""
    length = int.from_bytes(file[:8], "little")
    header = _header(file)
    header["__metadata__"] = {"musegen": json.dumps(description)}
    text = json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + file[8 + length :]


def _header(file: bytes) -> Any:
    return json.loads(file[8 : 8 + int.from_bytes(file[:8], "little")])


_JUNK: tuple[Callable[[], Any], ...] = (
    *(lambda value=value: value for value in (None, True, 0, -1, 3, 1.5, 10**30, "", "x", "C", "K")),
    *(lambda value=value: value for value in (float("nan"), float("inf"), "\ud800", "a\udfff", "№" * 300)),
    *(
        list,
        dict,
        lambda: [[]],
        lambda: {"a": 1},
        lambda: ["X", 3],
        lambda: {"C": {"C": -1}},
        lambda: ["T"] * 90,
    ),
    lambda: json.loads("[" * 60 + "]" * 60),
)


def changed(file: bytes, rng: random.Random) -> bytes:
    """The file after a few changes: of what it says, or of its bytes."""
    if rng.random() < 0.25:
        return _damaged(file, rng)
    description = described(file)
    for _ in range(rng.choice((1, 1, 1, 2, 4))):
        spots = [spot for spot in _spots(description) if spot]
        if not spots:
            break
        # Half of the changes go where the file says what it is for; a vocabulary has most of the spots.
        about = [spot for spot in spots if spot[0] == "about"]
        _change(description, rng.choice(about if about and rng.random() < 0.7 else spots), rng)
    return redescribed(file, description)


def _spots(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The way to every value inside."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(spot for key, inner in items for spot in _spots(inner, (*path, key)))]


def _change(description: Any, spot: tuple[Any, ...], rng: random.Random) -> None:
    holder = description
    for key in spot[:-1]:
        holder = holder[key]
    key, value = spot[-1], holder[spot[-1]]
    match rng.randrange(6):
        case 0:
            del holder[key]
        case 1 if isinstance(value, str) and value:
            holder[key] = "".join(rng.sample(value, len(value)))
        case 1 if isinstance(value, list):
            rng.shuffle(value)
        case 2 if isinstance(value, str):
            holder[key] = value + rng.choice(("ß", "\ud800", value[:1], "\n", "№№"))
        case 2 if isinstance(value, list):
            value.append(rng.choice(_JUNK)())
        case 2 if isinstance(value, dict):
            value[rng.choice(("x", "\ud800", "C", ""))] = rng.choice(_JUNK)()
        case 3 if isinstance(value, str | list):
            holder[key] = value[: len(value) // 2]
        case 4 if isinstance(value, int) and not isinstance(value, bool):
            holder[key] = value + rng.choice((-1, 1, 1000, -(10**9)))
        case _:
            holder[key] = rng.choice(_JUNK)()


def _damaged(file: bytes, rng: random.Random) -> bytes:
    content = bytearray(file)
    header = 8 + int.from_bytes(file[:8], "little")
    if rng.random() < 0.1:
        return bytes(content[: rng.randrange(len(content))])
    for _ in range(rng.choice((1, 1, 2, 8))):
        content[rng.randrange(header if rng.random() < 0.5 else len(content))] = rng.randrange(256)
    return bytes(content)


@dataclass(frozen=True)
class Outcome:
    """What became of a changed file."""

    word: str
    """``sampled``, ``refused``, or what it should not be."""
    line: str = ""
    error: BaseException | None = None


def outcome(file: bytes, folder: Path) -> Outcome:
    """Sample one tune from the file, to ``folder``."""
    path = folder / "model.safetensors"
    path.write_bytes(file)
    try:
        with guarded():
            musegen.sample(
                path, folder / "out", tunes=1, keep="all", max_length=80, key="Em", renderers=["midi"]
            )
    except MusegenError as error:
        line = str(error)
        lawful = line and "\n" not in line and line.isprintable()
        return Outcome("refused" if lawful else "refused in other than one line", line, error)
    except Exception as error:
        return Outcome(type(error).__name__, str(error), error)
    finally:
        for file_made in (folder / "out").glob("*") if (folder / "out").exists() else ():
            file_made.unlink()
    return Outcome("sampled")
