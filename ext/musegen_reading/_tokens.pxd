from libc.stddef cimport ptrdiff_t
from libc.stdint cimport int8_t, int32_t, uint8_t, uint32_t, uint64_t

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

cdef extern from "rules.h" nogil:
    enum: MR_MOST_RUNS
    enum: MR_MOST_NOTES
    ctypedef struct mr_limits:
        int32_t bars, repetition, lowest, highest, finest
        uint64_t characters[2]
        uint32_t fill[2]
        bint metre, repeats, plain, form, picks, cadence, any_pitch, one_key, one_metre, one_rhythm
        int8_t chords
        uint8_t runs_count, notes_count
        uint8_t runs[8]
        int32_t strain
        uint64_t pitches[2]
        uint32_t notes[42][2]
    ctypedef struct mr_rules:
        const mr_texts *texts
        mr_limits limits
        int32_t end, max_length
    ctypedef struct mr_writer:
        pass
    void mr_rules_init(mr_rules *rules)
    void mr_writer_init(mr_writer *writer, const mr_rules *rules)
    int mr_writer_allow(void *writer, uint8_t *allowed, ptrdiff_t V) noexcept
    int mr_writer_take(void *writer, int32_t token) noexcept
    int32_t mr_writer_shortest(const mr_writer *writer)
    int32_t mr_shortest(const mr_rules *rules, int32_t most)
