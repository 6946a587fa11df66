"""Music tokens obey their contract, mean what they should, and lose nothing."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

import musegen
from musegen.testing import check_tokenizer, example_texts
from musegen_music_tokens.pieces import pieces
from musegen_music_tokens.plugin import MusicTokensOptions, build_tokenizer, musegen_tokenizers

PIPELINE = """
[run]
folder = "run"

[[corpus]]
use = "abc"
paths = ["tunes.abc"]

[tokenizer]
use = "music-tokens"

[model]
use = "ngram"

[sample]
tunes = 2
keep = "all"

[[render]]
use = "midi"
"""

TUNE = """X:12
T:The A# Test (3 times)
R:reel
M:C|
L:1/8
K:F#m
"Am"^c'3/2d/ (3efg A>B|1 [CEG]2 !trill!z4 :|2 c,,2-c,,/4 [M:3/4] g2:: A|]
"""


@pytest.mark.parametrize("lengths", ["with notes", "apart"])
@pytest.mark.parametrize("min_count", [1, 5])
def test_contract(lengths: str, min_count: int) -> None:
    """Music tokens obey every law of a tokenizer, as musegen's own do."""
    (music_tokens,) = musegen_tokenizers()
    options = {"lengths": lengths, "min_count": min_count}
    check_tokenizer(music_tokens, options)
    check_tokenizer(music_tokens, options, texts=[TUNE])


def test_a_piece_is_what_a_musician_calls_one() -> None:
    """A piece is a note with or without length, a bar sign with its ending, a field, or a letter."""
    *header, music = TUNE.strip().split("\n")
    assert "·".join(pieces(music, with_lengths=True)) == (
        '"Am"·^c\'3/2·d/· ·(3·e·f·g· ·A·>·B·|1· ·[CEG]2· ·!trill!·z4· ·:|2· '
        "·c,,2·-·c,,/4· ·[M:3/4]· ·g2·::· ·A·|]"
    )
    assert list(pieces(music, with_lengths=False))[:4] == ['"Am"', "^c'", "3/2", "d"]
    assert list(pieces("\n".join(header[3:]), True)) == ["M:C|", "\n", "L:1/8", "\n", "K:F#m"]
    assert "".join(pieces(header[1], True)) == "T:The A# Test (3 times)"
    assert len(list(pieces(header[1], True))) == len("The A# Test (3 times)") + 1


@pytest.mark.parametrize("with_lengths", [True, False])
def test_pieces_joined_are_the_text(with_lengths: bool) -> None:
    """The pieces of any text join to it, also where it is not a tune."""
    rng = random.Random(1)
    for _ in range(2000):
        text = "".join(rng.choices(TUNE + "\n\n\"![]|:(3'\r\x0b\u2028é", k=rng.randint(0, 30)))
        cut = list(pieces(text, with_lengths))
        assert "".join(cut) == text
        assert all(cut)
        assert all(piece == "\n" for piece in cut if "\n" in piece)


def test_a_header_is_cut_as_in_its_tune() -> None:
    """A header is cut as in a whole tune, so that a model that is given one has met its tokens before."""
    tokenizer = build_tokenizer(MusicTokensOptions(min_count=1)).train([TUNE])
    header = TUNE[: TUNE.index('"Am"')]
    assert (
        tokenizer.encode(TUNE)[: len(tokenizer.encode(header))].tolist() == tokenizer.encode(header).tolist()
    )


def test_a_rare_piece_is_spelt() -> None:
    """A rare piece is spelt in characters; only pieces as frequent as asked become symbols."""
    texts = example_texts()
    tokenizer = build_tokenizer(MusicTokensOptions(min_count=15)).train(texts)
    assert "M:6/8" in tokenizer.vocabulary
    assert "K:Ador" not in tokenizer.vocabulary
    assert len(tokenizer.encode("K:Ador\n")) == 7


def test_a_pipeline_uses_it(tmp_path: Path, musegen_texts: tuple[str, ...]) -> None:
    """A pipeline finds the installed tokenizer by its name and runs from invented tunes to new ones."""
    (tmp_path / "tunes.abc").write_text("\n".join(musegen_texts), "utf-8")
    (tmp_path / "pipeline.toml").write_text(PIPELINE)
    run = musegen.load(tmp_path / "pipeline.toml").run(musegen.Silent())
    assert len(run.tunes) == 2
