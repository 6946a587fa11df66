from libc.stddef cimport ptrdiff_t
from libc.stdint cimport int32_t, uint32_t

cdef extern from "place.h" nogil:
    enum: MR_BARS
    enum: MR_HALVES
    enum: MR_LEFT
    enum: MR_STRAINS
    enum: MR_REPEATS
    enum: MR_MODES
    enum: MR_LAGS
    enum: MR_NOTES
    enum: MR_FEATURES
    enum: MR_REMEMBERED

cdef extern from "tokens.h" nogil:
    ctypedef struct mr_texts:
        const uint32_t *characters
        const ptrdiff_t *begins
        ptrdiff_t V
    ctypedef struct mr_reader:
        pass
    void mr_reader_init(mr_reader *reader, const mr_texts *texts, int32_t count)
    int mr_read(void *reader, int32_t token, int32_t *values) noexcept
    ptrdiff_t mr_rows(const mr_texts *texts, int32_t count, const int32_t *tokens, ptrdiff_t n, int32_t *rows)
