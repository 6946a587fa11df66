"""The held-out tunes of a corpus."""

from __future__ import annotations

from musegen.corpus.corpus import Corpus
from musegen.corpus.transposing import to_tonic
from musegen.errors import CorpusError
from musegen.evaluation.tunes import TuneSet
from musegen.music.validity import Valid
from musegen.protocols.notations import Notation


def held_out(corpus: Corpus, notation: Notation, part: str, valid: Valid, name: str) -> TuneSet:
    """The tunes of one part, each in its own key. Raises CorpusError if there are none."""
    tunes = corpus.part(part)
    if not tunes:
        raise CorpusError(f"{name}: no tune is in its {part} part; set [split] {part} above 0")
    own = [to_tonic(notation, tune, tune.tonic) if tune.tonic else tune for tune in tunes]
    return TuneSet.judged(f"{name} (its {part} part)", own, {corpus.notation: notation}, valid)
