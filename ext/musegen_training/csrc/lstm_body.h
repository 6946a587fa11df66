/* The LSTM, written once. A target file sets MT_ISA, MG_LANES and MT_TILE (rows that a product carries in registers) and
 * the compiler's target, then includes this.
 *
 * Units are cut into blocks of W, two vectors wide. Each thread has blocks of its own, with everything that belongs to
 * their units: gates, cells and the columns of the weights, packed into panels W wide. Only h (forward) and the gates'
 * gradients (backward) pass from thread to thread, once a step. */

#include <string.h>

#include "elementary.h"
#include "lstm.h"
#include "vectors.h"

#define MT_JOIN_(a, b) a##b
#define MT_JOIN(a, b) MT_JOIN_(a, b)
#define MT_STRING_(a) #a
#define MT_STRING(a) MT_STRING_(a)

enum {
    W = 2 * MG_LANES,
    GATES = 4,
    KEPT = 5,     /* the gates and the cell */
    DEEP = 256,   /* rows of a panel that stay in the first cache while they are used */
    CHUNK = 512,  /* rows, at least, that a product for the gradient of the recurrent kernel sums over */
    SHIFT = 16,   /* floats between lines, so that lines of a power of two do not share their place in a cache */
};
enum { INPUT, FORGET, CANDIDATE, OUTPUT, CELL };

static ptrdiff_t least(ptrdiff_t a, ptrdiff_t b) { return a < b ? a : b; }
static ptrdiff_t blocks_of(const mt_lstm *l) { return (l->H + W - 1) / W; }

/* The unknown gate of NaN is NaN: a training that diverges has to be seen. */
static inline float sigmoid(float x) { return x == x ? mg_sigmoid(x) : x; }
static inline float hyperbolic(float x) { return x == x ? mg_tanh(x) : x; }

/* c (rows, W) = or += a (rows, depth) @ panel (depth, W), for as many rows as fit into registers. */
MG_ALWAYS void tile(const int rows, ptrdiff_t depth, const float *a, ptrdiff_t row_stride, ptrdiff_t depth_stride,
                    const float *panel, float *c, int add) {
    mg_vector left[MT_TILE], right[MT_TILE];
    const float *row[MT_TILE];
    MG_UNROLL for (int r = 0; r < rows; r++) {
        row[r] = a + r * row_stride;
        left[r] = add ? *(mg_vector *)(c + r * W) : (mg_vector){0};
        right[r] = add ? *(mg_vector *)(c + r * W + MG_LANES) : (mg_vector){0};
    }
    for (ptrdiff_t k = 0; k < depth; k++, panel += W) {
        mg_vector l = *(const mg_vector *)panel, r = *(const mg_vector *)(panel + MG_LANES);
        MG_UNROLL for (int i = 0; i < rows; i++) {
            float x = row[i][k * depth_stride];
            left[i] += x * l;
            right[i] += x * r;
        }
    }
    MG_UNROLL for (int r = 0; r < rows; r++) {
        *(mg_vector *)(c + r * W) = left[r];
        *(mg_vector *)(c + r * W + MG_LANES) = right[r];
    }
}

/* The same for any number of rows. */
MG_ALWAYS void multiply(ptrdiff_t rows, ptrdiff_t depth, const float *a, ptrdiff_t row_stride, ptrdiff_t depth_stride,
                        const float *panel, float *c, int add) {
    for (; depth > 0; depth -= DEEP, a += DEEP * depth_stride, panel += DEEP * W, add = 1) {
        const ptrdiff_t deep = least(depth, DEEP);
        const float *in = a;
        float *out = c;
        ptrdiff_t left = rows;
#define MT_ROWS(n)                                                                   \
    for (; left >= (n); left -= (n), in += (n) * row_stride, out += (n) * W)         \
    tile(n, deep, in, row_stride, depth_stride, panel, out, add)
        MT_ROWS(MT_TILE);
#if MT_TILE > 8
        MT_ROWS(8);
#endif
        MT_ROWS(4);
        MT_ROWS(2);
        MT_ROWS(1);
#undef MT_ROWS
    }
}

