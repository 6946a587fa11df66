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
    return d->time == d->whole || (d->time < d->whole && !closes);
}

static bool closes(const mr_draft *d) {
    return d->repeats || d->heavy || d->starts || d->part || d->ending_next || (d->bar && d->metre != d->whole);
}

/* Whether the bar is one that a repeat or a play order leads to. */
static bool comes_again(const mr_draft *d) { return (d->first && d->opened) || d->heads; }

bool mr_may_close(const mr_draft *d) {
    if (!d->bar || d->repeats) return true;
    if (d->ending == 1 || owed_after(d, true).is_fault) return false;
    return !(comes_again(d) && !is_repeatable(d, true));
}

bool mr_may_go_on(const mr_draft *d) {
    if (!d->bar) return d->has_metre && !mr_needs_label(d);
    bool boundary = closes(d);
    if (owed_after(d, boundary).is_fault || (d->ending == 1 && d->repeats && !d->ending_next)) return false;
    return !(comes_again(d) && !d->repeats && !is_repeatable(d, boundary));
}

static bool too_often(const mr_draft *d, const mr_under *u) {
    return u->limits->repetition > 0 && u->limits->repetition <= d->run && d->known && mr_bar_hash(d, d->last) == d->before;
}

bool mr_may_end_bar(const mr_draft *d, const mr_under *u) {
    if (d->left || d->broken || too_often(d, u)) return false;
    if (!owed_after(d, false).is_fault && !(comes_again(d) && !is_repeatable(d, false))) return true;
    return mr_may_close(d) || mr_may_repeat(d, u);
}

/* Whether a note is tied on that differs from the key. */
static bool deviates(const mr_draft *d) {
    bool found = false;
    for (int i = 0; d->tied && i < d->last_sounds; i++)
        found = found || d->last_pitches[i].alteration != d->key[d->last_pitches[i].height % 7];
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
    heard.tied = d->tied;
    heard.copyable = d->plain && !d->graces && !deviates(d);
    memcpy(heard.low, d->low, sizeof heard.low);
    memcpy(heard.high, d->high, sizeof heard.high);
    heard.low_given = d->low_given;
    heard.high_given = d->high_given;
    push(u, &heard);
}

bool mr_end_bar(mr_draft *d, const mr_under *u) {
    if (d->open) {
        if (d->left || d->broken || too_often(d, u)) return false;
        uint64_t finished = mr_bar_hash(d, d->last);
        d->run = !d->known || finished != d->before ? 1 : d->run < MOST_RUN ? d->run + 1 : MOST_RUN;
        d->before = finished;
        d->known = true;
        if (d->time == d->whole && d->full < u->limits->bars) d->full++;
        if (!d->copied && !d->cut && d->ink >= MR_SHORTEST) hear(d, u);
        d->last_time = d->last_is_note ? d->last : 0;
        d->open = d->breakable = d->last_is_note = false;
    }
    if (d->cut && d->ink >= MR_SHORTEST) hear(d, u);
    d->copied = d->cut = false;
    memset(d->in_bar, MR_NO_ACCIDENTAL, sizeof d->in_bar);
    d->run_length = d->ink = 0;
    return true;
}

bool mr_cut_bar(mr_draft *d, const mr_under *u) {
    if (d->copied || !mr_may_end_bar(d, u)) return false;
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

/* Takes note of a short bar that begins the tune or a strain. */
static void note_upbeat(mr_draft *d) {
    int32_t small = d->time < d->whole ? d->time : 0;
    if (d->strain) d->strain_upbeat = small;
    d->strain = false;
    if (d->bar == 1) d->upbeat = small;
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
    }
    if (d->bar < 3) d->bar++;
    d->whole = d->metre;
    d->time = 0;
    d->open = true;
    d->heads = d->ordered && d->part && (d->named || d->bar == 1);
    d->repeats = d->heavy = d->starts = d->part = false;
    d->ending_next = 0;
    d->numbers = 0;
    d->hash = d->last_content = 0;
    d->last = 0;
    memset(d->low, MR_NO_OCTAVE, sizeof d->low);
    memset(d->high, -MR_NO_OCTAVE, sizeof d->high);
    d->low_given = MR_NO_PITCH;
    d->high_given = -MR_NO_PITCH;
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
    mr_owed owed = owed_after(d, true);
    return !owed.is_fault && (d->ending == 2 || may_enter(d, owed));
}

bool mr_may_start(const mr_draft *d) {
    if (d->ending_next || d->ending == 1 || (d->opened && !d->repeats)) return false;
    return mr_may_close(d);
}

bool mr_may_change_metre(mr_draft *d) {
    if (d->open || (d->ending == 1 && (d->fork || (d->repeats && !d->ending_next)))) return false;
    if (!d->bar) return true;
    mr_owed owed = owed_after(d, true);
    if (owed.is_fault || d->ordered) return false;
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
    if (!d->ending) return (d->first ? is_repeatable(d, true) : d->repeatable) && !d->repeats && !d->turns ? 1 : 0;
    int number = 0;
    while (d->turns >> number) number++;
    bool fits = !d->fork || d->fork < d->whole || d->fork_whole - d->fork <= d->whole;
    return fits && d->repeats && number < 10 && may_enter(d, owed) ? number : 0;
}

bool mr_is_complete(const mr_draft *given, const mr_under *u) {
    mr_draft copy = *given, *d = &copy;
    mr_under dry = *u;
    dry.keeps = false;
    if (!mr_end_bar(d, &dry) || !d->bar || !d->notes || d->full < u->limits->bars) return false;
    if (d->ending_next || d->metre != d->whole) return false;
    mr_owed owed = owed_after(d, true);
    if (owed.is_fault || (d->opened && !d->repeats) || d->turns == ONLY_FIRST || d->ending == 1) return false;
    if (d->ordered) return part_may_end(d) && mr_may_close(d);
    note_upbeat(d);
    return !owed.time || (d->upbeat && owed.time + d->upbeat == owed.whole) ||
           (d->strain_upbeat && owed.time + d->strain_upbeat == owed.whole) || owed.time + d->last_time >= owed.whole;
}

/* Copies */

static bool can_be_copied(const mr_draft *d, const mr_under *u, const mr_heard *heard) {
    if (!heard->copyable || (heard->tied && deviates(d))) return false;
    for (int step = 0; step < 7; step++) {
        if (heard->low[step] == MR_NO_OCTAVE) continue;
        int pitch = 12 + mr_semitones[step] + d->key[step];
        if (12 * heard->low[step] + pitch < u->limits->lowest || 12 * heard->low[step] + pitch > u->limits->highest ||
            12 * heard->high[step] + pitch < u->limits->lowest || 12 * heard->high[step] + pitch > u->limits->highest)
            return false;
    }
    return true;
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
    push(u, &heard);
    return mr_may_end_bar(d, u) || mr_may_repeat(d, u);
}
