/* Where a bar stands in its tune: strains, repeats and endings, from bar lines one at a time, and the mode.
 *
 * The parts of musegen_abc/form.py, decision for decision. A struct of zeros is none of these machines: each has its
 * init. */
#ifndef MUSEGEN_READING_FORM_H
#define MUSEGEN_READING_FORM_H

#include <stdbool.h>
#include <stdint.h>

#include "memory.h"

enum { MR_BARS = 18, MR_STRAINS = 10, MR_REPEATS = 4, MR_MODES = 8 };

typedef struct {
    int32_t upbeat;  /* time of the bar that is shorter than a whole one, before the first whole one of the strain */
    uint8_t bars;    /* whole bars of the strain so far, to MR_BARS - 2 */
    uint8_t before;  /* of the strain before */
    uint8_t strain;  /* from 0 to MR_STRAINS - 1, one more than is told of */
    uint8_t repeat;  /* 0 outside a repeat, 1 in one, 2 in a first ending, 3 in a later one */
    bool fresh;      /* whether nothing of the strain has sounded yet */
    /* By number of a bar, in this strain and in the one before: how many bars ago it was, 0 if it was not or does not
     * count in lags; and its last note */
    uint8_t lags[MR_BARS], lags_before[MR_BARS], ends[MR_BARS], ends_before[MR_BARS];
    int32_t ending_upbeat; /* these three: where the first ending began */
    uint8_t ending_bars, ending_before;
} mr_form;

void mr_form_init(mr_form *form);
void mr_form_sound(mr_form *form);                                /* a note, a rest or a copied bar was read */
void mr_form_hear_bar(mr_form *form, uint8_t end, bool counts);   /* a bar with this last note ends */
uint8_t mr_form_lag(const mr_form *form);                         /* how many bars ago, as copies count, the bar of this
                                                                     number was in the strain before; 0: none that counts */
uint8_t mr_form_end(const mr_form *form);                         /* its last note; 0 if it had none */
void mr_form_end_bar(mr_form *form, int32_t time, int32_t whole); /* a bar that lasted so long, by the metre so long */
void mr_form_begin_strain(mr_form *form);                         /* if the last one has sounded */
void mr_form_begin_ending(mr_form *form, uint32_t number);        /* the digit that its numbers begin with */
void mr_form_begin_repeat(mr_form *form);                         /* after |: and :: */
void mr_form_end_repeat(mr_form *form);                           /* after :| */

/* The mode in the value of K: (ABC 2.1 4.6). */
typedef struct {
    uint8_t tonic; /* 0 before it is read, 1 for what is none */
    uint8_t letters;
    char word[3];
    bool accidental; /* whether one of the tonic may still come */
    bool over;       /* whether the word behind the tonic is over */
} mr_mode;

void mr_mode_init(mr_mode *mode);
void mr_mode_take(mr_mode *mode, uint32_t character);

/* 0 without a tonic, 1 major, 2 minor, 3 dorian, 4 mixolydian, 5 lydian, 6 phrygian, 7 locrian. */
uint8_t mr_mode_value(const mr_mode *mode);

static inline bool mr_is_letter(uint32_t character) {
    return (character >= 'A' && character <= 'Z') || (character >= 'a' && character <= 'z');
}

#endif
