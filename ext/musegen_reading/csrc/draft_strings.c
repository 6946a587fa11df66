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
    if (d->string_length < MR_LONGEST_CHORD) d->string[d->string_length] = ch < 128 ? (char)ch : '?';
    if (d->string_length <= MR_LONGEST_CHORD) d->string_length++;
}

/* Whether so many characters are a usual quality of a chord. */
static bool is_quality(const char *text, int length) {
    static const char *const qualities[] = {"",  "m",   "min",  "7", "m7", "maj7", "6", "m6",  "9",    "dim",
                                            "dim7", "d", "o",   "aug", "+", "sus", "sus2", "sus4", "7sus4"};
    for (size_t i = 0; i < sizeof qualities / sizeof *qualities; i++)
        if ((int)strlen(qualities[i]) == length && memcmp(qualities[i], text, (size_t)length) == 0) return true;
    return false;
}

static bool is_chord(const mr_draft *d) {
    int length = d->string_length, end = 1;
    const char *text = d->string;
    if (length == 0 || length > MR_LONGEST_CHORD || text[0] < 'A' || text[0] > 'G') return false;
    while (end < length && text[end] != '/') end++;
    if (end < length) {
        int left = length - end - 1;
        if (left < 1 || left > 2 || !is_bass((uint8_t)text[end + 1])) return false;
        if (left == 2 && text[end + 2] != '#' && text[end + 2] != 'b') return false;
    }
    if (is_quality(text + 1, end - 1)) return true;
    return end > 1 && (text[1] == '#' || text[1] == 'b') && is_quality(text + 2, end - 2);
}

static bool may_be_chord(const mr_draft *d) {
    return d->limits->chords == 0 && d->string_kind == MR_STRING_CHORD;
}

bool mr_end_string(mr_draft *d) {
    if (may_be_chord(d)) return false;
    if (is_chord(d)) {
        d->bar_has_chord = d->run_has_chord = true;
        d->has_chord = d->has_chord || d->open;
    }
    return true;
}

uint32_t mr_close_string(const mr_draft *d) {
    if (may_be_chord(d)) return 'K'; /* is in no chord symbol */
    return d->limits->chords > 0 && !d->string_length && !d->has_chord && !d->bar_has_chord ? 'C' : '"';
}
