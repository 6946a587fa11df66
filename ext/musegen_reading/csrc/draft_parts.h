/* The functions that the files of the rules share; each is that of the same name in musegen_abc/ruled_*.py. */
#ifndef MUSEGEN_READING_DRAFT_PARTS_H
#define MUSEGEN_READING_DRAFT_PARTS_H

#include "draft.h"

extern const int16_t mr_divisors[MR_DIVISORS]; /* of MR_FINEST, ascending */
extern const int8_t mr_semitones[7];

static inline bool mr_writes(const mr_under *u, uint32_t character) {
    return character < 128 && (u->limits->characters[character >> 6] >> (character & 63) & 1);
}

/* A number in decimal digits; 0 is empty. Returns how many there are. */
int mr_digits(int32_t number, char *digits);
bool mr_writes_number(const mr_under *u, int32_t number, int from);

/* draft_values.c */
void mr_begin_value(mr_draft *d);
bool mr_take_value(mr_draft *d, const mr_under *u, uint32_t ch);
bool mr_value_may_end(const mr_draft *d, const mr_under *u);
uint32_t mr_close_value(const mr_draft *d, const mr_under *u);
void mr_end_value(mr_draft *d, const mr_under *u);
bool mr_metre_may_change(const mr_draft *d, const mr_under *u);
bool mr_unit_may_change(const mr_draft *d, const mr_under *u);
int32_t mr_default_unit(int32_t bar);

/* draft_notes.c */
int mr_note_place(uint32_t ch); /* of a letter in CDEFGABcdefgab; -1 for another */
int32_t mr_target(const mr_draft *d);
bool mr_is_full(const mr_draft *d);
int32_t mr_characters_that_fill(const mr_under *u, int32_t parts); /* of the finest that can be written; less than a unit */
bool mr_at_limit(const mr_draft *d, const mr_under *u); /* whether the next bar may not be the same as the last */
bool mr_letter_in_range(const mr_draft *d, const mr_under *u, uint32_t ch);
uint64_t mr_ended_hash(const mr_draft *d, int32_t time);
uint64_t mr_bar_hash(const mr_draft *d, int32_t last);
void mr_begin_accidental(mr_draft *d, uint32_t ch);
bool mr_begin_pitch(mr_draft *d, const mr_under *u, uint32_t ch);
bool mr_mark_octave(mr_draft *d, const mr_under *u, uint32_t ch);
void mr_begin_length(mr_draft *d, int64_t base);
bool mr_take_length(mr_draft *d, const mr_under *u, uint32_t ch);
bool mr_length_possible(mr_draft *d, const mr_under *u);
bool mr_may_end_length(mr_draft *d, const mr_under *u);
uint32_t mr_next_of_length(mr_draft *d, const mr_under *u);
uint32_t mr_filling_character(mr_draft *d, const mr_under *u);
bool mr_end_note(mr_draft *d, const mr_under *u);
bool mr_may_break(const mr_draft *d, const mr_under *u);
void mr_begin_chord(mr_draft *d, bool old);
void mr_end_chord_note(mr_draft *d);
bool mr_may_end_first(mr_draft *d, const mr_under *u);
bool mr_tuplet_fits(const mr_draft *d, const mr_under *u, int p, int q, int r);
void mr_start_tuplet(mr_draft *d, const mr_under *u);

/* draft_bars.c */
bool mr_may_close(const mr_draft *d);
bool mr_may_go_on(const mr_draft *d);
bool mr_may_end_bar(const mr_draft *d, const mr_under *u);
bool mr_end_bar(mr_draft *d, const mr_under *u);
bool mr_begin_bar(mr_draft *d);
bool mr_may_repeat(const mr_draft *d, const mr_under *u);
bool mr_may_start(const mr_draft *d);
bool mr_may_change_metre(mr_draft *d);
bool mr_may_name_part(const mr_draft *d);
int mr_next_number(const mr_draft *d, const mr_under *u);
bool mr_is_complete(const mr_draft *d, const mr_under *u);
bool mr_copy_bar(mr_draft *d, const mr_under *u, int lag);

/* draft.c */
bool mr_chord_may_come(const mr_draft *d, const mr_under *u);

#endif
