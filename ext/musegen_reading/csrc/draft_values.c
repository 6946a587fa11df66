/* The values of M:, L:, K: and Q:; the functions are those of ruled_values.py. */
#include <string.h>

#include "draft_parts.h"

enum { MOST_BEATS = 64, LONGEST_BAR = 4, METRES = 6, UNITS = 6, LETTERS = 27, MODES = 9 };

static const uint8_t metres[METRES] = {4, 8, 2, 16, 1, 32}, units[UNITS] = {8, 16, 4, 32, 64, 2};
static const struct {
    char word[4];
    int8_t fifths;
} modes[MODES] = {{"maj", 0},  {"ion", 0},  {"mix", -1}, {"dor", -2}, {"min", -3},
                  {"aeo", -3}, {"phr", -4}, {"lyd", 1},  {"loc", -5}};
static const char steps[] = "CDEFGAB", none[] = "none", notes[] = "abcdefgABCDEFG";

int mr_digits(int32_t number, char *digits) {
    char reversed[12];
    int count = 0;
    for (; number > 0; number /= 10) reversed[count++] = (char)('0' + number % 10);
    for (int i = 0; i < count; i++) digits[i] = reversed[count - 1 - i];
    return count;
}

/* Whether its digits from the one of that place on can be written. */
bool mr_writes_number(const mr_under *u, int32_t number, int from) {
    char digits[12];
    int count = mr_digits(number, digits);
    for (int i = from; i < count; i++)
        if (!mr_writes(u, (uint8_t)digits[i])) return false;
    return true;
}

static int digit_of(uint32_t ch) { return mr_is_digit(ch) ? (int)(ch - '0') : -1; }

static bool unit_is_fine(const mr_draft *d, const mr_under *u, int below) {
    int32_t part = MR_WHOLE / below / u->limits->finest;
    if (d->ending && (d->fork % part != 0 || d->fork_whole % part != 0)) return false; /* another ending owes that */
    return d->time % part == 0 && d->owed % part == 0 && d->owed_whole % part == 0 && d->whole % part == 0 &&
           d->metre % part == 0;
}

int32_t mr_default_unit(int32_t bar) { return 4 * bar < 3 * MR_WHOLE ? MR_WHOLE / 16 : MR_WHOLE / 8; }

static bool metre_is_fine(const mr_draft *d, const mr_under *u, int over, int below) {
    int32_t bar = MR_WHOLE * over / below, unit = d->unit ? d->unit : mr_default_unit(bar);
    if (over > LONGEST_BAR * below || bar % (unit / u->limits->finest)) return false;
    if (d->ending && d->fork && d->fork >= bar && d->fork_whole - d->fork > bar) return false; /* another ending owes that */
    return !d->due || d->due < bar || d->due_whole - d->due <= bar;
}

bool mr_metre_may_change(const mr_draft *d, const mr_under *u) { return mr_writes(u, 'C') && metre_is_fine(d, u, 4, 4); }

void mr_begin_value(mr_draft *d) {
    d->phase = 0;
    d->a = d->b = d->c = d->d = 0;
    memset(d->altered, MR_NO_ACCIDENTAL, sizeof d->altered);
}

/* The next digit on the way from a denominator that is begun to a choice; 0 if that is none. */
static uint32_t next_digit(const mr_draft *d, const mr_under *u, int choice) {
    char begun[12], text[12];
    int have = mr_digits(d->b, begun), count = mr_digits(choice, text);
    if (have >= count || memcmp(begun, text, (size_t)have) != 0 || !mr_writes_number(u, choice, have)) return 0;
    return (uint8_t)text[have];
}

static uint32_t next_of_metre(const mr_draft *d, const mr_under *u) {
    for (int i = 0; i < METRES; i++)
        if (metre_is_fine(d, u, d->a + d->c, metres[i])) {
            uint32_t digit = next_digit(d, u, metres[i]);
            if (digit) return digit;
        }
    return 0;
}

