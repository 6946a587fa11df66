/* Rules for tunes as they are written, a character at a time; the functions are those of ruled.py. */
#include "draft.h"

#include <string.h>

#include "draft_parts.h"

static bool music(mr_draft *d, const mr_under *u, uint32_t ch, int column);

static bool among(uint32_t ch, const char *characters) { return ch && ch < 128 && strchr(characters, (int)ch); }

/* The symbols of copied bars, and what ends lines. */
static bool not_ours(uint32_t ch) { return (ch >= MR_COPY && ch <= MR_COPY + MR_LAGS) || ch == '\r' || ch == '\n'; }

static void ink_of(mr_draft *d, uint8_t characters) {
    if (!d->run_length) {
        d->run_length = characters;
        d->plain = true;
    }
    d->ink = d->run_length;
}

static void ink(mr_draft *d) { ink_of(d, 1); }

void mr_draft_init(mr_draft *d) {
    memset(d, 0, sizeof *d);
    mr_begin_value(d);
    memset(d->in_bar, MR_NO_ACCIDENTAL, sizeof d->in_bar);
    memset(d->low, MR_NO_OCTAVE, sizeof d->low);
    memset(d->high, -MR_NO_OCTAVE, sizeof d->high);
    d->low_given = MR_NO_PITCH;
    d->high_given = -MR_NO_PITCH;
    d->accidental = MR_NO_ACCIDENTAL;
    d->p = d->q = 1;
    d->boundary = d->first = d->strain = true;
    d->lex = LEX_HEADER;
}

/* Fields */

static bool begin_header_line(mr_draft *d, const mr_under *u, uint32_t ch) {
    d->field = ch < 128 ? (uint8_t)ch : 0;
    d->inline_field = false;
    d->lex = LEX_LETTER;
    if (ch == 'X') return !d->begun;
    if (ch == 'M') return !d->has_metre;
    if (ch == 'L') {
        mr_begin_value(d);
        return !d->has_unit && mr_unit_may_change(d, u);
    }
    if (ch == 'K') return d->has_metre;
    return mr_is_letter(ch) && !among(ch, "IPUVmsw");
}

static bool end_value(mr_draft *d, const mr_under *u) {
    if (!mr_value_may_end(d, u)) return false;
    mr_end_value(d, u);
    d->begun = true;
    if (d->in_body) {
        d->lex = d->inline_field ? LEX_MUSIC : LEX_LINE;
        if (d->field == 'L') d->breakable = false;
        return true;
    }
    d->lex = LEX_HEADER;
    if (d->field == 'K') {
        d->in_body = true;
        d->lex = LEX_LINE;
        if (!d->has_unit) d->unit = mr_default_unit(d->metre);
    }
    return true;
}

static bool end_text(mr_draft *d) {
    if (!d->in_body) {
        d->begun = true;
        d->lex = LEX_HEADER;
    } else { /* the label of a part */
        d->part = d->part || d->has_text;
        d->lex = LEX_LINE;
    }
    return true;
}

static bool field(mr_draft *d, const mr_under *u, uint32_t ch) {
    if (d->lex == LEX_HEADER) return begin_header_line(d, u, ch);
    if (d->inline_field && d->run_length) ink(d);
    if (d->lex == LEX_LETTER) {
        d->lex = among(d->field, "MLKQ") ? LEX_VALUE : LEX_FIRST;
        mr_begin_value(d);
        d->has_text = false;
        return ch == ':';
    }
    if (d->lex == LEX_VALUE) {
        if (ch == (d->inline_field ? ']' : '\n')) return end_value(d, u);
        return !not_ours(ch) && mr_take_value(d, u, ch);
    }
    if (ch == '\n') return end_text(d);
    if (d->lex == LEX_FIRST && (ch == '|' || ch == ':')) return false;
    d->lex = LEX_TEXT;
    d->has_text = d->has_text || ch != ' ';
    return d->in_body ? ch >= ' ' && ch <= '~' && ch != '%' : !not_ours(ch);
}

static bool begin_field(mr_draft *d, const mr_under *u, uint32_t ch, bool inline_field) {
    d->field = (uint8_t)ch;
    d->inline_field = inline_field;
    d->lex = LEX_LETTER;
    if (d->broken || d->left) return false;
    if (ch == 'M') return mr_may_change_metre(d) && mr_metre_may_change(d, u);
    if (ch == 'K') return !d->tied;
    if (ch == 'L') {
        mr_begin_value(d);
        return mr_unit_may_change(d, u);
    }
    return ch == 'Q' || (ch == 'P' && !inline_field && mr_may_name_part(d));
}

