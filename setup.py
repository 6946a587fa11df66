"""Builds the one extension module; everything else is in pyproject.toml."""

import os
from pathlib import Path

from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext

PACKAGE = Path("ext/musegen_sampling")
CSRC = PACKAGE / "csrc"


class BuildExt(build_ext):
    """Compiler options. No -march: csrc/select.c chooses the instruction set at run time."""

    def build_extensions(self):
        if self.compiler.compiler_type == "msvc":
            options = ["/O2", "/std:c11", "/fp:precise"]
        else:
            # A fused multiply-add rounds once instead of twice: other bits on other machines. Nobody looks at
            # floating point exceptions, and without them loops with conditions become vectors.
            options = ["-O3", "-ffp-contract=off", "-fno-trapping-math"]
            if os.environ.get("MUSEGEN_WERROR") == "1":
                options += ["-Wall", "-Wextra", "-Werror"]
        for extension in self.extensions:
            extension.extra_compile_args = options
        super().build_extensions()


setup(
    cmdclass={"build_ext": BuildExt},
    ext_modules=[
        Extension(
            "musegen_sampling._sampling",
            sources=["ext/musegen_sampling/_sampling.pyx", *sorted(map(str, CSRC.glob("*.c")))],
            depends=sorted(map(str, [*CSRC.glob("*.h"), *PACKAGE.glob("*.h"), *PACKAGE.glob("*.pxd")])),
            include_dirs=[str(CSRC), str(PACKAGE)],
            optional=True,  # without a compiler musegen still installs and samples with NumPy
        )
    ],
)
