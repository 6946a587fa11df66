"""A constraint in Cython: even and odd tokens by turns."""

from cpython.pycapsule cimport PyCapsule_New
from libc.stddef cimport ptrdiff_t
from libc.stdint cimport int32_t, uint8_t

from musegen_sampling.constraint cimport MUSEGEN_CONSTRAINT, MUSEGEN_SOME, musegen_constraint


cdef int allow(void *self, uint8_t *allowed, ptrdiff_t V) noexcept nogil:
    cdef ptrdiff_t v
    cdef int32_t odd = (<int32_t *>self)[0]
    for v in range(V):
        allowed[v] = v % 2 == odd
    return MUSEGEN_SOME


cdef int take(void *self, int32_t token) noexcept nogil:
    (<int32_t *>self)[0] = 1 - token % 2
    return 0


cdef class Alternating:
    """Begins with an even token."""

    cdef musegen_constraint functions
    cdef int32_t odd

    def __musegen_constraint__(self):
        self.functions = musegen_constraint(&self.odd, allow, take)
        return PyCapsule_New(&self.functions, MUSEGEN_CONSTRAINT, NULL)
