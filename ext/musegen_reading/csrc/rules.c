/* Rules over tokens; see rules.h. */
#include "rules.h"

#include <string.h>

#include "draft_parts.h"

enum { SOME = 1, MANY_MARKS = 48 };

/* A note that fills a bar: a letter, six digits, a slash and three. Besides the bars that are needed, there may be a field, an
 * accidental, a chord or a tuplet to end, and four bars: the open one, and those that end a passage. Where the way picks its
 * notes, it may need two of them, an accidental, a chord symbol and more signs in a bar. */
enum { A_NOTE = 11, A_SIGN = 6, A_FEW = 40, BESIDES = 160, MORE_BARS = 4, LONGEST_BAR = 4 * MR_WHOLE, SHORTEST_UNIT = MR_WHOLE / 64 };

void mr_rules_init(mr_rules *rules) {
    mr_under under = {&rules->limits, NULL, false};
    bool one_note = true; /* fills whatever is a multiple of the finest part */
    for (uint32_t digit = '0'; digit <= '9'; digit++) one_note = one_note && mr_writes(&under, digit);
    rules->longest_part = 0;
    for (int32_t time = 1; !one_note && time < rules->limits.finest; time++) {
        int32_t characters = mr_characters_that_fill(&under, time);
        if (characters > rules->longest_part) rules->longest_part = characters;
    }
}

/* The most characters of the way through a bar, with its bar line. */
static int64_t in_a_bar(const mr_rules *rules, const mr_draft *d) {
    int64_t characters = A_NOTE;
    if (rules->longest_part) { /* a letter for each unit */
        bool in_field = d->lex == LEX_LETTER || d->lex == LEX_VALUE;
        int32_t unit = in_field && d->field == 'L' ? SHORTEST_UNIT : d->unit ? d->unit : MR_WHOLE / 16;
        int32_t bar = in_field && d->field == 'M' ? LONGEST_BAR : d->has_metre ? d->metre : MR_WHOLE;
        bar = bar > d->whole ? bar : d->whole;
        characters += (bar > d->owed_whole ? bar : d->owed_whole) / unit + rules->longest_part;
    }
    return rules->limits.form || rules->limits.picks ? 2 * characters + A_SIGN : characters + 1;
}

/* The most bars that the way has. */
static int64_t bars_left(const mr_rules *rules, const mr_draft *d) {
    const mr_limits *limits = &rules->limits;
    int64_t bars = limits->bars - d->full + MORE_BARS, strains = limits->runs_count ? limits->runs_count - d->letter : 0;
    if (!limits->form) return bars;
    if (!limits->strain) return bars + MORE_BARS + strains * (2 + limits->runs_count);
    return MORE_BARS + (int64_t)limits->strain + (limits->runs_count ? strains * limits->strain : bars + limits->strain);
}

/* Room for any ending of a draft, as far as that is known without trying. */
static int64_t enough(const mr_rules *rules, const mr_draft *d) {
    return BESIDES + bars_left(rules, d) * in_a_bar(rules, d);
}

void mr_writer_init(mr_writer *writer, const mr_rules *rules) {
    memset(writer, 0, sizeof *writer);
    mr_draft_init(&writer->draft, &rules->limits);
    writer->rules = rules;
    writer->room = rules->max_length;
}

int32_t mr_shortest(const mr_rules *rules, int32_t most) {
    mr_writer writer;
    mr_writer_init(&writer, rules);
    mr_under under = {&rules->limits, &writer.history, false};
    return mr_characters_left(&writer.draft, &under, most);
}

int32_t mr_writer_shortest(const mr_writer *w) {
    mr_under under = {&w->rules->limits, (mr_history *)&w->history, false};
    return mr_characters_left(&w->draft, &under, INT32_MAX / 2);
}

/* What does not depend on which of many alike characters comes next. */
typedef struct {
    mr_draft over;           /* the draft with the note ended that is read */
    bool music, ends, alike; /* whether it is music code; whether that note may end; whether notes differ in range alone */
    bool roomy, may_mark;    /* whether there is room for any ending behind the next character; whether a mark may come */
    int8_t note, sign;       /* whether a note, and an accidental, may come; -1 where it is not known yet */
    int8_t plenty;           /* whether there is room for an ending behind whatever belongs to a bar; -1 likewise */
} mr_outlook;

/* Whether a character can make the way no longer than by what ends its bar, and a few bars more. */
static bool belongs_to_bar(const mr_draft *d, uint32_t ch) {
    if (d->lex == LEX_FIRST || d->lex == LEX_TEXT || d->lex == LEX_STRING) return ch != '\n' && ch != '"';
    if (d->lex < LEX_LINE) return false;
    bool in_length = d->lex >= LEX_PITCH && d->lex <= LEX_UNDER;
    return mr_note_place(ch) >= 0 || mr_is_among(ch, "zx^_=<>-,'/\"(y` \n") || (in_length && mr_is_digit(ch));
}

