"""A plugin's extensions, built against an installed musegen."""

from Cython.Build import cythonize
from setuptools import Extension, setup

import musegen_sampling

extensions = [
    Extension(name, [f"{name}.pyx"], include_dirs=[musegen_sampling.get_include()])
    for name in ("alternating", "counting")
]
setup(name="alternating", ext_modules=cythonize(extensions, language_level=3))
