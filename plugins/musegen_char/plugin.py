"""One symbol per character: ``[tokenizer] use = "char"``."""

from __future__ import annotations

from musegen import Component, Options, TokenizerTrainer, component, hookimpl


class CharOptions(Options):
    """One symbol per character; it has no options."""


def build_tokenizer(options: CharOptions) -> TokenizerTrainer:
    """The trainer; ``char`` has no options."""
    from musegen_char.tokenizer import CharTokenizerTrainer

    return CharTokenizerTrainer()


@hookimpl
def musegen_tokenizers() -> list[Component[TokenizerTrainer]]:
    """Declare ``char``."""
    return [component("char", version=1, options=CharOptions, build=build_tokenizer, suggested=True)]