/* c (rows, W) = a (rows, depth) @ panel. */
static void multiply_rows(ptrdiff_t rows, ptrdiff_t depth, const float *a, ptrdiff_t stride, const float *panel,
                          float *c) {
    multiply(rows, depth, a, stride, 1, panel, c, 0);
}

/* c (columns, W) += a (depth, columns) transposed @ panel. */
static void multiply_columns(ptrdiff_t columns, ptrdiff_t depth, const float *a, ptrdiff_t stride, const float *panel,
                             float *c) {
    multiply(columns, depth, a, 1, stride, panel, c, 1);
}

/* The next so many floats of the scratch memory; NULL while its size is still being found out. */
static float *carve(float *scratch, ptrdiff_t *end, ptrdiff_t floats) {
    float *here = scratch ? scratch + *end : NULL;
    *end += (floats + 15) / 16 * 16;
    return here;
}

/* W floats from n, the rest 0, and back. */
static inline void fetch(float *to, const float *from, ptrdiff_t n) {
    if (n == W) {
        memcpy(to, from, W * sizeof(float));
    } else {
        memset(to, 0, W * sizeof(float));
        memcpy(to, from, (size_t)n * sizeof(float));
    }
}
static inline void store(float *to, const float *from, ptrdiff_t n) {
    memcpy(to, from, (n == W ? W : (size_t)n) * sizeof(float));
}

/* The lines of start that belong to a row at a step: (R,), or NULL where it has one of its own. */
static inline const int32_t *lookup_of(const mt_lstm *l, ptrdiff_t b, ptrdiff_t t) {
    return l->V ? l->lookup + (b * l->T + t) * l->R : NULL;
}

/* The gates' start (4, W) of n units from u on: of a line, or the sum of several. */
static inline void fetch_start(const mt_lstm *l, ptrdiff_t b, ptrdiff_t t, ptrdiff_t u, ptrdiff_t n, float *gates) {
    const int32_t *lines = lookup_of(l, b, t);
    const ptrdiff_t line = lines ? lines[0] : b * l->T + t;
    for (int gate = 0; gate < GATES; gate++) fetch(gates + gate * W, l->start + (line * GATES + gate) * l->H + u, n);
    for (ptrdiff_t r = 1; lines && r < l->R; r++) {
        for (int gate = 0; gate < GATES; gate++) {
            float added[W] MG_ALIGNED;
            fetch(added, l->start + ((ptrdiff_t)lines[r] * GATES + gate) * l->H + u, n);
            for (int i = 0; i < W; i++) gates[gate * W + i] += added[i];
        }
    }
}

typedef struct {
    ptrdiff_t stride;
    float *panels; /* (blocks, GATES, H, W) */
    float *h;      /* (2, B, stride): of the step before and of this one, by turns */
    float *c;      /* (blocks, B, W) */
    float *z;      /* (threads, GATES, B, W) */
} forward_memory;

static ptrdiff_t lay_forward(const mt_lstm *l, int threads, forward_memory *m) {
    const ptrdiff_t blocks = blocks_of(l);
    ptrdiff_t end = 0;
    m->stride = blocks * W + SHIFT;
    m->panels = carve(l->scratch, &end, blocks * GATES * l->H * W);
    m->h = carve(l->scratch, &end, 2 * l->B * m->stride);
    m->c = carve(l->scratch, &end, blocks * l->B * W);
    m->z = carve(l->scratch, &end, threads * GATES * l->B * W);
    return end;
}

/* One row of a block: z (4, W) becomes gates, c the cell, h the output. */
static inline void activate(const float *MG_RESTRICT z, float *MG_RESTRICT c, float *MG_RESTRICT h,
                            float *MG_RESTRICT kept) {
    for (int u = 0; u < W; u++) {
        float input = sigmoid(z[u]), forget = sigmoid(z[W + u]);
        float candidate = hyperbolic(z[2 * W + u]), output = sigmoid(z[3 * W + u]);
        float cell = forget * c[u] + input * candidate;
        c[u] = cell;
        h[u] = output * hyperbolic(cell);
        kept[INPUT * W + u] = input;
        kept[FORGET * W + u] = forget;
        kept[CANDIDATE * W + u] = candidate;
        kept[OUTPUT * W + u] = output;
        kept[CELL * W + u] = cell;
    }
}

