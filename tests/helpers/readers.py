"""Readers of further inputs whose values depend on every token so far: one in Python, the same in C."""

from __future__ import annotations

import ctypes
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import musegen_sampling


class Following:
    """Mixes each token into a number, of which every value is a remainder; remembers what it was told."""

    def __init__(self, *sizes: int) -> None:
        self.sizes, self.mixed = sizes, 0
        self.told: list[int] = []

    def read(self, token: int) -> list[int]:
        """A value for each table."""
        self.told.append(token)
        self.mixed = (31 * self.mixed + token + 1) % 2**16
        return [(self.mixed >> number) % size for number, size in enumerate(self.sizes)]

    def copy(self) -> Following:
        """Goes on by itself."""
        other = Following(*self.sizes)
        other.mixed, other.told = self.mixed, list(self.told)
        return other


SOURCE = """
#include <stdlib.h>
#include "inputs.h"

typedef struct {
    musegen_inputs functions;
    uint32_t mixed;
    int32_t sizes[16];
    long told, refuse_at, outside_at;
} reader;

static int read_values(void *self, int32_t token, int32_t *values) {
    reader *r = self;
    r->mixed = (31 * r->mixed + (uint32_t)token + 1) % 65536;
    int32_t count = r->functions.count;
    for (int32_t n = 0; n < count; n++) values[n] = (int32_t)((r->mixed >> n) % (uint32_t)r->sizes[n]);
    r->told++;
    if (r->told == r->outside_at) values[count - 1] = r->sizes[count - 1];
    return r->told == r->refuse_at;
}

reader *make(const int32_t *sizes, int32_t count, long refuse_at, long outside_at) {
    reader *r = calloc(1, sizeof *r);
    r->functions = (musegen_inputs){r, read_values, count};
    r->refuse_at = refuse_at, r->outside_at = outside_at;
    for (int32_t n = 0; n < count; n++) r->sizes[n] = sizes[n];
    return r;
}

reader *copy(const reader *other) {
    reader *r = calloc(1, sizeof *r);
    *r = *other;
    r->functions.self = r;
    return r;
}

void drop(reader *r) { free(r); }

long told(const reader *r) { return r->told; }
"""


class CompiledFollowing:
    """``Following`` in C, with an error or a value that is too large at a certain token."""

    def __init__(self, library: ctypes.CDLL, pointer: int) -> None:
        self.library, self.pointer = library, pointer

    def __del__(self) -> None:
        self.library.drop(ctypes.c_void_p(self.pointer))

    @property
    def told(self) -> int:
        """Number of tokens that it was told."""
        return int(self.library.told(ctypes.c_void_p(self.pointer)))

    def __musegen_inputs__(self) -> object:
        """The capsule."""
        new = ctypes.pythonapi.PyCapsule_New
        new.restype, new.argtypes = ctypes.py_object, [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p]
        return new(self.pointer, b"musegen_sampling.inputs", None)

    def copy(self) -> CompiledFollowing:
        """Goes on by itself."""
        return CompiledFollowing(self.library, self.library.copy(ctypes.c_void_p(self.pointer)))


def compiled_reader(folder: Path) -> Callable[..., CompiledFollowing] | None:
    """Makes readers that were compiled against the header of the package; None without a C compiler.

    ``refuse_at``: the first token (1), or a later one, that is answered with an error; ``outside_at``: with
    a value that the last table does not have.
    """
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        return None
    (folder / "reader.c").write_text(SOURCE)
    command = [compiler, "-O2", "-shared", "-fPIC", f"-I{musegen_sampling.get_include()}", "reader.c"]
    subprocess.run([*command, "-o", "reader.so"], cwd=folder, check=True)
    library = ctypes.CDLL(str(folder / "reader.so"))
    library.make.restype = library.copy.restype = ctypes.c_void_p
    library.told.restype = ctypes.c_long

    def make(*sizes: int, refuse_at: int = 0, outside_at: int = 0) -> CompiledFollowing:
        rows = (ctypes.c_int32 * len(sizes))(*sizes)
        pointer = library.make(rows, len(sizes), ctypes.c_long(refuse_at), ctypes.c_long(outside_at))
        return CompiledFollowing(library, pointer)

    return make
