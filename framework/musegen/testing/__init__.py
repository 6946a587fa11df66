"""Checks for the tests of plugins, which work with any test runner.

Each function ``check_...`` tests that a component keeps the laws of its protocol, with invented and with
given input. If not, it raises :class:`ContractError`, an AssertionError that names the component and the
law::

    def test_contract():
        (words,) = my_plugin.musegen_tokenizers()
        check_tokenizer(words, {"lowercase": True})

In pytest the fixtures ``musegen_texts``, ``musegen_scores``, ``musegen_dataset`` and ``musegen_job`` return
the same invented input.
"""

from musegen.testing.corpus_readers import check_corpus_reader
from musegen.testing.examples import example_dataset, example_job, example_scores, example_texts
from musegen.testing.laws import ContractError
from musegen.testing.measures import check_measure
from musegen.testing.models import check_model
from musegen.testing.notations import check_notation
from musegen.testing.plugins import check_plugin
from musegen.testing.renderers import check_renderer
from musegen.testing.rules import check_rule
from musegen.testing.tokenizers import check_tokenizer

__all__ = [
    "ContractError",
    "check_corpus_reader",
    "check_measure",
    "check_model",
    "check_notation",
    "check_plugin",
    "check_renderer",
    "check_rule",
    "check_tokenizer",
    "example_dataset",
    "example_job",
    "example_scores",
    "example_texts",
]
