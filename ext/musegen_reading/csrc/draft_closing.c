/* The shortest way to the end; the functions are those of ruled_closing.py. */
#include "draft_parts.h"

bool mr_may_end(const mr_draft *d, const mr_under *u) { return d->lex == LEX_LINE && mr_is_complete(d, u); }

static uint32_t closing(const mr_draft *d, const mr_under *u);

enum { NO_WAY = 1, MOST_IN_BAR = 500 }; /* what may never come; characters of the way to the end of a bar */

/* A note that may come: whether it may, and whether it fills its bar well. */
static int try_note(const mr_draft *d, const mr_under *u, uint32_t sign, uint32_t letter) {
    mr_draft trial = *d;
    if (sign && !mr_draft_take(&trial, u, sign)) return 0;
    if (!mr_draft_take(&trial, u, letter)) return 0;
    if (trial.in_chord) return 2;
    int32_t time = mr_missing(&trial);
    bool same = trial.known && mr_ended_hash(&trial, time) == trial.before;
    return !same && mr_fills_well(&trial, time) ? 2 : 1;
}

/* The first of some notes that may come, which goes on if there is a better one. Returns whether there is none better. */
static bool pick(uint32_t *found, const mr_draft *d, const mr_under *u, uint32_t sign, uint32_t letter) {
    int good = try_note(d, u, sign, letter);
    if (good == 2 || (good == 1 && *found == NO_WAY)) *found = sign ? sign : letter;
    return good == 2;
}

static bool is_class(uint32_t letter, int alter, int tonic) {
    return (mr_semitones[mr_note_place(letter) % 7] + alter + 12) % 12 == tonic;
}

/* The beginning of a note that may come, one of those that fill the bar well if there is one. */
static uint32_t picked_note(const mr_draft *d, const mr_under *u) {
    static const char letters[] = "CDEFGABcdefgab", signs[] = "_=^";
    const mr_limits *limits = d->limits;
    bool seeks = limits->cadence && d->tonic >= 0;
    uint32_t found = NO_WAY;
    if (d->lex == LEX_ACCIDENTAL) {
        for (int turn = seeks ? 0 : 1; turn < 2; turn++)
            for (int i = 0; i < 14; i++) {
                uint32_t letter = (uint8_t)letters[i];
                if (!mr_writes(u, letter) || (turn == 0 && !is_class(letter, d->accidental, d->tonic))) continue;
                if (pick(&found, d, u, 0, letter)) return found;
            }
        return found;
    }
    for (int octave = 0; seeks && octave < 2; octave++) {
        uint32_t letter = (uint8_t)letters[d->tonic_step + 7 * octave], sign = 0;
        mr_draft trial = *d;
        trial.step = d->tonic_step;
        trial.octave = (int8_t)(4 + octave);
        if (mr_alteration(&trial) != d->tonic_alter) sign = (uint8_t)signs[1 + d->tonic_alter];
        if (!mr_writes(u, letter) || (sign && !mr_writes(u, sign))) continue;
        if (pick(&found, d, u, sign, letter)) return found;
    }
    for (int i = 0; i < limits->notes_count; i++)
        if (pick(&found, d, u, limits->notes[i][0], limits->notes[i][1])) return found;
    return found;
}

/* One of two notes: the one that does not make the bar the same as the one before, if it fills it. */
static uint32_t note(const mr_draft *d, const mr_under *u) {
    if (u->limits->picks) return picked_note(d, u);
    mr_draft trial = *d;
    if (!mr_draft_take(&trial, u, u->limits->fill[0])) return u->limits->fill[1];
    bool same = !d->in_chord && trial.known && mr_ended_hash(&trial, mr_missing(&trial)) == trial.before;
    return u->limits->fill[same];
}

static uint32_t digit(int number) { return (uint32_t)('0' + number); }