static uint32_t next_of_unit(const mr_draft *d, const mr_under *u) {
    for (int i = 0; i < UNITS; i++)
        if (unit_is_fine(d, u, units[i])) {
            uint32_t digit = next_digit(d, u, units[i]);
            if (digit) return digit;
        }
    return 0;
}

bool mr_unit_may_change(const mr_draft *d, const mr_under *u) {
    return mr_writes(u, '1') && mr_writes(u, '/') && next_of_unit(d, u);
}

static bool is_metre(const mr_draft *d, const mr_under *u) {
    bool known = d->b == 64 || d->b == 1 || d->b == 2 || d->b == 4 || d->b == 8 || d->b == 16 || d->b == 32;
    return known && metre_is_fine(d, u, d->a + d->c, d->b);
}

static bool metre(mr_draft *d, const mr_under *u, uint32_t ch) {
    int digit = digit_of(ch);
    if (d->phase == 0 && (ch == 'C' || ch == 'c')) {
        d->phase = 1;
    } else if (d->phase == 1 && ch == '|') {
        d->phase = 3;
    } else if ((d->phase == 0 || d->phase == 4) && digit > 0) {
        d->phase = 2;
        d->a = digit;
        return d->a + d->c <= MOST_BEATS && next_of_metre(d, u);
    } else if (d->phase == 2 && digit >= 0) {
        d->a = 10 * d->a + digit;
        return d->a + d->c <= MOST_BEATS && next_of_metre(d, u);
    } else if (d->phase == 2 && ch == '+') {
        d->c += d->a;
        d->a = 2; /* a number that may follow */
        d->phase = 4;
        d->d++;
        return d->d < 9 && d->c + 2 <= MOST_BEATS && next_of_metre(d, u);
    } else if (d->phase == 2 && ch == '/') {
        d->phase = 5;
    } else if (ch == ' ' && mr_value_may_end(d, u)) {
        if (d->phase < 4) d->a = d->b = d->phase == 1 ? 4 : 2;
        d->phase = 7;
    } else if ((d->phase == 5 && digit > 0) || (d->phase == 6 && digit >= 0)) {
        d->phase = 6;
        d->b = 10 * d->b + digit;
        return d->b <= 64 && (is_metre(d, u) || next_of_metre(d, u));
    } else {
        return false;
    }
    return true;
}

static bool unit_may_end(const mr_draft *d, const mr_under *u) {
    bool known = d->b == 2 || d->b == 4 || d->b == 8 || d->b == 16 || d->b == 32 || d->b == 64;
    return d->phase == 3 && known && unit_is_fine(d, u, d->b);
}

static bool unit(mr_draft *d, const mr_under *u, uint32_t ch) {
    int digit = digit_of(ch);
    if (d->phase == 0 && ch == '1') {
        d->phase = 1;
        return next_of_unit(d, u);
    }
    if (d->phase == 1 && ch == '/') {
        d->phase = 2;
        return true;
    }
    if (ch == ' ' && mr_value_may_end(d, u)) {
        d->phase = 4;
        return true;
    }
    if ((d->phase == 2 && digit > 0) || (d->phase == 3 && digit >= 0)) {
        d->phase = 3;
        d->b = 10 * d->b + digit;
        return unit_may_end(d, u) || next_of_unit(d, u);
    }
    return false;
}

/* The letters of a mode that are read. */
static int word_of(int32_t number, char word[4]) {
    char reversed[4];
    int count = 0;
    for (; number > 0 && count < 4; number /= LETTERS) reversed[count++] = (char)(96 + number % LETTERS);
    for (int i = 0; i < count; i++) word[i] = reversed[count - 1 - i];
    return count;
}

static int known_mode(const char *word, int letters) {
    if (letters != 3) return -1;
    for (int i = 0; i < MODES; i++)
        if (memcmp(modes[i].word, word, 3) == 0) return i;
    return -1;
}

