"""What a model's surprise is divided by, and which tokens belong to what."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from musegen import JSON, Notation, Sampling, Score, Tokenizer, Tokens, Tune, Vocabulary, installed_plugins
from musegen.corpus.corpus import Corpus
from musegen.models.language import Language
from musegen.models.losses import Scale, TuneLoss, figures, part_tunes

ABC = installed_plugins().notation("abc").build(installed_plugins().notation("abc").options())
HEADER = 'X:1\nT:"A"\nM:4/4\nL:1/8\nK:G\n'
BODY = '"G"GABc "D7"d4 | "^slow"[Gd]8 |\n'
TUNE = Tune(HEADER + BODY, "abc")


def char(texts: Sequence[str]) -> Tokenizer:
    """A symbol for each character."""
    component = installed_plugins().tokenizer("char")
    return component.build(component.options()).train(texts)


def language(tokenizer: Tokenizer, notation: Notation = ABC, *, copies: bool = False) -> Language:
    """How texts are read."""
    return Language("abc", notation, tokenizer, copies=copies)


class Pairs:
    """A tokenizer of two characters a token, one more where the text is odd."""

    def __init__(self, text: str) -> None:
        self.vocabulary = Vocabulary(dict.fromkeys(self.split(text)))

    def split(self, text: str) -> list[str]:
        """The text in pieces."""
        return [text[i : i + 2] for i in range(0, len(text), 2)]

    def encode(self, text: str) -> Tokens:
        """Token by token."""
        return self.vocabulary.encode(self.split(text))

    def decode(self, tokens: Tokens) -> str:
        """Joined."""
        return self.vocabulary.decode(tokens)

    def state(self) -> JSON:
        """Nothing."""
        return None


class Powers:
    """Every token costs twice what the one before it does."""

    def generate(
        self, primes: Sequence[Tokens], sampling: Sampling, seeds: Sequence[int]
    ) -> Iterator[Tokens]:
        """Nothing."""
        return iter(())

    def nats(self, tunes: Sequence[Tokens]) -> list[NDArray[np.float64]]:
        """1, 2, 3, ..."""
        return [np.arange(1.0, len(tune)) for tune in tunes]

    def save(self, path: Path) -> None:
        """Nothing."""


def summed(begin: int, end: int) -> float:
    """What the characters of the tune from ``begin`` to ``end`` cost."""
    return float(sum(range(begin + 1, end + 1)))


def test_header_body_and_chord_symbols_are_told_apart() -> None:
    """Annotations and quotes in the header are no chord symbols; the end mark is the body's."""
    (loss,) = Scale([TUNE], language(char([TUNE.text]))).losses(Powers())
    begin, end = len(HEADER), len(TUNE.text) + 1
    chords = [(begin, begin + 3), (TUNE.text.index('"D7"'), TUNE.text.index('"D7"') + 4)]
    assert loss == TuneLoss(
        summed(0, end),
        end,
        summed(0, begin),
        begin,
        sum(summed(*span) for span in chords),
        7,
        notes=6,
        characters=end,
    )
    found = figures([loss])
    melody = summed(begin, end) - loss.chord_nats
    assert found == pytest.approx(
        {
            "nats": summed(0, end) / end,
            "character_nats": summed(0, end) / end,
            "header_nats": summed(0, begin) / begin,
            "body_nats": summed(begin, end) / (end - begin),
            "bits_a_note": summed(begin, end) / math.log(2) / 6,
            "chord_nats": loss.chord_nats / 7,
            "melody_nats": melody / (end - begin - 7),
            "melody_bits_a_note": melody / math.log(2) / 6,
        }
    )


class Headless:
    """ABC without all that it can beyond parsing and writing."""

    def parse(self, tune: Tune) -> Score:
        """As ABC."""
        return ABC.parse(tune)

    def write(self, score: Score) -> str:
        """As ABC."""
        return ABC.write(score)


@pytest.mark.parametrize("tokenizer", [char([TUNE.text]), Pairs(TUNE.text)])
def test_without_a_header_all_is_body(tokenizer: Tokenizer) -> None:
    """Whatever the tokens are; and without spans of chords all of it is melody."""
    (loss,) = Scale([TUNE], language(tokenizer, Headless())).losses(Powers())
    assert (loss.header_tokens, loss.chord_tokens, loss.notes) == (0, 0, 6)
    found = figures([loss])
    assert found["header_nats"] is None
    assert found["body_nats"] == found["nats"] == loss.nats / loss.tokens
    assert found["bits_a_note"] == pytest.approx(loss.nats / math.log(2) / 6)


def test_without_chord_symbols_there_are_no_figures_of_them() -> None:
    """Nor of the rest."""
    plain = Tune("X:1\nK:G\nGABc d4 |\n", "abc")
    assert set(figures(Scale([plain], language(char([plain.text]))).losses(Powers()))) == {
        *("nats", "character_nats", "header_nats", "body_nats", "bits_a_note")
    }


def test_a_token_belongs_where_it_begins() -> None:
    """Whatever a tokenizer joins."""
    tokenizer = Pairs(TUNE.text)
    (loss,) = Scale([TUNE], language(tokenizer)).losses(Powers())
    assert loss.tokens == math.ceil(len(TUNE.text) / 2) + 1
    assert loss.header_tokens == math.ceil(len(HEADER) / 2)


def test_folded_bars_are_counted_as_they_are_written_out() -> None:
    """Notes and characters are those of the whole tune; tokens are those that the model reads."""
    bar = "GABc"
    tune = Tune(f'{HEADER}"G"{bar}|{bar}|{bar}|{bar}|\n', "abc")
    read = ABC.fold(tune.text)
    assert len(read) == len(tune.text) - 2 * (len(bar) - 1)
    (loss,) = Scale([tune], language(char([read]), copies=True)).losses(Powers())
    assert (loss.tokens, loss.header_tokens) == (len(read) + 1, len(HEADER))
    assert (loss.notes, loss.characters, loss.chord_tokens) == (16, len(tune.text) + 1, 3)
    found = figures([loss])
    assert found["nats"] == pytest.approx(summed(0, len(read) + 1) / (len(read) + 1))
    assert found["character_nats"] == pytest.approx(summed(0, len(read) + 1) / (len(tune.text) + 1))
    assert found["bits_a_note"] == pytest.approx(summed(len(HEADER), len(read) + 1) / math.log(2) / 16)


def test_a_tune_that_does_not_parse_counts_in_nats_a_token_and_a_character_alone() -> None:
    """Its body is nobody's notes."""
    bad = Tune("no tune at all\n", "abc")
    tokenizer = char([TUNE.text, bad.text])
    both = figures(Scale([TUNE, bad], language(tokenizer)).losses(Powers()))
    alone = figures(Scale([TUNE], language(tokenizer)).losses(Powers()))
    assert both["nats"] != alone["nats"]
    assert {**both, "nats": 0, "character_nats": 0} == {**alone, "nats": 0, "character_nats": 0}


def test_no_tunes_have_no_figures() -> None:
    """None, not a division by zero."""
    assert set(figures([]).values()) == {None}


def test_training_tunes_are_measured_all_over_the_part() -> None:
    """As many as validate, not the first of them, which may all be of one collection."""
    tunes = tuple(Tune(HEADER + BODY, "abc", title=str(number)) for number in range(10))
    for validation, expected in ((3, ["0", "2", "4"]), (0, ["0"])):
        parts = ("train",) * (10 - validation) + ("validation",) * validation
        corpus = Corpus(tunes, parts)
        assert [tune.title for tune in part_tunes(corpus, "train")] == expected
        assert len(part_tunes(corpus, "validation")) == validation
