"""New tunes: headers led to what was wished, valid ones kept."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import musegen
from helpers.invented import jig
from musegen import Notation, Sampling, Tokenizer, Tokens, VocabularyError
from musegen.models.composer import Composer
from musegen.models.known import header_counts
from musegen.models.language import Language
from musegen.models.numbering import SEEDS_A_RUN
from musegen.models.sample_options import Sample
from musegen.models.wishes import check_wishes
from musegen_char.tokenizer import CharTokenizer

GOOD = "|: DFA d2A | BAG AFD | E2G GFE | D3 D3 :|\n|: DFA d2f | BAG AFE | E2G GFD | D3 D3 :|\n"
SHORT = "DFA d2A|]\n"
COPY = {lag: chr(0xE000 + lag) for lag in (1, 2, 4, 9)}
FIELDS = ("X", "T", "R", "M", "L", "K")


def notation() -> Notation:
    """ABC."""
    component = musegen.installed_plugins().notation("abc")
    return component.build(component.options())


def tokenizer() -> Tokenizer:
    """Characters."""
    component = musegen.installed_plugins().tokenizer("char")
    return component.build(component.options()).train(
        [jig(1), GOOD, "XTRMLK:0123456789/ABCDEFGabcdefg#][ rel\n"]
    )


class Scripted:
    """A model that recites: header lines in order, then the body that a seed picks, then the end mark."""

    def __init__(self, tokens: Tokenizer, bodies: Sequence[str], header: str) -> None:
        self.tokens, self.bodies, self.header = tokens, bodies, header.splitlines(keepends=True)

    def generate(
        self, primes: Sequence[Tokens], sampling: Sampling, seeds: Sequence[int]
    ) -> Iterator[Tokens]:
        """The line of the header that no line before has the field of; behind K: a body."""
        for prime, seed in zip(primes, seeds, strict=True):
            text = self.tokens.decode(prime)
            written = {line[0] for line in text.splitlines()}
            following = next((line for line in self.header if line[0] not in written), "")
            if "K:" in text:
                following = self.bodies[seed % len(self.bodies)]
            yield self.tokens.encode(following)[: sampling.max_tokens]

    def nats(self, tunes: Sequence[Tokens]) -> list[NDArray[np.float64]]:
        """Nothing."""
        return [np.zeros(len(tune) - 1) for tune in tunes]

    def save(self, path: Path) -> None:
        """Nothing."""


HEADER = "T:A\nR:reel\nM:6/8\nL:1/8\nK:G\n"


def language(tokens: CharTokenizer | None = None) -> Language:
    """ABC with the fields that the tests write."""
    return Language("abc", notation(), tokens or tokenizer(), FIELDS)


def composer(options: Sample, bodies: Sequence[str] = (GOOD,), header: str = HEADER) -> Composer:
    """A composer over the scripted model."""
    tokens = tokenizer()
    return Composer(Scripted(tokens, bodies, header), language(tokens), options)


def text(options: Sample, header: str = HEADER) -> str:
    """The one tune that comes out."""
    return composer(options, header=header).draw([0])[0].tune.text


def test_a_header_is_the_models_own_without_wishes() -> None:
    """Every line as proposed, the body behind it."""
    assert text(Sample()) == f"X:1\n{HEADER}{GOOD}"


def test_wishes_replace_lines_when_their_turn_comes() -> None:
    """Key, metre and rhythm are put in place of what the model would write."""
    wished = text(Sample(key="D", metre="6/8", rhythm="jig"))
    assert wished == f"X:1\nT:A\nR:jig\nM:6/8\nL:1/8\nK:D\n{GOOD}"


def test_a_wish_is_put_in_where_the_model_leaves_its_field_out() -> None:
    """In the order of the corpus."""
    assert text(Sample(rhythm="jig"), header="T:A\nM:6/8\nL:1/8\nK:G\n").startswith(
        "X:1\nT:A\nR:jig\nM:6/8\nL:1/8\nK:G\n"
    )


def test_the_body_begins_with_start() -> None:
    """And goes on behind it."""
    assert text(Sample(start="DEF ")).partition("K:G\n")[2] == "DEF " + GOOD


def test_a_prime_is_the_whole_beginning() -> None:
    """Nothing is put before it."""
    assert text(Sample(prime="X:1\nL:1/8\nM:6/8\nK:D\n")) == f"X:1\nL:1/8\nM:6/8\nK:D\n{GOOD}"


def test_invalid_draws_are_repeated_under_the_next_seed() -> None:
    """The valid ones are kept in the order of their seeds, and all draws are accounted for."""
    composition = composer(Sample(tunes=3), [SHORT, GOOD]).compose(2, lambda *_: None)
    first = 2 * SEEDS_A_RUN
    assert [draw.seed for draw in composition.kept] == [first + 1, first + 3, first + 5]
    assert all(draw.judgement.valid for draw in composition.kept)
    assert {fault.kind for draw in composition.draws for fault in draw.judgement.faults} == {"short"}
    assert len({draw.seed for draw in composition.draws}) == len(composition.draws)


def test_when_attempts_run_out_the_best_are_kept_and_marked() -> None:
    """Fewest faults first; each says what is wrong."""
    composition = composer(Sample(tunes=2, attempts=2), ["DFA d3|]\n|:\n", SHORT]).compose(0, lambda *_: None)
    assert len(composition.draws) == 4
    assert all(draw.judgement.faults for draw in composition.kept)
    assert len(composition.kept) == 2


def test_keep_all_draws_once() -> None:
    """Valid or not."""
    composition = composer(Sample(tunes=3, keep="all"), [SHORT]).compose(0, lambda *_: None)
    assert len(composition.draws) == len(composition.kept) == 3


class TestCopies:
    """A model that writes bars that come again as one symbol."""

    def composer(self, body: str, options: Sample, header: str = HEADER) -> Composer:
        """A composer whose model recites ``body``."""
        tokens = CharTokenizer(sorted({*GOOD, *jig(1), *HEADER, *COPY.values(), *"X:1"}))
        return Composer(Scripted(tokens, [body], header), replace(language(tokens), copies=True), options)

    def test_they_are_written_out_before_the_tune_is_judged(self) -> None:
        """The tune has all its notes, and is valid."""
        folded = notation().fold(f"X:1\n{HEADER}{GOOD}").partition("K:G\n")[2]
        assert COPY[4] in folded
        (draw,) = self.composer(folded, Sample()).draw([0])
        assert draw.tune.text == f"X:1\n{HEADER}{GOOD}"
        assert draw.judgement.valid
        assert draw.ended

    def test_a_copy_of_nothing_is_a_fault(self) -> None:
        """With its line; the rest of the tune is there."""
        (draw,) = self.composer(f"DFA d2A |\n{COPY[9]} | BAG AFD |\n", Sample()).draw([0])
        assert draw.tune.text == f"X:1\n{HEADER}DFA d2A |\n  | BAG AFD |\n"
        first = draw.judgement.faults[0]
        assert (first.kind, first.line) == ("copies", 8)
        assert first.message == "copies the bar 9 bars ago, and has 1 bar before it"

    def test_a_symbol_in_a_header_is_a_fault(self) -> None:
        """It is left out at once, so that the header is a header."""
        (draw,) = self.composer(GOOD, Sample(), HEADER.replace("T:A", f"T:A{COPY[1]}")).draw([0])
        assert draw.tune.text == f"X:1\n{HEADER}{GOOD}"
        assert [(fault.kind, fault.line) for fault in draw.judgement.faults] == [("copies", 2)]

    def test_the_beginning_that_a_user_gives_is_folded(self) -> None:
        """As the model has learned it; where the corpus never has a symbol, it stays written out."""
        start = "DFA d2A | DFA d2A | "
        told: list[str] = []
        for symbols in ({*COPY.values()}, set[str]()):
            tokens = CharTokenizer(sorted({*GOOD, *HEADER, *symbols, *"X:1"}))
            scripted = Scripted(tokens, ["BAG AFD |\n"], HEADER)
            heard = scripted.generate

            def generate(
                primes: Sequence[Tokens],
                sampling: Sampling,
                seeds: Sequence[int],
                heard: Any = heard,
                tokens: CharTokenizer = tokens,
            ) -> Iterator[Tokens]:
                told.append(tokens.decode(primes[0]))
                return heard(primes, sampling, seeds)

            scripted.generate = generate  # type: ignore[method-assign]
            made = Composer(scripted, replace(language(tokens), copies=True), Sample(start=start))
            (draw,) = made.draw([0])
            assert draw.tune.text.endswith(f"K:G\n{start}BAG AFD |\n")
            assert told[-1].endswith(f"DFA d2A | {COPY[1]} | " if symbols else start)


def test_a_tune_that_was_cut_is_unfinished() -> None:
    """At the greatest length, header included."""
    (draw,) = composer(Sample(max_length=60)).draw([0])
    assert not draw.ended
    assert len(draw.tune.text.rstrip("\n")) <= 60
    assert "unfinished" in {fault.kind for fault in draw.judgement.faults}


def test_a_text_that_does_not_parse_is_kept_with_its_error() -> None:
    """It never stops the others."""
    draws = composer(Sample(), ["\n", GOOD]).draw([0, 1])
    assert [fault.kind for fault in draws[0].judgement.faults] == ["parse"]
    assert draws[1].judgement.valid


def test_wishes_outside_the_vocabulary_are_refused() -> None:
    """The option is named, before any training."""
    with pytest.raises(VocabularyError, match=r"sample\.start: '\$'"):
        check_wishes(Sample(start="$"), language())
    with pytest.raises(VocabularyError, match=r"sample\.rhythm: none of 'w', "):
        check_wishes(Sample(rhythm="waltz"), language())


def test_wishes_that_the_corpus_never_has_draw_a_warning() -> None:
    """A field it lacks, and a value that it spells another way."""
    headers = header_counts(notation(), [{"X": "1", "M": "6/8", "K": "D"}] * 3)
    known = replace(language(), fields=("X", "M", "K"), headers=headers)
    warnings = check_wishes(Sample(rhythm="jig", key="G", metre="6/8"), known)
    assert any("never has the field R" in warning for warning in warnings)
    assert any("K:D 3 times" in warning for warning in warnings)
    assert len(warnings) == 2
