/* Rules over tokens; see rules.h. */
#include "rules.h"

#include <string.h>

#include "draft_parts.h"

enum { SOME = 1 };

/* A note that fills a bar, alone or with others: a letter, six digits, a slash and three. Besides the bars that are needed,
 * there may be a field, an accidental, a chord or a tuplet to end, and four bars: the open one, and those that end a passage. */
enum { A_NOTE = 11, BESIDES = 160, MORE_BARS = 4 };

void mr_rules_init(mr_rules *rules) {
    mr_under under = {&rules->limits, NULL, false};
    bool one_note = rules->limits.finest == MR_FINEST;
    for (uint32_t digit = '0'; digit <= '9'; digit++) one_note = one_note && mr_writes(&under, digit);
    rules->longest_part = 0;
    for (int32_t time = 1; !one_note && time < rules->limits.finest; time++) {
        int32_t notes = mr_notes_that_fill(&under, time);
        if (notes > rules->longest_part) rules->longest_part = notes;
    }
}

/* Room for any ending of a draft, as far as that is known without trying; INT32_MAX if it is not. */
static int32_t enough(const mr_writer *w, const mr_draft *d) {
    const mr_rules *rules = w->rules;
    int64_t bars = (int64_t)rules->limits.bars - d->full + MORE_BARS, notes = 1;
    if (d->lex == LEX_LETTER || d->lex == LEX_VALUE) return INT32_MAX;
    if (rules->longest_part) {
        int32_t unit = d->unit ? d->unit : MR_WHOLE / 16, bar = d->has_metre ? d->metre : MR_WHOLE;
        bar = bar > d->whole ? bar : d->whole;
        notes = (bar > d->owed_whole ? bar : d->owed_whole) / unit + rules->longest_part;
    }
    int64_t characters = BESIDES + bars * (1 + notes * A_NOTE);
    return characters < INT32_MAX ? (int32_t)characters : INT32_MAX;
}

void mr_writer_init(mr_writer *writer, const mr_rules *rules) {
    memset(writer, 0, sizeof *writer);
    mr_draft_init(&writer->draft);
    writer->rules = rules;
    writer->room = rules->max_length;
}

int32_t mr_shortest(const mr_rules *rules, int32_t most) {
    mr_writer writer;
    mr_writer_init(&writer, rules);
    mr_under under = {&rules->limits, &writer.history, false};
    return mr_characters_left(&writer.draft, &under, most);
}

/* Whether an ending has room behind a token. */
static bool leaves_room(const mr_writer *w, const mr_draft *draft, const mr_under *under) {
    int32_t room = w->room - 1;
    return room >= enough(w, draft) || mr_characters_left(draft, under, room) <= room;
}

static bool may_come(const mr_writer *w, const uint32_t *characters, ptrdiff_t count) {
    mr_draft draft = w->draft;
    mr_history copy;
    mr_under under = {&w->rules->limits, (mr_history *)&w->history, false};
    if (count == 0 || w->room < 1) return false;
    if (count > 1) {
        copy = w->history;
        under.history = &copy;
        under.keeps = true;
    }
    for (ptrdiff_t i = 0; i < count; i++)
        if (!mr_draft_take(&draft, &under, characters[i])) return false;
    under.keeps = false;
    return leaves_room(w, &draft, &under);
}

static bool may_end(const mr_writer *w) {
    mr_under under = {&w->rules->limits, (mr_history *)&w->history, false};
    return mr_may_end(&w->draft, &under);
}

int mr_writer_allow(void *self, uint8_t *allowed, ptrdiff_t V) {
    const mr_writer *w = self;
    const mr_texts *texts = w->rules->texts;
    for (ptrdiff_t token = 0; token < V && token < texts->V; token++) {
        ptrdiff_t begin = texts->begins[token], count = texts->begins[token + 1] - begin;
        allowed[token] = may_come(w, texts->characters + begin, count);
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
    if (!may_come(w, texts->characters + begin, count)) return -1;
    mr_under under = {&w->rules->limits, &w->history, true};
    for (ptrdiff_t i = 0; i < count; i++)
        if (!mr_draft_take(&w->draft, &under, texts->characters[begin + i])) return -1;
    w->room--;
    return 0;
}
