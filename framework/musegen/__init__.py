"""musegen learns from folk tunes, writes new ones and plays them.

``musegen.load("pipeline.toml").run()`` is the whole way; everything else that is public is for plugins. The
names are listed in ``__init__.pyi`` and imported when first used (SPEC 1 of Scientific Python), so that
``musegen --help`` is there at once.
"""

import lazy_loader

__version__ = "0.1.0"
__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