static void forward(void *job, mg_team *team, int thread, int threads) {
    const mt_lstm *l = job;
    const ptrdiff_t B = l->B, T = l->T, H = l->H, blocks = blocks_of(l);
    const ptrdiff_t first = blocks * thread / threads, last = blocks * (thread + 1) / threads;
    forward_memory m;
    lay_forward(l, threads, &m);
    float *z = m.z + thread * GATES * B * W;
    for (ptrdiff_t k = first; k < last; k++) {
        const ptrdiff_t u = k * W, n = least(W, H - u);
        for (int gate = 0; gate < GATES; gate++)
            for (ptrdiff_t i = 0; i < H; i++)
                fetch(m.panels + ((k * GATES + gate) * H + i) * W, l->recurrent + (i * GATES + gate) * H + u, n);
        for (ptrdiff_t b = 0; b < B; b++) {
            fetch(m.h + b * m.stride + u, l->h_first + b * H + u, n);
            fetch(m.c + (k * B + b) * W, l->c_first + b * H + u, n);
        }
    }
    for (ptrdiff_t t = 0; t < T; t++) {
        const float *before = m.h + t % 2 * B * m.stride;
        float *after = m.h + (t + 1) % 2 * B * m.stride;
        mg_meet(team);
        for (ptrdiff_t k = first; k < last; k++) {
            const ptrdiff_t u = k * W, n = least(W, H - u);
            for (int gate = 0; gate < GATES; gate++)
                multiply_rows(B, H, before, m.stride, m.panels + (k * GATES + gate) * H * W, z + gate * B * W);
            for (ptrdiff_t b = 0; b < B; b++) {
                float gates[GATES * W] MG_ALIGNED;
                fetch_start(l, b, t, u, n, gates);
                for (int gate = 0; gate < GATES; gate++)
                    for (int i = 0; i < W; i++) gates[gate * W + i] += z[(gate * B + b) * W + i];
                float *h = after + b * m.stride + u;
                activate(gates, m.c + (k * B + b) * W, h, l->kept + ((t * blocks + k) * B + b) * KEPT * W);
                store(l->h + (b * T + t) * H + u, h, n);
            }
        }
    }
    for (ptrdiff_t k = first; k < last; k++)
        for (ptrdiff_t b = 0; b < B; b++)
            store(l->c_last + b * H + k * W, m.c + (k * B + b) * W, least(W, H - k * W));
}

typedef struct {
    ptrdiff_t deep;      /* columns of all gates, filled up to whole blocks */
    ptrdiff_t dz_stride; /* of a row of dz */
    ptrdiff_t h_stride;
    ptrdiff_t steps;    /* of a chunk */
    float *panels;      /* (blocks, deep, W): the recurrent kernel transposed */
    float *dz;          /* (2, B, dz_stride): the loss by the gates before activation, (blocks, GATES, W) a row */
    float *dz_chunk;    /* (blocks, GATES, steps * B, W): the same of the steps of a chunk */
    float *h_chunk;     /* (2, steps * B, h_stride): h before each step of a chunk */
    float *dh;          /* (threads, B, W) */
    float *dc;          /* (blocks, B, W) */
    float *drecurrent;  /* (blocks, GATES, H, W) */
    float *dlines;      /* (blocks, V, GATES, W): what dstart gets, where start is a table */
} backward_memory;

