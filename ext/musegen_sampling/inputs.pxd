"""``inputs.h`` for Cython: ``from musegen_sampling.inputs cimport musegen_inputs``."""

from libc.stdint cimport int32_t


cdef extern from "inputs.h" nogil:
    const char *MUSEGEN_INPUTS

    ctypedef struct musegen_inputs:
        void *self
        int (*read)(void *self, int32_t token, int32_t *values) noexcept nogil
        int32_t count
