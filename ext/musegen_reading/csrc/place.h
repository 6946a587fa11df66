/* Where in its tune's form the next character stands, told from the characters before it alone.
 *
 * The machine of musegen_abc/place.py, decision for decision; that is its reference. It is one struct without pointers:
 * a copy of the struct is a machine that goes on by itself. Nothing is allocated, any number is a character, and no text
 * is too long. */
#ifndef MUSEGEN_READING_PLACE_H
#define MUSEGEN_READING_PLACE_H

#include "clock.h"
#include "form.h"

enum { MR_SHORTEST = 3, MR_COPY = 0xE000 }; /* of musegen_abc/copies.py: MR_COPY + lag copies a bar */
enum { MR_LEFT = 28, MR_FEATURES = 14, MR_REMEMBERED = 6 };

typedef enum {
    MR_LINE,    /* the beginning of a line */
    MR_FIRST,   /* behind its first character, a letter or "+" */
    MR_COLON,   /* behind that and ":" */
    MR_FIELD,   /* the value of a field */
    MR_SKIPPED, /* what is passed over */
    MR_MUSIC,   /* music code */
    MR_BRACKET, /* behind "[" */
    MR_LETTER,  /* behind "[" and a letter */
    MR_CHORD,
    MR_TUPLET, /* behind "(" */
    MR_ENDING, /* the numbers of an ending */
} mr_state;

typedef struct {
    mr_clock clock;
    mr_form form;
    mr_memory memory;
    mr_fraction value;        /* of the field that is read; of K: the next */
    mr_mode key;
    int32_t lengths[MR_LAGS]; /* of the bars before; the one with lag l is at (heard - l) % MR_LAGS */
    uint8_t heard;            /* how many bars count in lags; from MR_LAGS on, modulo MR_LAGS */
    uint8_t state;            /* mr_state */
    uint8_t before, until;    /* the character before, and what ends what is passed over (0: the line); if in ASCII */
    uint8_t letter;           /* of the field that is read, or that may be one */
    uint8_t part, parts[3];   /* the tuplet that is read */
    uint8_t run, length;      /* characters of the bar, up to now and up to its last that is no blank: to MR_SHORTEST */
    uint8_t saved_run, saved_length;
    uint8_t mode;             /* as mr_mode_value tells it */
    bool saved_sign;
    bool in_body, inline_field;
    bool sounds, copied; /* whether the bar has a note or rest, and whether it is a copy */
    bool sign;           /* whether a number is that of an ending */
} mr_place;

/* At the beginning of a tune. */
void mr_place_init(mr_place *place);

/* Reads the next character, a code point. */
void mr_place_take(mr_place *place, uint32_t character);

/* What is told of the next character, each from 0 to below its number of values; all are 0 in the header.
 * Where it stands: the number of its bar in the strain, MR_BARS; the time since the bar began, MR_HALVES; the time that is left in it by the
 * metre, MR_LEFT; the number of its strain, MR_STRAINS; the time that is left if the bar ends the strain, MR_LEFT; the
 * repeat, 1 + MR_REPEATS; the bars of the strain before, MR_BARS; the mode, 1 + MR_MODES. And
 * MR_REMEMBERED things that were heard: how many bars ago the bar of the same number was in the strain before,
 * 1 + MR_LAGS; of MR_NOTES each, the last note of that bar, the last note of the bar four ago, the note before, the note
 * that began at this time of the bar four ago, and of the bar in the strain before. Class Place of place.py says how they
 * count. */
void mr_place_features(const mr_place *place, int32_t features[MR_FEATURES]);

#endif