static ptrdiff_t lay_backward(const mt_lstm *l, int threads, backward_memory *m) {
    const ptrdiff_t blocks = blocks_of(l);
    ptrdiff_t end = 0;
    m->steps = least((CHUNK + l->B - 1) / l->B, l->T);
    m->deep = blocks * GATES * W;
    m->dz_stride = m->deep + SHIFT;
    m->h_stride = blocks * W + SHIFT;
    m->panels = carve(l->scratch, &end, blocks * m->deep * W);
    m->dz = carve(l->scratch, &end, 2 * l->B * m->dz_stride);
    m->dz_chunk = carve(l->scratch, &end, blocks * GATES * m->steps * l->B * W);
    m->h_chunk = carve(l->scratch, &end, 2 * m->steps * l->B * m->h_stride);
    m->dh = carve(l->scratch, &end, threads * l->B * W);
    m->dc = carve(l->scratch, &end, blocks * l->B * W);
    m->drecurrent = carve(l->scratch, &end, blocks * GATES * l->H * W);
    m->dlines = carve(l->scratch, &end, blocks * l->V * GATES * W);
    return end;
}

/* One row of a block: dz (4, W) and the new dc from dh, dc and what was kept. */
static inline void differentiate(const float *MG_RESTRICT kept, const float *MG_RESTRICT c_before,
                                 const float *MG_RESTRICT dh, float *MG_RESTRICT dc, float *MG_RESTRICT dz) {
    for (int u = 0; u < W; u++) {
        float input = kept[INPUT * W + u], forget = kept[FORGET * W + u];
        float candidate = kept[CANDIDATE * W + u], output = kept[OUTPUT * W + u];
        float squashed = hyperbolic(kept[CELL * W + u]);
        float cell = dc[u] + dh[u] * output * (1.0f - squashed * squashed);
        dz[u] = cell * candidate * input * (1.0f - input);
        dz[W + u] = cell * c_before[u] * forget * (1.0f - forget);
        dz[2 * W + u] = cell * input * (1.0f - candidate * candidate);
        dz[3 * W + u] = dh[u] * squashed * output * (1.0f - output);
        dc[u] = cell * forget;
    }
}

/* The panel (deep, W) of a block: its units' lines of the recurrent kernel as columns. */
static void transpose_block(const mt_lstm *l, ptrdiff_t k, ptrdiff_t deep, float *panel) {
    const ptrdiff_t H = l->H, n = least(W, H - k * W);
    memset(panel, 0, (size_t)(deep * W) * sizeof(float));
    for (ptrdiff_t i = 0; i < n; i++)
        for (int gate = 0; gate < GATES; gate++) {
            const float *line = l->recurrent + ((k * W + i) * GATES + gate) * H;
            for (ptrdiff_t j = 0; j < H; j++) panel[((j / W * GATES + gate) * W + j % W) * W + i] = line[j];
        }
}

static void add_product(const mt_lstm *l, const backward_memory *m, const float *h, ptrdiff_t rows, ptrdiff_t first,
                        ptrdiff_t last) {
    const ptrdiff_t chunk = m->steps * l->B;
    for (ptrdiff_t k = first * GATES; k < last * GATES; k++)
        multiply_columns(l->H, rows, h, m->h_stride, m->dz_chunk + k * chunk * W, m->drecurrent + k * l->H * W);
}

