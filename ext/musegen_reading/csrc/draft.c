/* Rules for tunes as they are written, a character at a time; the functions are those of ruled.py. */
#include "draft.h"

#include <string.h>

#include "draft_parts.h"

static bool music(mr_draft *d, const mr_under *u, uint32_t ch, int column);

void mr_draft_init(mr_draft *d, const mr_limits *limits) {
    memset(d, 0, sizeof *d);
    d->limits = limits;
    d->tonic = -1;
    d->sound.factor = 1;
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

/* Notes */

static bool in_length(mr_draft *d, const mr_under *u, uint32_t ch, int column) {
    if ((ch == ',' || ch == '\'') && d->lex == LEX_PITCH) {
        mr_ink(d);
        return mr_mark_octave(d, u, ch) && mr_length_possible(d, u);
    }
    if (ch == '/' || mr_is_digit(ch)) {
        mr_ink(d);
        return mr_take_length(d, u, ch);
    }
    if (d->in_chord && !d->closed) return mr_after_chord_note(d, u, ch);
    d->lex = LEX_MUSIC;
    uint8_t tied = d->tied_in_chord;
    if (!mr_end_note(d, u)) return false;
    d->tied = tied;
    d->tied_in_chord = 0;
    return music(d, u, ch, column);
}

/* Bar lines */

static bool after_sign(mr_draft *d, const mr_under *u, uint32_t ch) {
    if (ch == '|') {
        d->lines++;
        return d->lines <= 3 && mr_make_heavy(d);
    }
    if (ch == ']') {
        d->lex = LEX_CLOSED;
        if (mr_is_due(d) && !mr_writes(u, '[')) return false;
        if (d->bracket && d->lines == 1) { /* an invisible bar line */
            d->heavy = d->was_heavy;
            return true;
        }
        return mr_make_heavy(d);
    }
    if (ch == ':') return mr_start_repeat(d, u);
    if (mr_is_digit(ch)) return mr_take_number(d, u, ch);
    return mr_may_leave_sign(d, u) && music(d, u, ch, 2);
}

/* Tuplets */

/* Reads a character behind "(": of a tuplet's numbers, or what follows a slur or those numbers. */
static bool in_tuplet(mr_draft *d, const mr_under *u, uint32_t ch) {
    int digit = mr_is_digit(ch) ? (int)ch - '0' : -1;
    if (d->lex == LEX_PAREN) {
        if (digit < 0) {
            d->lex = LEX_MUSIC;
            return music(d, u, ch, 2);
        }
        mr_ink(d);
        bool inside = d->left > 0 && (d->left < (d->r ? d->r : d->p) || digit != d->p);
        d->lex = LEX_TUPLET;
        d->p = (uint8_t)digit;
        d->q = d->r = 0;
        d->parts = 1;
        bool good = digit > 1 && !inside && !d->broken && mr_begin(d);
        return good && mr_has_room(d) && mr_tuplet_fits(d, u, digit, 0, 0);
    }
    if (ch == ':' && d->parts < 3) {
        mr_ink(d);
        d->parts++;
        return true;
    }
    if (digit > 0 && d->parts == 2 && !d->q) {
        mr_ink(d);
        d->q = (uint8_t)digit;
        return mr_tuplet_fits(d, u, d->p, d->q, 0);
    }
    if (digit > 0 && d->parts == 3 && !d->r) {
        mr_ink(d);
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
    if (ch == '.' || ch == '!') {
        mr_put_off(d, ch);
        d->old = false;
        return mr_mark(d, false);
    }
    if (ch == '%' || ch == '\\' || ch == '*' || ch == '$') return mr_end_line(d, ch);
    if (ch > MR_COPY && ch <= MR_COPY + MR_LAGS) {
        d->lex = LEX_MUSIC;
        good = !d->broken && mr_copy_bar(d, u, (int)(ch - MR_COPY));
        d->run_length = d->ink = 1;
        return good;
    }
    mr_ink(d);
    if (mr_note_place(ch) >= 0 || ch == 'z' || ch == 'x') return mr_begin_sound(d, u, ch);
    switch (ch) {
        case '^':
        case '_':
        case '=':
            d->lex = LEX_ACCIDENTAL;
            if (!mr_begin(d) || !mr_has_room(d)) return false;
            mr_begin_accidental(d, ch);
            return mr_some_letter(d, u);
        case '"': d->lex = LEX_STRING; return mr_begin_string(d, u) && (mr_mark(d, false) || d->limits->chords > 0);
        case '+':
            d->lex = LEX_PLUS;
            d->old = true;
            return mr_writes(u, ch) && mr_mark(d, true) && (mr_chord_may_come(d, u) || mr_name_may_come(d, u));
        case '<':
        case '>':
            good = !d->broken || (d->lex == LEX_BREAK && (d->broken > 0) == (ch == '>'));
            d->lex = LEX_BREAK;
            d->broken = (int8_t)(d->broken + (ch == '>' ? 1 : -1));
            return good && mr_may_break(d, u);
        case '-':
            good = d->tieable && d->lex != LEX_TIE && mr_mark(d, false);
            d->lex = LEX_TIE;
            d->tied = MR_ALL_TIED;
            d->plain = d->plain && d->open;
            return good;
        case '(': d->lex = LEX_PAREN; return mr_mark(d, true);
        case '{': return mr_begin_grace(d, u) && mr_mark(d, false);
        case 'Z':
        case 'X': return mr_begin_rests(d, u);
        case 'y': d->lex = LEX_SPACER; return mr_mark(d, false);
        case '`': d->lex = LEX_MUSIC; return mr_blank(d);
        case ')': d->lex = LEX_MUSIC; return mr_mark(d, false);
        default: d->lex = LEX_MUSIC; return mr_is_symbol(ch) && mr_mark(d, mr_leads_to_note(d, ch));
    }
}

/* Reads a character behind a sign that is over. */
static bool music(mr_draft *d, const mr_under *u, uint32_t ch, int column) {
    switch (ch) {
        case '\n':
            d->lex = LEX_LINE;
            d->plain = false;
            return true;
        case ' ':
        case '\t': d->lex = LEX_MUSIC; return mr_blank(d);
        case '|': return mr_bar_line(d, u, false);
        case ':':
            d->lex = LEX_COLON;
            d->no_bracket = column == 1;
            return mr_end_repeat(d, u);
        case '[':
            d->no_bracket = d->lex == LEX_DOUBLE; /* "::[|" would be one sign */
            d->lex = LEX_BRACKET;
            return mr_bracket_may_come(d, u);
        default: return content(d, u, ch);
    }
}

/* Reads the first character of a line, or the first behind blanks. */
static bool begin_line(mr_draft *d, const mr_under *u, uint32_t ch, int column) {
    if (ch == '%' && d->lex == LEX_LINE) return mr_begin_comment(d);
    if (ch != '.' && mr_is_symbol(ch) && !d->copied && mr_mark(d, mr_leads_to_note(d, ch))) {
        d->field = d->lex == LEX_LINE ? (uint8_t)ch : 0;
        mr_put_off(d, ch);
        return true;
    }
    if (d->lex == LEX_LINE && mr_begins_field(ch, false)) {
        d->plain = false;
        return mr_begin_field(d, u, ch, false);
    }
    d->sung = 0;
    if (ch == ' ' || ch == '\t') {
        d->lex = LEX_INDENT;
        return mr_blank(d);
    }
    return ch != '\n' && music(d, u, ch, column);
}

/* Reads what tells whether the letter before is a decoration or that of a field. */
static bool after_initial(mr_draft *d, const mr_under *u, uint32_t ch) {
    if (ch == ':') {
        d->plain = false;
        return mr_begins_field(d->field, false) && mr_begin_field(d, u, d->field, false) && mr_take_in_field(d, u, ch);
    }
    d->sung = 0;
    mr_ink_put_off(d);
    d->lex = LEX_MUSIC;
    return music(d, u, ch, 2);
}

/* Reads a character behind a dot, which belongs to a tie or a slur, or is a decoration. */
static bool after_dot(mr_draft *d, const mr_under *u, uint32_t ch) {
    if (ch == '|') return false;
    mr_ink_put_off(d);
    d->lex = LEX_MUSIC;
    d->plain = d->plain && ch != ' ' && ch != '\t'; /* a copy has no blank at its end, and ".|" is another sign */
    if (ch != '(') return music(d, u, ch, 2);
    mr_ink(d);
    return true;
}

static bool body(mr_draft *d, const mr_under *u, uint32_t ch, int column) {
    switch ((mr_lex)d->lex) {
        case LEX_PITCH:
        case LEX_OVER:
        case LEX_SLASH:
        case LEX_UNDER: return in_length(d, u, ch, column);
        case LEX_STRING:
            mr_ink(d);
            if (ch == '"') {
                d->lex = LEX_MUSIC;
                return mr_end_string(d);
            }
            mr_take_in_string(d, ch);
            return !mr_not_ours(ch);
        case LEX_ACCIDENTAL: return mr_after_accidental(d, u, ch);
        case LEX_SIGN: return after_sign(d, u, ch);
        case LEX_COLON:
        case LEX_COLON_BRACKET: return mr_after_colon(d, u, ch);
        case LEX_BRACKET: return mr_after_bracket(d, u, ch);
        case LEX_PAREN:
        case LEX_TUPLET: return in_tuplet(d, u, ch);
        case LEX_PLUS: return mr_after_plus(d, u, ch);
        case LEX_NAME: return mr_take_name(d, u, ch);
        case LEX_GRACE: return mr_take_grace(d, ch);
        case LEX_JOIN: return ch == ' ' || ch == '\t' || ((ch == '\n' || ch == '%') && music(d, u, ch, column));
        case LEX_INITIAL: return after_initial(d, u, ch);
        case LEX_DOT: return after_dot(d, u, ch);
        case LEX_SPACER:
            if (!mr_is_digit(ch)) return music(d, u, ch, column);
            mr_ink(d);
            return true;
        case LEX_RESTS: return mr_is_digit(ch) ? mr_take_rests(d, u, ch) : music(d, u, ch, column);
        case LEX_CHORD_TIE:
        case LEX_CHORD_SPACE: return mr_in_chord(d, u, ch);
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
            if (ch == '|') return mr_end_repeat(d, u) && mr_after_colon(d, u, ch);
            return ch != ':' && mr_start_repeat(d, u) && music(d, u, ch, 2);
        case LEX_OPENED: return ch != ':' && music(d, u, ch, column);
        case LEX_LINE:
        case LEX_INDENT: return begin_line(d, u, ch, column);
        default: return music(d, u, ch, column);
    }
}

bool mr_draft_take(mr_draft *d, const mr_under *u, uint32_t ch) {
    int column = d->column;
    if (d->run_length && d->run_length < MR_SHORTEST) d->run_length++;
    d->column = ch == '\n' || ((ch == ' ' || ch == '\t') && !column) ? 0 : column < 2 ? (uint8_t)(column + 1) : 2;
    return d->lex <= LEX_VALUE ? mr_take_in_field(d, u, ch) : body(d, u, ch, column);
}
