"""The parts of the ABC plugin that other plugins need, for tests that make those parts by hand."""

from __future__ import annotations

from musegen import Component, CorpusReader, Notation, installed_plugins

ABC_READER: Component[CorpusReader] = installed_plugins().corpus_reader("abc")
ABC_NOTATION: Component[Notation] = installed_plugins().notation("abc")
ABC: Notation = installed_plugins().build("notation", "abc")
