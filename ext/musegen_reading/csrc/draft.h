/* What is known of a tune that is being written under rules.
 *
 * The state of musegen_abc/ruled_state.py, number for number; that machine is the reference of this one, decision for
 * decision. A copy of the struct is a tune that goes on by itself, under the same limits. Times are counted in parts of a
 * whole note, MR_WHOLE to each. */
#ifndef MUSEGEN_READING_DRAFT_H
#define MUSEGEN_READING_DRAFT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "place.h"

enum { MR_WHOLE = 30720, MR_FINEST = 480, MR_MOST_IN_CHORD = 6, MR_ALL_TIED = 0xff, MR_DIVISORS = 24, MR_NO_ACCIDENTAL = 9 };
enum { MR_NO_OCTAVE = 99, MR_NO_PITCH = 999 };
enum { MR_MOST_RUNS = 8, MR_MOST_NOTES = 42, MR_LONGEST_CHORD = 12 };
enum { MR_STRING_BLANK, MR_STRING_CHORD, MR_STRING_OTHER };

/* What is being read; class Lex. */
typedef enum {
    LEX_HEADER,
    LEX_LETTER,
    LEX_FIRST,
    LEX_TEXT,
    LEX_PERCENT,
    LEX_COMMENT,
    LEX_VALUE, /* up to here: fields and comments */
    LEX_LINE,
    LEX_MUSIC,
    LEX_ACCIDENTAL,
    LEX_PITCH,
    LEX_OVER,
    LEX_SLASH,
    LEX_UNDER,
    LEX_TIE,
    LEX_SIGN,
    LEX_CLOSED,
    LEX_OPENED,
    LEX_COLON,
    LEX_COLON_BRACKET,
    LEX_BRACKET,
    LEX_NUMBER,
    LEX_CLOSED_COLON,
    LEX_PLUS,
    LEX_CHORD_TIE,
    LEX_COMMA,
    LEX_STRING,
    LEX_PAREN,
    LEX_TUPLET,
    LEX_DOUBLE,
    LEX_BREAK,
    LEX_INDENT,
    LEX_INITIAL,
    LEX_DOT,
    LEX_NAME,
    LEX_GRACE,
    LEX_JOIN,
    LEX_SPACER,
    LEX_RESTS,
    LEX_CHORD_SPACE,
} mr_lex;

/* What the rules allow; class Limits. */
typedef struct {
    int32_t bars, repetition, lowest, highest, finest;
    uint64_t characters[2]; /* a bit for each of ASCII that is a token of its own */
    uint32_t fill[2];
    bool metre, repeats; /* whether bars must fit, and repeats be closed */
    bool plain;          /* whether there is no wish for the strains, and bars and repeats are ruled */
    bool form, picks;    /* whether there is a wish for the strains, and whether it depends on the place which notes may come */
    bool cadence, any_pitch;
    int8_t chords; /* -1 for any */
    bool one_key, one_metre, one_rhythm; /* whether the header alone may have that field */
    uint8_t runs_count, notes_count;
    uint8_t runs[MR_MOST_RUNS];
    int32_t strain;
    uint64_t pitches[2];               /* a bit for each that may sound, unless any may */
    uint32_t notes[MR_MOST_NOTES][2];  /* the sign and the letter of notes that can always be written; 0 for no sign */
} mr_limits;

/* The hash of a melody, and by how much it moves that of what comes before. */
typedef struct {
    uint64_t hash, factor;
} mr_sound;

/* One of the last bars; class Heard. */
typedef struct {
    int32_t time, last;
    uint64_t hash;
    bool notes, tied, copyable;
    int8_t low[7], high[7];
    int16_t low_given, high_given;
    mr_sound sound;
    int16_t top;
    bool has_chord, strays;
    int8_t top_step, key[7];
} mr_heard;

typedef struct {
    mr_heard bars[MR_LAGS]; /* the one with lag l is at (next - l) % MR_LAGS */
    uint8_t count, next;
} mr_history;

typedef struct {
    int8_t height, alteration; /* step + 7 * octave */
} mr_pitch;

typedef struct {
    int32_t over, under;
    int32_t slashes;
} mr_length;

/* Class Draft, without the last bars. */
typedef struct {
    const mr_limits *limits;
    uint64_t hash, last_content, before;
    int64_t base, chord_unit;
    mr_length length, last_length; /* of the note that is read, and of the last one */
    mr_length chord_length;        /* of the first note of the chord */
    int32_t a, b, c, d;            /* of the value of a field */
    int32_t metre, unit;
    int32_t last, last_time, least;
    int32_t time, whole, owed, owed_whole, due, due_whole;
    int32_t run, full, head;
    int32_t entry, entry_whole, fork, fork_whole, fork_upbeat, upbeat, strain_upbeat;
    int16_t low_given, high_given;
    uint16_t numbers, turns;
    uint8_t lex, column, field, phase;
    int8_t altered[7], key[7], in_bar[7], low[7], high[7];
    int8_t accidental, step, octave, broken;
    mr_pitch sounding[MR_MOST_IN_CHORD], last_pitches[MR_MOST_IN_CHORD];
    uint8_t sounds, last_sounds; /* how many of these there are */
    uint8_t tied_in_chord, tied; /* which of them are tied on, a bit each */
    uint8_t p, q, r, left, parts;
    uint8_t bar, lines, signs, marks, ending, ending_next, run_length, ink;
    uint8_t put_off, graces, sung;
    bool begun, in_body, inline_field, has_text, has_metre, has_unit, compound, ordered;
    bool is_rest, in_chord, closed, old;
    bool last_is_note, tieable, breakable;
    bool open, boundary, copied, cut, known, plain, notes; /* known: whether there is a bar before */
    bool repeats, heavy, was_heavy, bracket, no_bracket, starts, part;
    bool opened, turns_closed, first, repeatable, passage_opened, strain, named, heads;
    /* The strain, as far as a wish needs it */
    bool leads, has_chord, bar_has_chord, run_has_chord, strays, on_tonic;
    int8_t tonic, tonic_step, tonic_alter, top_step;
    uint8_t string_kind, string_length, keys_count;
    char string[MR_LONGEST_CHORD];
    int16_t top, last_sound;
    int32_t strain_count, strain_time, strain_whole, joins, fork_count, fork_joins, letter;
    mr_sound sound;
    uint64_t strain_sound, strain_before, first_key;
    uint64_t keys[MR_MOST_RUNS];
} mr_draft;

/* A draft with what it is read under. Without `keeps` the last bars stay as they are: then no more than one character may be
 * read that looks at them. */
typedef struct {
    const mr_limits *limits;
    mr_history *history;
    bool keeps;
} mr_under;

void mr_draft_init(mr_draft *draft, const mr_limits *limits);

/* Reads the next character; whether it may come. A draft that has refused one is of no use any more. */
bool mr_draft_take(mr_draft *draft, const mr_under *under, uint32_t character);

/* The same, but for a few bars that cannot be ended: then no way leads to the end. */
bool mr_draft_accept(mr_draft *draft, const mr_under *under, uint32_t character);

/* The next character of the shortest way to the end that is known; 0 where the tune may end. */
uint32_t mr_closing(const mr_draft *draft, const mr_under *under);

/* How many characters that way has; more than `most` for a longer one. */
int32_t mr_characters_left(const mr_draft *draft, const mr_under *under, int32_t most);

/* Whether the tune may end here. */
bool mr_may_end(const mr_draft *draft, const mr_under *under);

#endif
