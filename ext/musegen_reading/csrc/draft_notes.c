/* Notes, rests and chords: lengths, broken rhythm and tuplets; the functions are those of ruled_notes.py. */
#include <string.h>

#include "draft_parts.h"

enum { LONGEST = 512, MOST_TEXT = 24, MOST_SUNG = 99, LONGEST_BAR = 1 << 29 };

void mr_begin_length(mr_draft *d, int64_t base) {
    d->base = base;
    memset(&d->length, 0, sizeof d->length);
}

static int64_t length_of(int64_t base, mr_length length) {
    int32_t over = length.over ? length.over : 1;
    int32_t below = !length.slashes ? 1 : length.under ? length.under : 1 << length.slashes;
    return base * over % below == 0 && over <= LONGEST * below ? base * over / below : 0;
}

static int64_t written_length(const mr_draft *d) { return length_of(d->base, d->length); }

static bool same_length(mr_length a, mr_length b) {
    return a.over == b.over && a.slashes == b.slashes && a.under == b.under;
}

/* A length as it is written; returns how many characters that are. */
static int length_text(mr_length length, char text[MOST_TEXT]) {
    int count = mr_digits(length.over, text);
    for (int i = 0; i < length.slashes; i++) text[count++] = '/';
    return count + mr_digits(length.under, text + count);
}

/* The next character of a text that begins as it is read: 0 if it is over, and -1 if it begins in another way. */
static int next_of_text(const mr_draft *d, mr_length length) {
    char want[MOST_TEXT], have[MOST_TEXT];
    int wanted = length_text(length, want), had = length_text(d->length, have);
    if (had > wanted || memcmp(want, have, (size_t)had) != 0) return -1;
    return had < wanted ? want[had] : 0;
}

static int64_t broken_length(const mr_draft *d) { return length_of(d->unit, d->last_length); }

static bool may_end_note(const mr_draft *d, const mr_under *u) {
    if (d->broken && (d->base != d->unit || !same_length(d->length, d->last_length))) return false;
    return mr_fits(d, u, written_length(d), false);
}

static bool chord_fits(const mr_draft *d, const mr_under *u, int64_t written) {
    if (!mr_fits(d, u, written, true)) return false;
    int32_t time = (int32_t)mr_in_time(d, u, written);
    if (!mr_at_limit(d, u) && !(d->limits->picks && mr_is_delicate(d, time))) return true;
    return mr_target(d) - d->time > time;
}

bool mr_may_end_first(mr_draft *d, const mr_under *u) {
    int64_t written = written_length(d);
    if (d->broken) return written == d->base && chord_fits(d, u, broken_length(d));
    for (int i = 0; i < MR_DIVISORS; i++)
        if (written % mr_divisors[i] == 0 && mr_writes_number(u, mr_divisors[i], 0) &&
            chord_fits(d, u, written / mr_divisors[i]))
            return true;
    return false;
}

bool mr_may_end_length(mr_draft *d, const mr_under *u) {
    return d->in_chord && !d->chord_unit ? mr_may_end_first(d, u) : may_end_note(d, u);
}

bool mr_length_possible(mr_draft *d, const mr_under *u) {
    if (d->in_chord && d->chord_unit && !d->closed) return d->length.over <= LONGEST;
    if (d->broken && d->in_chord && !d->chord_unit) return mr_may_end_first(d, u);
    if (d->broken) return mr_fits(d, u, broken_length(d), false) && next_of_text(d, d->last_length) >= 0;
    return mr_may_end_length(d, u) || mr_next_of_length(d, u);
}

bool mr_take_length(mr_draft *d, const mr_under *u, uint32_t ch) {
    mr_length *length = &d->length;
    int digit = (int)ch - '0';
    if (ch == '/') {
        if (d->lex == LEX_UNDER || length->slashes == 3) return false;
        length->slashes++;
        d->lex = LEX_SLASH;
    } else if (d->lex == LEX_PITCH || d->lex == LEX_OVER) {
        length->over = 10 * length->over + digit;
        d->lex = LEX_OVER;
        if (length->over == 0 || length->over >= MR_MOST_OVER) return false;
    } else {
        if (length->slashes > 1) return false;
        length->under = 10 * length->under + digit;
        d->lex = LEX_UNDER;
        if (length->under <= 0 || length->under > MR_FINEST) return false;
    }
    return mr_length_possible(d, u);
}

uint32_t mr_next_of_length(mr_draft *d, const mr_under *u) {
    if (d->broken) {
        int next = next_of_text(d, d->last_length);
        return next > 0 ? (uint32_t)next : 0;
    }
    mr_length have = d->length;
    if (have.slashes > 1) return 0;
    char begun[12], text[12];
    int had = mr_digits(have.under, begun);
    uint32_t found = 0;
    d->length.slashes = 1;
    for (int i = 1; i < MR_DIVISORS && !found; i++) {
        int count = mr_digits(mr_divisors[i], text);
        if (had >= count || memcmp(begun, text, (size_t)had) != 0 || !mr_writes_number(u, mr_divisors[i], had)) continue;
        d->length.under = mr_divisors[i];
        if (mr_may_end_length(d, u)) found = (uint8_t)text[had];
    }
    d->length = have;
    return !found || have.slashes ? found : '/';
}

