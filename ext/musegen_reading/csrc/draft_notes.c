/* Notes, rests and chords; the functions are those of ruled_notes.py. */
#include <string.h>

#include "draft_parts.h"

enum { MOST = 1000000, LONGEST = 512, MOST_TEXT = 24, REST = 1 };

const int16_t mr_divisors[MR_DIVISORS] = {1,  2,  3,  4,  5,  6,  8,  10, 12, 15,  16,  20,
                                          24, 30, 32, 40, 48, 60, 80, 96, 120, 160, 240, 480};
const int8_t mr_semitones[7] = {0, 2, 4, 5, 7, 9, 11};

static uint64_t mix(uint64_t seed, uint64_t value) {
    seed = (seed ^ value) * UINT64_C(0x9E3779B97F4A7C15);
    return seed ^ (seed >> 29);
}

static int32_t least_of(int32_t a, int32_t b) { return a < b ? a : b; }
static int32_t most_of(int32_t a, int32_t b) { return a > b ? a : b; }

/* Time */

int32_t mr_target(const mr_draft *d) {
    int32_t longest = d->whole - d->owed;
    if (d->owed) {
        if (d->owed_whole - d->owed <= d->whole) longest = most_of(longest, d->owed_whole - d->owed);
        if (d->bar == 2) longest = most_of(longest, d->whole);
    }
    return longest;
}

static int32_t part(const mr_draft *d, const mr_under *u) { return d->unit / u->limits->finest; }

bool mr_is_full(const mr_draft *d) {
    int32_t total = d->owed + d->time;
    return total == d->whole || (d->owed && total == d->owed_whole && d->time <= d->whole) ||
           (d->owed && d->bar == 2 && d->time == d->whole);
}

static mr_length fill_length(const mr_draft *d, const mr_under *u, int32_t time) {
    mr_length length = {0, 0, 0};
    int64_t parts = (int64_t)MR_FINEST * time / d->unit;
    int i = MR_DIVISORS - 1;
    while (parts % mr_divisors[i] != 0) i--;
    int64_t over = parts / mr_divisors[i];
    int32_t under = MR_FINEST / mr_divisors[i];
    if (over < MOST && mr_writes_number(u, (int32_t)over, 0) && mr_writes_number(u, under, 0)) {
        length.over = (int32_t)over;
        length.under = under;
        return length;
    }
    if (parts >= MR_FINEST) {
        length.over = length.under = 1;
        return length;
    }
    for (i = 0; i < MR_DIVISORS; i++)
        if (mr_divisors[i] * parts >= MR_FINEST && u->limits->finest % mr_divisors[i] == 0 &&
            mr_writes_number(u, mr_divisors[i], 0)) {
            length.over = 1;
            length.under = mr_divisors[i];
            return length;
        }
    return length;
}

int32_t mr_characters_that_fill(const mr_under *u, int32_t parts) {
    mr_draft d = {0};
    char digits[12];
    int32_t characters = 0;
    d.unit = MR_FINEST;
    for (parts *= MR_FINEST / u->limits->finest; parts > 0;) {
        mr_length length = fill_length(&d, u, parts);
        parts -= MR_FINEST * length.over / length.under;
        characters += 2 + mr_digits(length.over, digits) + mr_digits(length.under, digits);
    }
    return characters;
}

/* The time that a written length lasts here; 0 if that is no whole number of parts. */
static int64_t in_time(const mr_draft *d, const mr_under *u, int64_t written) {
    if (d->left) {
        if (written * d->q % d->p) return 0;
        written = written * d->q / d->p;
    }
    return written % part(d, u) == 0 ? written : 0;
}

static uint64_t content(const mr_draft *d) {
    if (d->is_rest) return REST;
    uint64_t seed = 2;
    if (!d->in_chord) return mix(seed, (uint64_t)(d->step + 7 * d->octave + 100));
    for (int i = 0; i < d->sounds; i++) {
        bool known = false;
        for (int k = 0; k < i; k++) known = known || d->sounding[k].height == d->sounding[i].height;
        if (!known) seed = mix(seed, (uint64_t)(d->sounding[i].height + 100));
    }
    return seed;
}

uint64_t mr_bar_hash(const mr_draft *d, int32_t last) {
    return d->last_content ? mix(mix(d->hash, d->last_content), (uint64_t)last) : d->hash;
}

uint64_t mr_ended_hash(const mr_draft *d, int32_t time) {
    int32_t last = d->last;
    if (d->broken) {
        int32_t small = time >> (d->broken > 0 ? d->broken : -d->broken);
        last = d->broken > 0 ? 2 * time - small : small;
        time = d->broken > 0 ? small : 2 * time - small;
    }
    return mix(mix(mr_bar_hash(d, last), content(d)), (uint64_t)time);
}

