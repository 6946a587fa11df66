"""The C side as Cython sees it; csrc/kernels.h and csrc/loop.h say what it means."""

from libc.stddef cimport ptrdiff_t
from libc.stdint cimport int32_t, uint8_t, uint32_t

from musegen_sampling.constraint cimport musegen_constraint
from musegen_sampling.inputs cimport musegen_inputs


cdef extern from "kernels.h" nogil:
    ctypedef enum mg_precision:
        MG_FP32
        MG_BF16
        MG_INT8

    ctypedef struct mg_kernels:
        const char *isa
        ptrdiff_t lanes

    const mg_kernels *mg_select(const char *isa)
    const mg_kernels *mg_target(int i)


cdef extern from "choose.h" nogil:
    ctypedef struct mg_choice:
        double temperature
        double top_p
        ptrdiff_t top_k


cdef extern from "memory.h" nogil:
    ctypedef struct mg_memory:
        int32_t *heard
        int32_t *runs
        ptrdiff_t count


cdef extern from "loop.h" nogil:
    ctypedef struct mg_layer:
        ptrdiff_t parts
        ptrdiff_t part_units
        ptrdiff_t blocks
        ptrdiff_t h_words
        ptrdiff_t x_words
        const uint32_t *weights
        const float *scales
        const int32_t *offsets
        const float *start

    ctypedef struct mg_table:
        const float *rows
        int32_t size

    ctypedef struct mg_model:
        const mg_kernels *kernels
        mg_precision precision
        const mg_layer *layers
        ptrdiff_t depth
        ptrdiff_t V
        ptrdiff_t dense_streams
        ptrdiff_t dense_words
        const uint32_t *dense
        const float *dense_bias
        ptrdiff_t n_inputs
        const mg_table *inputs
        const float *odds

    ctypedef enum mg_end:
        MG_RUNNING
        MG_UNREAD
        MG_OUTSIDE

    ctypedef struct mg_tune:
        float *state
        ptrdiff_t steps
        int32_t *tokens
        const double *uniforms
        float *logits
        double *surprises
        const musegen_constraint *constraint
        uint8_t *allowed
        const musegen_inputs *inputs
        int32_t *values
        const float **rows
        mg_memory memory
        ptrdiff_t fed
        mg_end end

    ctypedef struct mg_drawing:
        mg_choice choice
        const uint8_t *stops

    ptrdiff_t mg_state_size(const mg_model *model)
    size_t mg_scratch_size(const mg_model *model, int threads)
    int mg_run(const mg_model *model, mg_tune *tunes, ptrdiff_t n, const mg_drawing *drawing, int threads, void *scratch)
    void mg_fold(const mg_kernels *kernels, const float *weights, ptrdiff_t streams, ptrdiff_t K, const float *x, float *y)
    double mg_read_rate(const mg_kernels *kernels, const uint32_t *words, size_t bytes, int sweeps, int zigzag, int threads)


cdef extern from "os.h" nogil:
    int MG_MAX_THREADS
