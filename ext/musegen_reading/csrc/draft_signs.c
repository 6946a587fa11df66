/* Bar lines, repeat signs and endings, sign by sign; the functions are those of ruled_signs.py. */
#include "draft_parts.h"

bool mr_begin(mr_draft *d) { return d->open || mr_begin_bar(d); }

bool mr_has_room(const mr_draft *d) { return mr_target(d) > d->time; }

bool mr_make_heavy(mr_draft *d) {
    d->heavy = true;
    return mr_may_close(d);
}

enum { MOST_MARKS = 64 };

bool mr_note_may_follow(const mr_draft *d) { return d->open ? mr_has_room(d) : mr_may_go_on(d); }

bool mr_blank(mr_draft *d) {
    if (d->marks <= MOST_MARKS) d->marks++;
    return d->marks <= MOST_MARKS;
}

bool mr_mark(mr_draft *d, bool leads) {
    d->marks = d->marks + MR_A_MARK < MOST_MARKS + 1 ? d->marks + MR_A_MARK : MOST_MARKS + 1;
    return d->marks <= MOST_MARKS && (!leads || mr_note_may_follow(d));
}

/* Whether a bar line is the fifth since the last bar, or stands where only a repeat sign may come. */
static bool leads_nowhere(const mr_draft *d, const mr_under *u) {
    if (mr_may_go_on(d)) return d->signs > 4;
    return d->limits->form && !mr_may_close(d) && !mr_next_number(d, u);
}

bool mr_bar_line(mr_draft *d, const mr_under *u, bool bracket) {
    if (d->ending_next || (d->open && !mr_may_end_bar(d, u)) || !mr_end_bar(d, u)) return false;
    d->lex = LEX_SIGN;
    d->lines = 1;
    d->bracket = bracket;
    d->was_heavy = d->heavy;
    if (d->signs < 5) d->signs++;
    d->marks = 0;
    return bracket ? mr_make_heavy(d) : !leads_nowhere(d, u);
}

bool mr_may_leave_sign(const mr_draft *d, const mr_under *u) {
    bool due = d->limits->form && d->bar && d->signs > 1;
    if (due && !mr_may_go_on(d) && !mr_may_repeat(d, u) && !mr_is_complete(d, u)) return false;
    return !mr_is_due(d) || mr_writes(u, '[');
}

bool mr_start_repeat(mr_draft *d, const mr_under *u) {
    bool good = mr_may_start(d) && mr_writes(u, ':');
    d->lex = LEX_OPENED;
    d->starts = true;
    return good;
}

bool mr_end_repeat(mr_draft *d, const mr_under *u) {
    if (!mr_may_repeat(d, u) || !mr_end_bar(d, u)) return false;
    d->repeats = true;
    return true;
}

bool mr_take_number(mr_draft *d, const mr_under *u, uint32_t ch) {
    int digit = (int)ch - '0';
    if (d->open && !mr_may_end_bar(d, u)) return false;
    if (!mr_end_bar(d, u) || digit == 0 || mr_next_number(d, u) != digit) return false;
    d->lex = LEX_NUMBER;
    d->ending_next = digit == 1 ? 1 : 2;
    d->numbers = (uint16_t)(1 << digit);
    return true;
}

/* Whether another ending must begin here. */
bool mr_is_due(const mr_draft *d) { return d->ending == 1 && d->repeats && !d->ending_next; }

bool mr_after_colon(mr_draft *d, const mr_under *u, uint32_t ch) {
    if (ch == '|') {
        d->bracket = d->lex == LEX_COLON_BRACKET;
        d->was_heavy = d->heavy;
        d->lex = LEX_SIGN;
        d->lines = 1;
        d->heavy = d->heavy || d->bracket;
        return true;
    }
    if (d->lex == LEX_COLON_BRACKET) return false;
    if (ch == ':') {
        bool good = mr_start_repeat(d, u);
        d->lex = LEX_DOUBLE;
        return good;
    }
    d->lex = LEX_COLON_BRACKET;
    return ch == '[' && !d->no_bracket;
}

bool mr_chord_may_come(const mr_draft *given, const mr_under *u) {
    if (given->copied) return false;
    mr_draft copy = *given, *d = &copy;
    if (!mr_begin(d) || !mr_has_room(d)) return false;
    mr_begin_chord(d, false);
    mr_begin_length(d, d->unit);
    return mr_length_possible(d, u);
}

bool mr_bracket_may_come(const mr_draft *d, const mr_under *u) {
    bool chord = mr_writes(u, ']') && mr_chord_may_come(d, u);
    int number = mr_next_number(d, u);
    if (d->broken || chord || (number && mr_writes(u, (uint32_t)('0' + number)))) return chord || !d->broken;
    return !d->no_bracket && !d->ending_next && mr_may_close(d) && (!d->open || mr_may_end_bar(d, u));
}