/* The first letter that is missing of a mode that begins so and can be written; 0 if there is none. */
static uint32_t completion(const mr_under *u, const char *word, int letters) {
    for (int i = 0; i < MODES; i++) {
        if (letters >= 3 || memcmp(modes[i].word, word, (size_t)letters) != 0) continue;
        bool can = true;
        for (int k = letters; k < 3; k++) can = can && mr_writes(u, (uint8_t)modes[i].word[k]);
        if (can) return (uint8_t)modes[i].word[letters];
    }
    return 0;
}

static bool mode_is_known(const mr_draft *d) {
    char word[4];
    int letters = word_of(d->d, word);
    return (letters == 1 && word[0] == 'm') || known_mode(word, letters) >= 0;
}

static bool mode_letter(mr_draft *d, const mr_under *u, uint32_t ch) {
    char word[4];
    if (d->phase != 4) {
        d->phase = 4;
        d->c = d->d = 0;
    }
    if (d->c < 3) {
        d->c++;
        d->d = d->d * LETTERS + (int32_t)(ch | 0x20) - 96;
        int letters = word_of(d->d, word);
        return mode_is_known(d) || completion(u, word, letters);
    }
    return true;
}

/* The tonic, where strains end on it */

enum { PIPES_STEP = 5 }; /* the tonic of pipes is A */

/* Whether a strain can end on such a tonic, if it has to. */
static bool may_be_tonic(const mr_under *u, int step, int alter) {
    if (!u->limits->cadence) return true;
    uint32_t letter = (uint8_t)steps[step];
    for (int octave = 0; octave < 2; octave++, letter |= 0x20)
        if (mr_writes(u, letter) && mr_may_sound(u->limits, 60 + 12 * octave + mr_semitones[step] + alter)) return true;
    return false;
}

static bool ends_on_tonic(const mr_draft *d, const mr_under *u) { return may_be_tonic(u, d->a - 1, d->b); }

/* The sign that makes the letter that is read a tonic on which a strain can end; 0 for none. */
static uint32_t tonic_sign(const mr_draft *d, const mr_under *u) {
    if (mr_writes(u, '#') && may_be_tonic(u, d->a - 1, 1)) return '#';
    return mr_writes(u, 'b') && may_be_tonic(u, d->a - 1, -1) ? 'b' : 0;
}

static void set_tonic(mr_draft *d) {
    int step = d->phase == 9 ? PIPES_STEP : d->a - 1;
    d->tonic = -1;
    d->tonic_step = d->tonic_alter = 0;
    if (step < 0) return;
    d->tonic_step = (int8_t)step;
    d->tonic_alter = (int8_t)(d->phase == 9 ? 0 : d->b);
    d->tonic = (int8_t)((mr_semitones[step] + d->tonic_alter + 12) % 12);
}

static bool key_may_end(const mr_draft *d, const mr_under *u) {
    if (d->phase == 1 && !ends_on_tonic(d, u)) return false;
    if (d->phase == 4) return mode_is_known(d);
    return d->phase == 1 || d->phase == 2 || d->phase == 3 || d->phase == 5 || d->phase == 9 || d->phase == 13;
}

static uint32_t some_note(const mr_under *u) {
    for (const char *note = notes; *note; note++)
        if (mr_writes(u, (uint8_t)*note)) return (uint8_t)*note;
    return 0;
}

static int step_of(uint32_t ch) { return ch >= 'A' && ch <= 'G' ? (int)(strchr(steps, (int)ch) - steps) : -1; }

static bool is_sign(uint32_t ch) { return ch == '^' || ch == '_' || ch == '='; }

