/* Strains, repeats, endings and the mode; see form.h. */
#include "form.h"

#include <string.h>

enum { NONE, OPEN, FIRST_ENDING, LATER_ENDING };

/* A lag after one more bar. */
static uint8_t later(uint8_t lag) { return lag && lag < MR_LAGS ? lag + 1 : 0; }

void mr_form_init(mr_form *f) {
    memset(f, 0, sizeof *f);
    f->fresh = true;
}

void mr_form_sound(mr_form *f) { f->fresh = false; }

void mr_form_hear_bar(mr_form *f, uint8_t end, bool counts) {
    f->ends[f->bars] = end;
    f->lags[f->bars] = 0;
    if (!counts) return;
    for (int number = 0; number < MR_BARS; number++) {
        f->lags[number] = later(f->lags[number]);
        f->lags_before[number] = later(f->lags_before[number]);
    }
    f->lags[f->bars] = 1;
}

uint8_t mr_form_lag(const mr_form *f) { return f->lags_before[f->bars]; }

uint8_t mr_form_end(const mr_form *f) { return f->ends_before[f->bars]; }

void mr_form_end_bar(mr_form *f, int32_t time, int32_t whole) {
    if (!f->bars && time < whole)
        f->upbeat = time;
    else if (f->bars < MR_BARS - 2)
        f->bars++;
}

void mr_form_begin_strain(mr_form *f) {
    if (f->fresh) return;
    if (f->strain < MR_STRAINS - 1) f->strain++; /* enough: an ending takes back the last one, and never two */
    f->before = f->bars;
    f->bars = 0;
    f->upbeat = 0;
    f->fresh = true;
    memcpy(f->lags_before, f->lags, sizeof f->lags);
    memcpy(f->ends_before, f->ends, sizeof f->ends);
    memset(f->lags, 0, sizeof f->lags);
    memset(f->ends, 0, sizeof f->ends);
    if (f->repeat != OPEN) f->repeat = NONE;
}

void mr_form_begin_ending(mr_form *f, uint32_t number) {
    if (number == '1') {
        f->ending_bars = f->bars;
        f->ending_before = f->before;
        f->ending_upbeat = f->upbeat;
        f->repeat = FIRST_ENDING;
        return;
    }
    if (f->fresh && f->strain) {
        f->strain--;
        f->fresh = false;
        memcpy(f->lags, f->lags_before, sizeof f->lags); /* its bars stand beside those of the first ending */
        memcpy(f->ends, f->ends_before, sizeof f->ends);
    }
    f->bars = f->ending_bars;
    f->before = f->ending_before;
    f->upbeat = f->ending_upbeat;
    f->repeat = LATER_ENDING;
}

void mr_form_begin_repeat(mr_form *f) { f->repeat = OPEN; }

void mr_form_end_repeat(mr_form *f) { f->repeat = NONE; }

void mr_mode_init(mr_mode *m) { memset(m, 0, sizeof *m); }

void mr_mode_take(mr_mode *m, uint32_t character) {
    if (!m->tonic) {
        if (character == ' ' || character == '\t') return;
        m->tonic = character >= 'A' && character <= 'G' ? (uint8_t)character : 1;
        m->accidental = true;
        return;
    }
    if (m->accidental && (character == '#' || character == 'b')) {
        m->accidental = false;
        return;
    }
    m->accidental = false;
    if (!mr_is_letter(character))
        m->over = m->letters > 0;
    else if (!m->over && m->letters < sizeof m->word)
        m->word[m->letters++] = (char)(character | 0x20); /* in lower case */
}

uint8_t mr_mode_value(const mr_mode *m) {
    static const struct {
        char word[4];
        uint8_t value;
    } modes[] = {{"maj", 1}, {"ion", 1}, {"m", 2},   {"min", 2}, {"aeo", 2},
                 {"dor", 3}, {"mix", 4}, {"lyd", 5}, {"phr", 6}, {"loc", 7}};
    if (m->tonic < 'A') return 0;
    for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++)
        if (strlen(modes[i].word) == m->letters && memcmp(modes[i].word, m->word, m->letters) == 0) return modes[i].value;
    return 1;
}
