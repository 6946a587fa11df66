"""A tokenizer that loses something is refused before anything is built on it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from musegen import PluginError, Tokens, Tune, Vocabulary
from musegen.models.tokenizing import checked_state
from musegen.plugins.contracts import checked

TUNES = (Tune("X:1\nK:D\nDEF|", "abc", source="a.abc:1"), Tune("X:2\nK:D\nF E D|", "abc", source="a.abc:5"))


class Characters:
    """Lawful unless told otherwise."""

    def __init__(
        self, before: Callable[[str], str] = str, after: Callable[[str], str] = str, state: Any = None
    ) -> None:
        self.vocabulary = Vocabulary(sorted({*"".join(tune.text for tune in TUNES)}))
        self._before, self._after, self._state = before, after, state

    def encode(self, text: str) -> Tokens:
        """Of what ``before`` makes of it."""
        return self.vocabulary.encode(self._before(text))

    def decode(self, tokens: Tokens) -> str:
        """What ``after`` makes of it."""
        return self._after(self.vocabulary.decode(np.asarray(tokens)))

    def state(self) -> Any:
        """As given."""
        return self._state


class Trainer:
    """Trains what it was given."""

    def __init__(self, tokenizer: Any) -> None:
        self.train = self.load = lambda _: tokenizer


def test_a_lawful_one_gives_its_state() -> None:
    """As JSON, in any language."""
    assert checked_state(Characters(state={"é": 1}), TUNES) == '{"é": 1}'


@pytest.mark.parametrize(
    ("tokenizer", "message"),
    [
        (
            Characters(after=lambda text: text.replace(" ", "")),
            "lossy: a.abc:5 comes back with 'ED|' for ",
        ),
        (Characters(before=lambda text: text[:-1]), "lossy: a.abc:1 comes back with '' for '|'"),
        (Characters(before=str.lower), "cannot encode a.abc:1, which it was trained on: "),
        (Characters(state={1, 2}), r"state\(\) gives set, which is not JSON"),
        (object(), "has no vocabulary; its protocol is musegen.Tokenizer"),
        (Characters(after=len), r"decode\(\) gives int \d+, not a str"),  # type: ignore[arg-type]
    ],
)
def test_what_breaks_the_law_is_one_line(tokenizer: Any, message: str) -> None:
    """Whose fault it is, and where it shows."""
    trainer = checked("tokenizer", Trainer(tokenizer), 'tokenizer "chars", plugin "p" of d 1.0')
    with pytest.raises(PluginError, match=f'^tokenizer "chars", plugin "p" of d 1.0: .*{message}') as caught:
        checked_state(trainer.train([]), TUNES)
    assert "\n" not in str(caught.value)
