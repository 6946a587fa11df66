"""Headers of new tunes: the model proposes line after line, and a guide puts in the wishes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from musegen.errors import VocabularyError
from musegen.models.encoding import as_prime
from musegen.models.language import Language
from musegen.models.script import Script
from musegen.music.score import Problem
from musegen.protocols.notations import HeadedNotation, HeaderGuide, Wishes
from musegen.protocols.sampling import Sampling, derive_seed

_LINES = 30
LINE_TOKENS = 200
"""Largest number of tokens in a line of a header."""


def write_headers(
    language: Language, wishes: Wishes, script: Script, sampling: Sampling, seeds: Sequence[int]
) -> list[tuple[str, Sequence[Problem]]]:
    """A header for each seed, and the symbols of bars in it, which are left out.

    ``sampling``: the options for a line, which ends it after a line end.
    """
    if not isinstance(language.notation, HeadedNotation):
        return [("", ())] * len(seeds)
    guide = language.notation.guide(wishes, language.fields)
    texts = [guide.opening] * len(seeds)
    problems: list[list[Problem]] = [[] for _ in seeds]
    unfinished = list(range(len(seeds)))
    for number in range(_LINES):
        if not unfinished:
            break
        primes = [as_prime(language, texts[i]) for i in unfinished]
        own = [derive_seed(seeds[i], "header", number) for i in unfinished]
        lines = list(script.write(unfinished, primes, sampling, own))
        for i, tokens in zip(list(unfinished), lines, strict=True):
            line, told = language.unfolded(language.tokenizer.decode(tokens))
            problems[i] += [replace(each, line=texts[i].count("\n") + 1) for each in told]
            texts[i] += _led(language, guide, texts[i], line.partition("\n")[0] + "\n")
            if "\n" not in line or guide.complete(texts[i]):
                unfinished.remove(i)
    return list(zip(texts, problems, strict=True))


def _led(language: Language, guide: HeaderGuide, header: str, line: str) -> str:
    """The line that the guide writes in place of a drawn one, unless the model could not read it."""
    written = guide.next(header, line)
    try:
        language.tokenizer.encode(written)
    except VocabularyError:
        return line
    return written
