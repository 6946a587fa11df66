"""What must hold around a pipeline before it is run: files, folders, and wishes that can be written.

Each check looks at what it needs alone, so that it is made although there are mistakes elsewhere in the file.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import get_args

from musegen.corpus.identity import reader_files
from musegen.corpus.split_file import SPLIT_FILE
from musegen.corpus.splitting import Split
from musegen.errors import ArtifactError, ComponentError, CorpusError, NotationError
from musegen.inputs import check_file
from musegen.models.known import WISHES
from musegen.models.sample_options import Sample
from musegen.option_faults import shortened
from musegen.options import Options, PathPattern
from musegen.pipeline.checker import Checker, Found
from musegen.pipeline.table_reader import TableReader
from musegen.pipeline.tables import RunOptions
from musegen.pipeline.toml_lines import Place
from musegen.protocols.notations import Notation, Prepare, PreparingNotation
from musegen.storage import RunFolder


def check_surroundings(checked: Checker) -> None:
    """Collect the mistakes that only show outside of the file."""
    reader = checked.reader
    _run_folder(reader)
    _split_file(reader)
    _evaluation(checked)
    for found in checked.found["corpus"]:
        if not found.installed.missing():
            _corpus(reader, found)
    notations: dict[str, Notation] = {}
    for name, use in checked.notations.items():
        try:
            notations[name] = use.build()
        except ComponentError as error:
            reader.mistakes.add(("notation", name), str(error))
    sample = checked.usable_sample()
    if sample:
        _wishes(reader, sample, notations.values())
    _fields(reader, notations)


def _run_folder(reader: TableReader) -> None:
    run = reader.usable(("run",), RunOptions)
    if run is None:
        return
    try:
        RunFolder(Path(run.folder)).check()
    except ArtifactError as error:
        reader.mistakes.add(("run", "folder"), str(error))
    except OSError as error:
        reader.mistakes.add(("run", "folder"), f"{error.filename or run.folder}: {error.strerror}")


def _split_file(reader: TableReader) -> None:
    split = reader.usable(("split",), Split)
    if split and split.file:
        try:
            check_file(Path(split.file))
        except OSError as error:
            hint = f"name a {SPLIT_FILE} of an earlier run"
            reader.mistakes.add(("split", "file"), f"{split.file}: {error.strerror}; {hint}")


def _evaluation(checked: Checker) -> None:
    split = checked.reader.usable(("split",), Split)
    if checked.evaluation() and split and not split.file and not split.test:
        checked.reader.mistakes.add(
            ("evaluate",), "needs real tunes to compare with; set [split] test above 0, or tunes to 0 here"
        )


def _corpus(reader: TableReader, found: Found) -> None:
    """Check that a corpus has files; where it has not, each path that is to blame has a line of its own."""
    refusal = _refusal(found, found.options) if found.options else None
    if found.options and not refusal:
        return
    cls, told = found.installed.component.options, dict[Place, str]()
    for place, value in _paths(reader, found):
        alone = reader.usable(found.place, cls, ignore=("use",), **{str(place[0]): value})
        if alone and (error := _refusal(found, alone)):
            told[() if isinstance(error, ComponentError) else place] = str(error)
    if refusal and (
        not told or (len(told) > 1 and len(set(told.values())) == 1)
    ):  # no single path is to blame
        told = {(): str(refusal)}
    for place, words in told.items():
        reader.mistakes.add((*found.place, *place), words)


def _refusal(found: Found, options: Options) -> CorpusError | ComponentError | None:
    """Why a reader with these options has nothing to read; None if it has."""
    try:
        return None if reader_files(found.installed.make(options)) else CorpusError("names no file")
    except (CorpusError, ComponentError) as error:
        return error


def _paths(reader: TableReader, found: Found) -> Iterator[tuple[Place, object]]:
    """The place of each path in the table of a corpus, and a value of its key with this path alone."""
    marks = get_args(PathPattern)[1:]
    for key, field in found.installed.component.options.model_fields.items():
        given = reader.table((*found.place, key))
        if PathPattern not in get_args(field.annotation) and tuple(field.metadata[: len(marks)]) != marks:
            continue
        if isinstance(given, list):
            yield from (((key, number), [path]) for number, path in enumerate(given))
        elif isinstance(given, str):
            yield (key,), given


def _wishes(reader: TableReader, sample: Sample, notations: Iterable[Notation]) -> None:
    """Check that the wishes for new tunes agree, and that some notation can write each."""
    headed = [name for name in WISHES if getattr(sample, name) is not None]
    if sample.prime is not None and (headed or sample.start):
        names = " and ".join([*headed, *(["start"] if sample.start else [])])
        reader.mistakes.add(("sample", "prime"), f"is the whole beginning of a tune; leave out {names}")
    told = False
    for wish in headed:
        alone = sample.model_copy(update=dict.fromkeys(set(WISHES) - {wish}))
        if refusal := _unwritable(alone, notations):
            reader.mistakes.add(("sample", wish), refusal)
            told = True
    if not told and (refusal := _unwritable(sample, notations)):
        reader.mistakes.add(("sample",), refusal)


def _unwritable(sample: Sample, notations: Iterable[Notation]) -> str:
    """Why no notation can write the wishes; empty if one can."""
    refusals = []
    for notation in notations:
        try:
            sample.wished(notation)
            return ""
        except NotationError as error:
            refusals.append(error.message)
    return refusals[0] if refusals else ""


def _fields(reader: TableReader, notations: Mapping[str, Notation]) -> None:
    """Check that some notation knows each field of ``[prepare] fields``."""
    prepare = reader.usable(("prepare",), Prepare)
    known = {name: each for name, each in notations.items() if isinstance(each, PreparingNotation)}
    for number, field in enumerate((prepare and prepare.fields) or ()):
        if known and not any(notation.is_field(field) for notation in known.values()):
            message = f"is not a field of {' or '.join(known)} (got {shortened(field)})"
            reader.mistakes.add(("prepare", "fields", number), message)
