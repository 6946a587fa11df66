"""Distributions for tests, installed by hand into a folder: pip would take seconds for each."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path

from musegen.commands.main import main


def install(folder: Path, name: str, plugins: Mapping[str, str], version: str = "1.0") -> None:
    """Metadata of a distribution with these entry points; its modules lie in ``folder`` or elsewhere."""
    metadata = folder / f"{name.replace('-', '_')}-{version}.dist-info"
    metadata.mkdir(parents=True)
    (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
    points = "\n".join(f"{plugin} = {module}" for plugin, module in plugins.items())
    (metadata / "entry_points.txt").write_text(f"[musegen]\n{points}\n")


def musegen(*arguments: object) -> subprocess.CompletedProcess[str]:
    """Run a command in this process; exceptions that it does not catch come out."""
    out, err = StringIO(), StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = main([str(argument) for argument in arguments])
    return subprocess.CompletedProcess(arguments, code, out.getvalue(), err.getvalue())


def python(
    *arguments: object, path: str | Path = "", cwd: Path | None = None, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run Python with folders of distributions on its path."""
    paths = os.pathsep.join(filter(None, [str(path), os.environ.get("PYTHONPATH", "")]))
    return subprocess.run(
        [sys.executable, *map(str, arguments)],
        check=False,
        capture_output=True,
        text=True,
        timeout=300,
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": paths, **environment},
    )
