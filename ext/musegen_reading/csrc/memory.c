/* Notes and bars that were heard; see memory.h. */
#include "memory.h"

#include <string.h>

enum { NONE, REST, LOWEST, OCTAVES = 9 };

/* Steps above the C of the octave in which a letter stands for middle C; -1 for a rest. */
static int step_of(uint8_t letter) {
    static const int8_t above[] = {5, 6, 0, 1, 2, 3, 4}; /* A to G */
    if (letter >= 'A' && letter <= 'G') return above[letter - 'A'];
    if (letter >= 'a' && letter <= 'g') return above[letter - 'a'] + 7;
    return -1;
}

static uint8_t half_of(int64_t time) { return (uint8_t)mr_within(mr_halves(time), 0, MR_HALVES - 1); }

/* Where the bar so many bars ago is. */
static uint8_t bar_at(const mr_memory *m, uint8_t lag) { return (uint8_t)((m->heard + MR_LAGS - lag) % MR_LAGS); }

void mr_memory_init(mr_memory *m) { memset(m, 0, sizeof *m); }

uint8_t mr_memory_note(const mr_memory *m, uint8_t lag, int64_t time) {
    return lag ? m->bars[bar_at(m, lag)][half_of(time)] : NONE;
}

uint8_t mr_memory_end_of(const mr_memory *m, uint8_t lag) { return m->ends[bar_at(m, lag)]; }

void mr_memory_begin_note(mr_memory *m, uint32_t letter, int64_t time) {
    m->open = !m->letter;
    if (!m->open) return; /* of a chord the first one counts */
    m->letter = (uint8_t)letter;
    m->octaves = 0;
    m->half = half_of(time);
}

void mr_memory_take(mr_memory *m, uint32_t character) {
    if (m->open && character == '\'' && m->octaves < OCTAVES) m->octaves++;
    if (m->open && character == ',' && m->octaves > -OCTAVES) m->octaves--;
}

void mr_memory_end_note(mr_memory *m) {
    int step = step_of(m->letter);
    if (step >= 0) {
        m->last = m->end = (uint8_t)(LOWEST + mr_within(step + 7 * (m->octaves + 1), 0, MR_NOTES - LOWEST - 1));
        m->bar[m->half] = m->last;
    } else if (m->letter) {
        m->bar[m->half] = REST;
    }
    mr_memory_drop_note(m);
}

void mr_memory_drop_note(mr_memory *m) {
    m->letter = 0;
    m->open = false;
}

void mr_memory_copy(mr_memory *m, uint8_t lag) {
    memcpy(m->bar, m->bars[bar_at(m, lag)], sizeof m->bar);
    m->end = mr_memory_end_of(m, lag);
    if (m->end) m->last = m->end;
}

void mr_memory_end_bar(mr_memory *m, bool counts) {
    if (counts) {
        memcpy(m->bars[m->heard], m->bar, sizeof m->bar);
        m->ends[m->heard] = m->end;
        m->heard = (m->heard + 1) % MR_LAGS;
    }
    memset(m->bar, 0, sizeof m->bar);
    m->end = NONE;
}
