"""Files of the installed mitdeeplearning package.

The package is never imported, since its ``__init__`` needs TensorFlow, gym, OpenCV and more.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

RECIPE = (
    'pip install "setuptools<81" wheel && pip install --no-deps --no-build-isolation mitdeeplearning==0.7.2'
)
"""How to install it: its setup.py needs pkg_resources, which newer setuptools lack, and musegen needs none of
the packages that it depends on."""


def packaged(*parts: str) -> Path | None:
    """The file at this place inside the package; None where the package is not installed."""
    spec = find_spec("mitdeeplearning")
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        file = Path(folder, *parts)
        if file.is_file():
            return file
    return None
