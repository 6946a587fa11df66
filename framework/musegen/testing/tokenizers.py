"""The laws of tokenizers."""

from __future__ import annotations

import json
import os
import pickle
import random
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from musegen.errors import ArtifactError, VocabularyError
from musegen.options import Options
from musegen.plugins.registry import Plugins
from musegen.protocols.component import Component
from musegen.protocols.tokenizers import Tokenizer, TokenizerTrainer
from musegen.protocols.vocabulary import Vocabulary
from musegen.testing.declared import check_declared, connected
from musegen.testing.examples import example_texts
from musegen.testing.laws import Laws, short

_UNKNOWN = "\N{VIOLIN}"
_TRAIN = """
import json, pickle, sys
sys.path[:], work, texts = pickle.load(sys.stdin.buffer)
build, options = pickle.loads(work)
state = json.dumps(build(options).train(texts).state(), allow_nan=False, sort_keys=True)
sys.stdout.buffer.write(state.encode())
"""
_NONSENSE: tuple[Any, ...] = (None, 3, "nonsense", [], [1], {}, {"no such": "state"})


def check_tokenizer(
    component: Component[TokenizerTrainer],
    options: Mapping[str, Any] | None = None,
    *,
    texts: Sequence[str] | None = None,
    plugins: Plugins | None = None,
) -> None:
    """Check that a tokenizer keeps its laws (:class:`musegen.Tokenizer`, :class:`musegen.TokenizerTrainer`).

    It is trained on ``texts``, by default invented ABC tunes, and tested with them, with pieces of them, and
    with symbols that it cannot know. ``options``: its keys as in a pipeline. ``plugins``: plugins with the
    components that it needs, by default the installed ones. Raises ContractError, an AssertionError that
    names the broken law, and ValueError if the component does not take the options.
    """
    laws = Laws(f'tokenizer "{component.name}"')
    component = connected(component, plugins)
    checked = check_declared("tokenizer", component, options)
    trainer = component.build(checked)
    known = list(example_texts() if texts is None else texts)
    with laws.works("a tokenizer can be trained on tunes"):
        tokenizer = trainer.train(known)
        again = trainer.train(known)
    _check_vocabulary(laws, tokenizer)
    for text in known:
        with laws.works("it can encode every text that it was trained on"):
            tokenizer.encode(text)
        _check_round_trip(laws, tokenizer, text)
    _check_unknown(laws, tokenizer, known[0])
    for text in _pieces(known):
        with laws.works("a text is encoded or a VocabularyError is raised", VocabularyError):
            tokenizer.encode(text)
            _check_round_trip(laws, tokenizer, text)
    same = _state(laws, again) == _state(laws, tokenizer)
    laws.require(same, "the same texts give the same tokenizer", "two trainings differ")
    elsewhere = _trained_elsewhere(component, checked, known)
    law = "the same texts give the same tokenizer in every process"
    found = "another process, in which sets have another order, gave another one"
    laws.require(elsewhere in {None, _state(laws, tokenizer)}, law, found)
    _check_state(laws, trainer, tokenizer, known)


def _trained_elsewhere(component: Component[Any], options: Options, texts: list[str]) -> str | None:
    """The state of a tokenizer that a Python process with another hash seed trains; None if it cannot."""
    try:
        task = pickle.dumps((sys.path, pickle.dumps((component.build, options)), texts))
    except (AttributeError, TypeError, pickle.PicklingError):
        return None  # it is defined inside a function, so another process cannot import it
    seed = "1" if os.environ.get("PYTHONHASHSEED") != "1" else "2"
    environment = {**os.environ, "PYTHONHASHSEED": seed}
    done = subprocess.run([sys.executable, "-c", _TRAIN], input=task, capture_output=True, env=environment)
    return done.stdout.decode() if done.returncode == 0 else None


