"""What a stage saves, another run loads."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from musegen import Silent
from musegen.pipeline.plan import load_plan
from musegen.run.stages.corpus import CorpusStage
from musegen.run.stages.tokenizer import TokenizerStage
from musegen.storage import RunFolder


def test_a_saved_corpus_is_the_same(pipeline_file: Path) -> None:
    """Texts, titles, sources, parts and versions in other keys come back; nothing is made twice."""
    plan = load_plan(pipeline_file, ["prepare.transpose=true"])
    folder = RunFolder(plan.folder)
    with folder.locked():
        first, again = CorpusStage(plan, folder), CorpusStage(plan, folder)
        first.bring(Silent())
        again.bring(Silent())
    assert first.finished is not None
    assert again.finished is not None
    assert (first.finished.cached, again.finished.cached) == (False, True)
    assert again.corpus == first.corpus
    assert len(first.corpus.tunes) == 30
    versions = list(first.transposed)
    assert list(again.transposed) == versions
    assert len(versions) == first.corpus.parts.count("train")
    assert any(row.texts for row in versions)


def test_a_language_knows_what_the_corpus_has(pipeline_file: Path) -> None:
    """Its fields in their order, its home tonic, and a tokenizer that encodes it."""
    plan = load_plan(pipeline_file, ['prepare.tonic="C"'])
    folder = RunFolder(plan.folder)
    with folder.locked():
        corpus = CorpusStage(plan, folder)
        tokenizer = TokenizerStage(plan, folder, corpus)
        corpus.bring(Silent())
        tokenizer.bring(Silent())
    language = tokenizer.language
    assert language.notation_name == "abc"
    assert language.fields == ("X", "T", "R", "M", "L", "K")
    assert language.home is not None
    assert language.tonic == "C"
    assert set(language.home.tonics["major"]) == {"D", "G"}
    text = corpus.corpus.tunes[0].text
    assert language.tokenizer.decode(language.tokenizer.encode(text)) == text


def test_the_version_of_a_stage_counts_in_its_key(pipeline_file: Path) -> None:
    """So that what an older musegen made is not taken for what this one would make."""
    plan = load_plan(pipeline_file)

    class Newer(CorpusStage):
        version = CorpusStage.version + 1

    folder = RunFolder(plan.folder)
    assert CorpusStage(plan, folder).key == CorpusStage(plan, folder).key
    assert Newer(plan, folder).key != CorpusStage(plan, folder).key
    other = replace(plan, run_options=plan.run_options.model_copy(update={"seed": 9}))
    assert CorpusStage(other, folder).key != CorpusStage(plan, folder).key