static void backward(void *job, mg_team *team, int thread, int threads) {
    const mt_lstm *l = job;
    const ptrdiff_t B = l->B, T = l->T, H = l->H, V = l->V, blocks = blocks_of(l);
    const ptrdiff_t first = blocks * thread / threads, last = blocks * (thread + 1) / threads;
    backward_memory m;
    lay_backward(l, threads, &m);
    const ptrdiff_t chunk = m.steps * B;
    float *dh = m.dh + thread * B * W, *h_chunk = m.h_chunk;
    ptrdiff_t filled = 0;
    for (ptrdiff_t k = first; k < last; k++) {
        transpose_block(l, k, m.deep, m.panels + k * m.deep * W);
        memset(m.drecurrent + k * GATES * H * W, 0, (size_t)(GATES * H * W) * sizeof(float));
        memset(m.dlines + k * V * GATES * W, 0, (size_t)(V * GATES * W) * sizeof(float));
        for (ptrdiff_t b = 0; b < B; b++)
            fetch(m.dc + (k * B + b) * W, l->dc_last + b * H + k * W, least(W, H - k * W));
    }
    for (ptrdiff_t t = T; t-- > 0;) {
        const float *after = m.dz + (t + 1) % 2 * B * m.dz_stride;
        float *here = m.dz + t % 2 * B * m.dz_stride;
        for (ptrdiff_t k = first; k < last; k++) {
            const ptrdiff_t u = k * W, n = least(W, H - u);
            if (t == T - 1) memset(dh, 0, (size_t)(B * W) * sizeof(float));
            else multiply_rows(B, m.deep, after, m.dz_stride, m.panels + k * m.deep * W, dh);
            for (ptrdiff_t b = 0; b < B; b++) {
                float given[W] MG_ALIGNED, c_before[W] MG_ALIGNED;
                fetch(given, l->dh + (b * T + t) * H + u, n);
                for (int i = 0; i < W; i++) given[i] += dh[b * W + i];
                const float *kept = l->kept + ((t * blocks + k) * B + b) * KEPT * W;
                if (t == 0) fetch(c_before, l->c_first + b * H + u, n);
                else fetch(c_before, kept - blocks * B * KEPT * W + CELL * W, W);
                float *dz = here + b * m.dz_stride + k * GATES * W;
                differentiate(kept, c_before, given, m.dc + (k * B + b) * W, dz);

                const float *h_before = t == 0 ? l->h_first + b * H : l->h + (b * T + t - 1) * H;
                fetch(h_chunk + (filled + b) * m.h_stride + u, h_before + u, n);
                for (int gate = 0; gate < GATES; gate++)
                    fetch(m.dz_chunk + ((k * GATES + gate) * chunk + filled + b) * W, dz + gate * W, W);
                const int32_t *lines = lookup_of(l, b, t);
                for (ptrdiff_t r = 0; lines && r < l->R; r++) {
                    float *sum = m.dlines + (k * V + lines[r]) * GATES * W;
                    for (int i = 0; i < GATES * W; i++) sum[i] += dz[i];
                }
                for (int gate = 0; !lines && gate < GATES; gate++)
                    store(l->dstart + ((b * T + t) * GATES + gate) * H + u, dz + gate * W, n);
            }
        }
        mg_meet(team);
        filled += B;
        if (filled == chunk || t == 0) {
            add_product(l, &m, h_chunk, filled, first, last);
            /* Another thread may still read this one's h. */
            h_chunk = h_chunk == m.h_chunk ? m.h_chunk + chunk * m.h_stride : m.h_chunk;
            filled = 0;
        }
    }
    for (ptrdiff_t k = first; k < last; k++) {
        const ptrdiff_t u = k * W, n = least(W, H - u);
        multiply_rows(B, m.deep, m.dz, m.dz_stride, m.panels + k * m.deep * W, dh);
        for (ptrdiff_t b = 0; b < B; b++) {
            store(l->dh_first + b * H + u, dh + b * W, n);
            store(l->dc_first + b * H + u, m.dc + (k * B + b) * W, n);
        }
        for (int gate = 0; gate < GATES; gate++) {
            for (ptrdiff_t i = 0; i < H; i++)
                store(l->drecurrent + (i * GATES + gate) * H + u, m.drecurrent + ((k * GATES + gate) * H + i) * W, n);
            for (ptrdiff_t v = 0; v < V; v++)
                store(l->dstart + (v * GATES + gate) * H + u, m.dlines + ((k * V + v) * GATES + gate) * W, n);
        }
    }
}

static ptrdiff_t kept_floats(const mt_lstm *l) { return l->T * blocks_of(l) * l->B * KEPT * W; }

static ptrdiff_t forward_scratch(const mt_lstm *l, int threads) {
    forward_memory m;
    return lay_forward(l, threads, &m);
}

static ptrdiff_t backward_scratch(const mt_lstm *l, int threads) {
    backward_memory m;
    return lay_backward(l, threads, &m);
}

const mt_kernels MT_JOIN(mt_kernels_, MT_ISA) = {
    MT_STRING(MT_ISA), forward, backward, kept_floats, forward_scratch, backward_scratch,
};
