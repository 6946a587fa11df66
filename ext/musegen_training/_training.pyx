# cython: language_level=3, boundscheck=False, wraparound=False, initializedcheck=False, embedsignature=True
"""Checks arrays, hands them to the C kernels and lets go of the GIL while those run."""

cimport cython
from libc.stddef cimport ptrdiff_t
from libc.stdint cimport int32_t
from libc.string cimport memset

from musegen_training._lstm cimport MG_MAX_THREADS, mg_run_team, mt_kernels, mt_lstm, mt_select, mt_target

import numpy as np

MAX_THREADS = MG_MAX_THREADS


def targets(here=True):
    """Names of the kernel targets, best first: those this CPU runs, or all that were compiled in."""
    cdef int i = 0
    names = []
    while mt_target(i) != NULL:
        if not here or mt_select(mt_target(i).isa) != NULL:
            names.append(mt_target(i).isa.decode())
        i += 1
    return tuple(names)


cdef const mt_kernels *kernels_named(str isa) except NULL:
    cdef const mt_kernels *kernels = mt_select(isa.encode())
    if kernels == NULL:
        raise ValueError(f"kernel target {isa!r} cannot run on this CPU; these can: {', '.join(targets())}")
    return kernels


cdef list spare = []  # memory of arrays that are gone, the last one last
cdef enum: SPARE = 64


@cython.no_gc_clear
cdef class Memory:
    """Bytes at a multiple of 64, kept for the next array of their size: fresh pages cost more than their use."""

    cdef readonly object bytes

    def __cinit__(self, ptrdiff_t size):
        for number in range(len(spare) - 1, -1, -1):
            if len(spare[number]) == size:
                self.bytes = spare.pop(number)
                return
        memory = np.empty(size + 64, np.uint8)
        cdef ptrdiff_t skipped = -<ptrdiff_t>memory.ctypes.data % 64
        self.bytes = memory[skipped : skipped + size]

    def __dealloc__(self):
        if self.bytes is not None:
            spare.append(self.bytes)
            del spare[:-SPARE]

    @property
    def __array_interface__(self):
        return self.bytes.__array_interface__


def release():
    """Let go of the memory that is kept for the next call."""
    spare.clear()


def empty(*shape):
    """A float32 array at a multiple of 64 bytes: there vectors are loaded fast, and TensorFlow takes it uncopied."""
    memory = Memory(4 * int(np.prod(shape, dtype=np.int64)))
    return np.asarray(memory).view(np.float32).reshape(shape)


cdef const float *floats(array, tuple shape, str name) except? NULL:
    """Its first element. ValueError unless it is float32, C-contiguous and of this shape."""
    if array.dtype != np.float32 or array.shape != shape or not array.flags.c_contiguous:
        raise ValueError(f"{name}: float32 {shape} in C order expected (got {array.dtype} {array.shape})")
    return <const float *><size_t>array.ctypes.data


cdef int threads_for(int threads) except -1:
    if not 1 <= threads <= MG_MAX_THREADS:
        raise ValueError(f"threads: 1 to {MG_MAX_THREADS} expected (got {threads})")
    return threads


