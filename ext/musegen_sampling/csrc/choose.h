/* From logits to a token. */
#ifndef MUSEGEN_CHOOSE_H
#define MUSEGEN_CHOOSE_H

#include <stddef.h>
#include <stdint.h>

typedef struct {
    double temperature; /* >= 0; at 0 the highest logit wins */
    double top_p;       /* (0, 1] */
    ptrdiff_t top_k;    /* >= 0; 0: all */
} mg_choice;

/* Draws a token from logits (V,), of those that are allowed: divide by temperature, keep the top_k highest, of these the
 * likeliest until their probabilities reach top_p, then invert the cumulative sum, in token order, at `uniform` in
 * [0, 1). Equal logits rank by token, lower first. Probabilities are float32, their sums float64 in the order said.
 * Returns -1 where no token is allowed. */
int32_t mg_choose(const float *logits, ptrdiff_t V, const mg_choice *choice, double uniform,
                  const uint8_t *allowed, /* (V,), or NULL for all */
                  float *probabilities,   /* (V,) scratch */
                  int32_t *heap);         /* (V,) scratch */

/* The sum over all v of exp(logits[v] - highest), each float32, added in float64 in token order. */
double mg_sum(const float *logits, ptrdiff_t V, float *highest /* out: the highest logit */);

/* What the loss of `token` is made of, whatever the choice: that sum, and highest - logits[token]. Its -ln probability is ln
 * of the first plus the second. The third number is the same sum over the tokens that are allowed: what they have of all
 * probability is the third over the first. */
void mg_surprise(const float *logits, ptrdiff_t V, int32_t token, const uint8_t *allowed, double *surprise /* (3,) */);

#endif
