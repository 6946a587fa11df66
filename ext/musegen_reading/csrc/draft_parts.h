/* The functions that the files of the rules share; each is that of the same name in musegen_abc/ruled_*.py. */
#ifndef MUSEGEN_READING_DRAFT_PARTS_H
#define MUSEGEN_READING_DRAFT_PARTS_H

#include <string.h>

#include "draft.h"

extern const int16_t mr_divisors[MR_DIVISORS]; /* of MR_FINEST, ascending */
extern const int8_t mr_semitones[7];

static inline bool mr_writes(const mr_under *u, uint32_t character) {
    return character < 128 && (u->limits->characters[character >> 6] >> (character & 63) & 1);
}

static inline bool mr_is_among(uint32_t ch, const char *characters) {
    return ch && ch < 128 && strchr(characters, (int)ch);
}

/* A decoration of one character. */
static inline bool mr_is_symbol(uint32_t ch) {
    switch (ch) {
        case '.':
        case '~':
        case 'H':
        case 'L':
        case 'M':
        case 'O':
        case 'P':
        case 'S':
        case 'T':
        case 'u':
        case 'v': return true;
        default: return false;
    }
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

/* draft_strains.c */
int32_t mr_counted(const mr_draft *d, int32_t time);
bool mr_is_upbeat(const mr_draft *d);
void mr_begin_strain(mr_draft *d);
void mr_leave_bar(mr_draft *d);
bool mr_may_end_strain(const mr_draft *d, bool repeated);
bool mr_ends_form(const mr_draft *d, bool repeated);
int32_t mr_full_bars(const mr_draft *d);
bool mr_has_full_bars(const mr_draft *d, int32_t time);
bool mr_may_finish(const mr_draft *d);
bool mr_fills_well(const mr_draft *d, int32_t time);
bool mr_is_delicate(const mr_draft *d, int32_t time);
mr_sound mr_bar_sound(const mr_draft *d);
void mr_hear_note(mr_draft *d);
bool mr_sounds_as_before(const mr_draft *d, const mr_heard *heard);
void mr_hear_again(mr_draft *d, const mr_heard *heard); /* hears a bar that is copied */
bool mr_is_repeated_later(const mr_draft *d);
int32_t mr_strains_left(const mr_draft *d);
bool mr_next_is_repeated(const mr_draft *d);
bool mr_is_tight(const mr_draft *d);

/* draft_strings.c */
bool mr_begin_string(mr_draft *d, const mr_under *u);
void mr_take_in_string(mr_draft *d, uint32_t ch);
bool mr_end_string(mr_draft *d);
uint32_t mr_close_string(const mr_draft *d);

/* draft_times.c */
enum { MR_MOST_OVER = 1000000 }; /* less than that is the number before the slash of a length */
int32_t mr_target(const mr_draft *d);
static inline int32_t mr_part(const mr_draft *d, const mr_under *u) { return d->unit / u->limits->finest; }
bool mr_is_full(const mr_draft *d);
int32_t mr_missing(const mr_draft *d);
mr_length mr_fill_length(const mr_draft *d, const mr_under *u, int32_t time);
int32_t mr_characters_that_fill(const mr_under *u, int32_t parts); /* of the finest that can be written; less than a unit */
int64_t mr_in_time(const mr_draft *d, const mr_under *u, int64_t written);
bool mr_fits(const mr_draft *d, const mr_under *u, int64_t written, bool loosely);
bool mr_at_limit(const mr_draft *d, const mr_under *u); /* whether the next bar may not be the same as the last */
uint64_t mr_content(const mr_draft *d); /* the hash of the note or chord that is read, without its length */
uint64_t mr_ended_hash(const mr_draft *d, int32_t time);
uint64_t mr_bar_hash(const mr_draft *d, int32_t last);

/* draft_pitches.c */
int mr_alteration(const mr_draft *d);
bool mr_may_sound(const mr_limits *limits, int pitch);
int mr_note_place(uint32_t ch); /* of a letter in CDEFGABcdefgab; -1 for another */
bool mr_letter_in_range(const mr_draft *d, const mr_under *u, uint32_t ch);
void mr_begin_accidental(mr_draft *d, uint32_t ch);
bool mr_begin_pitch(mr_draft *d, const mr_under *u, uint32_t ch);
bool mr_mark_octave(mr_draft *d, const mr_under *u, uint32_t ch);
void mr_end_pitch(mr_draft *d);

/* draft_notes.c */
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
bool mr_needs_label(const mr_draft *d);
bool mr_may_close(const mr_draft *d);
bool mr_may_go_on(const mr_draft *d);
bool mr_may_end_bar(const mr_draft *d, const mr_under *u);
bool mr_end_bar(mr_draft *d, const mr_under *u);
bool mr_cut_bar(mr_draft *d, const mr_under *u); /* at the label of a part: for copies and accidentals it goes on */
bool mr_begin_bar(mr_draft *d);
bool mr_may_repeat(const mr_draft *d, const mr_under *u);
bool mr_may_start(const mr_draft *d);
bool mr_may_change_metre(mr_draft *d);
bool mr_may_name_part(const mr_draft *d);
int mr_next_number(const mr_draft *d, const mr_under *u);
bool mr_is_complete(const mr_draft *d, const mr_under *u);
bool mr_copy_bar(mr_draft *d, const mr_under *u, int lag);

/* draft_fields.c */
bool mr_not_ours(uint32_t ch); /* the symbols of copied bars, and what ends lines */
void mr_ink_of(mr_draft *d, uint8_t characters);
static inline void mr_ink(mr_draft *d) { mr_ink_of(d, 1); }
bool mr_take_in_field(mr_draft *d, const mr_under *u, uint32_t ch);
bool mr_begin_comment(mr_draft *d);
bool mr_lacks_label(const mr_draft *d); /* whether the text that is read must be a label, and is empty so far */
bool mr_begins_field(uint32_t ch, bool inline_field);
bool mr_begin_field(mr_draft *d, const mr_under *u, uint32_t ch, bool inline_field);

/* draft_chords.c */
bool mr_begin_sound(mr_draft *d, const mr_under *u, uint32_t ch);
bool mr_some_letter(const mr_draft *d, const mr_under *u); /* may follow an accidental */
bool mr_after_accidental(mr_draft *d, const mr_under *u, uint32_t ch);
bool mr_after_chord_note(mr_draft *d, const mr_under *u, uint32_t ch);
bool mr_in_chord(mr_draft *d, const mr_under *u, uint32_t ch);
bool mr_after_plus(mr_draft *d, const mr_under *u, uint32_t ch);
bool mr_after_bracket(mr_draft *d, const mr_under *u, uint32_t ch);

/* draft_marks.c */
void mr_put_off(mr_draft *d, uint32_t ch);
void mr_ink_put_off(mr_draft *d);
bool mr_end_line(mr_draft *d, uint32_t ch);
bool mr_name_may_come(mr_draft *d, const mr_under *u);
uint32_t mr_complete_name(const mr_draft *d, const mr_under *u); /* the next character; 0 if no name can be written */
bool mr_take_name(mr_draft *d, const mr_under *u, uint32_t ch);
bool mr_begins_old_chord(uint32_t ch);
bool mr_begin_grace(mr_draft *d, const mr_under *u);
bool mr_take_grace(mr_draft *d, uint32_t ch);
bool mr_begin_rests(mr_draft *d, const mr_under *u);
bool mr_take_rests(mr_draft *d, const mr_under *u, uint32_t ch);

/* draft_signs.c */
bool mr_begin(mr_draft *d);
bool mr_has_room(const mr_draft *d);
bool mr_make_heavy(mr_draft *d);
bool mr_bar_line(mr_draft *d, const mr_under *u, bool bracket);
bool mr_start_repeat(mr_draft *d, const mr_under *u);
bool mr_end_repeat(mr_draft *d, const mr_under *u);
bool mr_take_number(mr_draft *d, const mr_under *u, uint32_t ch);
bool mr_is_due(const mr_draft *d);
bool mr_leads_to_note(const mr_draft *d, uint32_t ch); /* whether a note must follow the mark */
bool mr_note_may_follow(const mr_draft *d);     /* before the next bar line */
enum { MR_A_MARK = 8 }; /* so many blanks count as one */
bool mr_blank(mr_draft *d);                     /* counts a blank; whether it may come */
bool mr_mark(mr_draft *d, bool leads);          /* the same of a sign that is neither note nor bar line; leads: to a note */
bool mr_may_leave_sign(const mr_draft *d, const mr_under *u); /* whether something else may come behind a bar line */
bool mr_after_colon(mr_draft *d, const mr_under *u, uint32_t ch);
bool mr_chord_may_come(const mr_draft *d, const mr_under *u);
bool mr_bracket_may_come(const mr_draft *d, const mr_under *u);

#endif