static bool key(mr_draft *d, const mr_under *u, uint32_t ch) {
    bool letter = mr_is_letter(ch);
    int step = letter ? step_of(ch & ~0x20u) : -1;
    if (d->phase == 0) {
        if (ch >= 'A' && ch <= 'G') {
            d->phase = 1;
            d->a = 1 + step;
            return ends_on_tonic(d, u) || tonic_sign(d, u);
        } else if (ch == 'H') {
            d->phase = 8;
            return mr_writes(u, 'P') && may_be_tonic(u, PIPES_STEP, 0);
        } else if (ch == 'n') {
            d->phase = 10;
            return mr_writes(u, 'o') && mr_writes(u, 'n') && mr_writes(u, 'e');
        } else {
            return false;
        }
    } else if (d->phase == 8) {
        d->phase = 9;
        return ch == 'P' || ch == 'p';
    } else if (d->phase >= 10 && d->phase <= 12) {
        d->phase++;
        return ch == (uint8_t)none[d->phase - 10];
    } else if (d->phase == 1 && (ch == '#' || ch == 'b')) {
        d->phase = 2;
        d->b = ch == '#' ? 1 : -1;
        return ends_on_tonic(d, u);
    } else if (d->phase == 1 && !ends_on_tonic(d, u)) {
        return false;
    } else if (ch == ' ' && d->phase != 6 && d->phase != 7) {
        if (d->phase == 4 && !key_may_end(d, u)) return false;
        d->phase = d->phase < 4 ? 3 : d->phase == 9 ? 9 : 5;
    } else if (letter && d->phase >= 1 && d->phase <= 4) {
        return mode_letter(d, u, ch);
    } else if (is_sign(ch) && ((d->phase >= 1 && d->phase <= 5) || d->phase == 13)) {
        if (d->phase == 4 && (!key_may_end(d, u) || (ch == '=' && d->c == 1))) return false; /* "m=c" is a clef's parameter */
        d->phase = 6;
        d->c = ch == '^' ? 1 : ch == '_' ? -1 : 0;
        return some_note(u);
    } else if (d->phase == 6 && (ch == '^' || ch == '_') && d->c == (ch == '^' ? 1 : -1)) {
        d->phase = 7;
        d->c *= 2;
    } else if ((d->phase == 6 || d->phase == 7) && step >= 0) {
        d->altered[step] = (int8_t)d->c;
        d->phase = 5;
    } else {
        return false;
    }
    return true;
}

/* The first letter of a shortest key; 0 if there is none. */
static uint32_t closing_tonic(const mr_draft *d, const mr_under *u) {
    for (const char *letter = steps; *letter; letter++) {
        mr_draft trial = *d;
        trial.phase = 0;
        if (mr_writes(u, (uint8_t)*letter) && key(&trial, u, (uint8_t)*letter)) return (uint8_t)*letter;
    }
    return 0;
}

static uint32_t close_key(const mr_draft *d, const mr_under *u) {
    char word[4];
    if (d->phase == 0) return closing_tonic(d, u);
    if (d->phase == 1) return tonic_sign(d, u);
    if (d->phase == 8) return 'P';
    if (d->phase >= 10 && d->phase <= 12) return (uint8_t)none[d->phase - 9];
    if (d->phase == 4) {
        int letters = word_of(d->d, word);
        return completion(u, word, letters);
    }
    return some_note(u);
}

static void set_key(mr_draft *d) {
    static const int8_t sharps[7] = {3, 0, 4, 1, 5, 2, 6}, of_step[7] = {0, 2, 4, -1, 1, 3, 5};
    char word[4];
    int fifths = 0;
    if (d->phase == 9) {
        fifths = 2;
    } else if (d->a) {
        int letters = word_of(d->d, word), mode = known_mode(word, letters);
        fifths = of_step[d->a - 1] + 7 * d->b + (letters == 1 && word[0] == 'm' ? -3 : mode >= 0 ? modes[mode].fifths : 0);
    }
    for (int place = 0; place < 7; place++) {
        int number = fifths - place + 6, down = number < 0 && number % 7;
        d->key[sharps[place]] = (int8_t)(number / 7 - down);
    }
    for (int step = 0; step < 7; step++)
        if (d->altered[step] != MR_NO_ACCIDENTAL) d->key[step] = d->altered[step];
}

