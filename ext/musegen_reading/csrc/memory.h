/* The notes that have been heard: what began when in each of the last bars, and what came last.
 *
 * The parts of musegen_abc/memory.py, decision for decision. Of notes that sound together the first is heard, and
 * accidentals are not. */
#ifndef MUSEGEN_READING_MEMORY_H
#define MUSEGEN_READING_MEMORY_H

#include <stdbool.h>
#include <stdint.h>

#include "clock.h"

enum { MR_LAGS = 32, MR_HALVES = 40, MR_NOTES = 34 };

/* A note is 0 for none, 1 for a rest, else its step of the staff, 2 the octave below middle C. */
typedef struct {
    uint8_t bars[MR_LAGS][MR_HALVES]; /* what began at each time of the last bars */
    uint8_t ends[MR_LAGS];            /* the last note of each */
    uint8_t bar[MR_HALVES];           /* the bar that is read, */
    uint8_t end;                      /* and its last note */
    uint8_t last;                     /* the note before, which may be the last one of a copied bar */
    uint8_t heard;                    /* how many bars there were, modulo MR_LAGS: where the next one will be */
    uint8_t letter, half;             /* the note that is read, 0 if none is, and when it began */
    int8_t octaves;                   /* above that of its letter */
    bool open;                        /* whether its octave may follow */
} mr_memory;

void mr_memory_init(mr_memory *memory);
uint8_t mr_memory_note(const mr_memory *memory, uint8_t lag, int64_t time); /* what began at a time of that bar */
uint8_t mr_memory_end_of(const mr_memory *memory, uint8_t lag);             /* the last note of that bar */
void mr_memory_begin_note(mr_memory *memory, uint32_t letter, int64_t time);
void mr_memory_take(mr_memory *memory, uint32_t character);
void mr_memory_end_note(mr_memory *memory);
void mr_memory_drop_note(mr_memory *memory);
void mr_memory_copy(mr_memory *memory, uint8_t lag);
void mr_memory_end_bar(mr_memory *memory, bool counts);

/* How many halves of a unit note length are in a time; rounded down, below 0 too. */
static inline int64_t mr_halves(int64_t time) {
    int64_t doubled = 2 * time;
    return doubled / MR_UNIT - (doubled % MR_UNIT < 0);
}

static inline int32_t mr_within(int64_t value, int32_t least, int32_t most) {
    return value < least ? least : value > most ? most : (int32_t)value;
}

#endif
