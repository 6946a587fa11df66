"""The check of a user's wishes: whether a model can fulfil them."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from difflib import get_close_matches

from musegen.corpus.told import Told
from musegen.errors import MusegenError, NotationError, VocabularyError
from musegen.models.known import WISHES
from musegen.models.language import Language
from musegen.models.sample_options import Sample, limits_of
from musegen.music.tune import Tune
from musegen.protocols.notations import HeadedNotation
from musegen.protocols.rules import Rule
from musegen.words import counted

PRIME = "sample.prime"
"""How the places of a prime are named."""


def check_wishes(options: Sample, language: Language, rules: Sequence[Rule] = ()) -> list[str]:
    """Warnings about wishes that no training tune has, as far as the language knows their headers.

    ``rules``: rules of plugins.

    Raises NotationError or VocabularyError for a wish that cannot be written in this notation or vocabulary,
    and MusegenError for a prime after which nothing can be drawn, or for a form that nothing can have.
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
    _check_room(options, language)
    warnings = _without_rules(options, language, rules) + [
        f"{name} has no effect: the prime is the whole beginning of every tune"
        for name in ("key", "metre", "rhythm", "start")
        if options.prime is not None and getattr(options, name) and not (name == "key" and language.home)
    ]
    if options.prime is not None:
        return warnings + _mistakes(options.prime, language)
    warnings += _unknown_mode(options, language)
    for field, value in wished.items():
        seen = language.headers.get(field, {})
        if field not in language.fields:
            warnings.append(
                f"the corpus never has the field {field}: the model has not learned what it means"
            )
        elif seen and value not in seen:
            close = get_close_matches(value, seen, 1, 0.3) or [max(seen, key=seen.__getitem__)]
            warnings.append(
                f"no tune of the corpus has {field}:{value}, as {names.get(field, field)} asks; "
                f"it has {field}:{close[0]} {counted(seen[close[0]], 'time')}"
            )
    return warnings


def _without_rules(options: Sample, language: Language, rules: Sequence[Rule]) -> list[str]:
    """A warning where rules are wanted and there are none for this notation or this model.

    Raises MusegenError for wishes for the form of a tune that nothing can be written under.
    """
    wishes = " and ".join(options.rules.wishes)
    if not options.rules.on:
        return [f"{wishes} of sample.rules: rules are off, so tunes are only judged by it"] if wishes else []
    try:
        found = language.token_rules(limits_of(options, rules), options.max_length)
    except (MusegenError, ValueError) as error:
        if wishes:
            raise MusegenError(f"sample.rules: {error}").at("sample", "rules") from None
        return [f"rules are left out, so that tunes are only judged when they are finished: {error}"]
    if wishes and found is None:
        return [f"{wishes} of sample.rules: this notation cannot write so; tunes are only judged by it"]
    return []


def _unknown_mode(options: Sample, language: Language) -> list[str]:
    """A warning about a key whose mode no training tune has, where only the home tells of keys."""
    notation, home = language.notation, language.home
    if not options.key or not home or language.headers or not isinstance(notation, HeadedNotation):
        return []
    key = notation.key(options.key)
    if not key.tonic or key.mode in home.tonics:
        return []
    modes = ", ".join(home.tonics)
    return [f"no tune of the corpus is {key.mode}, as sample.key asks; its tunes are {modes}"]


def _check_room(options: Sample, language: Language) -> None:
    """Raises MusegenError where the prime alone is as long as a tune may be."""
    prime = options.prime or ""
    try:
        length = len(language.tokenizer.encode(language.folded(prime)))
    except VocabularyError:  # it has symbols of copied bars that the corpus never has: they stay written out
        length = len(language.tokenizer.encode(prime))
    if length >= options.max_length:
        raise MusegenError(
            f"sample.prime: has {counted(length, 'token')}, and a tune at most max_length = "
            f"{options.max_length}; raise max_length or shorten the prime"
        ).at("sample", "prime")


def _mistakes(prime: str, language: Language) -> list[str]:
    """What of the prime is read tolerantly, but for its last line if that goes on."""
    lines = list[str]()
    told = Told(lines.append)
    tune = Tune(prime, language.notation_name, source=f"{PRIME}:1")
    with suppress(NotationError):  # there is no note yet, or the header goes on
        score = language.notation.parse(tune)
        last = 0 if prime.endswith("\n") else prime.count("\n") + 1
        problems = tuple(problem for problem in score.problems if problem.line != last)
        told.score(tune, replace(score, problems=problems))
    told.finish()
    return lines


def _alone(options: Sample, wish: str) -> Sample:
    """The same options with only one of the wishes, to find the field that it fixes."""
    return options.model_copy(update=dict.fromkeys(set(WISHES) - {wish}))