/* Whether an ending has room behind such a character, as the way from here tells. */
static bool has_plenty(mr_outlook *o, const mr_writer *w, const mr_under *under) {
    if (o->plenty < 0) {
        const mr_rules *rules = w->rules;
        int64_t bars = MORE_BARS + rules->limits.runs_count;
        if (!w->draft.open && !rules->limits.runs_count) bars += rules->limits.strain; /* a strain may begin */
        int64_t more = A_FEW + bars * in_a_bar(rules, &w->draft) + 2 * bars_left(rules, &w->draft);
        o->plenty = more < w->room && mr_characters_left(&w->draft, under, w->room) + more < w->room;
    }
    return o->plenty;
}

/* Whether an ending has room behind a token. */
static bool leaves_room(mr_outlook *o, const mr_writer *w, const mr_draft *draft, const mr_under *under, uint32_t ch) {
    if (!w->rules->max_length) return true;
    int32_t room = w->room - 1;
    if (room >= enough(w->rules, draft)) return true;
    if (o && belongs_to_bar(&w->draft, ch) && has_plenty(o, w, under)) return true;
    return mr_characters_left(draft, under, room) <= room;
}

/* Whether the characters may come behind a draft, and leave room for an ending. `o`: what is known of the draft, or NULL. */
static bool may_come(mr_outlook *o, const mr_writer *w, const mr_draft *behind, const uint32_t *characters, ptrdiff_t count) {
    mr_draft draft = *behind;
    mr_history copy;
    mr_under under = {&w->rules->limits, (mr_history *)&w->history, false};
    if (count == 0 || (w->room < 1 && w->rules->max_length)) return false;
    if (count > 1) {
        copy = w->history;
        under.history = &copy;
        under.keeps = true;
    }
    for (ptrdiff_t i = 0; i < count; i++)
        if (!mr_draft_accept(&draft, &under, characters[i])) return false;
    under.keeps = false;
    return leaves_room(count == 1 ? o : NULL, w, &draft, &under, characters[0]);
}

static bool may_end(const mr_writer *w) {
    mr_under under = {&w->rules->limits, (mr_history *)&w->history, false};
    return mr_may_end(&w->draft, &under);
}

/* Whether a character may come behind what is being read, as far as that is known at once. */
static bool is_possible(const mr_draft *d, uint32_t ch) {
    switch (ch) {
        case '%': return d->lex == LEX_LINE || !d->copied;
        case 'K':
        case 'Q': return d->lex == LEX_LINE || d->lex == LEX_BRACKET;
        case 'Z':
        case 'X': return d->lex == LEX_LINE || !d->open;
        case 'M':
        case 'L':
        case 'H':
        case 'O':
        case 'P':
        case 'S':
        case 'T':
        case 'u':
        case 'v': return d->lex == LEX_LINE || d->lex == LEX_BRACKET || !d->copied;
        case '/': return d->lex >= LEX_PITCH && d->lex <= LEX_SLASH;
        case '\'': return d->lex == LEX_PITCH;
        case ',': return d->lex == LEX_PITCH || d->lex == LEX_NUMBER;
        case ']': return d->lex == LEX_SIGN || d->in_chord;
        case '\n':
        case '\t':
        case ' ':
        case '|':
        case ':':
        case '[': return true;
        case '"':
        case '+':
        case '<':
        case '>':
        case '-':
        case '(':
        case ')':
        case '{':
        case '~':
        case '.':
        case '!':
        case '*':
        case '$':
        case '\\':
        case '^':
        case '_':
        case '=':
        case 'y':
        case '`':
        case 'z':
        case 'x': return !d->copied;
        default: break;
    }
    if (mr_is_digit(ch))
        return (d->lex >= LEX_PITCH && d->lex <= LEX_UNDER) || d->lex == LEX_SIGN || d->lex == LEX_BRACKET ||
               d->lex == LEX_PAREN || d->lex == LEX_TUPLET || d->lex == LEX_COMMA || d->lex == LEX_SPACER ||
               d->lex == LEX_RESTS;
    if (mr_note_place(ch) >= 0) return !d->copied;
    if (mr_is_letter(ch)) return d->lex == LEX_LINE || d->lex == LEX_BRACKET || d->lex == LEX_PLUS;
    return ch > MR_COPY && ch <= MR_COPY + MR_LAGS && !d->open && !d->run_length;
}

static bool is_of_length(uint32_t ch) { return mr_is_digit(ch) || ch == '/' || ch == ',' || ch == '\''; }


