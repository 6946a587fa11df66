/* The memory of the tune so far, which memory.py defines: the longest earlier match of the last tokens, and the token that
 * followed it, which is mixed into the prediction. */
#ifndef MUSEGEN_MEMORY_H
#define MUSEGEN_MEMORY_H

#include <stddef.h>
#include <stdint.h>

enum { MG_LONGEST_MATCH = 32, MG_REACH = 8192 };

/* The memory of a tune. */
typedef struct {
    int32_t *heard;  /* (room,): the tokens heard */
    int32_t *runs;   /* (room,): by n, how many of the last tokens equal those that lie n + 1 places before them */
    ptrdiff_t count; /* number of tokens heard */
    int32_t guess[2], match[2]; /* steps in turns: the token that is predicted, and the length of its match, 0 for none */
} mg_memory;

/* Hears a token and predicts the next. It takes two comparisons for each token heard, of the last MG_REACH of them. */
void mg_hear(mg_memory *memory, int32_t token, int turn);

/* Mixes a prediction into logits (V,): the probability of each token is multiplied by 1 - s, and s is added to that of
 * `guess`. `odds` is s / (1 - s). */
void mg_mix(float *logits, ptrdiff_t V, int32_t guess, float odds);

#endif
