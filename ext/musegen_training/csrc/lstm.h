/* What an LSTM computes forward and back through a piece of a sequence, and the targets that compute it.
 *
 * B rows, T steps, H units; gates in Keras's order: input, forget, candidate, output. Arrays are float32, C-contiguous;
 * scratch begins at a multiple of 64 bytes. Every sum has a fixed order: results do not depend on the number of threads. */
#ifndef MUSEGEN_TRAINING_LSTM_H
#define MUSEGEN_TRAINING_LSTM_H

#include <stddef.h>
#include <stdint.h>

#include "os.h"

typedef struct {
    ptrdiff_t B, T, H;
    ptrdiff_t V, R;          /* V: lines of a table; 0: start has a line for each step instead */
    const int32_t *lookup;   /* (B, T, R), each in [0, V): the lines that a step adds up; not read where V is 0 */
    const float *start;      /* (V, 4H) or (B, T, 4H): what the gates of a step get from its input and the bias */
    const float *recurrent;  /* (H, 4H) */
    const float *h_first;    /* (B, H), as all below without another shape */
    const float *c_first;
    float *h;                /* (B, T, H) */
    float *c_last;
    float *kept;             /* (T, blocks, B, 5, W): gates and cell of each step, for the way back */
    const float *dh;         /* (B, T, H): the loss by h */
    const float *dc_last;    /* the loss by c_last */
    float *dstart;           /* like start */
    float *drecurrent;       /* (H, 4H) */
    float *dh_first, *dc_first;
    float *scratch;
} mt_lstm;

typedef struct {
    const char *isa;
    mg_work *forward;  /* (mt_lstm): h, c_last, kept from what is before them */
    mg_work *backward; /* (mt_lstm): dstart, drecurrent, dh_first, dc_first */
    ptrdiff_t (*kept)(const mt_lstm *);                        /* floats */
    ptrdiff_t (*forward_scratch)(const mt_lstm *, int threads); /* floats */
    ptrdiff_t (*backward_scratch)(const mt_lstm *, int threads);
} mt_kernels;

const mt_kernels *mt_target(int i);            /* best first; NULL after the last */
const mt_kernels *mt_select(const char *isa);  /* "": the best that runs here; NULL: that one does not */

#endif
