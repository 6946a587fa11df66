/* The time of a bar, and its hash; the functions are those of ruled_times.py. */
#include "draft_parts.h"

enum { REST = 1, ANY_TIME = 1 << 30 };

const int16_t mr_divisors[MR_DIVISORS] = {1,  2,  3,  4,  5,  6,  8,  10, 12, 15,  16,  20,
                                          24, 30, 32, 40, 48, 60, 80, 96, 120, 160, 240, 480};

static uint64_t mix(uint64_t seed, uint64_t value) {
    seed = (seed ^ value) * UINT64_C(0x9E3779B97F4A7C15);
    return seed ^ (seed >> 29);
}

static int32_t most_of(int32_t a, int32_t b) { return a > b ? a : b; }

int32_t mr_target(const mr_draft *d) {
    if (!d->limits->metre) return mr_has_full_bars(d, d->whole + 1) ? ANY_TIME : d->whole;
    if (d->heads && d->head) return d->head;
    int32_t longest = d->whole - d->owed;
    if (d->owed) {
        if (d->owed_whole - d->owed <= d->whole) longest = most_of(longest, d->owed_whole - d->owed);
        if (d->bar == 2) longest = most_of(longest, d->whole);
    }
    return longest;
}

int32_t mr_missing(const mr_draft *d) {
    if (d->limits->metre) return mr_target(d) - d->time;
    return d->whole > d->time ? d->whole - d->time : 0;
}

bool mr_is_full(const mr_draft *d) {
    if (!d->limits->metre) return d->time >= d->whole;
    if (d->heads && d->head) return d->time == d->head;
    int32_t total = d->owed + d->time;
    return total == d->whole || (d->owed && total == d->owed_whole && d->time <= d->whole) ||
           (d->owed && d->bar == 2 && d->time == d->whole);
}

mr_length mr_fill_length(const mr_draft *d, const mr_under *u, int32_t time) {
    mr_length length = {0, 0, 0};
    int64_t parts = (int64_t)MR_FINEST * time / d->unit;
    int i = MR_DIVISORS - 1;
    while (parts % mr_divisors[i] != 0) i--;
    int64_t over = parts / mr_divisors[i];
    int32_t under = MR_FINEST / mr_divisors[i];
    if (over < MR_MOST_OVER && mr_writes_number(u, (int32_t)over, 0) && mr_writes_number(u, under, 0)) {
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
        mr_length length = mr_fill_length(&d, u, parts);
        parts -= MR_FINEST * length.over / length.under;
        characters += 2 + mr_digits(length.over, digits) + mr_digits(length.under, digits);
    }
    return characters;
}

/* The time that a written length lasts here; 0 if that is no whole number of parts. */
int64_t mr_in_time(const mr_draft *d, const mr_under *u, int64_t written) {
    if (d->left) {
        if (written * d->q % d->p) return 0;
        written = written * d->q / d->p;
    }
    return written % mr_part(d, u) == 0 ? written : 0;
}

uint64_t mr_content(const mr_draft *d) {
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
    return mix(mix(mr_bar_hash(d, last), mr_content(d)), (uint64_t)time);
}

bool mr_at_limit(const mr_draft *d, const mr_under *u) {
    return u->limits->repetition > 0 && u->limits->repetition <= d->run;
}

static bool too_often(const mr_draft *d, const mr_under *u, int32_t time) {
    return mr_at_limit(d, u) && d->known && mr_ended_hash(d, time) == d->before;
}

bool mr_fits(const mr_draft *d, const mr_under *u, int64_t written, bool loosely) {
    int64_t time = mr_in_time(d, u, written), rest = mr_target(d) - d->time - time;
    if (time <= 0 || rest < 0) return false;
    if (d->left > 1) return rest >= (int64_t)(d->left - 1) * d->least;
    if (rest > 0 || loosely) return true;
    return !too_often(d, u, (int32_t)time) && (!d->limits->picks || mr_fills_well(d, (int32_t)time));
}
