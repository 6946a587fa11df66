/* Marks between the notes; the functions are those of ruled_marks.py. */
#include "draft_parts.h"

enum { MOST_GRACES = 16, MOST_RESTS = 99, NAMES = 64 };

/* The names of decorations, ascending; musegen_abc.lexer.NAMES. */
static const char *const names[NAMES] = {
    "+", "0", "1", "2", "3", "4", "5", "<(", "<)", ">", ">(", ">)", "D.C.", "D.S.", "accent", "arpeggio", "breath", "coda",
    "crescendo(", "crescendo)", "dacapo", "dacoda", "diminuendo(", "diminuendo)", "downbow", "emphasis", "f", "fermata",
    "ff", "fff", "ffff", "fine", "invertedfermata", "invertedturn", "invertedturnx", "longphrase", "lowermordent",
    "marcato", "mediumphrase", "mf", "mordent", "mp", "open", "p", "plus", "pp", "ppp", "pppp", "pralltriller", "roll",
    "segno", "sfz", "shortphrase", "slide", "snap", "staccato", "tenuto", "thumb", "trill", "turn", "turnx", "upbow",
    "uppermordent", "wedge",
};

/* What begins an old chord behind "+"; "f" does not, because "+ff+" is a decoration. */
static const char chord_notes[] = "ABCDEGabcdeg^_=";

bool mr_leads_to_note(const mr_draft *d, uint32_t ch) {
    return mr_is_symbol(ch) && (!mr_is_among(ch, "HOS") || d->marks >= MR_A_MARK); /* fermata, coda, segno: bar lines have them too */
}

void mr_put_off(mr_draft *d, uint32_t ch) {
    d->put_off = d->run_length > 1 ? d->run_length : 1;
    d->lex = ch == '.' ? LEX_DOT : ch == '!' ? LEX_NAME : LEX_INITIAL;
    d->a = d->b = 0;
}

void mr_ink_put_off(mr_draft *d) {
    if (!d->run_length) {
        d->run_length = 2;
        d->plain = true;
    }
    d->ink = d->put_off;
}

bool mr_end_line(mr_draft *d, uint32_t ch) {
    if (d->run_length) {
        mr_ink(d);
        d->plain = false;
    }
    d->inline_field = ch == '%';
    d->lex = ch == '%' ? LEX_COMMENT : ch == '\\' ? LEX_JOIN : LEX_MUSIC;
    return true;
}

/* Decorations with a name */

/* Whether a name begins with another's first characters. */
static bool begins(const char *name, const char *begun, int32_t count) {
    return strncmp(name, begun, (size_t)count) == 0;
}

uint32_t mr_complete_name(const mr_draft *d, const mr_under *u) {
    uint32_t end = d->old ? '+' : '!';
    if (!mr_writes(u, end)) return 0;
    for (int i = d->a; i < NAMES; i++) {
        if (!begins(names[i], names[d->a], d->b) || (d->old && mr_is_among((uint8_t)names[i][0], chord_notes))) continue;
        const char *missing = names[i] + d->b;
        bool can = true;
        for (const char *at = missing; *at; at++) can = can && mr_writes(u, (uint8_t)*at);
        if (can) return *missing ? (uint8_t)*missing : end;
    }
    return 0;
}

bool mr_name_may_come(mr_draft *d, const mr_under *u) {
    d->a = d->b = 0;
    return mr_complete_name(d, u);
}

bool mr_take_name(mr_draft *d, const mr_under *u, uint32_t ch) {
    if (!d->b && !d->old) {
        if (ch == '\n') { /* a line end in old tunes */
            if (d->run_length) d->ink = d->put_off;
            d->lex = LEX_LINE;
            d->plain = false;
            return true;
        }
        mr_ink_put_off(d);
    }
    mr_ink(d);
    if (d->b && ch == (d->old ? '+' : '!')) {
        d->lex = LEX_MUSIC;
        return !names[d->a][d->b];
    }
    d->lex = LEX_NAME;
    const char *begun = names[d->a];
    int32_t count = d->b++;
    for (int i = d->a; i < NAMES; i++)
        if (begins(names[i], begun, count) && (uint8_t)names[i][count] == ch) {
            d->a = i;
            return mr_complete_name(d, u);
        }
    return false;
}

