"""Music tokens: ``[tokenizer] use = "music-tokens"``."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from musegen import Component, Options, TokenizerTrainer, component, hookimpl

musegen_api = "1.0"


class MusicTokensOptions(Options):
    """Pieces of ABC that mean something: a note, a bar sign, a chord, a whole field; nothing is lost."""

    lengths: Literal["with notes", "apart"] = "apart"
    """``with notes``: ``c'3/2`` is one symbol; ``apart``: pitch ``c'`` and length ``3/2``, as in folk-rnn."""
    min_count: int = Field(5, ge=1)
    """How often the corpus must have a piece; a rarer one is spelt in characters."""


def build_tokenizer(options: MusicTokensOptions) -> TokenizerTrainer:
    """The trainer."""
    from musegen_music_tokens.tokenizer import MusicTokenizerTrainer

    return MusicTokenizerTrainer(options.lengths == "with notes", options.min_count)


@hookimpl
def musegen_tokenizers() -> list[Component[TokenizerTrainer]]:
    """Declare ``music-tokens``."""
    return [component("music-tokens", version=1, options=MusicTokensOptions, build=build_tokenizer)]
