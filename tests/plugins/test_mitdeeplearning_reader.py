"""irish.abc in the mitdeeplearning package.

In CI the package is there; elsewhere the tests of the real file are skipped without it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from helpers.abc_parts import ABC_READER
from musegen import CorpusError
from musegen_mitdeeplearning.package import RECIPE, packaged
from musegen_mitdeeplearning.plugin import musegen_corpus_readers
from musegen_mitdeeplearning.reader import IrishReader

needs_package = pytest.mark.skipif(
    not os.environ.get("CI") and packaged("data", "irish.abc") is None,
    reason=f"needs the package mitdeeplearning; {RECIPE}",
)
# In a process of its own, for it looks at what was imported.
READ = """
import json, sys
import musegen
from musegen_mitdeeplearning.reader import IrishReader
abc = musegen.installed_plugins().corpus_reader("abc")
tunes = list(IrishReader(abc).read(lambda line: None))
numbers = {tune.text.split("\\n")[0] for tune in tunes}
print(json.dumps([len(tunes), len(numbers), "mitdeeplearning" in sys.modules]))
"""


@needs_package
def test_reads_without_importing_the_package() -> None:
    """804 tunes under 386 numbers; its import would want TensorFlow, gym, OpenCV."""
    run = subprocess.run([sys.executable, "-c", READ], capture_output=True, text=True, check=True)
    assert json.loads(run.stdout) == [804, 386, False]


def test_the_file_is_found_where_the_package_lies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also if importing it would fail."""
    package = tmp_path / "mitdeeplearning"
    (package / "data").mkdir(parents=True)
    (package / "__init__.py").write_text("raise ImportError('no module named gym')\n")
    (package / "data" / "irish.abc").write_text("X:1\nT:Invented\nK:D\nD4|!\n\nX:1\nT:Too\nK:G\nG4|!\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "mitdeeplearning", raising=False)
    assert [tune.title for tune in IrishReader(ABC_READER).read(pytest.fail)] == ["Invented", "Too"]


def test_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The line is the recipe, for a plain pip install fails."""
    monkeypatch.setattr("musegen_mitdeeplearning.package.find_spec", lambda name: None)
    with pytest.raises(CorpusError) as error:
        IrishReader(ABC_READER).sources()
    assert str(error.value).endswith(RECIPE)
    assert "setuptools<81" in RECIPE
    assert "--no-build-isolation" in RECIPE


def test_source_and_licence_are_declared() -> None:
    """The number of tunes is the file's."""
    (component,) = musegen_corpus_readers()
    (collection,) = component.collections
    assert (collection.name, collection.tunes) == ("mitdeeplearning", 804)
    assert "not stated" in collection.licence
