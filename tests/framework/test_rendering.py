"""Files of renderers are told apart by their suffix."""

from __future__ import annotations

from pathlib import Path

import pytest

import musegen
from helpers.invented import NGRAM_PIPELINE, write_pipeline
from musegen import PluginError, Silent

_TWO_DOTS = '''
from musegen import Options, component, hookimpl

class NamesOptions(Options):
    """The title in a file."""

def build(suffix):
    class Names:
        def __init__(self, options):
            self.suffix = suffix
        def render(self, score, path):
            path.write_text(suffix)
    return Names

@hookimpl
def musegen_renderers():
    suffixes = {"one": ".one.txt", "other": ".other.txt", "same": ".one.txt", "text": ".abc"}
    return [component(n, version=1, options=NamesOptions, build=build(s)) for n, s in suffixes.items()]
'''


def _pipeline(folder: Path, *names: str) -> Path:
    (folder / "names.py").write_text(_TWO_DOTS)
    uses = "".join(f'\n[[render]]\nuse = "{name}"\n' for name in names)
    return write_pipeline(folder, '[plugins]\nfiles = ["names.py"]\n\n' + NGRAM_PIPELINE + uses)


def test_suffixes_with_two_dots_are_kept_apart(tmp_path: Path) -> None:
    """A tune has a file of each renderer under the renderer's own suffix."""
    run = musegen.load(_pipeline(tmp_path, "one", "other")).run(Silent())
    (tune, *_) = [tune for tune in run.tunes if tune.valid] or run.tunes
    assert {".one.txt", ".other.txt", ".mid"} <= set(tune.files)
    assert tune.files[".other.txt"].read_text() == ".other.txt"


def test_two_renderers_of_the_same_file_are_refused(tmp_path: Path) -> None:
    """Before any training, since one would write over the other."""
    with pytest.raises(PluginError, match=r"two renderers write the same \.one\.txt files"):
        musegen.load(_pipeline(tmp_path, "one", "same")).run(Silent())
    assert not list((tmp_path / "run").rglob("model.safetensors"))


def test_a_renderer_of_the_texts_own_files_is_refused(tmp_path: Path) -> None:
    """Before any training, since it would replace the tunes by what it makes of them."""
    with pytest.raises(PluginError, match=r"a renderer writes \.abc files, as the texts of the tunes are"):
        musegen.load(_pipeline(tmp_path, "text")).run(Silent())
    assert not list((tmp_path / "run").rglob("model.safetensors"))
