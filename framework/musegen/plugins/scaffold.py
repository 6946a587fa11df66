"""The scaffold of a new plugin: a small package that ``musegen plugins new KIND NAME`` writes."""

from __future__ import annotations

import keyword
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from importlib.util import find_spec
from pathlib import Path
from string import Template

from musegen.errors import PluginError
from musegen.plugins.hookspecs import API_VERSION
from musegen.plugins.registry import Plugins


@dataclass(frozen=True, slots=True)
class _Kind:
    """Texts about one kind of component for the files that all kinds have."""

    name: str
    """Name of the kind, one of :data:`musegen.plugins.hookspecs.KINDS`."""
    summary: str
    """One line that describes the component."""
    use: str
    """Lines of a pipeline that use it."""
    file: str
    """Name of the module that does the work."""


_KINDS: Mapping[str, _Kind] = {
    "corpus-reader": _Kind(
        "corpus reader",
        "Reads tunes from text files of one line each.",
        '[[corpus]]\nuse = "$name"\npaths = ["tunes.txt"]',
        "reader",
    ),
    "notation": _Kind(
        "notation",
        "Writes tunes as text, with the name and length of each note.",
        '[[corpus]]\nuse = "$name"\npaths = ["tunes.notes"]\n\n[notation.$name]\nbars_a_line = 2',
        "notation",
    ),
    "tokenizer": _Kind(
        "tokenizer",
        "Turns characters and their most frequent pairs into tokens.",
        '[tokenizer]\nuse = "$name"\npairs = 100',
        "tokenizer",
    ),
    "model": _Kind(
        "model", "A Markov chain over tokens.", '[model]\nuse = "$name"\nsmoothing = 0.01', "model"
    ),
    "renderer": _Kind(
        "renderer",
        "Writes the notes of a tune as a table.",
        '[[render]]\nuse = "$name"\ndigits = 3',
        "renderer",
    ),
    "rule": _Kind(
        "rule",
        "Refuses tunes with leaps too wide to sing.",
        '[[rule]]\nuse = "$name"\nsemitones = 12',
        "plugin",
    ),
    "measure": _Kind(
        "measure",
        "Counts the wide leaps of a tune.",
        "[evaluate]\ntunes = 400   # they are compared by every measure that is installed",
        "plugin",
    ),
}


def write_package(kind: str, folder: Path, plugins: Plugins) -> None:
    """Write a package with a working component of this kind, which has the name of the folder.

    Raises PluginError for an unknown kind, a name that is not possible or is taken in ``plugins``, or a
    folder that exists.
    """
    if kind not in _KINDS:
        raise PluginError(f'no kind "{kind}"; choose one of: {", ".join(_KINDS)}')
    name = folder.name
    module = name.replace("-", "_")
    _check_name(kind, name, module, plugins.names(_KINDS[kind].name))
    if folder.exists() or folder.is_symlink():
        raise PluginError(f"{folder}: exists; choose another name, or remove it")
    words = {
        "name": name,
        "module": module,
        "cls": "".join(word.capitalize() for word in name.split("-")),
        "api": API_VERSION,
        "kind": _KINDS[kind].name,
        "file": _KINDS[kind].file,
        "summary": _KINDS[kind].summary,
        "use": Template(_KINDS[kind].use).substitute(name=name),
    }
    package, tests = folder / module, folder / "tests"
    written = {package / "__init__.py": f'"""{words["summary"]}"""\n', package / "py.typed": ""}
    templates = files("musegen.plugins") / "templates"
    for template in (templates / "common").iterdir():
        written[folder / _target(template)] = _filled(template, words)
    for template in (templates / kind).iterdir():
        target = _target(template)
        path = tests / f"test_{module}.py" if target == "test.py" else package / target
        written[path] = _filled(template, words)
    try:
        for path, text in written.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
    except OSError as error:
        raise PluginError(
            f"{error.filename or folder}: {error.strerror}; choose a folder to write in"
        ) from error


def _check_name(kind: str, name: str, module: str, installed: Sequence[str]) -> None:
    if not re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", name):
        raise PluginError(
            f'"{name}" is not a name for a plugin: use lower-case letters, digits and single hyphens, '
            "beginning with a letter, as in my-tokenizer"
        )
    if keyword.iskeyword(module) or keyword.issoftkeyword(module) or module in sys.stdlib_module_names:
        raise PluginError(f'Python itself uses the name "{name}"; choose another, such as my-{name}')
    taken = name in installed
    if taken or find_spec(module) is not None:
        what = f"{_KINDS[kind].name}" if taken else "module"
        shown = name if taken else module
        raise PluginError(f'a {what} "{shown}" is installed already; choose another name, such as my-{name}')


def _target(template: Traversable) -> str:
    return template.name.removesuffix(".txt")


def _filled(template: Traversable, words: Mapping[str, str]) -> str:
    return Template(template.read_text("utf-8")).substitute(words)