/* Notes */

static bool begin(mr_draft *d) { return d->open || mr_begin_bar(d); }

static bool room(const mr_draft *d) { return mr_target(d) > d->time; }

static bool sound(mr_draft *d, const mr_under *u, uint32_t ch) {
    if (!begin(d) || !room(d)) return false;
    d->lex = LEX_PITCH;
    mr_begin_length(d, d->unit);
    if (ch == 'z' || ch == 'x') {
        d->is_rest = true;
        return mr_length_possible(d, u);
    }
    return mr_begin_pitch(d, u, ch) && mr_length_possible(d, u);
}

static bool is_sign(uint32_t ch) { return ch == '^' || ch == '_' || ch == '='; }

static bool after_accidental(mr_draft *d, const mr_under *u, uint32_t ch) {
    ink(d);
    if ((ch == '^' || ch == '_') && d->accidental == (ch == '^' ? 1 : -1)) {
        d->accidental = (int8_t)(2 * d->accidental);
        return true;
    }
    return mr_note_place(ch) >= 0 && sound(d, u, ch);
}

static bool begin_chord_note(mr_draft *d, const mr_under *u, uint32_t ch) {
    if (is_sign(ch)) {
        d->lex = LEX_ACCIDENTAL;
        mr_begin_accidental(d, ch);
        return true;
    }
    return mr_note_place(ch) >= 0 && sound(d, u, ch);
}

static bool in_chord(mr_draft *d, const mr_under *u, uint32_t ch) {
    ink(d);
    if (ch == (d->old ? '+' : ']')) {
        d->lex = LEX_OVER;
        d->closed = true;
        mr_begin_length(d, d->chord_unit);
        return mr_length_possible(d, u);
    }
    if (ch == '-' && !d->old) {
        bool good = d->lex != LEX_CHORD_TIE;
        d->lex = LEX_CHORD_TIE;
        d->tied_in_chord = true;
        return good;
    }
    return d->sounds < MR_MOST_IN_CHORD && begin_chord_note(d, u, ch);
}

static bool in_length(mr_draft *d, const mr_under *u, uint32_t ch, int column) {
    if ((ch == ',' || ch == '\'') && d->lex == LEX_PITCH) {
        ink(d);
        return mr_mark_octave(d, u, ch) && mr_length_possible(d, u);
    }
    if (ch == '/' || mr_is_digit(ch)) {
        ink(d);
        return mr_take_length(d, u, ch);
    }
    if (d->in_chord && !d->closed) {
        if (!d->chord_unit && !mr_may_end_first(d, u)) return false;
        mr_end_chord_note(d);
        return in_chord(d, u, ch);
    }
    d->lex = LEX_MUSIC;
    bool tied = d->tied_in_chord;
    if (!mr_end_note(d, u)) return false;
    d->tied = tied;
    d->tied_in_chord = false;
    return music(d, u, ch, column);
}

/* Bar lines */

static bool make_heavy(mr_draft *d) {
    d->heavy = true;
    return mr_may_close(d);
}

static bool bar_line(mr_draft *d, const mr_under *u, bool bracket) {
    if (d->ending_next || (d->open && !mr_may_end_bar(d, u)) || !mr_end_bar(d, u)) return false;
    d->lex = LEX_SIGN;
    d->lines = 1;
    d->bracket = bracket;
    d->was_heavy = d->heavy;
    return !bracket || make_heavy(d);
}

static bool start(mr_draft *d, const mr_under *u) {
    bool good = mr_may_start(d) && mr_writes(u, ':');
    d->lex = LEX_OPENED;
    d->starts = true;
    return good;
}

static bool repeat(mr_draft *d, const mr_under *u) {
    if (!mr_may_repeat(d, u) || !mr_end_bar(d, u)) return false;
    d->repeats = true;
    return true;
}

static bool number(mr_draft *d, const mr_under *u, uint32_t ch) {
    int digit = (int)ch - '0';
    if (d->open && !mr_may_end_bar(d, u)) return false;
    if (!mr_end_bar(d, u) || digit == 0 || mr_next_number(d, u) != digit) return false;
    d->lex = LEX_NUMBER;
    d->ending_next = digit == 1 ? 1 : 2;
    d->numbers = (uint16_t)(1 << digit);
    return true;
}

/* Whether another ending must begin here. */
static bool is_due(const mr_draft *d) { return d->ending == 1 && d->repeats && !d->ending_next; }

