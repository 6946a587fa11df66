/* The shortest way to the end; the functions are those of ruled_closing.py. */
#include "draft_parts.h"

bool mr_may_end(const mr_draft *d, const mr_under *u) { return d->lex == LEX_LINE && mr_is_complete(d, u); }

/* One of two notes: the one that does not make the bar the same as the one before, if it fills it. */
static uint32_t note(const mr_draft *d, const mr_under *u) {
    mr_draft trial = *d;
    if (!mr_draft_take(&trial, u, u->limits->fill[0])) return u->limits->fill[1];
    bool same = !d->in_chord && trial.known && mr_ended_hash(&trial, mr_target(&trial) - trial.time) == trial.before;
    return u->limits->fill[same];
}

static uint32_t digit(int number) { return (uint32_t)('0' + number); }

/* The field that must come before the first bar; 0 for none. */
static uint32_t missing_field(const mr_draft *d) { return !d->has_metre ? 'M' : mr_needs_label(d) ? 'P' : 0; }

/* The next character behind a sign that is over. */
static uint32_t go_on(const mr_draft *d, const mr_under *u) {
    if (d->lex == LEX_TUPLET) return u->limits->fill[0];
    uint32_t missing = missing_field(d);
    if (missing) return d->lex == LEX_LINE ? missing : '\n';
    if (d->open) {
        if (d->broken || d->left || !(d->copied || mr_is_full(d))) return note(d, u);
        return (d->opened || d->ending == 1) && mr_may_repeat(d, u) ? ':' : '|';
    }
    uint32_t at_end = d->lex == LEX_LINE ? 0 : '\n';
    if (d->starts && mr_is_complete(d, u)) return at_end;
    if (d->ending == 1 && d->repeats && !d->ending_next)
        return d->lex == LEX_SIGN ? digit(mr_next_number(d, u)) : d->lex != LEX_CLOSED ? '[' : '\n';
    if ((d->ending == 1 || d->opened) && !d->repeats && mr_may_repeat(d, u))
        return d->lex == LEX_SIGN || d->lex == LEX_CLOSED ? '\n' : ':';
    if (!mr_may_go_on(d)) return d->lex == LEX_CLOSED ? '\n' : '|';
    if (mr_is_complete(d, u)) return at_end;
    return note(d, u);
}

static uint32_t close_field(const mr_draft *d, const mr_under *u) {
    if (d->lex == LEX_HEADER) return d->has_metre ? 'K' : 'M';
    if (d->lex == LEX_LETTER) return ':';
    bool in_text = d->in_body && (d->lex == LEX_FIRST || d->lex == LEX_TEXT);
    if (in_text && mr_lacks_label(d)) return mr_writes(u, 'A') ? 'A' : u->limits->fill[0];
    if (in_text) return d->inline_field ? ']' : '\n';
    uint32_t next = d->lex == LEX_VALUE ? mr_close_value(d, u) : 0;
    return next ? next : d->lex == LEX_VALUE && d->inline_field ? ']' : '\n';
}

static uint32_t close_length(const mr_draft *given, const mr_under *u) {
    mr_draft copy = *given, *d = &copy;
    if (d->in_chord && !d->closed) {
        if (d->chord_unit || mr_may_end_length(d, u)) return d->old ? '+' : ']';
        return mr_next_of_length(d, u);
    }
    uint32_t next = mr_filling_character(d, u);
    if (!next && !mr_may_end_length(d, u)) next = mr_next_of_length(d, u);
    if (next) return next;
    mr_end_note(d, u);
    d->lex = LEX_MUSIC;
    return go_on(d, u);
}

static uint32_t close_bracket(const mr_draft *d, const mr_under *u) {
    if (mr_writes(u, ']') && mr_chord_may_come(d, u)) return note(d, u);
    int number = mr_next_number(d, u);
    return number ? digit(number) : '|';
}

/* The next character where not all may come that otherwise could: behind blanks, a dot or an initial. */
static uint32_t behind_mark(const mr_draft *d, const mr_under *u) {
    if (d->lex == LEX_INITIAL && d->field && d->field == missing_field(d)) return ':';
    uint32_t next = go_on(d, u);
    if (d->lex == LEX_INDENT) return next == '\n' ? '|' : next;
    return next == (d->lex == LEX_DOT ? '|' : ':') ? '\n' : next;
}

static uint32_t closing(const mr_draft *d, const mr_under *u) {
    switch ((mr_lex)d->lex) {
        case LEX_HEADER:
        case LEX_LETTER:
        case LEX_FIRST:
        case LEX_TEXT:
        case LEX_PERCENT:
        case LEX_COMMENT:
        case LEX_VALUE: return close_field(d, u);
        case LEX_STRING: return '"';
        case LEX_ACCIDENTAL: return note(d, u);
        case LEX_PLUS: return mr_chord_may_come(d, u) ? note(d, u) : mr_complete_name(d, u);
        case LEX_NAME: return d->b ? mr_complete_name(d, u) : '\n';
        case LEX_GRACE: return d->phase > 2 ? '}' : u->limits->fill[0];
        case LEX_JOIN: return '\n';
        case LEX_INITIAL:
        case LEX_DOT:
        case LEX_INDENT: return behind_mark(d, u);
        case LEX_PITCH:
        case LEX_OVER:
        case LEX_SLASH:
        case LEX_UNDER: return close_length(d, u);
        case LEX_CHORD_TIE:
        case LEX_CHORD_SPACE: return d->old ? '+' : ']';
        case LEX_CLOSED_COLON: return mr_may_repeat(d, u) ? '|' : '\n';
        case LEX_COLON:
        case LEX_COLON_BRACKET: return '|';
        case LEX_BRACKET: return close_bracket(d, u);
        case LEX_COMMA: return '2';
        default: return go_on(d, u);
    }
}

uint32_t mr_closing(const mr_draft *d, const mr_under *u) {
    mr_under dry = *u;
    dry.keeps = false;
    return closing(d, &dry);
}

int32_t mr_characters_left(const mr_draft *given, const mr_under *u, int32_t most) {
    mr_draft copy = *given, *d = &copy;
    mr_under dry = *u;
    dry.keeps = false;
    for (int32_t count = 0; count <= most; count++) {
        uint32_t next = closing(d, &dry);
        if (!next) return count;
        if (!mr_draft_take(d, &dry, next)) return most + 1;
    }
    return most + 1;
}
