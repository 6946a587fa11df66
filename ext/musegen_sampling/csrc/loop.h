/* The token loop: layers over blocks over threads. Knows no instruction set and no operating system. */
#ifndef MUSEGEN_LOOP_H
#define MUSEGEN_LOOP_H

#include "kernels.h"

typedef struct {
    ptrdiff_t units;      /* H; the blocks hold H rounded up to 2L, the surplus weights are zero */
    ptrdiff_t inputs;     /* I: units of the layer below, 0 in the first layer */
    ptrdiff_t blocks;     /* B = ceil(H / 2L) */
    const float *weights; /* (B, 4, H + I, 2L) */
    const float *start;   /* first layer: the token table (V, B, 8L); others: the bias (B, 8L) */
} mg_layer;

typedef struct {
    const mg_kernels *kernels;
    const mg_layer *layers;
    ptrdiff_t depth; /* number of layers, >= 1 */
    ptrdiff_t V;
    ptrdiff_t dense_blocks;  /* D = ceil(V / 8L) */
    const float *dense;      /* (D, 4, H of the last layer, 2L) */
    const float *dense_bias; /* (D, 8L) */
} mg_model;

/* One walk over `steps` tokens, given (uniforms == NULL) or drawn. */
typedef struct {
    float *state;           /* for each layer (3, B * 2L): h, room for the next h, c; brought forward in place */
    ptrdiff_t steps;
    int32_t *tokens;        /* given: (steps,). Drawn: (steps + 1,), the first is given, token t + 1 drawn after t */
    const double *uniforms; /* (steps,) in [0, 1), or NULL */
    const mg_choice *choice;
    const uint8_t *stops; /* (V,): not 0 where drawing ends; NULL when tokens are given */
    float *row;           /* (D * 8L,) scratch for the logits of one step; NULL: no logits are wanted */
    float *logits;        /* (steps, V) or NULL */
    float *probabilities; /* (threads, V) scratch for drawing */
    int32_t *heaps;       /* (threads, V) scratch for drawing */
} mg_walk;

/* Returns how many tokens were fed. Threads share the blocks of a layer and meet after each layer; the result does not
 * depend on their number. */
ptrdiff_t mg_run(const mg_model *model, const mg_walk *walk, int threads);

/* products (D, 8L) = x (I,) @ weights (D, 4, I, 2L) + bias (D, 8L): folds an embedding row into the token table. */
void mg_dense(const mg_kernels *kernels, const float *weights, const float *bias, const float *x, ptrdiff_t I,
              ptrdiff_t D, float *products);

#endif
