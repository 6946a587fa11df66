"""musegen learns from folk tunes, writes new ones and plays them.

``musegen.load("pipeline.toml").run()`` runs a whole pipeline; most other public names are for plugins. The
names are listed in ``__init__.pyi`` and imported when they are first used (SPEC 1 of Scientific Python), so
that ``musegen --help`` appears at once.
"""

import warnings

import lazy_loader

__version__ = "0.1.0"
_attribute, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
_RENAMED = {"Versions": "Transpositions"}
"""Old names of plugin API 1.0, each with its new name. The old names will be removed in API 2.0."""


def __getattr__(name: str) -> object:
    """The object of a public name, imported on first use."""
    if name in _RENAMED:
        new = _RENAMED[name]
        warnings.warn(f"musegen.{name} is now musegen.{new}", DeprecationWarning, stacklevel=2)
        return _attribute(new)
    return _attribute(name)
