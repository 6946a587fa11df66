/* Notes and chords as they are read; the functions are those of ruled_chords.py. */
#include "draft_parts.h"

bool mr_begin_sound(mr_draft *d, const mr_under *u, uint32_t ch) {
    if (!mr_begin(d) || !mr_has_room(d)) return false;
    d->lex = LEX_PITCH;
    d->marks = 0;
    mr_begin_length(d, d->unit);
    if (ch == 'z' || ch == 'x') {
        d->is_rest = true;
        return mr_length_possible(d, u);
    }
    return mr_begin_pitch(d, u, ch) && mr_length_possible(d, u);
}

static bool is_sign(uint32_t ch) { return ch == '^' || ch == '_' || ch == '='; }

bool mr_some_letter(const mr_draft *d, const mr_under *u) {
    if (!d->limits->picks) return true;
    mr_under dry = *u;
    dry.keeps = false;
    for (const char *letter = "CDEFGABcdefgab"; *letter; letter++) {
        mr_draft trial = *d;
        if (mr_writes(u, (uint8_t)*letter) && mr_begin_sound(&trial, &dry, (uint8_t)*letter)) return true;
    }
    return false;
}

bool mr_after_accidental(mr_draft *d, const mr_under *u, uint32_t ch) {
    mr_ink(d);
    if ((ch == '^' || ch == '_') && d->accidental == (ch == '^' ? 1 : -1)) {
        d->accidental = (int8_t)(2 * d->accidental);
        return mr_some_letter(d, u);
    }
    return mr_note_place(ch) >= 0 && mr_begin_sound(d, u, ch);
}

static bool begin_chord_note(mr_draft *d, const mr_under *u, uint32_t ch) {
    if (is_sign(ch)) {
        d->lex = LEX_ACCIDENTAL;
        mr_begin_accidental(d, ch);
        return mr_some_letter(d, u);
    }
    return mr_note_place(ch) >= 0 && mr_begin_sound(d, u, ch);
}

bool mr_in_chord(mr_draft *d, const mr_under *u, uint32_t ch) {
    mr_ink(d);
    if (ch == (d->old ? '+' : ']')) {
        d->lex = LEX_OVER;
        d->closed = true;
        mr_begin_length(d, d->chord_unit);
        return mr_length_possible(d, u);
    }
    if (ch == '-' && !d->old) {
        bool good = d->lex != LEX_CHORD_TIE && d->lex != LEX_CHORD_SPACE;
        d->lex = LEX_CHORD_TIE;
        d->tied_in_chord = (uint8_t)(d->tied_in_chord | 1u << (d->sounds - 1));
        return good;
    }
    if (ch == ' ') {
        bool good = !d->old || d->lex != LEX_CHORD_SPACE;
        d->lex = LEX_CHORD_SPACE;
        return good;
    }
    return d->sounds < MR_MOST_IN_CHORD && begin_chord_note(d, u, ch);
}

bool mr_after_chord_note(mr_draft *d, const mr_under *u, uint32_t ch) {
    if (!d->chord_unit && !mr_may_end_first(d, u)) return false;
    mr_end_chord_note(d);
    return mr_in_chord(d, u, ch);
}

bool mr_after_plus(mr_draft *d, const mr_under *u, uint32_t ch) {
    if (!mr_begins_old_chord(ch)) return mr_name_may_come(d, u) && mr_take_name(d, u, ch);
    mr_ink(d);
    if (!mr_chord_may_come(d, u) || !mr_begin(d)) return false;
    mr_begin_chord(d, true);
    return begin_chord_note(d, u, ch);
}

bool mr_after_bracket(mr_draft *d, const mr_under *u, uint32_t ch) {
    if (ch == '|') return !d->broken && !d->no_bracket && mr_bar_line(d, u, true);
    if (mr_is_digit(ch)) return !d->broken && mr_take_number(d, u, ch);
    if (mr_begins_field(ch, true)) {
        if (d->run_length) {
            d->plain = false;
            mr_ink(d);
        }
        return mr_writes(u, ']') && !d->copied && mr_begin_field(d, u, ch, true);
    }
    if (!mr_writes(u, ']') || !mr_chord_may_come(d, u) || !mr_begin(d)) return false;
    mr_ink_of(d, 2);
    mr_begin_chord(d, false);
    return begin_chord_note(d, u, ch);
}
