/* Rules over tokens: which of them may come next so that a valid tune can still be finished.
 *
 * Class PythonRules of musegen_abc/rules.py, decision for decision. */
#ifndef MUSEGEN_READING_RULES_H
#define MUSEGEN_READING_RULES_H

#include "draft.h"
#include "tokens.h"

typedef struct {
    const mr_texts *texts;
    mr_limits limits;
    int32_t end, max_length; /* the token that ends a tune, and how many may come before it; 0 for any number */
    int32_t longest_part;    /* most characters that fill less than a unit; 0 if one note fills any time */
} mr_rules;

/* A tune that is being written; it keeps a pointer to its rules. */
typedef struct {
    mr_draft draft;
    mr_history history;
    const mr_rules *rules;
    int32_t room; /* how many tokens may still come */
} mr_writer;

void mr_writer_init(mr_writer *writer, const mr_rules *rules);

/* The functions of a musegen_constraint; see constraint.h. A token that may not come is an error of mr_writer_take. */
int mr_writer_allow(void *writer, uint8_t *allowed, ptrdiff_t V);
int mr_writer_take(void *writer, int32_t token);

/* How many characters a shortest ending has. */
int32_t mr_writer_shortest(const mr_writer *writer);

/* How many characters a shortest tune has; more than `most` for a longer one. */
int32_t mr_shortest(const mr_rules *rules, int32_t most);

/* Sets what is known before a tune begins. */
void mr_rules_init(mr_rules *rules);

#endif
