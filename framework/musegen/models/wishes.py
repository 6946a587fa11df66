"""The check of a user's wishes: whether a model can fulfil them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from difflib import get_close_matches

from musegen.errors import VocabularyError
from musegen.models.language import Language
from musegen.models.sample_options import WISHES, Sample
from musegen.words import counted


def check_wishes(options: Sample, language: Language, headers: Sequence[Mapping[str, str]]) -> list[str]:
    """Warnings about wishes that no tune of the corpus has. ``headers``: the headers of the training tunes.

    Raises NotationError or VocabularyError for a wish that cannot be written in this notation or vocabulary.
    """
    wished = options.wished(language.notation, language.tonic)
    texts = {"sample.start": options.start, "sample.prime": options.prime or ""}
    names = {
        field: f"sample.{wish}"
        for wish in WISHES
        for field in _alone(options, wish).wished(language.notation)
    }
    texts |= {names.get(field, f"sample, field {field}"): value for field, value in wished.items()}
    for name, text in texts.items():
        try:
            language.tokenizer.encode(text)
        except VocabularyError as error:
            wrong = VocabularyError(f"{name}: {error}; use only symbols of the corpus")
            raise wrong.at(*name.partition(",")[0].split(".")) from None
    warnings = []
    for field, value in wished.items():
        seen = Counter(header[field] for header in headers if field in header)
        if field not in language.fields:
            warnings.append(
                f"the corpus never has the field {field}: the model has not learned what it means"
            )
        elif seen and value not in seen:
            close = get_close_matches(value, seen, 1, 0.3) or [seen.most_common(1)[0][0]]
            warnings.append(
                f"no tune of the corpus has {field}:{value}, as {names.get(field, field)} asks; "
                f"it has {field}:{close[0]} {counted(seen[close[0]], 'time')}"
            )
    return warnings


def _alone(options: Sample, wish: str) -> Sample:
    """The same options with only one of the wishes, to find the field that it fixes."""
    return options.model_copy(update=dict.fromkeys(set(WISHES) - {wish}))
