"""What tokenizers and models must give back, and those who train them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from musegen.plugins.checked import Check, Checked, Contract, an_attribute, gives, shown, strings
from musegen.plugins.place_contracts import sizes
from musegen.protocols.models import EpochLoss, Passage, TrainedModel
from musegen.protocols.vocabulary import Tokens, Vocabulary
from musegen.words import counted


def _tokenizer(this: Checked, found: object, *given: object) -> Checked:
    return this.made(found, _TOKENIZER)


def _encode(this: Checked, found: object, text: str) -> Tokens:
    tokens, size = _tokens(this, "encode", found), len(this.vocabulary)
    if len(tokens) and not 0 <= tokens.min() <= tokens.max() < size:
        raise this.fault(f"encode() gives a token outside 0 to {size - 1}")
    return tokens


def _tokens(this: Checked, method: str, found: object) -> Tokens:
    """int32 (n,), of what can be taken for it."""
    array = np.asarray(found) if isinstance(found, np.ndarray | list | tuple) else None
    if array is None or array.ndim != 1 or (len(array) and array.dtype.kind not in "iu"):
        got = shown(found) if array is None else f"{array.dtype} of shape {array.shape}"
        raise this.fault(f"{method}() gives {got}, not tokens: int32 of shape (n,)")
    return array.astype(np.int32, copy=False)


def _trained(this: Checked, found: object, *given: object) -> TrainedModel:
    if not isinstance(found, TrainedModel):
        raise this.fault(f"train() gives {shown(found)}, not a musegen.TrainedModel")
    losses = tuple(this.items("train", found.losses, "losses"))
    for loss in losses:
        right = isinstance(loss, EpochLoss) and isinstance(loss.epoch, int)
        if not right or not _are_numbers([loss.train, 0 if loss.validation is None else loss.validation]):
            raise this.fault(f"train() gives the loss {loss!r:.80}, not a musegen.EpochLoss of int and float")
    if found.best_epoch not in [loss.epoch for loss in losses]:
        raise this.fault(f"train() gives the best epoch {shown(found.best_epoch)}, which has no loss")
    for epoch in found.steps:
        if not _are_numbers(epoch):
            raise this.fault("train() gives steps that are not floats")
    return replace(found, model=this.made(found.model, _MODEL), losses=losses)


def _are_numbers(values: object) -> bool:
    """Whether they can be written as JSON."""
    return isinstance(values, Iterable) and all(isinstance(value, int | float) for value in values)


def _model(this: Checked, found: object, *given: object) -> Checked:
    return this.made(found, _MODEL)


def _continuations(
    this: Checked, found: object, primes: Sequence[Tokens], *given: object
) -> Iterator[Tokens]:
    items = this.items("generate", found, "continuations")

    def one_by_one() -> Iterator[Tokens]:
        count = 0
        for count, item in enumerate(items, 1):
            if count > len(primes):
                break
            yield _tokens(this, "generate", item)
        if count != len(primes):
            got = counted(count, "continuation") if count < len(primes) else "more continuations"
            raise this.fault(f"generate() gives {got} for {counted(len(primes), 'prime')}; it gives one each")

    return one_by_one()


def _nats(this: Checked, found: object, tunes: Sequence[Tokens]) -> list[NDArray[np.float64]]:
    nats = [np.asarray(each) for each in this.items("nats", found, "a list of arrays")]
    if len(nats) != len(tunes):
        told = f"{counted(len(nats), 'array')} for {counted(len(tunes), 'tune')}"
        raise this.fault(f"nats() gives {told}; it gives one for each")
    for each, tune in zip(nats, tunes, strict=True):
        if each.shape != (len(tune) - 1,) or each.dtype.kind != "f":
            got = f"{each.dtype} of shape {each.shape} for {counted(len(tune), 'token')}"
            raise this.fault(f"nats() gives {got}, not float64 of shape ({len(tune) - 1},)")
        if math.isnan(each.sum()):
            raise this.fault("nats() gives what is not a number")
    return nats


def _passages(method: str) -> Check:
    """What the methods of a model that goes on where it stopped must give back."""

    def check(this: Checked, found: object, given: Sequence[object], *more: object) -> list[Passage]:
        passages = list(this.items(method, found, "passages"))
        if len(passages) != len(given):
            told = f"{counted(len(passages), 'passage')} for {len(given)}"
            raise this.fault(f"{method}() gives {told}; it gives one each")
        for passage in passages:
            if not isinstance(passage, Passage):
                raise this.fault(f"{method}() gives {shown(passage)}, not a musegen.Passage")
            tokens, nats = _tokens(this, method, passage.tokens), np.asarray(passage.nats)
            if nats.ndim != 1 or nats.dtype.kind != "f" or len(tokens) - len(nats) not in (0, 1):
                got = f"{nats.dtype} of shape {nats.shape} for {counted(len(tokens), 'token')}"
                raise this.fault(f"{method}() gives as nats {got}, not float64 of shape ({len(tokens)},)")
            if math.isnan(nats.sum()):
                raise this.fault(f"{method}() gives as nats what is not a number")
            left = nats if passage.left is None else np.asarray(passage.left)
            if left.shape != nats.shape or left.dtype.kind != "f":
                got = f"{left.dtype} of shape {left.shape} for {counted(len(tokens), 'token')}"
                raise this.fault(f"{method}() gives as left {got}, not float64 of shape {nats.shape}")
        return passages

    return check


def _saved(this: Checked, found: object, path: Path, *given: object) -> None:
    if not Path(path).is_file():
        raise this.fault(f"save() wrote no file {path}; it writes one at the path it is given")


_TOKENIZER = Contract(
    "musegen.Tokenizer",
    ("vocabulary", "encode", "decode", "state"),
    {"encode": _encode, "decode": gives("decode", str)},
    {"vocabulary": an_attribute("vocabulary", "a musegen.Vocabulary", Vocabulary)},
)
_MODEL = Contract(
    "musegen.LanguageModel",
    ("generate", "nats", "save"),
    {
        "generate": _continuations,
        "nats": _nats,
        "read_passages": _passages("read_passages"),
        "write_passages": _passages("write_passages"),
        "save": _saved,
        "save_as": _saved,
        "with_places": _model,
    },
    {"stores": strings("stores"), "symbols": strings("symbols"), "place_sizes": sizes("place_sizes")},
)
TOKENIZER_TRAINER = Contract(
    "musegen.TokenizerTrainer", ("train", "load"), {"train": _tokenizer, "load": _tokenizer}
)
MODEL_TRAINER = Contract(
    "musegen.ModelTrainer",
    ("train", "load"),
    {"train": _trained, "load": _model, "read_foreign": _model},
)
