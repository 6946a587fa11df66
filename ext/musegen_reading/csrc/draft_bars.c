/* Bars, repeats and endings; the functions are those of ruled_bars.py. */
#include <string.h>

#include "draft_parts.h"

enum { ONLY_FIRST = 2, MOST_RUN = 1 << 30 };

typedef struct {
    int32_t time, whole;
    bool is_fault;
} mr_owed;

bool mr_needs_label(const mr_draft *d) { return d->ordered && !d->bar && !d->part; }

static mr_owed owed_after(const mr_draft *d, bool closes) {
    mr_owed owed = {0, 0, false};
    if (!d->limits->metre) return owed;
    int32_t total = d->owed + d->time;
    owed.is_fault = d->heads && d->head && d->time != d->head;
    if (owed.is_fault) return owed;
    if (total == d->whole || (d->owed && total == d->owed_whole && d->time <= d->whole)) return owed;
    if (total > d->whole) {
        owed.is_fault = !(d->owed && d->bar == 2 && d->time == d->whole);
    } else if (closes) {
        owed.time = total;
        owed.whole = d->whole;
    } else {
        owed.is_fault = d->owed || !d->boundary;
    }
    return owed;
}

static bool is_repeatable(const mr_draft *d, bool closes) {
    return !d->limits->metre || d->time == d->whole || (d->time < d->whole && !closes);
}

static bool closes(const mr_draft *d) {
    return d->repeats || d->heavy || d->starts || d->part || d->ending_next || (d->bar && d->metre != d->whole);
}

/* Takes note of a short bar that begins the tune or a strain. */
static void note_upbeat(mr_draft *d) {
    int32_t small = d->time < d->whole ? d->time : 0;
    if (d->strain) d->strain_upbeat = small;
    d->strain = false;
    if (d->bar == 1) d->upbeat = small;
}

/* Whether the last bar of the tune may be as long as the last bar is. */
static bool end_fits(const mr_draft *given) {
    mr_draft copy = *given, *d = &copy;
    mr_owed owed = owed_after(d, true);
    if (owed.is_fault) return false;
    if (d->open) d->last_time = d->last_is_note ? d->last : 0;
    note_upbeat(d);
    return !owed.time || (d->upbeat && owed.time + d->upbeat == owed.whole) ||
           (d->strain_upbeat && owed.time + d->strain_upbeat == owed.whole) || owed.time + d->last_time >= owed.whole;
}

/* Whether a repeat is open that must be closed, by the rules or for a form. */
static bool must_close(const mr_draft *d) { return d->opened && (d->limits->repeats || d->limits->runs_count); }

/* Whether the bar is one that a repeat or a play order leads to. */
static bool comes_again(const mr_draft *d) { return (d->first && must_close(d)) || d->heads; }

/* Whether the strain may end behind the last bar, as its wishes are, with a repeat sign or without. */
static bool may_end_form(const mr_draft *d, bool repeated) {
    if (!mr_may_end_strain(d, repeated)) return false;
    return !mr_ends_form(d, repeated) || (mr_full_bars(d) >= d->limits->bars && end_fits(d));
}

bool mr_may_close(const mr_draft *d) {
    if (!d->bar || d->repeats) return true;
    if (d->ending == 1 || owed_after(d, true).is_fault) return false;
    if (comes_again(d) && !is_repeatable(d, true)) return false;
    return !d->limits->form || may_end_form(d, false);
}

/* Whether the strain, or another one, may go on behind the last bar. */
static bool strain_goes_on(const mr_draft *d, bool boundary) {
    if (d->ending_next) return true;
    if (d->starts || d->part || d->repeats || d->heavy) return mr_strains_left(d) > 0;
    if (d->first && mr_is_repeated_later(d) && !is_repeatable(d, boundary)) return false;
    return !d->limits->strain || mr_counted(d, d->time) < d->limits->strain;
}

bool mr_may_go_on(const mr_draft *d) {
    if (!d->bar) return !mr_needs_label(d);
    bool boundary = closes(d);
    if (owed_after(d, boundary).is_fault || (d->ending == 1 && d->repeats && !d->ending_next)) return false;
    if (d->limits->form && !strain_goes_on(d, boundary)) return false;
    return !(comes_again(d) && !d->repeats && !is_repeatable(d, boundary));
}

static bool too_often(const mr_draft *d, const mr_under *u) {
    return u->limits->repetition > 0 && u->limits->repetition <= d->run && d->known && mr_bar_hash(d, d->last) == d->before;
}

