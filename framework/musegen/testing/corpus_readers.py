"""The laws of corpus readers."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from musegen.errors import CorpusError
from musegen.music.tune import Tune
from musegen.plugins.registry import Plugins
from musegen.protocols.component import Component
from musegen.protocols.corpora import CorpusReader
from musegen.testing.declared import check_declared, connected
from musegen.testing.laws import Laws, short
from musegen.testing.writes import sandbox
from musegen.words import counted

_JUNK = bytes(range(256)) * 4 + b'\nX:\nK:\n\n<xml>{"a": [}\n' + "№\n".encode()


def check_corpus_reader(
    component: Component[CorpusReader],
    options: Mapping[str, Any] | None = None,
    *,
    tunes: int | None = None,
    plugins: Plugins | None = None,
) -> None:
    """Check that a corpus reader keeps the laws of :class:`musegen.CorpusReader`.

    ``options``: its keys as in a pipeline, with paths relative to the working folder. They must name files
    with at least one tune, or with exactly ``tunes`` tunes. ``plugins``: plugins with the components that it
    needs, by default the installed ones. Raises ContractError, an AssertionError that names the broken law,
    and ValueError if the component does not take the options.
    """
    laws = Laws(f'corpus reader "{component.name}"')
    component = connected(component, plugins)
    given = dict(options or {})
    checked = check_declared("corpus reader", component, given)
    with sandbox() as box, box.watching() as strays:
        first, reported = _read(laws, component.build(checked))
        second, _ = _read(laws, component.build(checked))
    law = "a reader writes nothing"
    laws.require(not strays, law, f"it wrote {short(', '.join(map(str, strays)))}")
    laws.require(bool(first), "it reads at least one tune of what the options name")
    laws.require(tunes in {None, len(first)}, "it reads every tune", f"{len(first)} of {tunes}")
    law = "reading twice gives the same tunes in the same order"
    different = next((a for a, b in zip(first, second, strict=False) if a != b), None)
    laws.require(len(first) == len(second), law, f"{counted(len(first), 'tune')}, then {len(second)}")
    laws.require(different is None, law, f"{different.source} differs" if different else "")
    for tune in first:
        laws.require(isinstance(tune, Tune), "it reads musegen.Tune objects", f"got {short(repr(tune))}")
        laws.require(bool(tune.text.strip()), "a tune has a text", f"{tune.source} is empty")
        law = "a tune has a source, such as jigs.abc:120"
        laws.require(bool(tune.source), law, short(tune.text))
        laws.require(bool(tune.notation), "a tune names its notation", tune.source)
    _check_distinct(laws, first)
    for line in reported:
        right = isinstance(line, str) and "\n" not in line and ":" in line
        law = "report gets one line at a time, which begins with its place"
        laws.require(right, law, f"got {short(repr(line))}")
    _check_folders(laws, component, given, list(component.build(checked).sources()))
    _check_mistakes(laws, component, given)


def _read(laws: Laws, reader: CorpusReader) -> tuple[list[Tune], list[str]]:
    law = "sources() lists files that exist, in the same order each time"
    with laws.works(law):
        sources, again = list(reader.sources()), list(reader.sources())
    laws.require(all(isinstance(path, Path) for path in sources), law, f"got {short(sources)}")
    missing = [str(path) for path in sources if not path.is_file()]
    laws.require(bool(sources), law, "it lists none")
    laws.require(not missing, law, f"{missing[0]} is not a file" if missing else "")
    laws.require(sources == again, law, "two calls differ")
    lines: list[str] = []
    with laws.works("it reads what the options name"):
        found = list(reader.read(lines.append))
    return found, lines


def _check_distinct(laws: Laws, tunes: Sequence[Tune]) -> None:
    times = Counter(tune.source for tune in tunes)
    source, most = times.most_common(1)[0]
    law = "each tune has a source of its own, also in files of one name (musegen.distinct_names)"
    laws.require(most == 1, law, f"{counted(most, 'tune')} have the source {source}")


def _check_folders(
    laws: Laws, component: Component[CorpusReader], given: Mapping[str, Any], sources: Sequence[Path]
) -> None:
    """Where ``paths`` names files: copies of one in two folders are told apart."""
    if "paths" not in component.options.model_fields:
        return
    with sandbox() as box:
        copies = [box.folder / name / sources[0].name for name in ("a", "b")]
        for copy in copies:
            copy.parent.mkdir()
            shutil.copyfile(sources[0], copy)
        options = component.options.model_validate({**given, "paths": [*map(str, copies)]}, strict=False)
        with laws.works("it reads copies of what it has read", CorpusError):
            tunes = list(component.build(options).read(lambda line: None))
            if tunes:
                _check_distinct(laws, tunes)


def _check_mistakes(laws: Laws, component: Component[CorpusReader], given: Mapping[str, Any]) -> None:
    """Check a missing file and files of nonsense, if the reader has an option ``path`` or ``paths``."""
    name = next((name for name in ("paths", "path") if name in component.options.model_fields), None)
    if name is None:
        return

    def reader(path: Path) -> CorpusReader:
        value = [str(path)] if name == "paths" else str(path)
        options = component.options.model_validate({**given, name: value}, strict=False)
        return component.build(options)

    with sandbox() as box:
        missing = box.folder / f"missing{next(iter(component.suffixes), '')}"
        with laws.refuses("a file that does not exist raises CorpusError", CorpusError):
            list(reader(missing).sources())
        for suffix in component.suffixes or ("",):
            for content in (b"", _JUNK):
                junk = box.folder / f"junk{suffix}"
                junk.write_bytes(content)
                with laws.works("a file of nonsense gives tunes or raises CorpusError", CorpusError):
                    list(reader(junk).read(lambda line: None))
