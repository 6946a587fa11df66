"""Composition of new tunes with a trained model: headers with the wishes, bodies, choice of valid tunes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import cached_property

import numpy as np

from musegen.corpus.transposing import to_tonic
from musegen.errors import NotationError, VocabularyError
from musegen.models.draws import Composition, Draw, finite
from musegen.models.encoding import with_marks
from musegen.models.examining import examine, judge_copies
from musegen.models.home import Home
from musegen.models.language import Language
from musegen.models.numbering import draw_seeds
from musegen.models.sample_options import Sample
from musegen.music.originality import MelodyIndex
from musegen.music.score import Problem
from musegen.music.tune import Tune
from musegen.music.validity import Fault
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
        self,
        network: LanguageModel,
        language: Language,
        options: Sample,
        rules: Sequence[Rule] = (),
        melodies: MelodyIndex | None = None,
    ) -> None:
        """``rules``: rules that tunes must keep in addition to ``[sample.valid]``; ``melodies``: the training
        tunes, if they are at hand.
        """
        self._network, self._language, self._options, self._rules = network, language, options, rules
        self._melodies = melodies

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
            headers = self._headers(seeds)
            texts = [header + self._options.start for header, _ in headers]
            problems = [problems for _, problems in headers]
        else:
            texts, problems = [self._options.prime] * len(seeds), [()] * len(seeds)
        valid = self._options.valid
        begun = [self._begun(text) for text in texts]
        primes = [prime for _, prime in begun]
        bodies = self._generate(primes, self._options.sampling, seeds)
        tunes, ends, examined, drawn = list[Tune](), list[bool](), [], list[Tokens]()
        for seed, (text, prime), body, in_header in zip(seeds, begun, bodies, problems, strict=True):
            room = max(self._options.max_length - (len(prime) - 1), 0)
            whole = text + self._language.tokenizer.decode(body[:room])
            ended = len(body) <= room and len(body) < self._options.max_length
            whole, in_body = self._language.unfolded(whole)
            tune = Tune(whole if whole.endswith("\n") else whole + "\n", self._language.notation_name)
            if self._language.home:
                tune = self._brought_back(tune, self._language.home, seed)
            judgement, score = examine(self._language.notation, tune, valid, ended, self._rules)
            copies = tuple(Fault("copies", each.message, line=each.line) for each in (*in_header, *in_body))
            judgement = replace(judgement, faults=(*copies, *judgement.faults))
            if score is not None:
                tune = replace(tune, title=score.title)
            end = [self._language.tokenizer.vocabulary.end] if ended else []
            drawn.append(np.array([*prime, *body[:room], *end], np.int32))
            tunes.append(tune)
            ends.append(ended)
            examined.append((judgement, score))
        judged = judge_copies(examined, valid, self._melodies)
        return [
            Draw(tune, seed, ended, judgement, score, copied, tokens)
            for tune, seed, ended, (_, score), (judgement, copied), tokens in zip(
                tunes, seeds, ends, examined, judged, drawn, strict=True
            )
        ]

    def _brought_back(self, tune: Tune, home: Home, seed: int) -> Tune:
        """The tune in the wished key, or in one of the keys that the corpus had in the tune's mode."""
        try:
            notation = self._language.notation
            tonic, wish = "", self._options.key
            if wish and isinstance(notation, HeadedNotation):
                tonic = notation.key(wish).tonic
            tonic = tonic or home.choose(notation.parse(tune), seed)
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

    def _begun(self, text: str) -> tuple[str, Tokens]:
        """The beginning of a tune as the model reads it, and its start mark and tokens: int32 (n + 1,).

        A bar that comes again stays written out where the corpus never has its symbol.
        """
        folded = self._language.folded(text)
        try:
            return folded, self._prime(folded)
        except VocabularyError:
            return text, self._prime(text)

    def _prime(self, text: str) -> Tokens:
        """The start mark and the tokens of ``text``: int32 (n + 1,)."""
        return with_marks(self._language.tokenizer, text)[:-1]

    def _headers(self, seeds: Sequence[int]) -> list[tuple[str, Sequence[Problem]]]:
        """A header for each seed, and the symbols of bars in it, which are left out.

        The model proposes line after line, and a guide puts in the wishes.
        """
        language = self._language
        if not isinstance(language.notation, HeadedNotation):
            return [("", ())] * len(seeds)
        guide = language.notation.guide(self._options.wishes(language.tonic), language.fields)
        texts = [guide.opening] * len(seeds)
        problems: list[list[Problem]] = [[] for _ in seeds]
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
                i: language.unfolded(language.tokenizer.decode(line))
                for i, line in zip(unfinished, lines, strict=True)
            }
            for i, (line, told) in proposed.items():
                problems[i] += [replace(each, line=texts[i].count("\n") + 1) for each in told]
                ended_early = "\n" not in line
                texts[i] += guide.next(texts[i], line.partition("\n")[0] + "\n")
                if ended_early or guide.complete(texts[i]):
                    unfinished.remove(i)
        return list(zip(texts, problems, strict=True))

    @cached_property
    def _line_ends(self) -> tuple[int, ...]:
        symbols = self._language.tokenizer.vocabulary.symbols
        return tuple(token for token, symbol in enumerate(symbols) if "\n" in symbol)


def _badness(draw: Draw) -> tuple[bool, bool, int]:
    """Key to sort draws by: those that parse first, then those that ended, then those with fewer faults."""
    return draw.score is None, not draw.ended, len(draw.judgement.faults)