cdef int fill(mt_lstm *l, start, lookup, recurrent_kernel, h_first, c_first) except -1:
    """What forward and backward share; the rest is NULL."""
    memset(l, 0, sizeof(l[0]))
    if h_first.ndim != 2 or 0 in h_first.shape:
        raise ValueError(f"h: (rows, units) expected (got {h_first.shape})")
    l.B, l.H = h_first.shape
    if lookup is None:
        if start.ndim != 3 or 0 in start.shape:
            raise ValueError(f"start: (rows, steps, 4 units) expected (got {start.shape})")
        l.V, l.T = 0, start.shape[1]
        l.start = floats(start, (l.B, l.T, 4 * l.H), "start")
    else:
        if (lookup.ndim != 3 or lookup.shape[0] != l.B or 0 in lookup.shape or lookup.dtype != np.int32
                or not lookup.flags.c_contiguous):
            raise ValueError(
                f"lookup: int32 ({l.B}, steps, lines) in C order expected (got {lookup.dtype} {lookup.shape})"
            )
        l.V, l.T, l.R = len(start), lookup.shape[1], lookup.shape[2]
        l.start = floats(start, (l.V, 4 * l.H), "start")
        if lookup.min() < 0 or lookup.max() >= l.V:
            raise ValueError(f"lookup: 0 to {l.V - 1} expected (got {lookup.min()} to {lookup.max()})")
        l.lookup = <const int32_t *><size_t>lookup.ctypes.data
    l.recurrent = floats(recurrent_kernel, (l.H, 4 * l.H), "recurrent_kernel")
    l.h_first = floats(h_first, (l.B, l.H), "h")
    l.c_first = floats(c_first, (l.B, l.H), "c")
    return 0


def forward(start, lookup, recurrent_kernel, h_first, c_first, int threads, str isa=""):
    """An LSTM's outputs h (B, T, H), its last cell (B, H), and what ``backward`` needs to be given.

    ``start``: what input and bias add to the gates, (B, T, 4H); or a table (V, 4H), of which each step adds up the R
    lines that ``lookup`` int32 (B, T, R) names.
    Recurrent kernel (H, 4H) with gates i f c o; ``h_first``, ``c_first``: (B, H). All float32, C-contiguous.
    Raises ValueError for anything else.
    """
    cdef mt_lstm l
    cdef const mt_kernels *kernels = kernels_named(isa)
    threads = threads_for(threads)
    fill(&l, start, lookup, recurrent_kernel, h_first, c_first)
    h, c_last = empty(l.B, l.T, l.H), empty(l.B, l.H)
    kept, scratch = empty(kernels.kept(&l)), empty(kernels.forward_scratch(&l, threads))
    l.h, l.c_last = <float *><size_t>h.ctypes.data, <float *><size_t>c_last.ctypes.data
    l.kept, l.scratch = <float *><size_t>kept.ctypes.data, <float *><size_t>scratch.ctypes.data
    with nogil:
        mg_run_team(kernels.forward, &l, threads)
    return h, c_last, kept


def backward(start, lookup, recurrent_kernel, h_first, c_first, h, kept, dh, dc_last, int threads, str isa=""):
    """The gradients of ``start``, ``recurrent_kernel``, ``h_first`` and ``c_first``.

    ``h``, ``kept``: from ``forward`` with the same target; ``dh`` (B, T, H), ``dc_last`` (B, H): the gradients of its
    results. Raises ValueError where a shape does not fit.
    """
    cdef mt_lstm l
    cdef const mt_kernels *kernels = kernels_named(isa)
    threads = threads_for(threads)
    fill(&l, start, lookup, recurrent_kernel, h_first, c_first)
    l.h = <float *>floats(h, (l.B, l.T, l.H), "h")
    l.kept = <float *>floats(kept, (kernels.kept(&l),), "kept")
    l.dh = floats(dh, (l.B, l.T, l.H), "dh")
    l.dc_last = floats(dc_last, (l.B, l.H), "dc_last")
    dstart, drecurrent = empty(*start.shape), empty(l.H, 4 * l.H)
    dh_first, dc_first = empty(l.B, l.H), empty(l.B, l.H)
    scratch = empty(kernels.backward_scratch(&l, threads))
    l.dstart, l.drecurrent = <float *><size_t>dstart.ctypes.data, <float *><size_t>drecurrent.ctypes.data
    l.dh_first, l.dc_first = <float *><size_t>dh_first.ctypes.data, <float *><size_t>dc_first.ctypes.data
    l.scratch = <float *><size_t>scratch.ctypes.data
    with nogil:
        mg_run_team(kernels.backward, &l, threads)
    return dstart, drecurrent, dh_first, dc_first
