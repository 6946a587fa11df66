/* The pitches of notes; the functions are those of ruled_pitches.py. */
#include "draft_parts.h"

const int8_t mr_semitones[7] = {0, 2, 4, 5, 7, 9, 11};

static int32_t least_of(int32_t a, int32_t b) { return a < b ? a : b; }
static int32_t most_of(int32_t a, int32_t b) { return a > b ? a : b; }

int mr_note_place(uint32_t ch) {
    static const int8_t places[7] = {5, 6, 0, 1, 2, 3, 4}; /* of A to G */
    if (ch >= 'A' && ch <= 'G') return places[ch - 'A'];
    return ch >= 'a' && ch <= 'g' ? 7 + places[ch - 'a'] : -1;
}

void mr_begin_accidental(mr_draft *d, uint32_t ch) { d->accidental = ch == '^' ? 1 : ch == '_' ? -1 : 0; }

static int alteration_of(const mr_draft *d, int step, int octave) {
    if (d->in_bar[step] != MR_NO_ACCIDENTAL) return d->in_bar[step];
    if (d->tied)
        for (int i = d->last_sounds - 1; i >= 0; i--)
            if (d->last_pitches[i].height == step + 7 * octave && d->tied >> i & 1)
                return d->last_pitches[i].alteration;
    return d->key[step];
}

int mr_alteration(const mr_draft *d) { return alteration_of(d, d->step, d->octave); }

bool mr_may_sound(const mr_limits *limits, int pitch) {
    if (pitch < limits->lowest || pitch > limits->highest) return false;
    return limits->any_pitch || (pitch >= 0 && pitch < 128 && (limits->pitches[pitch >> 6] >> (pitch & 63) & 1));
}

static bool is_within(const mr_under *u, int step, int octave, int alter) {
    return mr_may_sound(u->limits, 12 * (octave + 1) + mr_semitones[step] + alter);
}

static bool in_range(const mr_draft *d, const mr_under *u) { return is_within(u, d->step, d->octave, mr_alteration(d)); }

bool mr_letter_in_range(const mr_draft *d, const mr_under *u, uint32_t ch) {
    int place = mr_note_place(ch), step = place % 7, octave = 4 + place / 7;
    bool given = d->lex == LEX_ACCIDENTAL;
    return is_within(u, step, octave, given ? d->accidental : alteration_of(d, step, octave));
}

bool mr_begin_pitch(mr_draft *d, const mr_under *u, uint32_t ch) {
    int place = mr_note_place(ch);
    d->step = (int8_t)(place % 7);
    d->octave = (int8_t)(4 + place / 7);
    if (d->accidental != MR_NO_ACCIDENTAL) d->in_bar[d->step] = d->accidental;
    d->is_rest = false;
    return in_range(d, u);
}

bool mr_mark_octave(mr_draft *d, const mr_under *u, uint32_t ch) {
    if (d->is_rest || (ch == '\'') != (d->octave >= 5)) return false;
    d->octave = (int8_t)(d->octave + (ch == '\'' ? 1 : -1));
    return in_range(d, u);
}

void mr_end_pitch(mr_draft *d) {
    int step = d->step, alter = mr_alteration(d);
    d->sounding[d->sounds].height = (int8_t)(step + 7 * d->octave);
    d->sounding[d->sounds++].alteration = (int8_t)alter;
    if (d->in_bar[step] != MR_NO_ACCIDENTAL) {
        int pitch = 12 * (d->octave + 1) + mr_semitones[step] + alter;
        d->low_given = (int16_t)least_of(d->low_given, pitch);
        d->high_given = (int16_t)most_of(d->high_given, pitch);
    } else {
        d->low[step] = (int8_t)least_of(d->low[step], d->octave);
        d->high[step] = (int8_t)most_of(d->high[step], d->octave);
    }
}