/* Whether the strain is one that is repeated, and an ending can have as many bars as are wished. */
static bool ending_has_room(const mr_draft *d, const mr_under *u) {
    const mr_limits *limits = d->limits;
    if (limits->runs_count && !mr_is_repeated_later(d)) return false;
    int32_t count = mr_counted(d, d->time);
    if (!limits->strain || count < limits->strain) return true;
    bool completes = count > d->strain_count && d->owed + d->time <= d->whole - 2 * mr_part(d, u);
    return count == limits->strain && completes && limits->metre;
}

/* Whether a first ending may begin behind the bar, which may end. */
static bool may_fork(const mr_draft *d, const mr_under *u) {
    bool repeatable = d->first ? is_repeatable(d, true) : d->repeatable;
    if (!repeatable || d->repeats || d->turns) return false;
    return !d->limits->form || ending_has_room(d, u);
}

/* Whether an ending may begin behind the bar, and nothing else. */
static bool may_only_fork(const mr_draft *d, const mr_under *u) {
    if (d->ending || d->starts || d->part || d->ending_next || d->metre != d->whole) return false;
    return !owed_after(d, true).is_fault && mr_writes(u, '1') && mr_writes(u, '[') && may_fork(d, u);
}

bool mr_may_end_bar(const mr_draft *d, const mr_under *u) {
    if (d->left || d->broken || too_often(d, u)) return false;
    bool plain = !owed_after(d, false).is_fault && !(comes_again(d) && !is_repeatable(d, false));
    if (!d->limits->form) return plain || mr_may_close(d) || mr_may_repeat(d, u);
    if (!mr_may_finish(d)) return false;
    plain = plain && strain_goes_on(d, false);
    return plain || mr_may_close(d) || mr_may_repeat(d, u) || may_only_fork(d, u);
}

/* Whether a note is tied on that differs from the key. */
static bool deviates(const mr_draft *d) {
    bool found = false;
    for (int i = 0; i < d->last_sounds; i++) {
        const mr_pitch *pitch = &d->last_pitches[i];
        found = found || ((d->tied >> i & 1) && pitch->alteration != d->key[pitch->height % 7]);
    }
    return found;
}

static void push(const mr_under *u, const mr_heard *heard) {
    if (!u->keeps) return;
    mr_history *history = u->history;
    history->bars[history->next] = *heard;
    history->next = (uint8_t)((history->next + 1) % MR_LAGS);
    if (history->count < MR_LAGS) history->count++;
}

/* Takes the bar to those that can be copied. */
static void hear(const mr_draft *d, const mr_under *u) {
    mr_heard heard;
    memset(&heard, 0, sizeof heard);
    heard.time = d->time;
    heard.last = d->last_is_note ? d->last : 0;
    heard.hash = mr_bar_hash(d, d->last);
    heard.notes = d->low_given < MR_NO_PITCH;
    for (int step = 0; step < 7; step++) heard.notes = heard.notes || d->low[step] < MR_NO_OCTAVE;
    heard.tied = d->tied != 0;
    heard.copyable = d->plain && !d->graces && !deviates(d);
    memcpy(heard.low, d->low, sizeof heard.low);
    memcpy(heard.high, d->high, sizeof heard.high);
    heard.low_given = d->low_given;
    heard.high_given = d->high_given;
    heard.sound = mr_bar_sound(d);
    heard.top = d->top;
    heard.top_step = d->top_step;
    heard.has_chord = d->run_has_chord;
    heard.strays = d->strays;
    memcpy(heard.key, d->key, sizeof heard.key);
    push(u, &heard);
}

bool mr_end_bar(mr_draft *d, const mr_under *u) {
    if (d->open) {
        if (d->left || d->broken || too_often(d, u) || (d->limits->form && !mr_may_finish(d))) return false;
        uint64_t finished = mr_bar_hash(d, d->last);
        d->run = !d->known || finished != d->before ? 1 : d->run < MOST_RUN ? d->run + 1 : MOST_RUN;
        d->before = finished;
        d->known = true;
        if (d->time == d->whole && d->full < u->limits->bars) d->full++;
        if (!d->copied && !d->cut && d->ink >= MR_SHORTEST) hear(d, u);
        d->last_time = d->last_is_note ? d->last : 0;
        d->open = d->breakable = d->last_is_note = d->bar_has_chord = false;
    }
    if (d->cut && d->ink >= MR_SHORTEST) hear(d, u);
    d->copied = d->cut = false;
    memset(d->in_bar, MR_NO_ACCIDENTAL, sizeof d->in_bar);
    d->run_length = d->ink = 0;
    d->run_has_chord = false;
    return true;
}

