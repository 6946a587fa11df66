/* The strains, for the wishes about them; the functions are those of ruled_strains.py. */
#include "draft_parts.h"

#define FACTOR UINT64_C(0x9E3779B97F4A7C15)

enum { MOST = 1 << 30, REST = 1 };

int32_t mr_counted(const mr_draft *d, int32_t time) {
    bool upbeat = d->leads && time < d->whole, joined = d->joins && d->joins + time <= d->whole;
    return d->strain_count + (!upbeat && !joined);
}

bool mr_is_upbeat(const mr_draft *d) {
    return !d->ending && d->strain_time + d->time < (d->leads ? d->whole : d->strain_whole);
}

static bool is_last(const mr_draft *d, int32_t time) {
    return d->limits->strain > 0 && mr_counted(d, time) == d->limits->strain;
}

void mr_begin_strain(mr_draft *d) {
    d->leads = true;
    d->has_chord = false;
    d->joins = d->strain_count = d->strain_time = 0;
    d->strain_sound = d->strain_before = 0;
}

/* Melody: hashes that tell only the highest of notes that sound together, as they sound */

typedef struct {
    int pitch, step;
} mr_top;

/* The note that is read, or the highest of the chord so far. */
static mr_top top_of(const mr_draft *d) {
    if (!d->in_chord) return (mr_top){12 * (d->octave + 1) + mr_semitones[d->step] + mr_alteration(d), d->step};
    mr_top highest = {-1, 0};
    for (int i = 0; i < d->sounds; i++) {
        int height = d->sounding[i].height, step = height % 7;
        int pitch = 12 * (height / 7 + 1) + mr_semitones[step] + d->sounding[i].alteration;
        if (pitch > highest.pitch || (pitch == highest.pitch && step > highest.step)) highest = (mr_top){pitch, step};
    }
    return highest;
}

static int top(const mr_draft *d) { return top_of(d).pitch; }

static mr_sound grow(mr_sound sound, int note, int32_t time) {
    uint64_t value = (((uint64_t)note * FACTOR) ^ ((uint64_t)time * UINT64_C(0xC2B2AE3D27D4EB4F))) * UINT64_C(0xD6E8FEB86659FD93);
    return (mr_sound){sound.hash * FACTOR + value, sound.factor * FACTOR};
}

mr_sound mr_bar_sound(const mr_draft *d) { return d->last_sound ? grow(d->sound, d->last_sound, d->last) : d->sound; }

/* The same with the note that is read, which lasts so long. */
static mr_sound ended_sound(const mr_draft *d, int32_t time) {
    int32_t last = d->last;
    if (d->broken) {
        int32_t small = time >> (d->broken > 0 ? d->broken : -d->broken);
        last = d->broken > 0 ? 2 * time - small : small;
        time = d->broken > 0 ? small : 2 * time - small;
    }
    mr_sound sound = d->last_sound ? grow(d->sound, d->last_sound, last) : d->sound;
    return grow(sound, d->is_rest ? REST : REST + 1 + top(d), time);
}

static bool is_tonic(const mr_draft *d, int pitch) { return d->tonic < 0 || pitch % 12 == d->tonic; }

void mr_hear_note(mr_draft *d) {
    d->sound = mr_bar_sound(d);
    d->last_sound = REST;
    if (d->is_rest) return;
    for (int i = 0; i < d->sounds; i++) {
        int step = d->sounding[i].height % 7, alter = d->sounding[i].alteration;
        if (alter != d->in_bar[step] && alter != d->key[step]) d->strays = true;
    }
    mr_top highest = top_of(d);
    d->top = (int16_t)highest.pitch;
    d->top_step = (int8_t)highest.step;
    d->last_sound = (int16_t)(REST + 1 + d->top);
    d->on_tonic = is_tonic(d, d->top);
}

bool mr_sounds_as_before(const mr_draft *d, const mr_heard *heard) {
    if (heard->strays) return false;
    if (d->limits->cadence && heard->key[heard->top_step] != d->key[heard->top_step]) return false;
    for (int step = 0; d->limits->runs_count > 1 && step < 7; step++)
        if (heard->low[step] != MR_NO_OCTAVE && heard->key[step] != d->key[step]) return false;
    return true;
}

void mr_hear_again(mr_draft *d, const mr_heard *heard) {
    d->sound = heard->sound;
    d->top = heard->top;
    d->top_step = heard->top_step;
    d->bar_has_chord = heard->has_chord;
    d->has_chord = d->has_chord || heard->has_chord;
    d->on_tonic = d->top > 0 && is_tonic(d, d->top);
}

static uint64_t append(const mr_draft *d, mr_sound bar) { return d->strain_sound * bar.factor + bar.hash; }

/* What strains that are alike have in common: number of bars, and melody of all but the last. */
static uint64_t key_of(int32_t count, uint64_t sound) { return (sound + (uint64_t)count) * FACTOR; }

static bool is_key(const mr_draft *d, uint64_t key) {
    for (int i = 0; i < d->keys_count; i++)
        if (d->keys[i] == key) return true;
    return false;
}

/* Bars and their strain */