static bool tempo(mr_draft *d, const mr_under *u, uint32_t ch) {
    int digit = digit_of(ch);
    if (d->phase == 0 && ch == '"') {
        d->phase = 1;
    } else if (d->phase == 1 || d->phase == 9) {
        if (ch == '"') d->phase = d->phase == 1 ? 2 : 8;
        return ch != '[' && ch != ']' && ch != '%';
    } else if ((d->phase == 7 || d->phase == 8) && (ch == ' ' || ch == '"')) {
        d->phase = ch == ' ' ? 8 : 9;
        return ch == ' ' || mr_writes(u, ch);
    } else if (d->phase == 2 && ch == ' ') {
    } else if ((d->phase == 0 || d->phase == 2 || d->phase == 4 || d->phase == 6) && digit > 0) {
        d->phase = d->phase < 4 ? 3 : (uint8_t)(d->phase + 1);
        d->a = digit;
        d->b = 1;
    } else if ((d->phase == 3 || d->phase == 5 || d->phase == 7) && digit >= 0) {
        d->a = 10 * d->a + digit;
        d->b++;
        return d->phase == 5 ? d->b <= 3 : d->a <= 2000;
    } else if (d->phase == 3 && ch == '/') {
        d->phase = 4;
        return d->b <= 2 && mr_writes(u, '=');
    } else if (d->phase == 5 && ch == '=') {
        d->phase = 6;
    } else {
        return false;
    }
    return true;
}

bool mr_take_value(mr_draft *d, const mr_under *u, uint32_t ch) {
    if (ch == ' ' && d->phase == 0) return true;
    switch (d->field) {
        case 'M': return metre(d, u, ch);
        case 'L': return unit(d, u, ch);
        case 'K': return key(d, u, ch);
        default: return tempo(d, u, ch);
    }
}

bool mr_value_may_end(const mr_draft *d, const mr_under *u) {
    switch (d->field) {
        case 'M': return d->phase == 1 || d->phase == 3 || d->phase == 7 || (d->phase == 6 && is_metre(d, u));
        case 'L': return d->phase == 4 || unit_may_end(d, u);
        case 'K': return key_may_end(d, u);
        default: return d->phase == 2 || d->phase == 3 || d->phase == 7 || d->phase == 8;
    }
}

uint32_t mr_close_value(const mr_draft *d, const mr_under *u) {
    if (mr_value_may_end(d, u)) return 0;
    switch (d->field) {
        case 'M': return d->phase == 0 ? 'C' : d->phase == 4 ? '2' : d->phase == 2 ? '/' : next_of_metre(d, u);
        case 'L': return d->phase == 0 ? '1' : d->phase == 1 ? '/' : next_of_unit(d, u);
        case 'K': return close_key(d, u);
        default: return d->phase == 1 || d->phase == 9 ? '"' : d->phase == 5 ? '=' : '2';
    }
}

void mr_end_value(mr_draft *d, const mr_under *u) {
    if (d->field == 'M') {
        int over = d->phase == 1 ? 4 : d->phase == 3 ? 2 : d->a + d->c, below = d->phase == 1 ? 4 : d->phase == 3 ? 2 : d->b;
        d->metre = MR_WHOLE * over / below;
        d->compound = over > 3 && over % 3 == 0 && below >= 8;
        d->has_metre = true;
    } else if (d->field == 'L') {
        d->unit = MR_WHOLE / d->b;
        d->has_unit = true;
        if (d->in_body && u->keeps) u->history->count = 0; /* none can be copied under another unit */
    } else if (d->field == 'K') {
        set_key(d);
        set_tonic(d);
    }
}