static bool after_sign(mr_draft *d, const mr_under *u, uint32_t ch) {
    if (ch == '|') {
        d->lines++;
        return d->lines <= 3 && make_heavy(d);
    }
    if (ch == ']') {
        d->lex = LEX_CLOSED;
        if (is_due(d) && !mr_writes(u, '[')) return false;
        if (d->bracket && d->lines == 1) { /* an invisible bar line */
            d->heavy = d->was_heavy;
            return true;
        }
        return make_heavy(d);
    }
    if (ch == ':') return start(d, u);
    if (mr_is_digit(ch)) return number(d, u, ch);
    return (!is_due(d) || mr_writes(u, '[')) && music(d, u, ch, 2);
}

static bool after_colon(mr_draft *d, const mr_under *u, uint32_t ch) {
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
        bool good = start(d, u);
        d->lex = LEX_DOUBLE;
        return good;
    }
    d->lex = LEX_COLON_BRACKET;
    return ch == '[' && !d->no_bracket;
}

bool mr_chord_may_come(const mr_draft *given, const mr_under *u) {
    if (given->copied) return false;
    mr_draft copy = *given, *d = &copy;
    if (!begin(d) || !room(d)) return false;
    mr_begin_chord(d, false);
    mr_begin_length(d, d->unit);
    return mr_length_possible(d, u);
}

static bool bracket_may_come(mr_draft *d, const mr_under *u) {
    bool chord = mr_writes(u, ']') && mr_chord_may_come(d, u);
    if (d->broken || chord || mr_next_number(d, u)) return chord || !d->broken;
    return !d->no_bracket && !d->ending_next && mr_may_close(d) && (!d->open || mr_may_end_bar(d, u));
}

static bool after_bracket(mr_draft *d, const mr_under *u, uint32_t ch) {
    if (ch == '|') return !d->broken && !d->no_bracket && bar_line(d, u, true);
    if (mr_is_digit(ch)) return !d->broken && number(d, u, ch);
    if (among(ch, "MLKQ")) {
        if (d->run_length) {
            d->plain = false;
            ink(d);
        }
        return mr_writes(u, ']') && !d->copied && begin_field(d, u, ch, true);
    }
    if (!mr_writes(u, ']') || !mr_chord_may_come(d, u) || !begin(d)) return false;
    ink_of(d, 2);
    mr_begin_chord(d, false);
    return begin_chord_note(d, u, ch);
}

/* Tuplets */

static bool some_tuplet(const mr_draft *d, const mr_under *u) {
    for (int p = 2; room(d) && p < 10; p++)
        if (mr_writes(u, (uint32_t)('0' + p)) && mr_tuplet_fits(d, u, p, 0, 0)) return true;
    return false;
}

static bool in_tuplet(mr_draft *d, const mr_under *u, uint32_t ch) {
    int digit = mr_is_digit(ch) ? (int)ch - '0' : -1;
    if (d->lex == LEX_PAREN) {
        ink(d);
        d->lex = LEX_TUPLET;
        d->p = digit > 0 ? (uint8_t)digit : 0;
        d->parts = 1;
        return digit > 1 && mr_tuplet_fits(d, u, digit, 0, 0);
    }
    if (ch == ':' && d->parts < 3) {
        ink(d);
        d->parts++;
        return true;
    }
    if (digit > 0 && d->parts == 2 && !d->q) {
        ink(d);
        d->q = (uint8_t)digit;
        return mr_tuplet_fits(d, u, d->p, d->q, 0);
    }
    if (digit > 0 && d->parts == 3 && !d->r) {
        ink(d);
        d->r = (uint8_t)digit;
        return mr_tuplet_fits(d, u, d->p, d->q, d->r);
    }
    mr_start_tuplet(d, u);
    d->lex = LEX_MUSIC;
    return music(d, u, ch, 2);
}

/* Music code */

