"""The tunes of a run: read, prepared, rid of exact duplicates, and split."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from pathlib import Path

from musegen.corpus.corpus import Corpus
from musegen.corpus.identity import read_all
from musegen.corpus.preparing import prepare_tune, unused_options, without_title
from musegen.corpus.split_file import read_split
from musegen.corpus.splitting import Split, find_groups, large_groups, split_groups, torn_groups
from musegen.errors import CorpusError, NotationError
from musegen.music.tune import Tune
from musegen.protocols.corpora import CorpusReader
from musegen.protocols.notations import Notation, Prepare


def read_corpus(
    readers: Sequence[CorpusReader],
    notations: Mapping[str, Notation],
    prepare: Prepare,
    split: Split,
    seed: int,
    report: Callable[[str], None],
    advance: Callable[[int, int], None],
) -> Corpus:
    """Read every reader's tunes, prepare them, drop exact duplicates, and split by near-duplicate group.

    A tune that its notation cannot read is passed over and ``report`` told so. Raises CorpusError where no
    tune is left, where tunes are in different notations, or where a part would be empty.
    """
    tunes: list[Tune] = []
    skipped = 0

    def skip(line: str) -> None:
        nonlocal skipped
        skipped += 1
        report(f"{line}; skipped")

    found = list(read_all(readers, report))
    for done, tune in enumerate(found, 1):
        notation = notations.get(tune.notation)
        if notation is None:
            if not tune.notation:
                raise CorpusError(f"{tune.source}: its reader does not say in which notation it is")
            raise CorpusError(f'{tune.source}: no notation "{tune.notation}" is installed')
        try:
            tunes.append(prepare_tune(notation, tune, prepare))
        except NotationError as error:
            skip(str(error))
        advance(done, len(found))
    if not tunes:
        raise CorpusError(f"the corpus has no usable tune ({skipped} skipped)")
    used = sorted({tune.notation for tune in tunes})
    if len(used) > 1:
        raise CorpusError(f"the corpus mixes notations ({', '.join(used)}); a model learns one")
    if unused := unused_options(notations[used[0]], prepare):
        report(f"[prepare] {', '.join(unused)}: tunes in {used[0]} are learned as they are written")
    read = len(tunes)
    tunes = _without_copies(tunes, notations[used[0]])
    groups, melodies = find_groups(tunes, notations[used[0]])
    for large in large_groups(groups):
        report(f"{tunes[large].source}: {groups.count(large)} tunes seem to be versions of this one")
    if split.file:
        parts = read_split(Path(split.file), tunes, report)
        if torn := torn_groups(groups, parts):
            report(
                f"{split.file}: tears {len(torn)} groups of versions apart, such as that of "
                f"{tunes[torn[0]].source}; losses will look lower than they are"
            )
    else:
        parts = split_groups(tunes, groups, split, seed)
    return Corpus(tuple(tunes), parts, tuple(groups), tuple(melodies), skipped, read - len(tunes))


def _without_copies(tunes: Sequence[Tune], notation: Notation) -> list[Tune]:
    """The first of all tunes that are equal but for number and title."""
    kept: dict[Hashable, Tune] = {}
    for tune in tunes:
        kept.setdefault(without_title(notation, tune), tune)
    return list(kept.values())
