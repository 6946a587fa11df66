"""Further inputs in Cython: where a token stands among eight, and how many eights came before, at most three."""

from cpython.pycapsule cimport PyCapsule_New
from libc.stdint cimport int32_t

from musegen_sampling.inputs cimport MUSEGEN_INPUTS, musegen_inputs


cdef int read(void *self, int32_t token, int32_t *values) noexcept nogil:
    cdef int32_t *fed = <int32_t *>self
    values[0] = fed[0] % 8
    values[1] = min(fed[0] // 8, 3)
    fed[0] += 1
    return 0


cdef class Counting:
    """Stands before the first token."""

    cdef musegen_inputs functions
    cdef int32_t fed

    def __musegen_inputs__(self):
        self.functions = musegen_inputs(&self.fed, read, 2)
        return PyCapsule_New(&self.functions, MUSEGEN_INPUTS, NULL)

    def copy(self):
        cdef Counting other = Counting()
        other.fed = self.fed
        return other