/* Reads what is neither a line end, a blank, a bar line nor a bracket. */
static bool content(mr_draft *d, const mr_under *u, uint32_t ch) {
    bool good;
    if (d->copied) return false;
    if (ch > MR_COPY && ch <= MR_COPY + MR_LAGS) {
        d->lex = LEX_MUSIC;
        good = !d->broken && mr_copy_bar(d, u, (int)(ch - MR_COPY));
        d->run_length = d->ink = 1;
        return good;
    }
    ink(d);
    if (mr_note_place(ch) >= 0 || ch == 'z' || ch == 'x') return sound(d, u, ch);
    switch (ch) {
        case '^':
        case '_':
        case '=':
            d->lex = LEX_ACCIDENTAL;
            if (!begin(d) || !room(d)) return false;
            mr_begin_accidental(d, ch);
            return true;
        case '"': d->lex = LEX_STRING; return mr_writes(u, ch);
        case '+':
            d->lex = LEX_PLUS;
            good = mr_writes(u, ch) && mr_chord_may_come(d, u) && begin(d);
            mr_begin_chord(d, true);
            return good;
        case '<':
        case '>':
            good = !d->broken || (d->lex == LEX_BREAK && (d->broken > 0) == (ch == '>'));
            d->lex = LEX_BREAK;
            d->broken = (int8_t)(d->broken + (ch == '>' ? 1 : -1));
            return good && mr_may_break(d, u);
        case '-':
            d->lex = LEX_TIE;
            d->tied = true;
            d->plain = d->plain && d->open;
            return d->tieable;
        case '(':
            d->lex = LEX_PAREN;
            d->p = d->q = d->r = 0;
            return !d->left && !d->broken && begin(d) && some_tuplet(d, u);
        default: d->lex = LEX_MUSIC; return (ch == 'y' || ch == '`') && !d->broken;
    }
}

/* Reads a character behind a sign that is over. */
static bool music(mr_draft *d, const mr_under *u, uint32_t ch, int column) {
    switch (ch) {
        case '\n':
            d->lex = LEX_LINE;
            d->plain = false;
            return true;
        case ' ': d->lex = LEX_MUSIC; return true;
        case '|': return bar_line(d, u, false);
        case ':':
            d->lex = LEX_COLON;
            d->no_bracket = column == 1;
            return repeat(d, u);
        case '[':
            d->no_bracket = d->lex == LEX_DOUBLE; /* "::[|" would be one sign */
            d->lex = LEX_BRACKET;
            return bracket_may_come(d, u);
        default: return content(d, u, ch);
    }
}

static bool body(mr_draft *d, const mr_under *u, uint32_t ch, int column) {
    switch ((mr_lex)d->lex) {
        case LEX_PITCH:
        case LEX_OVER:
        case LEX_SLASH:
        case LEX_UNDER: return in_length(d, u, ch, column);
        case LEX_STRING:
            ink(d);
            d->lex = ch == '"' ? LEX_MUSIC : LEX_STRING;
            return !not_ours(ch);
        case LEX_ACCIDENTAL: return after_accidental(d, u, ch);
        case LEX_SIGN: return after_sign(d, u, ch);
        case LEX_COLON:
        case LEX_COLON_BRACKET: return after_colon(d, u, ch);
        case LEX_BRACKET: return after_bracket(d, u, ch);
        case LEX_PAREN:
        case LEX_TUPLET: return in_tuplet(d, u, ch);
        case LEX_PLUS: ink(d); return ch != 'f' && begin_chord_note(d, u, ch); /* "+ff+" is a decoration */
        case LEX_CHORD_TIE: return in_chord(d, u, ch);
        case LEX_COMMA:
            d->lex = LEX_NUMBER;
            d->numbers |= 4;
            return ch == '2';
        case LEX_NUMBER:
            if (ch == ',') {
                d->lex = LEX_COMMA;
                return d->numbers == 2 && mr_writes(u, '3');
            }
            return ch != '|' && ch != ':' && music(d, u, ch, column);
        case LEX_DOUBLE: return ch != '|' && ch != ':' && music(d, u, ch, column);
        case LEX_CLOSED:
            if (ch == ':') {
                d->lex = LEX_CLOSED_COLON;
                return mr_may_start(d) || mr_may_repeat(d, u);
            }
            return music(d, u, ch, column);
        case LEX_CLOSED_COLON:
            if (ch == '|') return repeat(d, u) && after_colon(d, u, ch);
            return ch != ':' && start(d, u) && music(d, u, ch, 2);
        case LEX_OPENED: return ch != ':' && music(d, u, ch, column);
        case LEX_LINE:
            if (ch == ' ' || ch == '\n') return false;
            if (among(ch, "MLKQP")) {
                if (d->run_length) d->plain = false;
                return begin_field(d, u, ch, false);
            }
            return music(d, u, ch, column);
        default: return music(d, u, ch, column);
    }
}

bool mr_draft_take(mr_draft *d, const mr_under *u, uint32_t ch) {
    int column = d->column;
    if (d->run_length && d->run_length < MR_SHORTEST) d->run_length++;
    d->column = ch == '\n' ? 0 : column < 2 ? (uint8_t)(column + 1) : 2;
    return d->lex <= LEX_VALUE ? field(d, u, ch) : body(d, u, ch, column);
}
