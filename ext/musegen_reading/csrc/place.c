/* Lines, fields and music code, a character at a time; see place.h. The functions are those of class Place. */
#include "place.h"

#include <string.h>

enum { PHRASE = 4 }; /* most bars that come again do so after four */

/* A note or a rest. */
static bool is_note(uint32_t character) {
    return (character >= 'A' && character <= 'G') || (character >= 'a' && character <= 'g') || character == 'z' ||
           character == 'x' || character == 'Z' || character == 'X';
}

/* Of a character that need not be in ASCII; none of those that are looked for is 0. */
static uint8_t in_ascii(uint32_t character) { return character < 128 ? (uint8_t)character : 0; }

static uint8_t lesser(int a, int b) { return (uint8_t)(a < b ? a : b); }

/* Counts a character of the bar that is no blank. */
static void ink_of(mr_place *p, uint8_t characters) {
    if (!p->run) p->run = characters;
    p->length = p->run;
}

static void ink(mr_place *p) { ink_of(p, 1); }

static void music(mr_place *p, uint32_t character);

static void go_on(mr_place *p, uint32_t character) {
    p->state = MR_MUSIC;
    music(p, character);
}

/* Passes over all up to a character, or, for 0, to the end of the line. */
static void skip(mr_place *p, uint8_t until) {
    p->state = MR_SKIPPED;
    p->until = until;
}

static void begin_note(mr_place *p, uint32_t letter) {
    mr_memory_begin_note(&p->memory, letter, mr_clock_now(&p->clock));
    mr_clock_begin_note(&p->clock, letter);
}

static void end_note(mr_place *p) {
    if (mr_clock_end_note(&p->clock)) {
        p->sounds = true;
        mr_form_sound(&p->form);
        mr_memory_end_note(&p->memory);
    } else {
        mr_memory_drop_note(&p->memory); /* it has no length */
    }
}

static void drop_chord(mr_place *p) {
    mr_clock_drop_chord(&p->clock);
    mr_memory_drop_note(&p->memory);
}

static void end_bar(mr_place *p) {
    bool counts = p->sounds && (p->copied || p->length >= MR_SHORTEST);
    if (counts) {
        p->lengths[p->heard % MR_LAGS] = p->clock.time;
        p->heard = p->heard + 1 < 2 * MR_LAGS ? p->heard + 1 : MR_LAGS;
    }
    if (p->sounds) {
        mr_form_hear_bar(&p->form, p->memory.end, counts);
        mr_form_end_bar(&p->form, p->clock.time, p->clock.bar_length);
    }
    mr_clock_begin_bar(&p->clock);
    mr_memory_end_bar(&p->memory, counts);
    p->run = p->length = 0;
    p->sounds = p->copied = false;
}

/* Fields */

static void begin_field(mr_place *p, bool inline_field) {
    p->state = MR_FIELD;
    p->inline_field = inline_field;
    mr_fraction_init(&p->value);
    mr_mode_init(&p->key);
}

static void end_field(mr_place *p) {
    if (p->letter == 'K') {
        p->mode = mr_mode_value(&p->key);
        if (!p->in_body) mr_clock_begin_body(&p->clock);
        p->in_body = true;
    } else if (p->letter == 'M') {
        mr_clock_set_metre(&p->clock, mr_fraction_value(&p->value));
    } else if (p->letter == 'L') {
        mr_clock_set_unit(&p->clock, mr_fraction_value(&p->value));
    } else if (p->letter == 'P' && p->in_body && !p->sounds) {
        mr_form_begin_strain(&p->form);
    }
}

static void field(mr_place *p, uint32_t character) {
    if (p->inline_field && p->run) ink(p);
    if (p->inline_field && character == ']') {
        end_field(p);
        p->state = MR_MUSIC;
    } else if (p->letter == 'K') {
        mr_mode_take(&p->key, character);
    } else {
        mr_fraction_take(&p->value, character);
    }
}

/* Forgets the note that was the letter of a field. */
static void undo(mr_place *p) {
    p->run = p->saved_run;
    p->length = p->saved_length;
    p->sign = p->saved_sign;
    mr_clock_drop_note(&p->clock);
    mr_memory_drop_note(&p->memory);
}

/* Lines */