void mr_leave_bar(mr_draft *d) {
    int32_t count = mr_counted(d, d->time);
    uint64_t key = 0;
    if (!d->leads || count) {
        uint64_t before = count > d->strain_count ? d->strain_sound : d->strain_before;
        d->strain_sound = append(d, mr_bar_sound(d));
        d->strain_before = before;
        key = key_of(count, count > 1 ? before : d->strain_sound);
    }
    if (d->ending_next) {
        if (d->ending_next == 1) {
            d->fork_count = count;
            d->fork_joins = d->time < d->whole && !d->leads ? d->time : 0;
        } else {
            if (d->ending == 1) d->first_key = key;
            count = d->fork_count;
        }
        d->joins = d->fork_joins;
    } else if (d->starts || d->part || d->repeats || d->heavy) {
        if (!mr_is_upbeat(d)) {
            if (d->letter < MOST) d->letter++;
            if (d->limits->runs_count && d->keys_count < MR_MOST_RUNS) d->keys[d->keys_count++] = d->ending ? d->first_key : key;
        }
        mr_begin_strain(d);
        return;
    } else {
        d->joins = 0;
    }
    if (d->leads) d->strain_whole = d->whole;
    d->strain_count = count < MOST ? count : MOST;
    d->strain_time = d->strain_time < MOST - d->time ? d->strain_time + d->time : MOST;
    d->leads = false;
}

/* Whether a strain with the last bar would be like one before but for its last bar. */
static bool is_known(const mr_draft *d, int32_t count) {
    uint64_t before = count > d->strain_count ? d->strain_sound : d->strain_before;
    return is_key(d, key_of(count, count > 1 ? before : append(d, mr_bar_sound(d))));
}

bool mr_may_end_strain(const mr_draft *d, bool repeated) {
    if (mr_is_upbeat(d)) return !repeated;
    const mr_limits *limits = d->limits;
    int32_t count = mr_counted(d, d->time);
    if ((limits->strain && count != limits->strain) || (limits->cadence && !d->on_tonic)) return false;
    if (!limits->runs_count) return true;
    if (d->letter >= limits->runs_count || (repeated && limits->runs[d->letter] != 2)) return false;
    if (limits->runs[d->letter] == 2 && !repeated && d->ending != 2) return false;
    return d->ending == 2 || limits->strain > 0 || !is_known(d, count);
}

bool mr_ends_form(const mr_draft *d, bool repeated) {
    if (!d->limits->runs_count || mr_is_upbeat(d) || (repeated && d->ending == 1)) return false;
    return d->letter == d->limits->runs_count - 1;
}

int32_t mr_full_bars(const mr_draft *d) {
    int32_t full = d->full + (d->open && d->time == d->whole);
    return full < d->limits->bars ? full : d->limits->bars;
}

/* Whether a bar that sounds so makes the strain like one before, whatever its last bar will be. */
static bool comes_again(const mr_draft *d, int32_t count, mr_sound bar) {
    int32_t whole = d->limits->strain;
    if (whole < 2 || count != whole - 1 || d->ending == 2 || !d->keys_count) return false;
    return is_key(d, key_of(whole, append(d, bar)));
}

bool mr_has_full_bars(const mr_draft *d, int32_t time) {
    const mr_limits *limits = d->limits;
    if (!limits->strain || !limits->runs_count) return true;
    int64_t left = (int64_t)limits->strain * (limits->runs_count - d->letter) - mr_counted(d, time);
    return d->full + (time == d->whole) + left >= limits->bars;
}

bool mr_may_finish(const mr_draft *d) {
    const mr_limits *limits = d->limits;
    int32_t count = mr_counted(d, d->time);
    if (limits->chords > 0 && count && !d->has_chord) return false;
    if (limits->strain && (count > limits->strain || comes_again(d, count, mr_bar_sound(d)))) return false;
    return mr_has_full_bars(d, d->time);
}

/* Whether the bar ends on the tonic if the note that is read ends it. */
static bool ends_on_tonic(const mr_draft *d) { return d->is_rest ? d->on_tonic : d->tonic < 0 || is_tonic(d, top(d)); }

bool mr_fills_well(const mr_draft *d, int32_t time) {
    int32_t whole = d->time + time;
    if (d->limits->cadence && is_last(d, whole) && !ends_on_tonic(d)) return false;
    return !d->limits->strain || !d->keys_count || !comes_again(d, mr_counted(d, whole), ended_sound(d, time));
}

bool mr_is_delicate(const mr_draft *d, int32_t time) {
    int32_t strain = d->limits->strain, count = mr_counted(d, d->time + time);
    return strain && ((d->limits->cadence && count == strain) || (d->keys_count && count == strain - 1));
}

bool mr_is_repeated_later(const mr_draft *d) {
    const mr_limits *limits = d->limits;
    if (!limits->runs_count || d->repeats || d->ending || d->letter >= limits->runs_count) return false;
    return limits->runs[d->letter] == 2;
}

int32_t mr_strains_left(const mr_draft *d) {
    if (!d->limits->runs_count) return 2;
    return d->limits->runs_count - d->letter - (d->bar > 0 && !mr_is_upbeat(d));
}

bool mr_next_is_repeated(const mr_draft *d) {
    int32_t left = mr_strains_left(d), count = d->limits->runs_count;
    return left > 0 && (!count || d->limits->runs[count - left] == 2);
}

bool mr_is_tight(const mr_draft *d) {
    const mr_limits *limits = d->limits;
    if (!d->open || !limits->strain) return false;
    if (limits->cadence && d->strain_count >= limits->strain - 1 && limits->repetition > 0 &&
        limits->repetition <= d->run)
        return true;
    return d->keys_count && d->ending < 2 && d->strain_count >= limits->strain - 2;
}
