"""Composition of new tunes with a trained model: headers with the wishes, bodies, choice of valid tunes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import cached_property

import numpy as np

from musegen.corpus.transposing import to_tonic
from musegen.errors import NotationError
from musegen.models.draws import Composition, Draw, finite
from musegen.models.encoding import with_marks
from musegen.models.examining import examine
from musegen.models.language import Home, Language
from musegen.models.numbering import draw_seeds
from musegen.models.sample_options import Sample
from musegen.music.tune import Tune
from musegen.plugins.checked import fault_of
from musegen.protocols.models import LanguageModel
from musegen.protocols.notations import HeadedNotation
from musegen.protocols.rules import Rule
from musegen.protocols.sampling import Sampling, derive_seed
from musegen.protocols.vocabulary import Tokens
from musegen.words import counted

_HEADER_LINES = 30
_LINE_TOKENS = 200
_ROUND = 32
"""Number of draws at a time. The rate of valid draws is measured on whole rounds, so that stopping early does
not distort it."""


class Composer:
    """A composer that draws tunes from a model as ``[sample]`` asks. A draw is one attempt at a tune."""

    def __init__(
        self, network: LanguageModel, language: Language, options: Sample, rules: Sequence[Rule] = ()
    ) -> None:
        """``rules``: rules that tunes must keep in addition to ``[sample.valid]``."""
        self._network, self._language, self._options, self._rules = network, language, options, rules

    def compose(self, seed: int, advance: Callable[[int, int, str], None], first: int = 0) -> Composition:
        """Draw until there are enough valid tunes or no attempts are left. With keep = "all", draw each once.

        If there are too few valid tunes, those with the fewest faults are kept too. ``advance`` gets the
        progress. ``first``: number of the run's draw to begin with.
        """
        options, draws = self._options, list[Draw]()
        if options.keep == "all":
            for begin in range(0, options.tunes, _ROUND):
                count = min(_ROUND, options.tunes - begin)
                draws += self.draw(draw_seeds(seed, first + begin, count))
                advance(len(draws), options.tunes, "")
            return Composition(tuple(self.measured(draws)), tuple(draws))
        most, valid = options.tunes * options.attempts, 0
        while valid < options.tunes and len(draws) < most:
            count = min(max(options.tunes, _ROUND), most - len(draws))
            draws += self.draw(draw_seeds(seed, first + len(draws), count))
            valid = sum(draw.judgement.valid for draw in draws)
            advance(
                min(valid, options.tunes),
                options.tunes,
                f"{valid} of {counted(len(draws), 'tune')} drawn are valid",
            )
        best = sorted(draws, key=_badness)[: options.tunes]
        best.sort(key=lambda draw: draw.seed)
        return Composition(tuple(self.measured(best)), tuple(draws))

    def measured(self, draws: Sequence[Draw]) -> list[Draw]:
        """The draws with their losses under the model."""
        losses = self._network.nats([draw.drawn for draw in draws if draw.drawn is not None])
        return [
            replace(draw, nats=finite(float(nats.sum()))) for draw, nats in zip(draws, losses, strict=True)
        ]

    def draw(self, seeds: Sequence[int]) -> list[Draw]:
        """One tune for each seed, which depends on that seed alone."""
        if self._options.prime is None:
            texts = self._headers(seeds)
            texts = [text + self._options.start for text in texts]
        else:
            texts = [self._options.prime] * len(seeds)
        primes = [self._prime(text) for text in texts]
        bodies = self._generate(primes, self._options.sampling, seeds)
        draws = []
        for seed, text, prime, body in zip(seeds, texts, primes, bodies, strict=True):
            room = max(self._options.max_length - (len(prime) - 1), 0)
            whole = text + self._language.tokenizer.decode(body[:room])
            ended = len(body) <= room and len(body) < self._options.max_length
            tune = Tune(whole if whole.endswith("\n") else whole + "\n", self._language.notation_name)
            if self._language.home:
                tune = self._brought_back(tune, self._language.home, seed)
            valid = self._options.valid
            judgement, score = examine(self._language.notation, tune, valid, ended, self._rules)
            if score is not None:
                tune = replace(tune, title=score.title)
            end = [self._language.tokenizer.vocabulary.end] if ended else []
            drawn = np.array([*prime, *body[:room], *end], np.int32)
            draws.append(Draw(tune, seed, ended, judgement, score, drawn))
        return draws

    def _brought_back(self, tune: Tune, home: Home, seed: int) -> Tune:
        """The tune in the wished key, or in one of the keys that the corpus had in the tune's mode."""
        try:
            notation = self._language.notation
            tonic, wish = "", self._options.key
            if wish and isinstance(notation, HeadedNotation):
                tonic = notation.key(wish).tonic
            tonic = tonic or home.choose(notation.parse(tune).key.mode, seed)
            return to_tonic(notation, tune, tonic)
        except NotationError:
            return tune

    def _generate(
        self, primes: Sequence[Tokens], sampling: Sampling, seeds: Sequence[int]
    ) -> Iterator[Tokens]:
        """One continuation a prime. Raises ComponentError for a token that the tokenizer does not have."""
        size = len(self._language.tokenizer.vocabulary)
        for tokens in self._network.generate(primes, sampling, seeds):
            if len(tokens) and not 0 <= int(tokens.min()) <= int(tokens.max()) < size:
                raise fault_of(self._network, f"generate() gives a token outside 0 to {size - 1}")
            yield tokens

    def _prime(self, text: str) -> Tokens:
        """The start mark and the tokens of ``text``: int32 (n + 1,)."""
        return with_marks(self._language.tokenizer, text)[:-1]

    def _headers(self, seeds: Sequence[int]) -> list[str]:
        """A header for each seed. The model proposes line after line, and a guide puts in the wishes."""
        language = self._language
        if not isinstance(language.notation, HeadedNotation):
            return [""] * len(seeds)
        guide = language.notation.guide(self._options.wishes(language.tonic), language.fields)
        texts = [guide.opening] * len(seeds)
        sampling = replace(self._options.sampling, max_tokens=_LINE_TOKENS, stop=self._line_ends)
        unfinished = list(range(len(seeds)))
        for line_number in range(_HEADER_LINES):
            if not unfinished:
                break
            lines = self._generate(
                [self._prime(texts[i]) for i in unfinished],
                sampling,
                [derive_seed(seeds[i], "header", line_number) for i in unfinished],
            )
            proposed = {
                i: self._language.tokenizer.decode(line) for i, line in zip(unfinished, lines, strict=True)
            }
            for i, line in proposed.items():
                ended_early = "\n" not in line
                texts[i] += guide.next(texts[i], line.partition("\n")[0] + "\n")
                if ended_early or guide.complete(texts[i]):
                    unfinished.remove(i)
        return texts

    @cached_property
    def _line_ends(self) -> tuple[int, ...]:
        symbols = self._language.tokenizer.vocabulary.symbols
        return tuple(token for token, symbol in enumerate(symbols) if "\n" in symbol)


def _badness(draw: Draw) -> tuple[bool, bool, int]:
    """Key to sort draws by: those that parse first, then those that ended, then those with fewer faults."""
    return draw.score is None, not draw.ended, len(draw.judgement.faults)
