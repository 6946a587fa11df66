"""Reading of a run's corpus: tunes are read, prepared, freed of exact duplicates, and split."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from musegen.corpus.corpus import Corpus
from musegen.corpus.identity import read_all, source_names
from musegen.corpus.preparing import prepare_tune, unused_options, without_title
from musegen.corpus.split_file import read_split
from musegen.corpus.splitting import Split, find_groups, large_groups, split_groups, torn_groups
from musegen.corpus.told import Told
from musegen.errors import CorpusError, NotationError
from musegen.music.tune import Tune
from musegen.protocols.corpora import CorpusReader
from musegen.protocols.notations import Notation, Prepare
from musegen.words import counted, listed


def read_corpus(
    readers: Sequence[CorpusReader],
    notations: Mapping[str, Notation],
    prepare: Prepare,
    split: Split,
    seed: int,
    report: Callable[[str], None],
    advance: Callable[[int, int], None],
    check: str = "",
) -> Corpus:
    """The corpus of all readers' tunes: prepared, without exact duplicates, and split by groups of versions.

    ``report`` gets a line for each kind of mistake in a file: what was read tolerantly, and tunes that are
    skipped, as their notation cannot read them. ``check`` is what ``musegen corpus check`` lists all of.

    Raises CorpusError if no tune is left, if tunes are in different notations, or if a part would be empty.
    """
    tunes, skipped, told = list[Tune](), list[str](), Told(report, check)

    found = list(read_all(readers, told.line))
    for done, tune in enumerate(found, 1):
        notation = notations.get(tune.notation)
        if notation is None:
            if not tune.notation:
                raise CorpusError(f"{tune.source}: its reader does not say which notation it is in")
            raise CorpusError(f'{tune.source}: no notation "{tune.notation}" is installed')
        with suppress(NotationError):  # what preparing cannot read either is told there
            told.score(tune, notation.parse(tune))
        try:
            tunes.append(prepare_tune(notation, tune, prepare))
        except NotationError as error:
            skipped.append(str(error))
            told.skipped(error.kind or error.message, tune.source, f"{error}; skipped")
        advance(done, len(found))
    why_none = told.first
    told.finish()
    if not tunes:
        names = listed([name for named in source_names(readers) for _, name in named])
        why = f"; {counted(len(skipped), 'tune')} cannot be read, such as {skipped[0]}" if skipped else ""
        why = why or (f"; found: {why_none}" if why_none else "")
        raise CorpusError(f"{names}: no {'usable ' if skipped else ''}tune to learn from{why}")
    used = sorted({tune.notation for tune in tunes})
    if len(used) > 1:
        raise CorpusError(f"the corpus mixes notations ({', '.join(used)}); a model can learn only one")
    if unused := unused_options(notations[used[0]], prepare):
        report(f"[prepare] {', '.join(unused)}: tunes in {used[0]} are learned as they are written")
    read = len(tunes)
    tunes = _without_copies(tunes, notations[used[0]])
    groups, melodies = find_groups(tunes, notations[used[0]])
    for large in large_groups(groups):
        report(
            f"{tunes[large].source}: {counted(groups.count(large), 'tune')} seem to be versions of this one"
        )
    if split.file:
        try:
            parts = read_split(Path(split.file), tunes, report)
        except CorpusError as error:
            error.at("split", "file")
            raise
        if torn := torn_groups(groups, parts):
            report(
                f"{split.file}: puts versions of one tune into different parts "
                f"({counted(len(torn), 'group')}, such as that of {tunes[torn[0]].source}); "
                "losses will look lower than they are"
            )
    else:
        parts = split_groups(tunes, groups, split, seed)
    return Corpus(tuple(tunes), parts, tuple(groups), tuple(melodies), len(skipped), read - len(tunes))


def _without_copies(tunes: Sequence[Tune], notation: Notation) -> list[Tune]:
    """The tunes without exact duplicates: the first of those that differ only in number and title."""
    kept: dict[Hashable, Tune] = {}
    for tune in tunes:
        kept.setdefault(without_title(notation, tune), tune)
    return list(kept.values())