bool mr_begins_old_chord(uint32_t ch) { return ch == 'F' || mr_is_among(ch, chord_notes); }

/* Grace notes */

bool mr_begin_grace(mr_draft *d, const mr_under *u) {
    d->lex = LEX_GRACE;
    d->phase = 0;
    d->a = MR_NO_ACCIDENTAL;
    d->b = 0;
    return mr_writes(u, '}') && d->graces < MOST_GRACES;
}

static bool grace_length(mr_draft *d, uint32_t ch) {
    uint8_t phase = d->phase;
    if (ch == ',' || ch == '\'') {
        d->phase = 4;
        return phase == 3 || phase == 4;
    }
    if (ch == '/') {
        d->phase = phase == 6 ? 7 : 6;
        d->b = 0;
        return phase >= 3 && phase <= 6;
    }
    bool more = phase == 5 || phase == 8;
    if (!mr_is_digit(ch) || phase < 3 || phase == 7 || (ch == '0' && !more)) return false;
    d->phase = phase == 6 || phase == 8 ? 8 : 5;
    d->b = more ? d->b + 1 : 1;
    return d->b <= 2;
}

bool mr_take_grace(mr_draft *d, uint32_t ch) {
    mr_ink(d);
    uint8_t phase = d->phase;
    int place = mr_note_place(ch);
    if (ch == '}') {
        d->lex = LEX_MUSIC;
        return phase > 2;
    }
    if (place >= 0) {
        if (d->a != MR_NO_ACCIDENTAL) d->in_bar[place % 7] = (int8_t)d->a;
        d->phase = 3;
        d->a = MR_NO_ACCIDENTAL;
        return ++d->graces <= MOST_GRACES;
    }
    if (ch == '^' || ch == '_' || ch == '=') {
        int sign = ch == '^' ? 1 : ch == '_' ? -1 : 0;
        bool doubled = phase == 2 && ch != '=' && d->a == sign;
        d->phase = 2;
        d->a = doubled ? 2 * sign : sign;
        return (doubled || phase != 2) && d->graces < MOST_GRACES;
    }
    if (phase == 2) return false;
    if (ch == ' ' || (ch != '.' && mr_is_symbol(ch)) || (ch == '/' && phase == 0)) {
        d->phase = 1;
        return d->graces < MOST_GRACES;
    }
    return grace_length(d, ch);
}

/* Rests of whole bars */

static bool rest_bar(mr_draft *d, const mr_under *u) {
    if (d->open || !mr_begin_bar(d) || mr_target(d) != d->whole) return false;
    mr_begin_length(d, d->whole);
    d->is_rest = true;
    if (!mr_end_note(d, u)) return false;
    d->breakable = false;
    d->copied = true; /* as behind a copy, nothing but a bar line may follow */
    d->lex = LEX_RESTS;
    return mr_may_end_bar(d, u) || mr_may_repeat(d, u);
}

bool mr_begin_rests(mr_draft *d, const mr_under *u) {
    d->a = 1;
    d->b = 0;
    return d->limits->plain && !d->broken && !d->left && rest_bar(d, u);
}

bool mr_take_rests(mr_draft *d, const mr_under *u, uint32_t ch) {
    int32_t number = (d->b ? 10 * d->a : 0) + (int32_t)(ch - '0'), more = number - d->a;
    d->a = number;
    d->b++;
    if (number <= 0 || number > MOST_RESTS) return false;
    for (int32_t i = 0; i < more; i++)
        if (!mr_may_end_bar(d, u) || !mr_end_bar(d, u) || !rest_bar(d, u)) return false;
    return true;
}