def _check_vocabulary(laws: Laws, tokenizer: Tokenizer) -> None:
    law = "it has a vocabulary, a musegen.Vocabulary"
    vocabulary = getattr(tokenizer, "vocabulary", None)
    laws.require(isinstance(vocabulary, Vocabulary), law, f"got {short(repr(vocabulary))}")


def _check_round_trip(laws: Laws, tokenizer: Tokenizer, text: str) -> None:
    tokens, size = tokenizer.encode(text), len(tokenizer.vocabulary)
    right = isinstance(tokens, np.ndarray) and tokens.dtype == np.int32 and tokens.ndim == 1
    law = "encode gives an int32 array of shape (n,)"
    laws.require(right, law, f"got {short(repr(tokens))}")
    law = "encode gives tokens of symbols, without start and end marks"
    inside = bool(np.all((tokens > Vocabulary.end) & (tokens < size)))
    laws.require(inside, law, f"got {short(tokens.tolist())} of {size} symbols")
    law = "decode(encode(text)) == text"
    with laws.works(law):
        back = tokenizer.decode(tokens)
    laws.require(back == text, law, _difference(text, back))
    law = "decode leaves start and end marks out"
    with laws.works(law):
        marked = np.array([Vocabulary.start, *tokens, Vocabulary.end], np.int32)
        laws.require(tokenizer.decode(marked) == text, law, f"text {short(repr(text))}")


def _check_unknown(laws: Laws, tokenizer: Tokenizer, text: str) -> None:
    """Check an unknown symbol. A tokenizer that knows every character may encode it, but without loss."""
    law = "an unknown symbol raises VocabularyError"
    strange = text + _UNKNOWN
    with laws.works(law, VocabularyError):
        back = tokenizer.decode(tokenizer.encode(strange))
        laws.require(back == strange, law, f"{_UNKNOWN!r} was encoded, and decoded as {back[-3:]!r}")
    for token in (-1, len(tokenizer.vocabulary)):
        with laws.refuses("decode raises VocabularyError for a token outside [0, V)", VocabularyError):
            tokenizer.decode(np.array([token], np.int32))


def _check_state(laws: Laws, trainer: TokenizerTrainer, tokenizer: Tokenizer, texts: Sequence[str]) -> None:
    law, state = "load(state()) gives an equal tokenizer", _state(laws, tokenizer)
    with laws.works(law):
        loaded = trainer.load(json.loads(state))
    laws.require(loaded.vocabulary == tokenizer.vocabulary, law, "the vocabulary differs")
    for text in texts:
        with laws.works(law):
            same = np.array_equal(loaded.encode(text), tokenizer.encode(text))
        laws.require(same, law, f"it encodes {short(repr(text))} differently")
    laws.require(_state(laws, loaded) == state, law, "its state differs")
    for nonsense in _NONSENSE:
        if json.dumps(nonsense) != state:
            with laws.refuses(f"load raises ArtifactError for a state such as {nonsense!r}", ArtifactError):
                trainer.load(nonsense)


def _state(laws: Laws, tokenizer: Tokenizer) -> str:
    return laws.made(
        "state() is JSON", lambda: json.dumps(tokenizer.state(), allow_nan=False, sort_keys=True)
    )


def _pieces(texts: Sequence[str]) -> Iterator[str]:
    """New texts with mostly the same symbols: parts of texts, and texts with shuffled lines or symbols."""
    rng = random.Random(7)
    yield ""
    for text in texts[:10]:
        begin, end = sorted(rng.choices(range(len(text) + 1), k=2))
        yield text[begin:end]
        yield "".join(rng.sample(text, len(text)))
        lines = text.splitlines(keepends=True)
        yield "".join(rng.sample(lines, len(lines)))
        yield text.rstrip("\n")
        yield text.upper()


def _difference(text: str, back: str) -> str:
    place = next((i for i, (a, b) in enumerate(zip(text, back, strict=False)) if a != b), None)
    place = min(len(text), len(back)) if place is None else place
    begin = max(0, place - 10)
    return f"{text[begin : place + 20]!r} came back as {back[begin : place + 20]!r}"
