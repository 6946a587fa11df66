/* The fields of a draft, in its header and in its music; the functions are those of ruled_fields.py. */
#include <string.h>

#include "draft_parts.h"

/* The symbols of copied bars, and what ends lines. */
bool mr_not_ours(uint32_t ch) { return (ch >= MR_COPY && ch <= MR_COPY + MR_LAGS) || ch == '\r' || ch == '\n'; }

void mr_ink_of(mr_draft *d, uint8_t characters) {
    if (!d->run_length) {
        d->run_length = characters;
        d->plain = true;
    }
    d->ink = d->run_length;
}

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
    return mr_is_letter(ch) && !mr_is_among(ch, "IPUVmsw");
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

bool mr_take_in_field(mr_draft *d, const mr_under *u, uint32_t ch) {
    if (d->lex == LEX_HEADER) return begin_header_line(d, u, ch);
    if (d->inline_field && d->run_length) mr_ink(d);
    if (d->lex == LEX_LETTER) {
        d->lex = mr_is_among(d->field, "MLKQ") ? LEX_VALUE : LEX_FIRST;
        mr_begin_value(d);
        d->has_text = false;
        return ch == ':';
    }
    if (d->lex == LEX_VALUE) {
        if (ch == (d->inline_field ? ']' : '\n')) return end_value(d, u);
        return !mr_not_ours(ch) && mr_take_value(d, u, ch);
    }
    if (ch == '\n') return end_text(d);
    if (d->lex == LEX_FIRST && (ch == '|' || ch == ':')) return false;
    d->lex = LEX_TEXT;
    d->has_text = d->has_text || ch != ' ';
    return d->in_body ? ch >= ' ' && ch <= '~' && ch != '%' : !mr_not_ours(ch);
}

bool mr_begin_field(mr_draft *d, const mr_under *u, uint32_t ch, bool inline_field) {
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
