from libc.stddef cimport ptrdiff_t
from libc.stdint cimport int32_t

cdef extern from "os.h" nogil:
    enum: MG_MAX_THREADS
    ctypedef struct mg_team
    ctypedef void mg_work(void *job, mg_team *team, int thread, int threads)
    void mg_run_team(mg_work *work, void *job, int threads)

cdef extern from "lstm.h" nogil:
    ctypedef struct mt_lstm:
        ptrdiff_t B, T, H, V, R
        const int32_t *lookup
        const float *start
        const float *recurrent
        const float *h_first
        const float *c_first
        float *h
        float *c_last
        float *kept
        const float *dh
        const float *dc_last
        float *dstart
        float *drecurrent
        float *dh_first
        float *dc_first
        float *scratch
    ctypedef struct mt_kernels:
        const char *isa
        mg_work *forward
        mg_work *backward
        ptrdiff_t (*kept)(const mt_lstm *) noexcept nogil
        ptrdiff_t (*forward_scratch)(const mt_lstm *, int threads) noexcept nogil
        ptrdiff_t (*backward_scratch)(const mt_lstm *, int threads) noexcept nogil
    const mt_kernels *mt_target(int i)
    const mt_kernels *mt_select(const char *isa)
