"""New tunes from a trained model: headers led to what was wished, bodies drawn, valid tunes kept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import cached_property
from random import Random
from statistics import median
from typing import Any

from musegen.canonical import JSON
from musegen.corpus.transposing import to_tonic
from musegen.errors import NotationError, VocabularyError
from musegen.models.encoding import with_marks
from musegen.models.sample_options import Sample
from musegen.music.score import Score
from musegen.music.tune import Tune
from musegen.music.validity import Fault, Judgement, Valid, judge
from musegen.protocols.models import LanguageModel
from musegen.protocols.notations import Notation
from musegen.protocols.rules import Rule
from musegen.protocols.sampling import derive_seed
from musegen.protocols.tokenizers import Tokenizer
from musegen.protocols.vocabulary import Tokens

_HEADER_LINES = 30
_LINE_TOKENS = 200
_ROUND = 32
"""Draws at a time: the raw valid rate rests on whole rounds, so that stopping early does not colour it."""
SEEDS_A_RUN = 1_000_000
"""Draw k of a run with seed s has the seed s * 1,000,000 + k, so that no two runs share a draw."""


@dataclass(frozen=True)
class Home:
    """The one tonic of the tunes that a model has learned, and where they came from."""

    tonic: str
    tonics: Mapping[str, Mapping[str, int]]
    """Mode -> tonic -> how many training tunes had it; new tunes get theirs by these shares."""

    def state(self) -> dict[str, JSON]:
        """As JSON; :meth:`load` reads it."""
        return {"tonic": self.tonic, "tonics": {mode: dict(counts) for mode, counts in self.tonics.items()}}

    @classmethod
    def load(cls, state: Any) -> Home | None:
        """What :meth:`state` gave; None for None."""
        return cls(state["tonic"], state["tonics"]) if state else None

    def choose(self, mode: str, seed: int) -> str:
        """A tonic for a new tune in this mode."""
        counts = self.tonics.get(mode) or {}
        if not counts:
            return self.tonic
        return Random(derive_seed(seed, "tonic")).choices(list(counts), list(counts.values()))[0]


@dataclass(frozen=True)
class Draw:
    """One tune as it was drawn, with what is wrong with it."""

    tune: Tune
    seed: int
    ended: bool
    """Whether the model ended it, rather than its greatest length."""
    judgement: Judgement
    score: Score | None
    """None where the text cannot be parsed."""


@dataclass(frozen=True)
class Composition:
    """The tunes that were kept and all draws they were chosen from."""

    kept: tuple[Draw, ...]
    draws: tuple[Draw, ...]


def examine(
    notation: Notation, tune: Tune, rules: Valid, ended: bool = True, more: Sequence[Rule] = ()
) -> tuple[Judgement, Score | None]:
    """Parse and judge one tune, generated or real; ``more``: rules of plugins."""
    unfinished = () if ended else (Fault("unfinished", "the model did not end it"),)
    try:
        score = notation.parse(tune)
    except NotationError as error:
        return Judgement((*unfinished, Fault("parse", error.message, line=error.line))), None
    judgement = judge(score, rules, (fault for rule in more for fault in rule.faults(score)))
    return replace(judgement, faults=(*unfinished, *judgement.faults)), score


class Composer:
    """Draws tunes from a model as ``[sample]`` asks."""

    def __init__(
        self,
        model: LanguageModel,
        tokenizer: Tokenizer,
        notation: Notation,
        notation_name: str,
        fields: Sequence[str],
        options: Sample,
        home: Home | None = None,
        rules: Sequence[Rule] = (),
    ) -> None:
        """``fields``: the corpus's header fields in its order; ``home``: where its tunes were brought;
        ``rules``: what tunes must keep besides ``[sample.valid]``."""
        self._model, self._tokenizer = model, tokenizer
        self._notation, self._notation_name = notation, notation_name
        self._fields, self._options, self._home, self._rules = fields, options, home, rules

    def compose(self, seed: int, advance: Callable[[int, int, str], None]) -> Composition:
        """Draw until enough valid tunes are found or the attempts are used up; with keep = "all", once each.

        Where the attempts do not suffice, those with the fewest faults make up the number.
        """
        options, draws = self._options, list[Draw]()
        first = seed * SEEDS_A_RUN
        if options.keep == "all":
            for begin in range(0, options.tunes, _ROUND):
                count = min(_ROUND, options.tunes - begin)
                draws += self.draw(range(first + begin, first + begin + count))
                advance(len(draws), options.tunes, "")
            return Composition(tuple(draws), tuple(draws))
        most, valid = options.tunes * options.attempts, 0
        while valid < options.tunes and len(draws) < most:
            count = min(max(options.tunes, _ROUND), most - len(draws))
            draws += self.draw(range(first + len(draws), first + len(draws) + count))
            valid = sum(draw.judgement.valid for draw in draws)
            advance(min(valid, options.tunes), options.tunes, f"{valid} of {len(draws)} draws valid")
        best = sorted(draws, key=_badness)[: options.tunes]
        return Composition(tuple(sorted(best, key=lambda draw: draw.seed)), tuple(draws))

    def draw(self, seeds: Sequence[int]) -> list[Draw]:
        """One tune a seed; each depends on its own seed alone."""
        if self._options.prime is None:
            texts = self._headers(seeds)
            texts = [text + self._options.start for text in texts]
        else:
            texts = [self._options.prime] * len(seeds)
        primes = [self._prime(text) for text in texts]
        bodies = self._model.generate(primes, self._options.sampling, seeds)
        draws = []
        for seed, text, prime, body in zip(seeds, texts, primes, bodies, strict=True):
            room = max(self._options.max_length - (len(prime) - 1), 0)
            whole = text + self._tokenizer.decode(body[:room])
            ended = len(body) <= room and len(body) < self._options.max_length
            tune = Tune(whole if whole.endswith("\n") else whole + "\n", self._notation_name)
            if self._home:
                tune = self._brought_back(tune, self._home, seed)
            judgement, score = examine(self._notation, tune, self._options.valid, ended, self._rules)
            if score is not None:
                tune = replace(tune, title=score.title)
            draws.append(Draw(tune, seed, ended, judgement, score))
        return draws

    def _brought_back(self, tune: Tune, home: Home, seed: int) -> Tune:
        """The tune in the key wished for, else in one of those that the corpus had in its mode."""
        try:
            wish = self._options.key
            tonic = self._notation.key(wish).tonic if wish else ""
            tonic = tonic or home.choose(self._notation.parse(tune).key.mode, seed)
            return to_tonic(self._notation, tune, tonic)
        except NotationError:
            return tune

    def _prime(self, text: str) -> Tokens:
        """``text`` after the start mark: int32 (n + 1,)."""
        return with_marks(self._tokenizer, text)[:-1]

    def _headers(self, seeds: Sequence[int]) -> list[str]:
        """A header a seed, written line by line: the model proposes, the guide puts in what was wished."""
        guide = self._notation.guide(
            self._options.wishes(self._home.tonic if self._home else ""), self._fields
        )
        texts = [guide.opening] * len(seeds)
        sampling = replace(self._options.sampling, max_tokens=_LINE_TOKENS, stop=self._line_ends)
        unfinished = list(range(len(seeds)))
        for line_number in range(_HEADER_LINES):
            if not unfinished:
                break
            lines = self._model.generate(
                [self._prime(texts[i]) for i in unfinished],
                sampling,
                [derive_seed(seeds[i], "header", line_number) for i in unfinished],
            )
            proposed = {i: self._tokenizer.decode(line) for i, line in zip(unfinished, lines, strict=True)}
            for i, line in proposed.items():
                ended_early = "\n" not in line
                texts[i] += guide.next(texts[i], line.partition("\n")[0] + "\n")
                if ended_early or guide.complete(texts[i]):
                    unfinished.remove(i)
        return texts

    @cached_property
    def _line_ends(self) -> tuple[int, ...]:
        symbols = self._tokenizer.vocabulary.symbols
        return tuple(token for token, symbol in enumerate(symbols) if "\n" in symbol)


def _badness(draw: Draw) -> tuple[bool, bool, int]:
    """Sorts draws: what plays before what does not, what ended before what was cut, then by faults."""
    return draw.score is None, not draw.ended, len(draw.judgement.faults)


def check_wishes(
    options: Sample,
    notation: Notation,
    tokenizer: Tokenizer,
    headers: Sequence[Mapping[str, str]],
    home: Home | None = None,
) -> list[str]:
    """Warnings about wishes that the corpus does not know; ``headers``: those of the training tunes.

    Raises NotationError or VocabularyError for a wish that cannot be written at all.
    """
    wished = notation.wished(options.wishes(home.tonic if home else ""))
    texts = {"sample.start": options.start, "sample.prime": options.prime or ""}
    names = {"K": "sample.key", "M": "sample.metre", "R": "sample.rhythm"}
    texts |= {names.get(field, f"sample, field {field}"): value for field, value in wished.items()}
    for name, text in texts.items():
        try:
            tokenizer.encode(text)
        except VocabularyError as error:
            raise VocabularyError(f"{name}: {error}; use what the corpus has") from None
    warnings = []
    for field, value in wished.items() if headers else ():
        seen = Counter(header[field] for header in headers if field in header)
        if not seen:
            warnings.append(
                f"the corpus never has the field {field}: the model has not learned what it means"
            )
        elif value not in seen:
            close = get_close_matches(value, seen, 1, 0.3) or [seen.most_common(1)[0][0]]
            warnings.append(
                f"no tune of the corpus has {field}:{value}, as {names.get(field, field)} asks; "
                f"it has {field}:{close[0]} {seen[close[0]]} times"
            )
    return warnings


def describe(draws: Sequence[Draw]) -> dict[str, JSON]:
    """Valid rate, reasons against, lengths, keys and metres of some tunes."""
    return describe_judged([(draw.tune, draw.judgement, draw.score) for draw in draws])


def describe_judged(judged: Sequence[tuple[Tune, Judgement, Score | None]]) -> dict[str, JSON]:
    """The same for tunes judged by :func:`examine`."""
    valid = sum(judgement.valid for _, judgement, _ in judged)
    reasons = Counter(
        kind for _, judgement, _ in judged for kind in dict.fromkeys(fault.kind for fault in judgement.faults)
    )
    scores = [score for _, _, score in judged if score is not None]
    bars = [len(score.bars) for score in scores]
    lengths = [len(tune.text) for tune, _, _ in judged]
    return {
        "tunes": len(judged),
        "valid": valid,
        "valid_rate": valid / len(judged) if judged else None,
        "reasons": dict(reasons.most_common()),
        "median_characters": median(lengths) if lengths else None,
        "median_bars": median(bars) if bars else None,
        "keys": dict(Counter(str(score.key) for score in scores).most_common()),
        "metres": dict(Counter(str(score.metre) for score in scores).most_common()),
    }
