"""Composition of new tunes with a trained model: headers with the wishes, bodies, choice of valid tunes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from statistics import median
from typing import TypeAlias

import numpy as np

from musegen.ahead import ahead
from musegen.corpus.transposing import to_tonic
from musegen.errors import MusegenError, NotationError, VocabularyError
from musegen.models.draws import Composition, Draw, Tally, finite
from musegen.models.encoding import as_prime
from musegen.models.examining import examine, judge_copies
from musegen.models.headers import LINE_TOKENS, write_headers
from musegen.models.home import Home
from musegen.models.joint_rules import Anything, JointRules
from musegen.models.language import Language
from musegen.models.numbering import draw_seeds
from musegen.models.sample_options import Sample, limits_of
from musegen.models.script import Measured, Script
from musegen.music.originality import MelodyIndex
from musegen.music.score import Key, Problem, Score
from musegen.music.tune import Tune
from musegen.music.tune_limits import TuneLimits
from musegen.music.validity import Fault, Judgement
from musegen.music.wishes import WishedForm
from musegen.protocols.models import ContinuingModel, LanguageModel
from musegen.protocols.notations import HeadedNotation
from musegen.protocols.rules import Rule
from musegen.protocols.token_rules import TokenRules
from musegen.protocols.vocabulary import Tokens

Advance: TypeAlias = Callable[[int, int, str], None]
"""Takes steps done, steps in total, and a note."""
_BATCH = 64
"""Number of tunes that the model writes side by side, 32 for each of two threads (musegen_sampling)."""
_ROUND, RULED_ROUND = 32, 8
"""Number of draws at a time, without rules and with rules, by which nearly all are valid. The rate of valid
draws is measured on whole rounds, so that stopping early does not distort it. The first ruled ones tell how
much rules usually take of a tune."""


@dataclass(frozen=True, slots=True)
class _Written:
    """What a model wrote for one seed."""

    seed: int
    text: str
    """The tune as the model writes it, header included."""
    problems: Sequence[Problem]
    """Symbols of bars in the header, which were left out."""
    ended: bool
    """Whether the model ended it."""
    tokens: Tokens
    """What the model was given and wrote, with its marks: int32 (n,)."""
    measured: Measured
    """What the model told of these tokens."""


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
        self._network, self._language, self._options = network, language, options
        self._rules = (*rules, WishedForm(options.limits)) if options.rules.wishes else rules
        self._melodies = melodies
        self._ruled: dict[int, TokenRules | None] = {}  # by semitones, see _rules_below
        self._most_taken = 1.0  # of the probability of a token, in the mean; more is astray

    def compose(self, seed: int, advance: Advance, first: int = 0) -> Composition:
        """Draw until there are enough good tunes or no attempts are left. With keep = "all", draw each once.

        If there are too few, those that are astray are kept too, and then those with the fewest faults.
        ``advance`` gets the progress. ``first``: number of the run's draw to begin with.
        """
        if self._options.keep == "all":
            draws = [draw for batch in self._all(seed, advance, first) for draw in batch]
            return Composition(tuple(draws), tuple(draws))
        draws = [draw for batch in self._rounds(seed, advance, first) for draw in batch]
        best = self._best([(_badness(draw), draw) for draw in draws])
        return Composition(tuple(self.measured(best)), tuple(draws))

    def kept(self, seed: int, advance: Advance, tally: Tally, first: int = 0) -> Iterator[Draw]:
        """The draws that :meth:`compose` keeps, one after another; what it does not keep is let go.

        With keep = "valid" all are drawn before the first is given, and none has a score. ``tally`` counts
        all draws.
        """
        if self._options.keep == "all":
            return self.stream(seed, advance, tally, first)
        bare = list[tuple[_Badness, Draw]]()
        for batch in self._rounds(seed, advance, first):
            tally.add(batch)
            bare += [(_badness(draw), replace(draw, score=None)) for draw in batch]
        return iter(self.measured(self._best(bare)))

    def stream(self, seed: int, advance: Advance, tally: Tally, first: int = 0) -> Iterator[Draw]:
        """Draws as they come, as many as tunes are asked for: all, or good ones while attempts are left."""
        valid_only, left = self._options.keep == "valid", self._options.tunes
        for batch in (self._rounds if valid_only else self._all)(seed, advance, first):
            tally.add(batch)
            good = [draw for draw in batch if draw.good] if valid_only else batch
            yield from (self.measured(good) if valid_only else good)[:left]
            left -= min(len(good), left)

    def _all(self, seed: int, advance: Advance, first: int) -> Iterator[list[Draw]]:
        """As many draws as tunes are asked for, in batches."""
        wanted, done = self._options.tunes, 0
        for batch in self.batches(draw_seeds(seed, first, wanted)):
            done += len(batch)
            yield self.measured(batch)
            advance(done, wanted, "")

    def _rounds(self, seed: int, advance: Advance, first: int) -> Iterator[list[Draw]]:
        """Draws in batches, round after round, until there are enough good ones or no attempts are left."""
        wanted, tally = self._options.tunes, Tally()
        most, least = wanted * self._options.attempts, RULED_ROUND if self._options.rules.on else _ROUND
        while tally.good < wanted and tally.drawn < most:
            count = min(max(wanted - tally.good, least), most - tally.drawn)
            for batch in self.batches(draw_seeds(seed, first + tally.drawn, count)):
                if not tally.drawn:
                    self.settle(batch[:RULED_ROUND])
                batch = [replace(draw, astray=self.is_astray(draw)) for draw in batch]
                tally.add(batch)
                yield batch
                advance(min(tally.good, wanted), wanted, str(tally))

    def settle(self, draws: Sequence[Draw]) -> None:
        """Settle by some draws how much rules may take of others: the middle one tells what is usual."""
        usual = median(draw.taken_a_token for draw in draws)
        self._most_taken = usual + self._options.rules.astray

    def is_astray(self, draw: Draw) -> bool:
        """Whether rules took more of the draw than :meth:`settle` has found usual; never before that."""
        return draw.taken_a_token > self._most_taken

    def _best(self, draws: Sequence[tuple[_Badness, Draw]]) -> list[Draw]:
        """The best of some draws, as many as tunes are asked for, in the order of their seeds."""
        best = sorted(draws, key=lambda judged: judged[0])[: self._options.tunes]
        return sorted((draw for _, draw in best), key=lambda draw: draw.seed)

    def measured(self, draws: Sequence[Draw]) -> list[Draw]:
        """The draws with their losses under the model, which is asked for those that it did not tell."""
        asked = [draw for draw in draws if draw.nats is None and draw.drawn is not None]
        losses = self._network.nats([draw.drawn for draw in asked if draw.drawn is not None])
        found = {draw.seed: float(nats.sum()) for draw, nats in zip(asked, losses, strict=True)}
        return [replace(draw, nats=finite(found.get(draw.seed, draw.nats))) for draw in draws]

    def draw(self, seeds: Sequence[int]) -> list[Draw]:
        """One tune for each seed, which depends on that seed alone."""
        return [draw for batch in self.batches(seeds) for draw in batch]

    def batches(self, seeds: Sequence[int]) -> Iterator[list[Draw]]:
        """The same in batches of some tunes. While one batch is judged, the model writes the next."""
        parts = [seeds[begin : begin + _BATCH] for begin in range(0, len(seeds), _BATCH)]
        written = map(self._written, parts)
        continuing = isinstance(self._network, ContinuingModel)  # whose methods may be called from any thread
        for batch in ahead(written) if continuing and len(parts) > 1 else written:
            yield self._judged(batch)

    def _written(self, seeds: Sequence[int]) -> list[_Written]:
        """What the model writes for each seed."""
        language, sampling = self._language, self._options.sampling
        vocabulary, most = language.tokenizer.vocabulary, self._options.max_length
        script, numbers = Script(self._network, vocabulary, self._token_rules(seeds)), range(len(seeds))
        if self._options.prime is None:
            lines = replace(sampling, max_tokens=LINE_TOKENS, stop=self._line_ends)
            wishes = self._options.wishes(language.tonic)
            headers = write_headers(language, wishes, script, lines, seeds)
            begun = [self._begun(header + self._options.start) for header, _ in headers]
            problems = [problems for _, problems in headers]
        else:
            begun, problems = [self._begun(self._options.prime)] * len(seeds), [()] * len(seeds)
        bodies = script.write(numbers, [prime for _, prime in begun], sampling, seeds)
        texts, ends, drawn = list[str](), list[bool](), list[Tokens]()
        for (text, prime), body in zip(begun, bodies, strict=True):
            room = max(most - (len(prime) - 1), 0)
            texts.append(text + language.tokenizer.decode(body[:room]))
            ends.append(len(body) <= room and len(body) < most)
            end = [vocabulary.end] if ends[-1] else []
            drawn.append(np.array([*prime, *body[:room], *end], np.int32))
        measured = map(script.measured, numbers, drawn)
        return list(map(_Written, seeds, texts, problems, ends, drawn, measured))

    def _judged(self, written: Sequence[_Written]) -> list[Draw]:
        """The tunes as music, brought back to a key of the corpus and judged."""
        valid, notation = self._options.valid, self._language.notation
        tunes, examined = list[Tune](), list[tuple[Judgement, Score | None]]()
        for each in written:
            whole, in_body = self._language.unfolded(each.text)
            tune = Tune(whole if whole.endswith("\n") else whole + "\n", self._language.notation_name)
            if self._language.home:
                tune = self._brought_back(tune, self._language.home, each.seed)
            judgement, score = examine(notation, tune, valid, each.ended, self._rules)
            told = (*each.problems, *in_body)
            copies = tuple(Fault("copies", problem.message, line=problem.line) for problem in told)
            judgement = replace(judgement, faults=(*copies, *judgement.faults))
            tunes.append(tune if score is None else replace(tune, title=score.title))
            examined.append((judgement, score))
        judged = judge_copies(examined, valid, self._melodies)
        return [
            Draw(tune, each.seed, each.ended, judgement, score, copied, each.tokens, *each.measured)
            for tune, each, (_, score), (judgement, copied) in zip(
                tunes, written, examined, judged, strict=True
            )
        ]

    def _brought_back(self, tune: Tune, home: Home, seed: int) -> Tune:
        """The tune in the wished key, or in one of the keys that the corpus had in the tune's mode."""
        try:
            score = self._language.notation.parse(tune)
            if self._options.prime is None and score.key.tonic:
                # The header has this tonic, whatever key a field in the body brings at once.
                score = replace(score, key=replace(score.key, tonic=home.tonic))
            tonic = self._wished_tonic or home.choose(score, seed, self._limits, home.propose(seed))
            return to_tonic(self._language.notation, tune, tonic, score.key)
        except NotationError:
            return tune

    def _token_rules(self, seeds: Sequence[int]) -> list[TokenRules | None]:
        """What may come next in the tune of each seed; empty if no rules are wanted."""
        if not self._options.rules.on:
            return []
        home = self._language.home
        if home is None:
            return [self._rules_below(0)] * len(seeds)
        key = Key(home.tonic)
        tonics = [self._wished_tonic or home.propose(seed) for seed in seeds]
        return [self._rules_below(key.semitones_to(tonic)) for tonic in tonics]

    def _rules_below(self, semitones: int) -> TokenRules | None:
        """The rules for tunes that will be moved up by so many semitones."""
        if semitones not in self._ruled:
            limits = self._limits.lower(semitones)
            try:
                found = self._language.token_rules(limits, self._options.max_length)
            except (MusegenError, ValueError):  # check_wishes has told it
                found = None
            more = self._language.writing_rules(self._rules)
            first = found or Anything(len(self._language.tokenizer.vocabulary))
            self._ruled[semitones] = JointRules(first, more) if more else found
        return self._ruled[semitones]

    @cached_property
    def _limits(self) -> TuneLimits:
        """What a tune has to keep to, as it will sound."""
        return limits_of(self._options, self._rules)

    @cached_property
    def _wished_tonic(self) -> str:
        """The tonic of the key that is asked for; empty for none."""
        notation, wish = self._language.notation, self._options.key
        return notation.key(wish).tonic if wish and isinstance(notation, HeadedNotation) else ""

    def _begun(self, text: str) -> tuple[str, Tokens]:
        """The beginning of a tune as the model reads it, and its start mark and tokens: int32 (n + 1,).

        A bar that comes again stays written out where the corpus never has its symbol.
        """
        folded = self._language.folded(text)
        try:
            return folded, as_prime(self._language, folded)
        except VocabularyError:
            return text, as_prime(self._language, text)

    @cached_property
    def _line_ends(self) -> tuple[int, ...]:
        symbols = self._language.tokenizer.vocabulary.symbols
        return tuple(token for token, symbol in enumerate(symbols) if "\n" in symbol)


_Badness: TypeAlias = tuple[bool, bool, int, bool]


def _badness(draw: Draw) -> _Badness:
    """Key to sort by: those that parse first, then those that ended, with fewer faults, and not astray."""
    return draw.score is None, not draw.ended, len(draw.judgement.faults), draw.astray