static void end_line(mr_place *p) {
    if (p->state == MR_COLON) { /* a field without a value */
        undo(p);
        begin_field(p, false);
    }
    if (p->state == MR_FIELD && !p->inline_field)
        end_field(p);
    else if (p->state == MR_TUPLET)
        mr_clock_begin_tuplet(&p->clock, p->parts);
    else if (p->state == MR_CHORD)
        drop_chord(p);
    end_note(p);
    p->state = MR_LINE;
}

static void line(mr_place *p, uint32_t character) {
    if (character == '+' || mr_is_letter(character)) {
        p->letter = (uint8_t)character;
        p->saved_run = p->run;
        p->saved_length = p->length;
        p->saved_sign = p->sign;
        if (p->in_body) music(p, character);
        p->state = MR_FIRST;
    } else if (p->in_body && character != '%') {
        go_on(p, character);
    } else {
        skip(p, 0);
    }
}

static void first(mr_place *p, uint32_t character) {
    if (character == ':')
        p->state = MR_COLON;
    else if (p->in_body)
        go_on(p, character);
    else
        skip(p, 0);
}

/* Behind a letter and a colon, a bar line makes the letter music code; else the line is a field. */
static void colon(mr_place *p, uint32_t character) {
    if (character != '|' && character != ':') {
        undo(p);
        begin_field(p, false);
        field(p, character);
    } else if (p->in_body) {
        go_on(p, character);
    } else {
        skip(p, 0);
    }
}

static void skipped(mr_place *p, uint32_t character) {
    if (!p->until) return;
    ink(p);
    if (character == p->until) p->state = MR_MUSIC;
}

/* Music code */

/* Goes to the end of a copied bar, if the symbol is a bar of its own. */
static void copy_bar(mr_place *p, uint8_t lag) {
    if (!p->run && lag <= p->heard) {
        ink(p);
        mr_clock_pass_by(&p->clock, p->lengths[(p->heard - lag) % MR_LAGS]);
        p->sounds = p->copied = true;
        mr_form_sound(&p->form);
        mr_memory_copy(&p->memory, lag);
    }
    p->sign = false;
}

/* "|" ends a bar, and so does "::"; with dots or a second line it begins a strain. */
static void bar_line(mr_place *p, uint32_t character) {
    bool doubled = p->before == '|' || p->before == ':' || p->before == '[';
    if (character == '|' || doubled) {
        end_bar(p);
        p->sign = true;
    }
    if (doubled) mr_form_begin_strain(&p->form);
    if (character == ':' && doubled)
        mr_form_begin_repeat(&p->form);
    else if (character == '|' && p->before == ':')
        mr_form_end_repeat(&p->form);
}

static void begin_ending(mr_place *p, uint32_t number) {
    end_bar(p);
    mr_form_begin_ending(&p->form, number);
    p->state = MR_ENDING;
    p->sign = false;
}

static void ending(mr_place *p, uint32_t character) {
    if (!mr_is_digit(character) && character != ',' && character != '-') go_on(p, character);
}

static void in_chord(mr_place *p, uint32_t character) {
    ink(p);
    if (mr_clock_takes(&p->clock, character)) {
        mr_memory_take(&p->memory, character);
        return;
    }
    mr_clock_end_note(&p->clock);
    if (character == ']') {
        mr_clock_end_chord(&p->clock);
        p->state = MR_MUSIC;
    } else if (character == '|') {
        drop_chord(p);
        go_on(p, character);
    } else if (is_note(character)) {
        begin_note(p, character);
    }
}

/* Begins a chord of which so many characters have been read. */
static void begin_chord(mr_place *p, uint8_t characters) {
    p->state = MR_CHORD;
    p->sign = false;
    mr_clock_begin_chord(&p->clock);
    ink_of(p, characters);
}

static void bracket(mr_place *p, uint32_t character) {
    if (character == '|') {
        go_on(p, character);
    } else if (mr_is_digit(character)) {
        begin_ending(p, character);
    } else if (mr_is_letter(character)) {
        p->state = MR_LETTER;
        p->letter = (uint8_t)character;
    } else if (character == ']') {
        p->state = MR_MUSIC;
    } else {
        begin_chord(p, 2);
        in_chord(p, character);
    }
}

static void in_letter(mr_place *p, uint32_t character) {
    if (character == ':') {
        begin_field(p, true);
    } else {
        begin_chord(p, 3);
        in_chord(p, p->letter);
        in_chord(p, character);
    }
}

static void begin_tuplet(mr_place *p) {
    p->state = MR_TUPLET;
    p->part = 0;
    memset(p->parts, 0, sizeof p->parts);
}