bool mr_cut_bar(mr_draft *d, const mr_under *u) {
    if (d->copied || !d->limits->plain || !mr_may_end_bar(d, u)) return false;
    uint8_t run_length = d->run_length, ink = d->ink;
    int8_t in_bar[7];
    memcpy(in_bar, d->in_bar, sizeof in_bar);
    d->cut = false;
    d->ink = 0;
    bool good = mr_end_bar(d, u);
    d->run_length = run_length;
    d->ink = ink;
    memcpy(d->in_bar, in_bar, sizeof in_bar);
    d->cut = true;
    d->plain = false;
    return good;
}
/* Keeps account of open repeats and endings over the last bar's end. */
static void balance(mr_draft *d) {
    if (d->repeats) {
        d->opened = false;
        d->turns_closed = d->turns != 0;
    } else if (d->turns > ONLY_FIRST && d->heavy) {
        d->turns = 0;
    }
    if (d->turns_closed && !d->ending_next) d->turns = 0;
    d->turns_closed = false;
}

/* Goes from the last bar to the next; whether the next may follow. */
static bool leave(mr_draft *d) {
    bool boundary = closes(d);
    mr_owed owed = owed_after(d, boundary);
    if (owed.is_fault) return false;
    if (d->limits->form) mr_leave_bar(d);
    if (d->first) {
        d->entry = d->time;
        d->entry_whole = d->whole;
        d->repeatable = is_repeatable(d, boundary);
        d->first = false;
    }
    if (d->heads) d->head = d->time;
    note_upbeat(d);
    balance(d);
    d->owed = owed.time;
    d->owed_whole = owed.whole;
    if (d->ending_next) {
        if (d->ending_next == 1) {
            d->fork = d->owed;
            d->fork_whole = d->owed_whole;
            d->fork_upbeat = d->strain_upbeat;
        } else {
            d->owed = d->fork;
            d->owed_whole = d->fork_whole;
            d->strain_upbeat = d->fork_upbeat;
        }
        d->ending = d->ending_next;
        d->boundary = true;
        d->turns |= d->numbers;
        return true;
    }
    if (d->starts || d->part || d->repeats || (d->heavy && (d->ending || !d->passage_opened))) {
        d->first = true;
        d->passage_opened = d->starts;
        d->ending = 0;
    }
    d->boundary = d->strain = boundary;
    d->opened = d->opened || d->starts;
    return true;
}

bool mr_begin_bar(mr_draft *d) {
    if (!mr_may_go_on(d) || (d->bar && !leave(d))) return false;
    if (!d->bar) {
        d->boundary = true;
        d->opened = d->passage_opened = d->starts;
        mr_begin_strain(d);
    }
    if (d->bar < 3) d->bar++;
    d->whole = d->metre;
    d->time = 0;
    d->open = true;
    d->heads = d->ordered && d->part && (d->named || d->bar == 1);
    d->repeats = d->heavy = d->starts = d->part = false;
    d->ending_next = 0;
    d->numbers = 0;
    d->signs = 0;
    d->hash = d->last_content = 0;
    d->last = 0;
    memset(d->low, MR_NO_OCTAVE, sizeof d->low);
    memset(d->high, -MR_NO_OCTAVE, sizeof d->high);
    d->low_given = MR_NO_PITCH;
    d->high_given = -MR_NO_PITCH;
    d->sound = (mr_sound){0, 1};
    d->last_sound = d->top = 0;
    d->on_tonic = d->strays = false;
    d->has_chord = d->has_chord || d->bar_has_chord;
    return true;
}

/* Whether the passage's first bar may follow where so much is owed. */
static bool may_enter(const mr_draft *d, mr_owed owed) {
    int32_t entry = d->first ? d->time : d->entry, whole = d->first ? d->whole : d->entry_whole;
    if (!(d->first ? is_repeatable(d, true) : d->repeatable)) return false;
    return !owed.time || (entry < whole && (owed.time + entry == whole || owed.time + entry == owed.whole));
}

bool mr_may_repeat(const mr_draft *d, const mr_under *u) {
    if (!d->bar || d->starts || d->part || d->ending_next || d->metre != d->whole) return false;
    if (d->open && (d->left || d->broken || too_often(d, u))) return false;
    if (d->limits->form && ((d->open && !mr_may_finish(d)) || !may_end_form(d, true))) return false;
    mr_owed owed = owed_after(d, true);
    return !owed.is_fault && (d->ending == 2 || may_enter(d, owed));
}

