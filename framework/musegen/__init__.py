"""musegen learns from folk tunes, writes new ones and plays them.

``musegen.load("pipeline.toml").run()`` is the whole way; everything else that is public is for plugins. The
names are listed in ``__init__.pyi`` and imported when first used (SPEC 1 of Scientific Python), so that
``musegen --help`` is there at once.
"""

import warnings

import lazy_loader

__version__ = "0.1.0"
_attribute, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
_RENAMED = {"Versions": "Transpositions"}
"""Names of plugin API 1.0 -> what they are called now; the old ones go with API 2.0."""


def __getattr__(name: str) -> object:
    """A public name, imported now that it is used."""
    if name in _RENAMED:
        new = _RENAMED[name]
        warnings.warn(f"musegen.{name} is now musegen.{new}", DeprecationWarning, stacklevel=2)
        return _attribute(new)
    return _attribute(name)
