/* The token loop: layers over blocks over tunes over threads. Knows no instruction set and no operating system. */
#ifndef MUSEGEN_LOOP_H
#define MUSEGEN_LOOP_H

#include "../constraint.h"
#include "../inputs.h"
#include "choose.h"
#include "kernels.h"
#include "memory.h"

/* Units are handed to threads in parts, and the logits are summed part by part, so that neither depends on the number of
 * threads: at most 16 parts, each of a multiple of 32 units (packing.part_units). */
typedef struct {
    ptrdiff_t parts;      /* P */
    ptrdiff_t part_units; /* U: a multiple of 2L; P * U >= H, what lies beyond H is zero */
    ptrdiff_t blocks;     /* B = ceil(H / 2L) */
    ptrdiff_t h_words, x_words; /* Gh, Gx = 0 in the first layer */
    const uint32_t *weights;    /* (B, 4, Gh + Gx, 2L) */
    const float *scales;        /* int8: (B, 2, 8L) */
    const int32_t *offsets;     /* int8: (B, 2, 8L) */
    const float *start;         /* first layer: the token table (V, B, 8L); others: the bias (B, 8L) */
} mg_layer;

/* A table of further inputs, folded with the first kernel as the token table is, without the bias. */
typedef struct {
    const float *rows; /* (size, B, 8L) */
    int32_t size;
} mg_table;

typedef struct {
    const mg_kernels *kernels;
    mg_precision precision;
    const mg_layer *layers;
    ptrdiff_t depth; /* number of layers, >= 1 */
    ptrdiff_t V;
    ptrdiff_t dense_streams;    /* S = ceil(V / 2L) */
    ptrdiff_t dense_words;      /* Gd: words of a part of the last layer */
    const uint32_t *dense;      /* (P of the last layer, S, Gd, 2L) */
    const float *dense_bias;    /* (S * 2L,) */
    ptrdiff_t n_inputs;         /* number of tables of further inputs */
    const mg_table *inputs;
    const float *odds;          /* (MG_LONGEST_MATCH + 1,) of a memory by the length of its match, or NULL: it has none */
} mg_model;

typedef enum {
    MG_RUNNING,
    MG_STOPPED,  /* by a stop token */
    MG_DEAD_END, /* the constraint allowed none */
    MG_REFUSED,  /* the constraint reported an error */
    MG_UNREAD,   /* the further inputs did */
    MG_OUTSIDE,  /* one of them is no row of its table */
} mg_end;

/* One tune: `steps` tokens are fed, given (uniforms == NULL) or drawn. */
typedef struct {
    float *state;           /* mg_state_size floats, brought forward in place */
    ptrdiff_t steps;
    int32_t *tokens;        /* given: (steps,). Drawn: (steps + 1,), the first is given, token t + 1 drawn after t */
    const double *uniforms; /* (steps,) in [0, 1), or NULL */
    float *logits;          /* (steps, V), or NULL where they are not wanted */
    double *surprises;      /* (steps, 3) of the drawn tokens, see mg_surprise, or NULL where they are not wanted */
    const musegen_constraint *constraint; /* or NULL */
    uint8_t *allowed;       /* (2, V) for the constraint, zero before its first draw */
    const musegen_inputs *inputs; /* with the next two where the model has tables for them, else NULL */
    int32_t *values;        /* (n_inputs,): room for what was read last */
    const float **rows;     /* (n_inputs,): room for the rows that this stands for */
    mg_memory memory;       /* with room for `steps` more tokens where the model has a memory, else zero */
    ptrdiff_t fed;          /* out: tokens fed, as many as were drawn */
    mg_end end;             /* out */
} mg_tune;

/* How all of them are drawn. */
typedef struct {
    mg_choice choice;
    const uint8_t *stops; /* (V,): not 0 where drawing ends */
} mg_drawing;

/* Floats in the state of a tune: for each layer h, room for the next h, c and, for int8, both h once more as int8. */
ptrdiff_t mg_state_size(const mg_model *model);

/* Bytes of scratch memory, on a 64-byte boundary, that mg_run wants for so many threads. */
size_t mg_scratch_size(const mg_model *model, int threads);

/* Feeds all tunes. Fewer tunes than threads: one after the other, each by all threads, which share the parts of a layer
 * and meet after each, and before the first where one of them reads further inputs; where they wait for each other too
 * long, because others want their cores, the first goes on alone. Else each thread carries some of its own side by side
 * and takes another as one ends. Returns whether a tune was left to one thread. */
int mg_run(const mg_model *model, mg_tune *tunes, ptrdiff_t n, const mg_drawing *drawing, int threads, void *scratch);

/* y (S, 2L) = x (K,) @ weights (S, K, 2L), float32: folds an embedding row into the token table. */
void mg_fold(const mg_kernels *kernels, const float *weights, ptrdiff_t streams, ptrdiff_t K, const float *x, float *y);

/* Bytes a second that `threads` read of `bytes` at `words` (64-byte aligned), each its own part, median of `sweeps` sweeps;
 * `zigzag`: every sweep in the direction opposite to the last. */
double mg_read_rate(const mg_kernels *kernels, const uint32_t *words, size_t bytes, int sweeps, int zigzag, int threads);

#endif