bool mr_may_start(const mr_draft *d) {
    if (d->ending_next || d->ending == 1 || (must_close(d) && !d->repeats)) return false;
    return mr_may_close(d) && (!d->limits->form || mr_next_is_repeated(d));
}

bool mr_may_change_metre(mr_draft *d) {
    if (d->open || (d->ending == 1 && (d->fork || (d->repeats && !d->ending_next)))) return false;
    if (!d->bar) return true;
    if (d->limits->form && (d->ending_next || !strain_goes_on(d, true))) return false;
    mr_owed owed = owed_after(d, true);
    if (owed.is_fault || d->ordered) return false;
    if (d->limits->strain && owed.time && !(d->starts || d->part || d->repeats || d->heavy))
        return false; /* the bar that completes it would count, and be no full one */
    d->due = owed.time;
    d->due_whole = owed.whole;
    return d->repeats || !(comes_again(d) && !is_repeatable(d, true));
}

/* Whether each part may follow the bar, where a play order may ask for any. */
static bool part_may_end(const mr_draft *d) {
    if (!d->ordered) return true;
    mr_owed owed = owed_after(d, true);
    return !owed.is_fault && (!owed.time || owed.time + (d->heads ? d->time : d->head) == d->whole);
}

bool mr_may_name_part(const mr_draft *d) {
    if (d->open || d->ending_next || (d->ending == 1 && d->repeats)) return false;
    return mr_may_close(d) && (!d->bar || part_may_end(d));
}

int mr_next_number(const mr_draft *d, const mr_under *u) {
    if (!d->bar || d->starts || d->part || d->ending_next || d->metre != d->whole) return 0;
    mr_owed owed = owed_after(d, true);
    if (owed.is_fault || (d->open && !mr_may_end_bar(d, u))) return 0;
    if (!d->ending) return may_fork(d, u);
    int number = 0;
    while (d->turns >> number) number++;
    bool fits = !d->fork || d->fork < d->whole || d->fork_whole - d->fork <= d->whole;
    return fits && d->repeats && number < 10 && may_enter(d, owed) ? number : 0;
}

/* Whether the tune may end with the strain that the last bar is in. */
static bool form_is_complete(const mr_draft *d) {
    const mr_limits *limits = d->limits;
    if (mr_is_upbeat(d))
        return !limits->runs_count && (d->letter > 0 || !limits->strain) && (d->on_tonic || !limits->cadence);
    if (!d->repeats && !d->heavy && !mr_may_end_strain(d, false)) return false;
    return !limits->runs_count || d->letter == limits->runs_count - 1;
}

bool mr_is_complete(const mr_draft *given, const mr_under *u) {
    mr_draft copy = *given, *d = &copy;
    mr_under dry = *u;
    dry.keeps = false;
    if (!mr_end_bar(d, &dry) || !d->bar || !d->notes || d->full < u->limits->bars) return false;
    if (d->ending_next || d->metre != d->whole) return false;
    if ((must_close(d) && !d->repeats) || d->turns == ONLY_FIRST || d->ending == 1) return false;
    if (d->ordered) return part_may_end(d) && mr_may_close(d);
    return end_fits(d) && (!d->limits->form || form_is_complete(d));
}

/* Copies */

static bool can_be_copied(const mr_draft *d, const mr_under *u, const mr_heard *heard) {
    if (!heard->copyable || (heard->tied && deviates(d))) return false;
    for (int step = 0; step < 7; step++) {
        if (heard->low[step] == MR_NO_OCTAVE) continue;
        for (int octave = heard->low[step]; octave <= heard->high[step]; octave++)
            if (!mr_may_sound(u->limits, 12 * (octave + 1) + mr_semitones[step] + d->key[step])) return false;
    }
    return !d->limits->form || mr_sounds_as_before(d, heard);
}

bool mr_copy_bar(mr_draft *d, const mr_under *u, int lag) {
    if (d->open || d->run_length || d->graces || lag > u->history->count || !mr_may_go_on(d)) return false;
    const mr_heard heard = u->history->bars[(u->history->next + MR_LAGS - lag) % MR_LAGS];
    if (!can_be_copied(d, u, &heard) || !mr_begin_bar(d)) return false;
    d->copied = true;
    d->time = heard.time;
    d->hash = heard.hash;
    d->last_content = 0;
    d->last = heard.last;
    d->last_is_note = heard.last != 0;
    d->tied = heard.tied;
    d->last_sounds = 0;
    d->breakable = d->tieable = false;
    d->notes = d->notes || heard.notes;
    mr_hear_again(d, &heard);
    push(u, &heard);
    return mr_may_end_bar(d, u) || mr_may_repeat(d, u);
}
