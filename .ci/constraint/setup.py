"""A plugin's extension, built against an installed musegen."""

from Cython.Build import cythonize
from setuptools import Extension, setup

import musegen_sampling

extension = Extension("alternating", ["alternating.pyx"], include_dirs=[musegen_sampling.get_include()])
setup(name="alternating", ext_modules=cythonize([extension], language_level=3))