uint32_t mr_filling_character(mr_draft *d, const mr_under *u) {
    if (d->broken || d->left || d->length.slashes > 1 || d->base != d->unit) return 0;
    int32_t missing = mr_missing(d);
    if (!missing) return 0;
    mr_length want = mr_fill_length(d, u, missing);
    if (!want.over) return 0;
    want.over = want.over > 1 ? want.over : 0;
    want.slashes = want.under > 1;
    want.under = want.under > 1 ? want.under : 0;
    int next = next_of_text(d, want);
    return next > 0 && mr_fits(d, u, length_of(d->base, want), false) ? (uint32_t)next : 0;
}

/* The whole note */

bool mr_end_note(mr_draft *d, const mr_under *u) {
    if (!may_end_note(d, u)) return false;
    int32_t time = (int32_t)mr_in_time(d, u, written_length(d));
    uint64_t seed = mr_content(d);
    d->notes = d->notes || !d->is_rest;
    if (!d->in_chord && !d->is_rest) mr_end_pitch(d);
    bool was_in_tuplet = d->left > 0, was_broken = d->broken != 0;
    int32_t second = time;
    if (d->broken) {
        int32_t small = time >> (d->broken > 0 ? d->broken : -d->broken);
        d->last = d->broken > 0 ? 2 * time - small : small;
        second = 2 * time - d->last;
    }
    d->hash = mr_bar_hash(d, d->last);
    if (d->limits->form) mr_hear_note(d);
    d->last_content = seed;
    d->last = second;
    d->last_is_note = d->tieable = !d->is_rest;
    d->tied = 0;
    d->last_sounds = d->is_rest ? 0 : d->sounds;
    memcpy(d->last_pitches, d->sounding, sizeof d->last_pitches);
    d->last_length = d->length;
    bool in_units = d->base == d->unit;
    if (d->in_chord && !d->length.over && !d->length.slashes) {
        d->last_length = d->chord_length;
        in_units = true;
    }
    d->time = d->time < LONGEST_BAR - time ? d->time + time : LONGEST_BAR;
    if (d->left) d->left--;
    d->breakable = !was_broken && in_units && (d->left > 0) == was_in_tuplet;
    d->broken = 0;
    d->accidental = MR_NO_ACCIDENTAL;
    d->sounds = d->graces = 0;
    d->in_chord = false;
    if (!d->is_rest && d->sung < MOST_SUNG) d->sung++;
    return true;
}

bool mr_may_break(const mr_draft *d, const mr_under *u) {
    int shift = d->broken > 0 ? d->broken : -d->broken;
    if (shift > 3 || !d->breakable || (d->last >> shift) << shift != d->last) return false;
    if ((d->last >> shift) % mr_part(d, u)) return false;
    char text[MOST_TEXT];
    for (int i = length_text(d->last_length, text) - 1; i >= 0; i--)
        if (!mr_writes(u, (uint8_t)text[i])) return false;
    return mr_target(d) - d->time - d->last >= (d->left > 1 ? d->left - 1 : 0) * d->least;
}

/* Chords */

void mr_begin_chord(mr_draft *d, bool old) {
    d->old = old;
    d->in_chord = true;
    d->closed = d->is_rest = false;
    d->chord_unit = 0;
    d->sounds = 0;
}

void mr_end_chord_note(mr_draft *d) {
    if (!d->chord_unit) {
        d->chord_unit = written_length(d);
        d->chord_length = d->length;
    }
    mr_end_pitch(d);
    d->accidental = MR_NO_ACCIDENTAL;
}

/* Tuplets */

static int32_t least_in_tuplet(const mr_draft *d, const mr_under *u, int p, int q) {
    for (int length = 16; length > 0; length /= 2) {
        int32_t written = d->unit / length;
        if (d->unit % length == 0 && written * q % p == 0 && written * q / p % mr_part(d, u) == 0 &&
            (length == 1 || mr_writes_number(u, length, 0)))
            return written * q / p;
    }
    return 0;
}

static int default_q(const mr_draft *d, int p) {
    static const uint8_t in_any_metre[] = {0, 0, 3, 2, 3, 0, 2, 0, 3};
    if (p == 5 || p == 7 || p == 9) return d->compound ? 3 : 2;
    return p < (int)sizeof in_any_metre ? in_any_metre[p] : 0;
}

bool mr_tuplet_fits(const mr_draft *d, const mr_under *u, int p, int q, int r) {
    if (!q) q = default_q(d, p);
    if (!r) r = p;
    if (!q) return false;
    int32_t least = least_in_tuplet(d, u, p, q);
    return least > 0 && mr_target(d) - d->time >= r * least;
}

void mr_start_tuplet(mr_draft *d, const mr_under *u) {
    d->breakable = false;
    if (!d->q) d->q = (uint8_t)default_q(d, d->p);
    d->left = d->r ? d->r : d->p;
    d->least = least_in_tuplet(d, u, d->p, d->q);
}
