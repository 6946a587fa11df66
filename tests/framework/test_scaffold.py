"""``musegen plugins new`` writes packages that work as they are."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path

import pytest

import musegen.plugins
from helpers.distributions import install, python
from musegen import PluginError, installed_plugins
from musegen.commands.main import main
from musegen.commands.plugins import SCAFFOLDS
from musegen.plugins.registry import KINDS
from musegen.plugins.scaffold import write_package


def test_there_is_a_template_for_every_kind() -> None:
    """The command names them all, without loading what writes them."""
    assert [kind.replace("-", " ") for kind in SCAFFOLDS] == list(KINDS)


def test_every_kind_passes_its_own_tests(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Unedited: the laws of its kind, its entry point, and a pipeline that uses it."""
    monkeypatch.chdir(tmp_path)
    names = [f"new-{kind}-7" for kind in SCAFFOLDS]
    for kind, name in zip(SCAFFOLDS, names, strict=True):
        assert main(["plugins", "new", kind, name]) == 0
        project = tomllib.loads((tmp_path / name / "pyproject.toml").read_text())["project"]
        assert project["name"] == name
        install(tmp_path / name, name, project["entry-points"]["musegen"], project["version"])
    path = os.pathsep.join(str(tmp_path / name) for name in names)
    done = python(
        "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:hypothesispytest", *names, path=path
    )
    assert done.returncode == 0, done.stdout
    assert "33 passed" in done.stdout
    found = python("-m", "musegen", "plugins", path=path, MUSEGEN_STRICT_PLUGINS="1")
    assert found.returncode == 0, found.stderr
    assert all(f"  {name} " in found.stdout for name in names)


def test_a_rule_is_forty_lines() -> None:
    """Declared and done in one module."""
    template = Path(musegen.plugins.__path__[0]) / "templates" / "rule" / "plugin.py.txt"
    assert len(template.read_text("utf-8").splitlines()) <= 40


@pytest.mark.parametrize("kind", SCAFFOLDS)
def test_a_package_is_complete(kind: str, tmp_path: Path) -> None:
    """What a packager expects, and nothing that was to be filled in."""
    write_package(kind, tmp_path / "my-part", installed_plugins())
    files = {
        path.relative_to(tmp_path / "my-part").as_posix() for path in tmp_path.rglob("*") if path.is_file()
    }
    assert {
        "pyproject.toml",
        "README.md",
        "my_part/__init__.py",
        "my_part/plugin.py",
        "my_part/py.typed",
    } <= files
    assert "tests/test_my_part.py" in files
    for path in tmp_path.rglob("*.*"):
        if path.is_file():
            text = path.read_text("utf-8")
            assert "$" not in text.replace(')$")', "")
            assert all(len(line) <= 110 for line in text.splitlines())


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("My-Part", '"My-Part" is not a name'),
        ("my_part", "is not a name for a plugin"),
        ("7up", "is not a name for a plugin"),
        ("a--b", "is not a name for a plugin"),
        ("class", "Python itself uses the name"),
        ("json", "Python itself uses the name"),
        ("numpy", 'a module "numpy" is installed already'),
        ("char", 'a tokenizer "char" is installed already'),
    ],
)
def test_a_name_that_cannot_be_one(tmp_path: Path, name: str, expected: str) -> None:
    """Is refused before anything is written."""
    with pytest.raises(PluginError, match=expected):
        write_package("tokenizer", tmp_path / name, installed_plugins())
    assert not list(tmp_path.iterdir())


def test_a_folder_that_exists(tmp_path: Path) -> None:
    """Is left as it is."""
    (tmp_path / "mine").mkdir()
    with pytest.raises(PluginError, match="mine: exists"):
        write_package("model", tmp_path / "mine", installed_plugins())
    assert not list((tmp_path / "mine").iterdir())


def test_an_unknown_kind(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The kinds are listed; from Python too."""
    with pytest.raises(SystemExit) as left:
        main(["plugins", "new", "sampler", "mine"])
    assert left.value.code == 2
    assert "corpus-reader" in capsys.readouterr().err
    with pytest.raises(PluginError, match='no kind "sampler"; choose one of: corpus-reader'):
        write_package("sampler", tmp_path / "mine", installed_plugins())
