"""The C side as Cython sees it; csrc/kernels.h and csrc/loop.h say what it means."""

from libc.stddef cimport ptrdiff_t
from libc.stdint cimport int32_t, uint8_t


cdef extern from "kernels.h" nogil:
    ctypedef struct mg_kernels:
        const char *isa
        ptrdiff_t lanes

    const mg_kernels *mg_select(const char *isa)
    const mg_kernels *mg_target(int i)

    ctypedef struct mg_choice:
        double temperature
        double top_p
        ptrdiff_t top_k


cdef extern from "loop.h" nogil:
    ctypedef struct mg_layer:
        ptrdiff_t units
        ptrdiff_t inputs
        ptrdiff_t blocks
        const float *weights
        const float *start

    ctypedef struct mg_model:
        const mg_kernels *kernels
        const mg_layer *layers
        ptrdiff_t depth
        ptrdiff_t V
        ptrdiff_t dense_blocks
        const float *dense
        const float *dense_bias

    ctypedef struct mg_walk:
        float *state
        ptrdiff_t steps
        int32_t *tokens
        const double *uniforms
        const mg_choice *choice
        const uint8_t *stops
        float *row
        float *logits
        float *probabilities
        int32_t *heaps

    ptrdiff_t mg_run(const mg_model *model, const mg_walk *walk, int threads)
    void mg_dense(const mg_kernels *kernels, const float *weights, const float *bias, const float *x, ptrdiff_t I,
                  ptrdiff_t D, float *products)


cdef extern from "os.h" nogil:
    int MG_MAX_THREADS
