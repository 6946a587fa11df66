"""The check of a trained tokenizer before anything uses it."""

from __future__ import annotations

import json
from collections.abc import Iterable

from musegen.errors import VocabularyError
from musegen.music.tune import Tune
from musegen.plugins.checked import fault_of, shown
from musegen.protocols.tokenizers import Tokenizer


def checked_state(tokenizer: Tokenizer, tunes: Iterable[Tune]) -> str:
    """The tokenizer's state as JSON.

    Raises ComponentError if the tokenizer cannot encode a tune that it was trained on without loss.
    """
    for tune in tunes:
        try:
            back = tokenizer.decode(tokenizer.encode(tune.text))
        except VocabularyError as error:
            raise fault_of(
                tokenizer, f"cannot encode {tune.source}, which it was trained on: {error}"
            ) from error
        if back != tune.text:
            same = next(
                (place for place, pair in enumerate(zip(back, tune.text, strict=False)) if len({*pair}) > 1),
                min(len(back), len(tune.text)),
            )
            raise fault_of(
                tokenizer,
                f"is lossy: {tune.source} comes back with {back[same : same + 20]!r} for "
                f"{tune.text[same : same + 20]!r}; musegen.testing.check_tokenizer checks it in detail",
            )
    state = tokenizer.state()
    try:
        return json.dumps(state, ensure_ascii=False)
    except (TypeError, ValueError) as error:
        raise fault_of(tokenizer, f"state() gives {shown(state)}, which is not JSON ({error})") from error
