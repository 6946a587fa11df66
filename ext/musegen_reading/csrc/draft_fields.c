/* The fields of a draft, in its header and in its music; the functions are those of ruled_fields.py. */
#include <string.h>

#include "draft_parts.h"

enum { MOST_PARTS = 16 };

/* The symbols of copied bars, and what ends lines. */
bool mr_not_ours(uint32_t ch) { return (ch >= MR_COPY && ch <= MR_COPY + MR_LAGS) || ch == '\r' || ch == '\n'; }

void mr_ink_of(mr_draft *d, uint8_t characters) {
    if (!d->run_length) {
        d->run_length = characters;
        d->plain = true;
    }
    d->ink = d->run_length;
}

/* Whether a field has a text: "U" and "m" change what the music means, and a second "X" ends the tune. */
static bool has_text(uint32_t ch) { return mr_is_letter(ch) && !mr_is_among(ch, "KLMQUXm"); }

static bool begin_header_line(mr_draft *d, const mr_under *u, uint32_t ch) {
    d->field = ch < 128 ? (uint8_t)ch : 0;
    d->inline_field = false;
    d->lex = LEX_LETTER;
    if (ch == '%') return mr_begin_comment(d);
    if (ch == 'X') return !d->begun;
    if (ch == 'M') return !d->has_metre;
    if (ch == 'L') {
        mr_begin_value(d);
        return !d->has_unit && mr_unit_may_change(d, u);
    }
    if (ch == 'P') return mr_writes(u, ch) && d->limits->plain;
    if (ch == 'K') return d->has_metre;
    return ch == 'Q' || (has_text(ch) && ch != 's' && ch != 'w');
}

bool mr_begin_comment(mr_draft *d) {
    d->inline_field = false;
    d->phase = 1;
    d->lex = LEX_PERCENT;
    return true;
}

/* Reads a character behind a "%"; "%%begin..." would make a text of the lines below. */
static bool comment(mr_draft *d, uint32_t ch) {
    if (ch == '\n') {
        d->lex = d->in_body ? LEX_LINE : LEX_HEADER;
        d->plain = false;
        return true;
    }
    if (d->inline_field && d->run_length && ch != ' ') mr_ink(d);
    if (d->lex == LEX_PERCENT && d->phase == 1 && ch == '%') {
        d->phase = 2;
        return true;
    }
    bool directive = d->lex == LEX_PERCENT && d->phase == 2;
    d->lex = LEX_COMMENT;
    return !mr_not_ours(ch) && !(directive && ch == 'b');
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

bool mr_lacks_label(const mr_draft *d) {
    return d->field == 'P' && !d->has_text && (mr_needs_label(d) || (d->cut && !d->part));
}

static bool end_text(mr_draft *d) {
    if (!d->in_body) {
        d->begun = true;
        d->lex = LEX_HEADER;
        return true;
    }
    d->lex = d->inline_field ? LEX_MUSIC : LEX_LINE;
    if (mr_lacks_label(d)) return false;
    if (d->field == 'P' && d->has_text) {
        d->part = true;
        d->named = d->a == 1;
    }
    return true;
}

/* Reads a character of P: in the header: a is how many labels it has, b what numbers make of them. */
static bool play_order(mr_draft *d, uint32_t ch) {
    if (ch == '%') return mr_begin_comment(d);
    if (mr_is_letter(ch)) {
        d->a++;
        d->c = 0;
        d->ordered = true;
    } else if (mr_is_digit(ch)) {
        if (d->c) return false;
        d->b = (d->b ? d->b : 1) * (ch > '0' ? (int32_t)(ch - '0') : 1);
        d->c = 1;
    } else {
        d->c = 0;
    }
    return ch >= ' ' && ch <= '~' && ch != '\\' && (d->a ? d->a : 1) * (d->b ? d->b : 1) <= MOST_PARTS;
}

/* Reads a character of the label of a part: a is 1 for a single letter, more for any other text. */
static bool label(mr_draft *d, uint32_t ch) {
    if (ch != ' ') d->a += mr_is_letter(ch) ? 1 : 2;
    return ch >= ' ' && ch <= '~' && ch != '%' && ch != '\\';
}

/* Reads a character of lyrics: a counts syllables, phase tells whether it may belong to the last. */
static bool sing(mr_draft *d, uint32_t ch) {
    if (mr_is_among(ch, "|\\%\t")) return false;
    if (ch == '_' || ch == '*' || (ch != ' ' && !d->phase)) d->a++;
    d->phase = !mr_is_among(ch, " _*-");
    return d->a <= d->sung;
}

static bool text(mr_draft *d, uint32_t ch) {
    if (ch == (d->inline_field ? ']' : '\n')) return end_text(d);
    if (d->lex == LEX_FIRST && (ch == '|' || ch == ':')) return false;
    d->lex = LEX_TEXT;
    d->has_text = d->has_text || ch != ' ';
    if (mr_not_ours(ch) || (d->inline_field && ch == '[')) return false;
    if (d->field == 'P') return d->in_body ? label(d, ch) : play_order(d, ch);
    return d->field != 'w' || !d->in_body || sing(d, ch);
}

bool mr_take_in_field(mr_draft *d, const mr_under *u, uint32_t ch) {
    if (d->lex == LEX_HEADER) return begin_header_line(d, u, ch);
    if (d->lex == LEX_PERCENT || d->lex == LEX_COMMENT) return comment(d, ch);
    if (d->inline_field && d->run_length) mr_ink(d);
    if (d->lex == LEX_LETTER) {
        d->lex = mr_is_among(d->field, "MLKQ") ? LEX_VALUE : LEX_FIRST;
        mr_begin_value(d);
        d->has_text = false;
        return ch == ':';
    }
    if (d->lex == LEX_VALUE) {
        if (ch == (d->inline_field ? ']' : '\n')) return end_value(d, u);
        if (ch == '%' && !d->inline_field && mr_value_may_end(d, u)) return end_value(d, u) && mr_begin_comment(d);
        return !mr_not_ours(ch) && mr_take_value(d, u, ch);
    }
    return text(d, ch);
}

bool mr_begins_field(uint32_t ch, bool inline_field) {
    if (mr_is_among(ch, "MLKQ")) return true;
    return inline_field ? mr_is_among(ch, "INRr") : has_text(ch) && !mr_is_among(ch, "ABCDEFGVabcdefgxyz");
}

bool mr_begin_field(mr_draft *d, const mr_under *u, uint32_t ch, bool inline_field) {
    d->field = (uint8_t)ch;
    d->inline_field = inline_field;
    d->lex = LEX_LETTER;
    if (ch != 'P' && !mr_mark(d, false)) return false;
    if ((ch == 'K' && d->limits->one_key) || (ch == 'R' && d->limits->one_rhythm)) return false;
    if (ch == 'M' && d->limits->one_metre) return false;
    if (!mr_is_among(ch, "MLKQP")) return true;
    if (d->broken || d->left) return false;
    if (ch == 'M') return mr_may_change_metre(d) && mr_metre_may_change(d, u);
    if (ch == 'K') return !d->tied;
    if (ch == 'L') {
        mr_begin_value(d);
        return mr_unit_may_change(d, u);
    }
    return ch == 'Q' || ((!d->open || mr_cut_bar(d, u)) && mr_may_name_part(d));
}
