/* Strings, and which are chord symbols; the functions are those of ruled_strings.py. */
#include "draft_parts.h"

static bool among(uint32_t ch, const char *characters) { return mr_is_among(ch, characters); }

static bool is_bass(uint32_t ch) { return (ch >= 'A' && ch <= 'G') || (ch >= 'a' && ch <= 'g'); }

/* Whether a string with this character is no chord symbol, be it known or not. */
static bool not_in_chords(uint32_t ch) { return among(ch, "eKLOPQRSTUVWXYZ:;!=_|[]{}~`$%&'"); }

bool mr_begin_string(mr_draft *d, const mr_under *u) {
    d->string_length = 0;
    d->string_kind = MR_STRING_BLANK;
    return mr_writes(u, '"');
}

void mr_take_in_string(mr_draft *d, uint32_t ch) {
    switch (d->string_kind) {
        case MR_STRING_BLANK:
            if (ch > ' ') { /* what is not ASCII may be a blank of another kind */
                bool may_begin = ch >= 0x7f || among(ch, "ABCDEFGHNabcdefghn(/\\");
                d->string_kind = may_begin ? MR_STRING_CHORD : MR_STRING_OTHER;
            }
            break;
        case MR_STRING_CHORD:
            if (not_in_chords(ch)) d->string_kind = MR_STRING_OTHER;
            break;
        default: break;
    }
    if (d->string_kind == MR_STRING_BLANK) return;
    if (d->string_length < MR_LONGEST_CHORD) d->string[d->string_length] = ch < 128 ? (char)ch : '?';
    if (d->string_length <= MR_LONGEST_CHORD) d->string_length++;
}

/* Whether so many characters are a usual quality of a chord. */
static bool is_quality(const char *text, int length) {
    static const char *const qualities[] = {
        "", "m", "min", "-", "7", "m7", "min7", "-7", "maj7", "M7", "6", "m6", "maj6", "min6", "69", "6/9",
        "m69", "9", "m9", "maj9", "11", "m11", "13", "m13", "maj13", "5", "2", "4", "dim", "dim7", "d", "d7",
        "o", "o7", "aug", "aug7", "+", "+7", "a", "a7", "sus", "sus2", "sus4", "7sus", "7sus4", "7sus2",
        "9sus4", "add9", "add2", "madd9", "7b9", "7#9", "7b5", "7#5", "7+", "m7b5", "mM7", "mmaj7", "m(maj7)",
        "maj", "maj7#11", "M", "/dim", "/(pl", "7/b9",
    };
    for (size_t i = 0; i < sizeof qualities / sizeof *qualities; i++)
        if ((int)strlen(qualities[i]) == length && memcmp(qualities[i], text, (size_t)length) == 0) return true;
    return false;
}

/* The same with the sign of the root before it or without. */
static bool is_signed_quality(const char *text, int length) {
    if (is_quality(text, length)) return true;
    return length > 0 && (text[0] == '#' || text[0] == 'b') && is_quality(text + 1, length - 1);
}

static bool is_chord(const mr_draft *d) {
    int length = d->string_length, end = 1;
    const char *text = d->string;
    if (length == 0 || length > MR_LONGEST_CHORD) return false;
    if (text[0] == '(' && text[length - 1] == ')') {
        text++;
        length -= 2;
    }
    if (length < 1 || text[0] < 'A' || text[0] > 'G') return false;
    if (is_signed_quality(text + 1, length - 1)) return true;
    while (end < length && !(text[end] == '/' && end + 1 < length && is_bass((uint8_t)text[end + 1]))) end++;
    int left = length - end - 2; /* characters behind the name of the bass */
    if (left > 1 || (left == 1 && text[end + 2] != '#' && text[end + 2] != 'b' && text[end + 2] != '+')) return false;
    return is_signed_quality(text + 1, end - 1);
}

/* Whether the string is the name of a note in lower case, which is no chord symbol. */
static bool is_bass_run(const mr_draft *d) {
    if (d->string_length < 1 || d->string[0] < 'a' || d->string[0] > 'g') return false;
    return d->string_length == 1 || (d->string_length == 2 && (d->string[1] == '#' || d->string[1] == 'b'));
}

/* Whether the string is surely no chord symbol, or one that is known and may come. */
static bool may_end(const mr_draft *d) {
    if (d->string_kind != MR_STRING_CHORD || is_bass_run(d)) return true;
    if (d->limits->chords == 0) return false;
    return is_chord(d) || (d->string_length == 4 && memcmp(d->string, "N.C.", 4) == 0);
}

bool mr_end_string(mr_draft *d) {
    if (!may_end(d)) return false;
    if (is_chord(d)) {
        d->bar_has_chord = d->run_has_chord = true;
        d->has_chord = d->has_chord || d->open;
    }
    return true;
}

uint32_t mr_close_string(const mr_draft *d) {
    if (!may_end(d)) return 'K'; /* is in no chord symbol */
    return d->limits->chords > 0 && !d->string_length && !d->has_chord && !d->bar_has_chord ? 'C' : '"';
}