bool mr_at_limit(const mr_draft *d, const mr_under *u) {
    return u->limits->repetition > 0 && u->limits->repetition <= d->run;
}

static bool too_often(const mr_draft *d, const mr_under *u, int32_t time) {
    return mr_at_limit(d, u) && d->known && mr_ended_hash(d, time) == d->before;
}

static bool fits(const mr_draft *d, const mr_under *u, int64_t written, bool loosely) {
    int64_t time = in_time(d, u, written), rest = mr_target(d) - d->time - time;
    if (time <= 0 || rest < 0) return false;
    if (d->left > 1) return rest >= (int64_t)(d->left - 1) * d->least;
    return rest > 0 || loosely || !too_often(d, u, (int32_t)time);
}

/* Pitch */

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
            if (d->last_pitches[i].height == step + 7 * octave) return d->last_pitches[i].alteration;
    return d->key[step];
}

static int alteration(const mr_draft *d) { return alteration_of(d, d->step, d->octave); }

static bool is_within(const mr_under *u, int step, int octave, int alter) {
    int pitch = 12 * (octave + 1) + mr_semitones[step] + alter;
    return u->limits->lowest <= pitch && pitch <= u->limits->highest;
}

static bool in_range(const mr_draft *d, const mr_under *u) { return is_within(u, d->step, d->octave, alteration(d)); }

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

static void end_pitch(mr_draft *d) {
    int step = d->step, alter = alteration(d);
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

/* Length */

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
    return fits(d, u, written_length(d), false);
}

static bool chord_fits(const mr_draft *d, const mr_under *u, int64_t written) {
    if (!fits(d, u, written, true)) return false;
    return !mr_at_limit(d, u) || mr_target(d) - d->time > in_time(d, u, written);
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
    if (d->broken) return fits(d, u, broken_length(d), false) && next_of_text(d, d->last_length) >= 0;
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
        if (length->over == 0 || length->over >= MOST) return false;
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
    mr_length want = fill_length(d, u, mr_target(d) - d->time);
    if (!want.over) return 0;
    want.over = want.over > 1 ? want.over : 0;
    want.slashes = want.under > 1;
    want.under = want.under > 1 ? want.under : 0;
    int next = next_of_text(d, want);
    return next > 0 && fits(d, u, length_of(d->base, want), false) ? (uint32_t)next : 0;
}

/* The whole note */

bool mr_end_note(mr_draft *d, const mr_under *u) {
    if (!may_end_note(d, u)) return false;
    int32_t time = (int32_t)in_time(d, u, written_length(d));
    uint64_t seed = content(d);
    d->notes = d->notes || !d->is_rest;
    if (!d->in_chord && !d->is_rest) end_pitch(d);
    bool was_in_tuplet = d->left > 0, was_broken = d->broken != 0;
    int32_t second = time;
    if (d->broken) {
        int32_t small = time >> (d->broken > 0 ? d->broken : -d->broken);
        d->last = d->broken > 0 ? 2 * time - small : small;
        second = 2 * time - d->last;
    }
    d->hash = mr_bar_hash(d, d->last);
    d->last_content = seed;
    d->last = second;
    d->last_is_note = d->tieable = !d->is_rest;
    d->tied = false;
    d->last_sounds = d->is_rest ? 0 : d->sounds;
    memcpy(d->last_pitches, d->sounding, sizeof d->last_pitches);
    d->last_length = d->length;
    d->time += time;
    if (d->left) d->left--;
    d->breakable = !was_broken && d->base == d->unit && (d->left > 0) == was_in_tuplet;
    d->broken = 0;
    d->accidental = MR_NO_ACCIDENTAL;
    d->sounds = 0;
    d->in_chord = false;
    return true;
}

bool mr_may_break(const mr_draft *d, const mr_under *u) {
    int shift = d->broken > 0 ? d->broken : -d->broken;
    if (shift > 3 || !d->breakable || (d->last >> shift) << shift != d->last) return false;
    if ((d->last >> shift) % part(d, u)) return false;
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
    if (!d->chord_unit) d->chord_unit = written_length(d);
    end_pitch(d);
    d->accidental = MR_NO_ACCIDENTAL;
}

/* Tuplets */

static int32_t least_in_tuplet(const mr_draft *d, const mr_under *u, int p, int q) {
    for (int length = 16; length > 0; length /= 2) {
        int32_t written = d->unit / length;
        if (d->unit % length == 0 && written * q % p == 0 && written * q / p % part(d, u) == 0 &&
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
