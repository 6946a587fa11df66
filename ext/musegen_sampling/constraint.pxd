"""``constraint.h`` for Cython: ``from musegen_sampling.constraint cimport musegen_constraint``."""

from libc.stddef cimport ptrdiff_t
from libc.stdint cimport int32_t, uint8_t


cdef extern from "constraint.h" nogil:
    int MUSEGEN_ALL
    int MUSEGEN_SOME
    const char *MUSEGEN_CONSTRAINT

    ctypedef struct musegen_constraint:
        void *self
        int (*allow)(void *self, uint8_t *allowed, ptrdiff_t V) noexcept nogil
        int (*take)(void *self, int32_t token) noexcept nogil
