"""The ABC collections inside music21."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from helpers.abc_parts import ABC_READER
from musegen import CorpusError, Prepare
from musegen_abc.prepare import prepare_abc
from musegen_corpora.music21 import Music21Reader
from musegen_corpora.plugin import Music21Options, musegen_corpus_readers

# In a process of its own, for it looks at what was imported.
READ = """
import json, sys
import musegen
from musegen_corpora.music21 import Music21Reader
abc = musegen.installed_plugins().corpus_reader("abc")
tunes = list(Music21Reader(abc, ["ryansMammoth", "oneills1850", "airdsAirs"]).read(lambda line: None))
print(json.dumps([len(tunes), tunes[0].source, "music21" in sys.modules]))
"""


def test_reads_without_importing_music21() -> None:
    """4,248 tunes; music21 takes seconds to import and is not."""
    run = subprocess.run([sys.executable, "-c", READ], capture_output=True, text=True, check=True)
    assert json.loads(run.stdout) == [1059 + 2009 + 1180, "42dHighlandRegimentStrathspey.abc:1", False]


def test_ryans_mammoth_can_be_learned_from() -> None:
    """Nearly every tune can be prepared, with few characters."""
    tunes = list(Music21Reader(ABC_READER, ["ryansMammoth"]).read(pytest.fail))
    texts = [prepare_abc(tune, Prepare()).text for tune in tunes]
    assert len(texts) >= 1046
    assert len(set("".join(texts))) <= 90


def test_unknown_collection() -> None:
    """The error names the choices and what is close; collections without ABC are no choice."""
    with pytest.raises(
        CorpusError, match=r'no ABC collection "ryansMamoth"; did you mean "ryansMammoth"'
    ) as error:
        Music21Reader(ABC_READER, ["ryansMamoth"]).sources()
    assert "airdsAirs, " in str(error.value)
    assert "bach" not in str(error.value)


@pytest.mark.parametrize("name", ["bach", "..", "../corpus/ryansMammoth", "", "/etc", "*"])
def test_only_collections(name: str) -> None:
    """A name is a folder of the corpus that holds ABC files, not a path."""
    with pytest.raises(CorpusError, match="no ABC collection"):
        Music21Reader(ABC_READER, [name]).sources()


def test_needs_music21() -> None:
    """The component says what it needs and how to install it."""
    component = next(c for c in musegen_corpus_readers() if c.name == "music21")
    assert (component.requires, component.extra) == (("music21",), "corpora")


def test_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without music21 the error says what to install."""
    monkeypatch.setattr("musegen_corpora.music21.find_spec", lambda name: None)
    with pytest.raises(CorpusError, match=r"musegen\[corpora\]"):
        Music21Reader(ABC_READER, ["ryansMammoth"]).sources()


def test_options_need_a_collection() -> None:
    """A reader of nothing is a mistake."""
    with pytest.raises(ValueError, match="collections"):
        Music21Options.model_validate_json('{"collections": []}')


def test_every_collection_is_declared() -> None:
    """All that music21 has in ABC, with the number of tunes."""
    component = next(c for c in musegen_corpus_readers() if c.name == "music21")
    with pytest.raises(CorpusError) as error:
        Music21Reader(ABC_READER, [""]).sources()
    choices = str(error.value).partition("choose from: ")[2].rstrip(")").split(", ")
    assert {collection.name for collection in component.collections} == set(choices)
    for collection in component.collections:
        assert (
            sum(1 for _ in Music21Reader(ABC_READER, [collection.name]).read(lambda line: None))
            == collection.tunes
        )
