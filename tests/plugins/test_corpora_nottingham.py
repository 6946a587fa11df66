"""The Nottingham files from a folder."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from pydantic import ValidationError

from helpers.abc_parts import ABC_READER
from helpers.invented import jig
from musegen import CorpusError
from musegen_corpora.digests import NAMES
from musegen_corpora.nottingham import NottinghamReader
from musegen_corpora.plugin import NottinghamOptions, build_nottingham_reader, musegen_corpus_readers

HERE = ("hpps", "jigs", "reelsa-c", "reelsd-g", "reelsh-l", "reelsm-q", "reelsr-t", "waltzes")


def write(folder: Path, *names: str) -> Path:
    """A folder with invented files of these names, a tune in each."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, name in enumerate(names):
        (folder / f"{name}.abc").write_text(jig(number))
    return folder


def test_the_real_files(nottingham: Path) -> None:
    """The part that is at hand, in both editions; one warning tells what is not."""
    for edition, tunes in (("cleaned", 884), ("original", 887)):
        said: list[str] = []
        reader = NottinghamReader(ABC_READER, NAMES, edition, str(nottingham))
        assert [path.stem for path in reader.sources()] == list(HERE)
        assert sum(1 for _ in reader.read(said.append)) == tunes
        partial = [line for line in said if "missing" in line]
        assert len(partial) == 1
        assert partial[0].endswith("missing: ashover, morris, playford, reelsu-z, slip, xmas")


@pytest.mark.parametrize("edition", ["cleaned", "original"])
def test_a_copy_of_the_repository(tmp_path: Path, edition: str) -> None:
    """ABC_cleaned/ and ABC_original/ are found by the edition."""
    write(tmp_path / "ABC_cleaned", "jigs", "xmas")
    write(tmp_path / "ABC_original", "jigs", "xmas")
    files = NottinghamReader(ABC_READER, ["xmas", "jigs"], edition, str(tmp_path)).sources()
    assert files == [tmp_path / f"ABC_{edition}" / f"{name}.abc" for name in ("xmas", "jigs")]


def test_a_folder_of_the_files_themselves(tmp_path: Path) -> None:
    """Whichever edition they are, the user says; nothing is missing, so nothing is reported."""
    write(tmp_path, "jigs", "xmas")
    for edition in ("cleaned", "original"):
        reader = NottinghamReader(ABC_READER, ["jigs", "xmas"], edition, str(tmp_path))
        assert [tune.source for tune in reader.read(pytest.fail)] == ["jigs.abc:1", "xmas.abc:1"]


def test_a_partial_copy_is_read(tmp_path: Path) -> None:
    """With one warning."""
    said: list[str] = []
    reader = NottinghamReader(ABC_READER, ["slip", "jigs", "xmas"], "cleaned", str(write(tmp_path, "jigs")))
    assert [tune.title for tune in reader.read(said.append)] == ["Jig No 0"]
    assert said == [f"{tmp_path}: a part of the Nottingham Music Database; missing: slip, xmas"]


def test_a_folder_without_them(tmp_path: Path) -> None:
    """One line that says what was looked for."""
    write(tmp_path, "other")
    with pytest.raises(CorpusError, match=r"no cleaned file .*looked for jigs.abc"):
        NottinghamReader(ABC_READER, ["jigs"], "cleaned", str(tmp_path)).sources()
    shutil.rmtree(tmp_path)
    with pytest.raises(CorpusError, match="no such folder"):
        NottinghamReader(ABC_READER, ["jigs"], "cleaned", str(tmp_path)).sources()


def test_options() -> None:
    """All fourteen, cleaned, from the web; another name or edition is refused."""
    options = NottinghamOptions.model_validate_json("{}")
    assert (len(options.collections), options.edition, options.path) == (14, "cleaned", None)
    for wrong in ('{"collections": ["jig"]}', '{"collections": []}', '{"edition": "new"}', '{"path": ""}'):
        with pytest.raises(ValidationError):
            NottinghamOptions.model_validate_json(wrong)


def test_options_reach_the_reader(tmp_path: Path) -> None:
    """A path counts from the pipeline's folder."""
    write(tmp_path / "tunes" / "ABC_original", "xmas")
    options = NottinghamOptions.model_validate_json(
        '{"collections": ["xmas"], "edition": "original", "path": "tunes"}', context={"folder": tmp_path}
    )
    assert list(build_nottingham_reader(options, ABC_READER).sources()) == [
        tmp_path / "tunes/ABC_original/xmas.abc"
    ]


def test_every_collection_has_a_source_and_a_licence() -> None:
    """Of every reader; Nottingham's are the names that its option takes."""
    components = {component.name: component for component in musegen_corpus_readers()}
    assert tuple(c.name for c in components["nottingham"].collections) == NAMES
    assert sum(c.tunes or 0 for c in components["nottingham"].collections) == 884
    for component in components.values():
        assert component.collections
        assert all(c.title and c.source and c.licence for c in component.collections)