static void look_out(mr_outlook *o, const mr_writer *w, const mr_under *u) {
    const mr_draft *d = &w->draft;
    bool in_length = d->lex >= LEX_PITCH && d->lex <= LEX_UNDER;
    o->over = *d;
    o->music = d->lex > LEX_VALUE && d->lex != LEX_STRING && d->lex != LEX_NAME && d->lex != LEX_GRACE &&
               d->lex != LEX_PLUS;
    o->ends = true;
    if (in_length && !(d->in_chord && !d->closed)) {
        o->ends = mr_end_note(&o->over, u);
        o->over.lex = LEX_MUSIC;
        o->over.tied = d->tied_in_chord;
        o->over.tied_in_chord = 0;
    }
    bool endless = !w->rules->max_length;
    o->roomy = o->music && (endless || w->room > enough(w->rules, d)) && !d->limits->picks;
    o->alike = o->roomy && !mr_at_limit(&o->over, u);
    o->may_mark = o->roomy && o->ends && mr_note_may_follow(&o->over);
    o->note = o->sign = o->plenty = -1;
}

/* Whether a character may come that changes nothing in the bar: it may wherever it is read as music, if there is room. */
static bool is_free(const mr_outlook *o, const mr_draft *d, uint32_t ch) {
    if (!o->may_mark || d->marks >= MANY_MARKS || d->limits->form || d->copied || d->in_chord) return false;
    if (d->lex != LEX_MUSIC && (d->lex < LEX_PITCH || d->lex > LEX_TIE) && (d->lex != LEX_LINE || ch == '\n')) return false;
    switch (ch) {
        case '\n':
        case '\t':
        case ' ':
        case '"': return d->limits->chords < 0;
        case '(':
        case ')':
        case '`':
        case 'y':
        case '!':
        case '%':
        case '*':
        case '$':
        case '\\': return true;
        default: return mr_is_symbol(ch);
    }
}

static bool token_may_come(mr_outlook *o, const mr_writer *w, const mr_under *u, const uint32_t *text, ptrdiff_t count) {
    const mr_draft *d = &w->draft;
    if (!o->music || count == 0) return may_come(o, w, d, text, count);
    uint32_t ch = text[0];
    if (!is_possible(d, ch)) return false;
    if (is_of_length(ch)) return may_come(o, w, d, text, count);
    if (!o->ends) return false;
    if (count == 1 && is_free(o, d, ch)) return true;
    if (!o->alike || count > 1 || d->in_chord) return may_come(o, w, &o->over, text, count);
    bool letter = mr_note_place(ch) >= 0;
    if (letter || ch == 'z' || ch == 'x') {
        if (letter && !mr_letter_in_range(&o->over, u, ch)) return false;
        if (!letter && (d->lex == LEX_ACCIDENTAL || d->lex == LEX_BRACKET || d->lex == LEX_PLUS)) return false;
        if (o->note < 0) o->note = may_come(o, w, &o->over, text, 1);
        return o->note;
    }
    if ((ch == '^' || ch == '_' || ch == '=') && d->lex != LEX_ACCIDENTAL) {
        if (o->sign < 0) o->sign = may_come(o, w, &o->over, text, 1);
        return o->sign;
    }
    return may_come(o, w, &o->over, text, count);
}

/* The same as trying each token. */
int mr_writer_allow(void *self, uint8_t *allowed, ptrdiff_t V) {
    const mr_writer *w = self;
    const mr_texts *texts = w->rules->texts;
    mr_under under = {&w->rules->limits, (mr_history *)&w->history, false};
    mr_outlook outlook;
    look_out(&outlook, w, &under);
    for (ptrdiff_t token = 0; token < V && token < texts->V; token++) {
        ptrdiff_t begin = texts->begins[token];
        allowed[token] = token_may_come(&outlook, w, &under, texts->characters + begin, texts->begins[token + 1] - begin);
    }
    allowed[w->rules->end] = may_end(w);
    return SOME;
}

int mr_writer_take(void *self, int32_t token) {
    mr_writer *w = self;
    const mr_texts *texts = w->rules->texts;
    if (token < 0 || token >= texts->V) return -1;
    ptrdiff_t begin = texts->begins[token], count = texts->begins[token + 1] - begin;
    if (token == w->rules->end && may_end(w)) return 0;
    if (!may_come(NULL, w, &w->draft, texts->characters + begin, count)) return -1;
    mr_under under = {&w->rules->limits, &w->history, true};
    for (ptrdiff_t i = 0; i < count; i++)
        if (!mr_draft_take(&w->draft, &under, texts->characters[begin + i])) return -1;
    if (w->rules->max_length) w->room--;
    return 0;
}