/* The next character of the sign that ends the strain behind the last bar; 0 for none. */
static uint32_t end_of_strain(const mr_draft *d, const mr_under *u) {
    bool closed = d->starts || d->part || d->repeats || d->heavy || d->ending_next;
    if (mr_is_complete(d, u)) return 0;
    if (d->bar && !closed && mr_may_close(d) && !mr_is_upbeat(d) && d->limits->runs_count && mr_strains_left(d)) return '|';
    if (mr_may_go_on(d)) return 0;
    if (d->lex == LEX_CLOSED) return '\n';
    return mr_may_close(d) ? '|' : d->lex == LEX_SIGN ? '1' : '[';
}

/* The field that must come before the first bar; 0 for none. */
static uint32_t missing_field(const mr_draft *d) { return mr_needs_label(d) ? 'P' : 0; }

/* The next character behind a sign that is over. */
static uint32_t go_on(const mr_draft *d, const mr_under *u) {
    if (d->lex == LEX_TUPLET) return d->limits->picks ? note(d, u) : u->limits->fill[0];
    uint32_t missing = missing_field(d);
    if (missing) return d->lex == LEX_LINE ? missing : '\n';
    bool form = d->limits->form, repeats = d->opened || d->ending == 1 || (form && mr_is_repeated_later(d));
    if (d->open) {
        if (d->broken || d->left || !(d->copied || mr_is_full(d))) return note(d, u);
        if (d->limits->chords > 0 && !d->has_chord && mr_counted(d, d->time)) return '"';
        if (!d->limits->metre && !mr_may_end_bar(d, u) && !mr_may_repeat(d, u)) return note(d, u);
        return repeats && mr_may_repeat(d, u) ? ':' : '|';
    }
    uint32_t at_end = d->lex == LEX_LINE ? 0 : '\n';
    if (d->starts && mr_is_complete(d, u)) return at_end;
    if (d->ending == 1 && d->repeats && !d->ending_next)
        return d->lex == LEX_SIGN ? digit(mr_next_number(d, u)) : d->lex != LEX_CLOSED ? '[' : '\n';
    if (repeats && !d->repeats && mr_may_repeat(d, u))
        return d->lex == LEX_SIGN || d->lex == LEX_CLOSED ? '\n' : ':';
    if (form) {
        uint32_t way = end_of_strain(d, u);
        if (way) return way;
    } else if (!mr_may_go_on(d)) {
        return d->lex == LEX_CLOSED ? '\n' : '|';
    }
    if (mr_is_complete(d, u)) return at_end;
    return note(d, u);
}

static uint32_t close_field(const mr_draft *d, const mr_under *u) {
    if (d->lex == LEX_HEADER) return d->has_metre ? 'K' : 'M';
    if (d->lex == LEX_LETTER) return ':';
    bool in_text = d->in_body && (d->lex == LEX_FIRST || d->lex == LEX_TEXT);
    if (in_text && mr_lacks_label(d)) return mr_writes(u, 'A') ? 'A' : u->limits->notes[0][1];
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
    return number && mr_writes(u, digit(number)) ? digit(number) : '|';
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
        case LEX_STRING: return mr_close_string(d);
        case LEX_ACCIDENTAL: return note(d, u);
        case LEX_PLUS: return mr_chord_may_come(d, u) ? note(d, u) : mr_complete_name(d, u);
        case LEX_NAME: return d->b ? mr_complete_name(d, u) : '\n';
        case LEX_GRACE: return d->phase > 2 ? '}' : u->limits->notes[0][1];
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

/* Whether the way leads to the end of the open bar: known of nearly all bars without trying. */
static bool can_end_bar(const mr_draft *given, const mr_under *u) {
    mr_draft copy = *given, *d = &copy;
    mr_under dry = *u;
    dry.keeps = false;
    for (int i = 0; i < MOST_IN_BAR; i++) {
        if (!d->open) return true;
        uint32_t next = closing(d, &dry);
        if (!next || !mr_draft_take(d, &dry, next)) return false;
    }
    return false;
}

bool mr_draft_accept(mr_draft *d, const mr_under *u, uint32_t ch) {
    return mr_draft_take(d, u, ch) && (!d->limits->form || !mr_is_tight(d) || can_end_bar(d, u));
}
