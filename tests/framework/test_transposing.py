"""Training tunes in other keys."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import musegen
from helpers.invented import NGRAM_PIPELINE, write_pipeline
from musegen import Silent, Tune, perform
from musegen.corpus.transposing import transpose_all
from musegen.models.encoding import TokenTable, encode_transposed
from musegen.models.language import Language
from musegen_abc.notation import AbcNotation
from musegen_char.tokenizer import CharTokenizer

NOTATION = AbcNotation()
TUNES = [
    Tune(f"X:1\nK:{key}\n{notes}\n", "abc") for key, notes in (("D", "DFA d3"), ("D", "FED"), ("G", "GBd"))
]


def pitches(text: str) -> list[int]:
    """MIDI pitches in order."""
    return [note.pitch for note in perform(NOTATION.parse(Tune(text, "abc"))).melody]


def test_each_tune_goes_into_the_keys_of_the_others() -> None:
    """By the shortest way, weighed by how frequent the key is."""
    first, second, third = transpose_all(NOTATION, TUNES)
    assert first.texts == ("X:1\nK:G\nGBd g3\n",)
    assert second.texts == ("X:1\nK:G\nBAG\n",)
    assert third.texts == ("X:1\nK:D\nDFA\n",)
    assert (first.weights, second.weights, third.weights) == ((0.5,), (0.5,), (2.0,))


def test_modes_are_apart() -> None:
    """A tune in E minor does not go to D because others are in D major; one without key stays."""
    rows = list(
        transpose_all(NOTATION, [*TUNES, Tune("X:1\nK:Em\nEGB\n", "abc"), Tune("X:1\nK:none\nEGB\n", "abc")])
    )
    assert rows[3].texts == rows[4].texts == ()


def test_the_range_is_kept() -> None:
    """A3 to E6; where the shortest way leads out, the other octave is taken, or none."""
    low, high = Tune("X:1\nK:D\nA,Dd\n", "abc"), Tune("X:1\nK:D\nA,d'e'\n", "abc")
    rows = list(transpose_all(NOTATION, [low, high, Tune("X:1\nK:C\nc\n", "abc")]))
    assert [pitches(text) for text in rows[0].texts] == [[67, 72, 84]]
    assert rows[1].texts == ()


def test_versions_are_encoded() -> None:
    """In order, with marks; of no tune there is none."""
    rows = list(transpose_all(NOTATION, TUNES))
    assert encode_transposed([], Language("abc", NOTATION, CharTokenizer("ab"))) == ()
    tokenizer = CharTokenizer(sorted(set("".join(text for row in rows for text in row.texts))))
    versions = encode_transposed(rows, Language("abc", NOTATION, tokenizer))
    decoded = [[tokenizer.decode(tokens) for tokens in each.tunes] for each in versions]
    assert decoded == [list(row.texts) for row in rows]
    assert [tuple(each.weights) for each in versions] == [row.weights for row in rows]


def test_a_token_table_is_a_sequence() -> None:
    """Of int32 arrays, in as few bytes as the vocabulary allows; parts share its memory."""
    tunes = [np.array(tune, np.int32) for tune in ([0, 5, 1], [], [7, 8])]
    table = TokenTable(iter(tunes), 300)
    assert [tune.tolist() for tune in table] == [tune.tolist() for tune in tunes]
    assert table[0].dtype == np.int32
    assert table._flat.dtype == np.uint16
    assert [tune.tolist() for tune in table[1:]] == [[], [7, 8]]
    assert table[-1].tolist() == [7, 8]
    assert [tune.tolist() for tune in table[::2]] == [[0, 5, 1], [7, 8]]
    assert [tune.tolist() for tune in table[::-1]] == [[7, 8], [], [0, 5, 1]]
    assert len(table[5:]) == 0
    with pytest.raises(IndexError):
        table[3]


def test_a_pipeline_learns_from_other_keys(tmp_path: Path) -> None:
    """The training tunes alone are transposed, and the vocabulary knows what that needs."""
    file = write_pipeline(tmp_path, NGRAM_PIPELINE)
    result = musegen.load(file, ["prepare.transpose=true"]).run(Silent())
    (corpus,) = (result.folder / "stages").glob("corpus-*")
    rows = (corpus / "transposed.jsonl").read_text().splitlines()
    parts = [json.loads(line)["part"] for line in (corpus / "tunes.jsonl").read_text().splitlines()]
    assert len(rows) == parts.count("train")
    assert any(json.loads(row)[0] for row in rows)


def test_raw_text_stays(tmp_path: Path) -> None:
    """Every field and ornament, as the file has it."""
    file = write_pipeline(tmp_path, NGRAM_PIPELINE)
    (folder,) = {path.parent for path in tmp_path.rglob("*.abc")}
    texts = "".join(path.read_text() for path in folder.glob("*.abc"))
    result = musegen.load(file, ["prepare.raw=true"]).run(Silent())
    (corpus,) = (result.folder / "stages").glob("corpus-*")
    rows = [json.loads(line)["text"] for line in (corpus / "tunes.jsonl").read_text().splitlines()]
    assert all(row in texts for row in rows)
