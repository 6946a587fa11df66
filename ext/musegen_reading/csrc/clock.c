/* Metre, unit note length, notes and tuplets; see clock.h. Products are at most 2^30 * 512. */
#include "clock.h"

#include <string.h>

enum { LARGEST = 512, MOST_SLASHES = 7 };

static int64_t lesser(int64_t a, int64_t b) { return a < b ? a : b; }

/* The number with one more digit. */
static int16_t with_digit(int16_t number, uint32_t digit) {
    return (int16_t)lesser(10 * number + (int32_t)(digit - '0'), LARGEST);
}

void mr_fraction_init(mr_fraction *f) { memset(f, 0, sizeof *f); }

void mr_fraction_take(mr_fraction *f, uint32_t character) {
    if (mr_is_digit(character)) {
        if (f->slash)
            f->below = with_digit(f->below, character);
        else
            f->number = with_digit(f->number, character);
    } else if (character == '/') {
        f->slash = true;
    } else if (character == '+') {
        f->sum = (int16_t)lesser(f->sum + f->number, LARGEST);
        f->number = 0;
    } else if (character == 'C' || character == 'c') {
        f->number = f->below = 4;
    } else if (character == '|' && f->below) {
        f->number = f->below = 2;
    }
}

mr_ratio mr_fraction_value(const mr_fraction *f) {
    mr_ratio value = {(int16_t)(f->sum + f->number), f->below}, none = {0, 0};
    return value.over && value.below ? value : none;
}

void mr_clock_init(mr_clock *c) {
    memset(c, 0, sizeof *c);
    c->p = c->q = 1;
}

static void set_bar_length(mr_clock *c) {
    c->bar_length = c->metre.below && c->unit.over
                        ? MR_UNIT * c->metre.over * c->unit.below / (c->metre.below * c->unit.over)
                        : 0;
}

void mr_clock_set_metre(mr_clock *c, mr_ratio metre) {
    c->metre = metre;
    set_bar_length(c);
}

void mr_clock_set_unit(mr_clock *c, mr_ratio unit) {
    if (!unit.over) return;
    c->unit = unit;
    set_bar_length(c);
}

void mr_clock_begin_body(mr_clock *c) {
    mr_ratio eighth = {1, 8}, sixteenth = {1, 16};
    if (!c->unit.over)
        mr_clock_set_unit(c, c->metre.below && 4 * c->metre.over < 3 * c->metre.below ? sixteenth : eighth);
}

void mr_clock_begin_bar(mr_clock *c) { c->time = c->shift = 0; }

void mr_clock_pass_by(mr_clock *c, int32_t length) { c->time = (int32_t)lesser((int64_t)c->time + length, MR_LONGEST); }

/* The length of the note that is read, without tuplet and broken rhythm; 0 if none is read. */
static int32_t written(const mr_clock *c) {
    int64_t length = (int64_t)c->note * (c->over ? c->over : 1);
    if (c->slashes) length /= c->under ? c->under : 1 << c->slashes;
    return (int32_t)lesser(length, MR_LONGEST);
}

static int32_t in_time(const mr_clock *c, int32_t length) {
    return c->left ? (int32_t)lesser((int64_t)length * c->q / c->p, MR_LONGEST) : length;
}

int64_t mr_clock_now(const mr_clock *c) {
    int32_t length = c->chord ? c->chord : written(c);
    return (int64_t)c->time + (length ? in_time(c, length) : c->shift);
}

void mr_clock_begin_note(mr_clock *c, uint32_t letter) {
    c->note = (letter == 'Z' || letter == 'X') && c->bar_length ? c->bar_length : MR_UNIT;
}

bool mr_clock_takes(mr_clock *c, uint32_t character) {
    if (!c->note) return false;
    if (mr_is_digit(character)) {
        if (c->slashes)
            c->under = with_digit(c->under, character);
        else
            c->over = with_digit(c->over, character);
    } else if (character == '/') {
        c->slashes = (uint8_t)lesser(c->slashes + 1, MOST_SLASHES);
    } else {
        return (character == ',' || character == '\'') && !c->over && !c->slashes;
    }
    return true;
}

bool mr_clock_end_note(mr_clock *c) {
    int32_t length = written(c);
    mr_clock_drop_note(c);
    if (c->in_chord || !length) {
        if (!c->chord) c->chord = length; /* a chord is as long as its first note */
        return false;
    }
    c->last = in_time(c, length);
    c->shift = 0;
    mr_clock_pass_by(c, c->last);
    if (c->left) c->left--;
    return true;
}

void mr_clock_drop_note(mr_clock *c) {
    c->note = 0;
    c->over = c->under = 0;
    c->slashes = 0;
}

void mr_clock_begin_chord(mr_clock *c) {
    c->in_chord = true;
    c->chord = 0;
}

void mr_clock_end_chord(mr_clock *c) {
    mr_clock_end_note(c);
    c->note = c->chord;
    c->in_chord = false;
    c->chord = 0;
}

void mr_clock_drop_chord(mr_clock *c) {
    mr_clock_drop_note(c);
    c->in_chord = false;
    c->chord = 0;
}

void mr_clock_break_rhythm(mr_clock *c, uint32_t sign) {
    int32_t half = (c->last - (c->shift < 0 ? -c->shift : c->shift)) / 2; /* of what is never below 0 */
    c->shift += sign == '>' ? half : -half;
}

/* In the time of how many notes a tuplet of p is by default (ABC 2.1 4.13); 0: of none. */
static uint8_t default_q(const mr_clock *c, uint8_t p) {
    static const uint8_t in_any_metre[] = {0, 0, 3, 2, 3, 0, 2, 0, 3};
    if (p == 5 || p == 7 || p == 9) return c->metre.over > 3 && c->metre.over % 3 == 0 && c->metre.below >= 8 ? 3 : 2;
    return p < sizeof in_any_metre ? in_any_metre[p] : 0;
}

void mr_clock_begin_tuplet(mr_clock *c, const uint8_t parts[3]) {
    uint8_t p = parts[0], q = parts[1] ? parts[1] : default_q(c, p), r = parts[2] ? parts[2] : p;
    if (!p || !q) return;
    c->p = p;
    c->q = q;
    c->left = r;
}