static void tuplet(mr_place *p, uint32_t character) {
    if (mr_is_digit(character)) {
        ink(p);
        p->parts[p->part] = lesser(10 * p->parts[p->part] + (int)(character - '0'), 99);
    } else if (character == ':' && p->parts[0] && p->part < 2) {
        ink(p);
        p->part++;
    } else {
        mr_clock_begin_tuplet(&p->clock, p->parts);
        go_on(p, character);
    }
}

/* What is neither part of a note, nor bar line, field, ending, comment, copy, dot or blank. */
static void sign(mr_place *p, uint32_t character) {
    ink(p);
    p->sign = false;
    if (is_note(character))
        begin_note(p, character);
    else if (character == '"' || character == '!')
        skip(p, (uint8_t)character);
    else if (character == '{')
        skip(p, '}');
    else if (character == '(')
        begin_tuplet(p);
    else if (character == '<' || character == '>')
        mr_clock_break_rhythm(&p->clock, character);
}

static void music(mr_place *p, uint32_t character) {
    if (mr_clock_takes(&p->clock, character)) {
        ink(p);
        mr_memory_take(&p->memory, character);
        return;
    }
    end_note(p);
    if (character == '|' || character == ':') {
        bar_line(p, character);
    } else if (character == '[') {
        p->state = MR_BRACKET;
    } else if (character == ']') {
        if (p->before == '|') mr_form_begin_strain(&p->form);
    } else if (mr_is_digit(character) && p->sign) {
        begin_ending(p, character);
    } else if (character == '%') {
        skip(p, 0);
    } else if (character > MR_COPY && character <= MR_COPY + MR_LAGS) {
        copy_bar(p, (uint8_t)(character - MR_COPY));
    } else if (character == '.') {
        if (!p->run) p->run = 1; /* the bar's, unless a bar line follows */
    } else if (character != ' ' && character != '\t') {
        sign(p, character);
    }
}

void mr_place_init(mr_place *p) {
    memset(p, 0, sizeof *p);
    mr_clock_init(&p->clock);
    mr_form_init(&p->form);
    mr_memory_init(&p->memory);
    mr_fraction_init(&p->value);
    mr_mode_init(&p->key);
    p->state = MR_LINE;
}

void mr_place_take(mr_place *p, uint32_t character) {
    if (p->run) p->run = lesser(p->run + 1, MR_SHORTEST);
    if (character == '\r' || character == '\n') {
        end_line(p);
    } else {
        switch ((mr_state)p->state) {
            case MR_LINE: line(p, character); break;
            case MR_FIRST: first(p, character); break;
            case MR_COLON: colon(p, character); break;
            case MR_FIELD: field(p, character); break;
            case MR_SKIPPED: skipped(p, character); break;
            case MR_MUSIC: music(p, character); break;
            case MR_BRACKET: bracket(p, character); break;
            case MR_LETTER: in_letter(p, character); break;
            case MR_CHORD: in_chord(p, character); break;
            case MR_TUPLET: tuplet(p, character); break;
            case MR_ENDING: ending(p, character); break;
        }
    }
    p->before = in_ascii(character);
}

/* What is left of a bar after so much of it. */
static int32_t left(const mr_place *p, int64_t time) {
    int32_t whole = p->clock.bar_length;
    return whole ? mr_within(2 - mr_halves(time - whole), 1, MR_LEFT - 1) : 0;
}

void mr_place_features(const mr_place *p, int32_t features[MR_FEATURES]) {
    if (!p->in_body) {
        memset(features, 0, MR_FEATURES * sizeof features[0]);
        return;
    }
    int64_t time = mr_clock_now(&p->clock);
    features[0] = 1 + p->form.bars;
    features[1] = 1 + mr_within(mr_halves(time), 0, MR_HALVES - 2);
    features[2] = left(p, time);
    features[3] = 1 + mr_within(p->form.strain, 0, MR_STRAINS - 2);
    features[4] = left(p, time + p->form.upbeat);
    features[5] = 1 + p->form.repeat;
    features[6] = 1 + p->form.before;
    features[7] = 1 + p->mode;
    uint8_t lag = mr_form_lag(&p->form);
    features[8] = lag;
    features[9] = mr_form_end(&p->form);
    features[10] = mr_memory_end_of(&p->memory, PHRASE);
    features[11] = p->memory.last;
    features[12] = mr_memory_note(&p->memory, PHRASE, time);
    features[13] = mr_memory_note(&p->memory, lag, time);
}
