/* The contract between the token loop (loop.c) and the compiled targets.
 *
 * A kernel has no Python, no allocation, no global state and no random numbers. Matrices are packed by packing.py into
 * blocks of 8L columns, where L is the target's vector width in floats. A block with K rows is four streams (4, K, 2L),
 * in an LSTM one for each of the gates i, f, c, o: four at a time read memory faster than one. Buffers do not overlap,
 * `weights` lie on 64-byte boundaries.
 *
 * Every target gives the same bits: a column is one chain of float32 additions, 0 + x[0]w[0] + x[1]w[1] + ..., each
 * product rounded before it is added (no fused multiply-add), the bias added last. Vectors run across columns, never
 * along a sum, so neither their width nor the number of threads changes a result. */
#ifndef MUSEGEN_KERNELS_H
#define MUSEGEN_KERNELS_H

#include <stddef.h>
#include <stdint.h>

#if defined(__FAST_MATH__)
#error "-ffast-math reorders additions: the kernels would not agree with each other or with reference.py"
#endif

enum { MG_STREAMS = 4, MG_STREAM_VECTORS = 2 }; /* 8 sums: what 16 registers hold, and enough to hide an addition */

typedef struct {
    const char *isa; /* "baseline", "avx2", "avx512" */
    ptrdiff_t lanes; /* L */

    /* One step of the 2L units of one block (Keras LSTMCell: sigmoid i, f, o; tanh c and output). */
    void (*lstm)(const float *weights,         /* (4, H + I, 2L): rows of the recurrent kernel, then of the kernel */
                 const float *start,           /* (8L,): the token's row of the table, or the bias */
                 const float *h, ptrdiff_t H,  /* (H,): this layer's output at t - 1 */
                 const float *x, ptrdiff_t I,  /* (I,): the output at t of the layer below; I = 0 in the first layer */
                 float *c,                     /* (2L,): cell state, t - 1 in, t out */
                 float *h_out);                /* (2L,): output at t */

    /* y = x @ weights + bias for one block of columns; finite whatever comes in. */
    void (*dense)(const float *weights, /* (4, I, 2L) */
                  const float *bias,    /* (8L,) */
                  const float *x, ptrdiff_t I, float *y /* (8L,) */);
} mg_kernels;

/* The target named, or for "" the best that this CPU runs; NULL if it is unknown or cannot run here. */
const mg_kernels *mg_select(const char *isa);

/* The i-th target compiled in, best first, whether or not this CPU runs it; NULL past the last. */
const mg_kernels *mg_target(int i);

/* Draws a token from logits (V,): divide by temperature, keep the top_k highest (0: all), of these the likeliest until
 * their probabilities reach top_p, then invert the cumulative sum, in token order, at `uniform` in [0, 1). Equal logits
 * rank by token, lower first. Probabilities are float32, their sums float64 in the order said. */
typedef struct {
    double temperature; /* > 0 */
    double top_p;       /* (0, 1] */
    ptrdiff_t top_k;    /* >= 0 */
} mg_choice;

int32_t mg_choose(const float *logits, ptrdiff_t V, const mg_choice *choice, double uniform,
                  float *probabilities, /* (V,) scratch */
                  int32_t *heap);       /* (V,) scratch */

#endif
