/* The time in a bar, from its characters one at a time: metre, unit note length, notes, tuplets.
 *
 * The parts of musegen_abc/clock.py, decision for decision. Times and lengths are from 0 to MR_LONGEST, in parts of a unit
 * note length (L:), MR_UNIT to each. */
#ifndef MUSEGEN_READING_CLOCK_H
#define MUSEGEN_READING_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

enum { MR_UNIT = 96, MR_LONGEST = 1 << 30 };

typedef struct {
    int16_t over, below; /* both 0 where there is none */
} mr_ratio;

/* The fraction in the value of a field: 6/8, 2+3/8, C or C|. */
typedef struct {
    int16_t sum, number, below;
    bool slash;
} mr_fraction;

void mr_fraction_init(mr_fraction *fraction);
void mr_fraction_take(mr_fraction *fraction, uint32_t character);
mr_ratio mr_fraction_value(const mr_fraction *fraction);

/* The time since the bar began, and the length of a whole bar. */
typedef struct {
    int32_t bar_length;  /* by the metre; 0 where there is none */
    int32_t time;        /* since the bar began, up to the last note that is over */
    int32_t note;        /* the note that is read, 0 if none is: its length is note * over / under, */
    int32_t chord;       /* the length of the first note of the chord that is read */
    int32_t last;        /* the length of the note before */
    int32_t shift;       /* how much longer a broken rhythm has made it, until the next note is over: -last to last */
    mr_ratio metre, unit;
    int16_t over, under; /* 0 where it is not written */
    uint8_t slashes;     /* or note * over / 2 for each slash */
    uint8_t p, q, left;  /* so many more notes, each in q / p of its time */
    bool in_chord;
} mr_clock;

void mr_clock_init(mr_clock *clock);
void mr_clock_set_metre(mr_clock *clock, mr_ratio metre);         /* the value of M: */
void mr_clock_set_unit(mr_clock *clock, mr_ratio unit);           /* the value of L: */
void mr_clock_begin_body(mr_clock *clock);                        /* takes the default of L: (ABC 2.1 3.1.7) */
void mr_clock_begin_bar(mr_clock *clock);
void mr_clock_pass_by(mr_clock *clock, int32_t length);           /* lets so much time pass */
int64_t mr_clock_now(const mr_clock *clock);                      /* the time, with what is known of the note or chord
                                                                     that is read; may be below 0 */
void mr_clock_begin_note(mr_clock *clock, uint32_t letter);       /* a note or a rest */
bool mr_clock_takes(mr_clock *clock, uint32_t character);         /* reads what belongs to the note that is read */
bool mr_clock_end_note(mr_clock *clock);                          /* whether there was one, outside a chord */
void mr_clock_drop_note(mr_clock *clock);
void mr_clock_begin_chord(mr_clock *clock);
void mr_clock_end_chord(mr_clock *clock);                         /* goes on as after one note */
void mr_clock_drop_chord(mr_clock *clock);
void mr_clock_break_rhythm(mr_clock *clock, uint32_t sign);       /* '>' or '<' */
void mr_clock_begin_tuplet(mr_clock *clock, const uint8_t parts[3]); /* p, q, r below 100; 0: the default */

static inline bool mr_is_digit(uint32_t character) { return character >= '0' && character <= '9'; }

#endif
