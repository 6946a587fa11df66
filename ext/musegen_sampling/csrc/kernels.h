/* The contract between the token loop (loop.c) and the compiled targets.
 *
 * A kernel has no Python, no allocation, no global state and no random numbers. A matrix (K, N) is packed by packing.py
 * into words of 32 bits, each with the weights of one column in as many successive rows as fit: one float32, two bfloat16
 * or four int8 values. ceil(K / rows a word) such words make a column. With L words in a vector, a stream is (G, 2L):
 * two vectors of columns, G words deep, read from front to back. A block is four streams, in an LSTM one for each of the
 * gates i, f, c, o of its 2L units: four at a time read memory faster than one.
 *
 * Every target gives the same bits. In float32 and bfloat16 a column is one chain of float32 additions, 0 + x[0]w[0] +
 * x[1]w[1] + ..., each product rounded before it is added (no fused multiply-add); in int8 it is a sum of integers, which
 * is exact. Vectors run across columns, never along a chain, so neither their width, nor the number of threads, nor the
 * number of tunes side by side changes a result. */
#ifndef MUSEGEN_KERNELS_H
#define MUSEGEN_KERNELS_H

#include <stddef.h>
#include <stdint.h>

#if defined(__FAST_MATH__)
#error "-ffast-math reorders additions: the kernels would not agree with each other or with reference.py"
#endif

enum { MG_STREAMS = 4, MG_STREAM_VECTORS = 2 }; /* 8 sums: what 16 registers hold, and enough to hide an addition */

enum { MG_ROWS = 32 }; /* tunes side by side at most */

/* What a word holds. bfloat16: the even row in the low half; the odd one is the whole word read as float32, its low bits
 * included, which the packing has rounded for: no mask is needed. int8: row 4g + i in byte i, -127 to 127. */
typedef enum { MG_FP32, MG_BF16, MG_INT8, MG_PRECISIONS } mg_precision;

/* The weights of one block of 2L units. */
typedef struct {
    const uint32_t *weights;     /* (4, Gh + Gx, 2L): the recurrent kernel, then the kernel */
    ptrdiff_t h_words, x_words;  /* Gh, Gx; Gx = 0 in the first layer */
    const float *scales;         /* int8: (2, 8L), what a column of each of the two is to be multiplied by */
    const int32_t *offsets;      /* int8: (2, 8L), -128 times the sum of a column of each */
} mg_block;

/* One tune at one block. */
typedef struct {
    const float *start; /* (8L,): the token's row of the table, or the bias */
    const float *const *inputs; /* (n_inputs,) rows of the tables of further inputs, each (B, 8L): from `column` on they */
    ptrdiff_t n_inputs, column; /* are added to `start`, one after the other; none but in the first layer */
    const void *h;      /* this layer's output at t - 1: float32, in int8 round(127 h) as int8 */
    const void *x;      /* the output at t of the layer below, likewise */
    float *c;           /* (2L,): cell state, t - 1 in, t out */
    float *h_out;       /* (2L,): output at t */
    int8_t *q_out;      /* (2L,): round(127 h_out); in int8 only */
} mg_row;

typedef struct {
    const char *isa; /* "baseline", "avx2", "avx512", "amx", "neon" */
    ptrdiff_t lanes; /* L */

    /* One step of the units of one block for each of `rows` tunes (Keras LSTMCell: sigmoid i, f, o; tanh c, output). */
    void (*lstm[MG_PRECISIONS])(const mg_block *block, const mg_row *row, ptrdiff_t rows);

    /* y (S, 2L) = x @ weights (S, G, 2L). int8 models have bfloat16 here. */
    void (*dense[MG_INT8])(const uint32_t *weights, ptrdiff_t streams, ptrdiff_t words, const float *x, float *y);

    /* Reads n words, a multiple of 8L, in four streams as above; returns something that depends on all. */
    uint32_t (*read_words)(const uint32_t *words, ptrdiff_t n);
} mg_kernels;

/* The target named, or for "" the best that this CPU runs; NULL if it is unknown or cannot run here. */
const mg_kernels *mg_select(const char *isa);

/* The i-th target compiled in, best first, whether or not this CPU runs it; NULL past the last. */
const mg_kernels *mg_target(int i);

#endif
