"""Builds the extension modules; everything else is in pyproject.toml."""

import os
from pathlib import Path

from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext

PACKAGE = Path("ext/musegen_sampling")
CSRC = PACKAGE / "csrc"
TRAINING = Path("ext/musegen_training")
READING = Path("ext/musegen_reading")


class BuildExt(build_ext):
    """Compiler options. No -march: csrc/select.c chooses the instruction set at run time."""

    def build_extensions(self):
        gcc = self.compiler.compiler_type != "msvc"
        if not gcc:
            options = ["/O2", "/std:c11", "/fp:precise"]
        else:
            # Nobody looks at floating point exceptions; without them loops with conditions become vectors.
            options = ["-O3", "-fno-trapping-math"]
            if os.environ.get("MUSEGEN_WERROR") == "1":
                options += ["-Wall", "-Wextra", "-Werror"]
        for extension in self.extensions:
            extension.extra_compile_args = options + (extension.extra_compile_args if gcc else [])
        super().build_extensions()


setup(
    cmdclass={"build_ext": BuildExt},
    ext_modules=[
        Extension(
            "musegen_sampling._sampling",
            sources=["ext/musegen_sampling/_sampling.pyx", *sorted(map(str, CSRC.glob("*.c")))],
            depends=sorted(map(str, [*CSRC.glob("*.h"), *PACKAGE.glob("*.h"), *PACKAGE.glob("*.pxd")])),
            include_dirs=[str(CSRC), str(PACKAGE)],
            # A fused multiply-add rounds once instead of twice: other bits on other machines.
            extra_compile_args=["-ffp-contract=off"],
            optional=True,  # without a compiler musegen still installs and samples with NumPy
        ),
        Extension(
            "musegen_training._training",
            sources=[
                "ext/musegen_training/_training.pyx",
                *sorted(map(str, TRAINING.glob("csrc/*.c"))),
            ],
            depends=sorted(
                map(
                    str,
                    [CSRC / "os.c", *CSRC.glob("*.h"), *TRAINING.glob("csrc/*.h"), *TRAINING.glob("*.pxd")],
                )
            ),
            include_dirs=[str(TRAINING / "csrc"), str(CSRC)],
            extra_compile_args=["-ffp-contract=fast"],
            optional=True,  # without it models train with Keras's own layers
        ),
        Extension(
            "musegen_reading._reading",
            sources=["ext/musegen_reading/_reading.pyx", *sorted(map(str, READING.glob("csrc/*.c")))],
            depends=sorted(
                map(
                    str,
                    [
                        *READING.glob("csrc/*.h"),
                        *READING.glob("*.pxd"),
                        *PACKAGE.glob("inputs.*"),
                        *PACKAGE.glob("constraint.*"),
                    ],
                )
            ),
            include_dirs=[str(READING / "csrc"), str(PACKAGE)],
            extra_compile_args=["-fvisibility=hidden"],  # calls from file to file cost less
            optional=True,  # without it ABC is read by the same machine in Python
        ),
    ],
)
