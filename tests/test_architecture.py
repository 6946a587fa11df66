"""Who may import whom."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import musegen

ROOT = Path(__file__).parent.parent
PLUGINS = sorted(path for path in (ROOT / "plugins").iterdir() if (path / "plugin.py").exists())


def imports(folder: Path) -> Iterator[tuple[Path, str, tuple[str, ...]]]:
    """Every import of every module: file, module, names."""
    for path in sorted(folder.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                yield from ((path, alias.name, ()) for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                yield path, node.module or "", tuple(alias.name for alias in node.names)


def ours(module: str) -> bool:
    """Whether a module is one of musegen's packages."""
    return module.partition(".")[0].startswith("musegen")


def test_the_framework_imports_no_plugin_and_no_kernel() -> None:
    """It knows them by their entry points alone."""
    for path, module, _ in imports(ROOT / "framework"):
        assert not ours(module) or module.partition(".")[0] == "musegen", path


@pytest.mark.parametrize("plugin", PLUGINS, ids=lambda path: path.name)
def test_plugins_import_only_public_names(plugin: Path) -> None:
    """From musegen what ``__all__`` names; no other plugin."""
    for path, module, names in imports(plugin):
        if module == "musegen":
            assert set(names) <= set(musegen.__all__), path
        elif ours(module):
            assert module.partition(".")[0] in {plugin.name, "musegen_sampling"}, path


def test_the_sampler_stands_alone() -> None:
    """Its packages are NumPy and safetensors only."""
    for path, module, _ in imports(ROOT / "ext"):
        root = module.partition(".")[0]
        assert root in {"numpy", "safetensors", "musegen_sampling", ""} | sys.stdlib_module_names, path


def test_public_names_are_listed_once_for_types_and_once_for_use() -> None:
    """The imports that type checkers read and the table of lazy names agree, and each name is there."""
    tree = ast.parse((ROOT / "framework" / "musegen" / "__init__.py").read_text("utf-8"))
    guarded = next(node for node in tree.body if isinstance(node, ast.If))
    for_types = {
        (node.module, alias.name)
        for node in guarded.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    for_use = {(module, name) for module, names in musegen._HOMES.items() for name in names.split()}
    assert for_types == for_use
    assert all(hasattr(musegen, name) for name in musegen.__all__)
