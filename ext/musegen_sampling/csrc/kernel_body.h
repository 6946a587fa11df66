/* The kernels, written once. A target file sets MG_ISA, MG_LANES, MG_TILE (how many tunes a kernel carries in registers),
 * mg_dot and the compiler's target, then includes this. */

#include "elementary.h"
#include "kernels.h"
#include "vectors.h"

#define MG_JOIN_(a, b) a##b
#define MG_JOIN(a, b) MG_JOIN_(a, b)
#define MG_NAME(name) MG_JOIN(name##_, MG_ISA)
#define MG_STRING_(a) #a
#define MG_STRING(a) MG_STRING_(a)

enum {
    UNITS = MG_STREAM_VECTORS * MG_LANES,
    COLUMNS = MG_STREAMS * UNITS,
    SUMS = MG_STREAM_VECTORS * (MG_TILE > MG_STREAMS ? MG_TILE : MG_STREAMS),
};

/* sum + x @ the rows that `words` hold, x at word g. */
MG_ALWAYS mg_words add_product(const mg_precision precision, mg_words sum, mg_words words, const void *x, ptrdiff_t g) {
    if (precision == MG_FP32) return mg_as_words(mg_as_floats(sum) + ((const float *)x)[g] * mg_as_floats(words));
    if (precision == MG_BF16) {
        const float *pair = (const float *)x + 2 * g;
        mg_vector half = mg_as_floats(sum) + pair[0] * mg_as_floats(words << 16);
        return mg_as_words(half + pair[1] * mg_as_floats(words));
    }
    int32_t four;
    memcpy(&four, (const char *)x + 4 * g, sizeof four);
    return mg_dot(sum, words, four);
}

/* sums (rows, streams, 2) += x @ weights (streams, G, 2L), `stride` words from one stream to the next. Called with
 * constants, so that loops over them are unrolled and the sums stay in registers. */
MG_ALWAYS void accumulate(const mg_precision precision, const int rows, const int streams, const uint32_t *weights,
                          ptrdiff_t stride, ptrdiff_t words, const void *const *x, mg_words *sums) {
    const int vectors = streams * MG_STREAM_VECTORS;
    mg_words s[SUMS];
    for (int n = 0; n < rows * vectors; n++) s[n] = sums[n];
    for (ptrdiff_t g = 0; g < words; g++, weights += UNITS) {
        mg_words word[SUMS];
        MG_UNROLL for (int v = 0; v < vectors; v++)
            word[v] = *(const mg_words *)(weights + v / MG_STREAM_VECTORS * stride + v % MG_STREAM_VECTORS * MG_LANES);
        MG_UNROLL for (int r = 0; r < rows; r++)
            MG_UNROLL for (int v = 0; v < vectors; v++)
                s[r * vectors + v] = add_product(precision, s[r * vectors + v], word[v], x[r], g);
    }
    for (int n = 0; n < rows * vectors; n++) sums[n] = s[n];
}

/* Where the sums of a column begin. */
MG_ALWAYS mg_words first_sum(const mg_precision precision, const int32_t *offsets) {
#if defined(MG_UNSIGNED_X)
    if (precision == MG_INT8) return *(const mg_words *)offsets;
#endif
    (void)precision, (void)offsets;
    return (mg_words){0};
}

/* Asks for what will be added to these columns. With many tunes these are more rows than the CPU foresees: in int8 four
 * further inputs of each would cost 8 % instead of 4 % (EPYC 9004). One tune is no faster for it. */
MG_ALWAYS void fetch(const int rows, const int first, const int streams, const mg_row *row) {
    for (int r = 0; r < rows; r++)
        for (int u = first * UNITS; u < (first + streams) * UNITS; u += 16) {
            MG_FETCH(row[r].start + u);
            for (ptrdiff_t n = 0; n < row[r].n_inputs; n++) MG_FETCH(row[r].inputs[n] + row[r].column + u);
        }
}

/* z (rows, 8L), in the columns of `streams` streams beginning with `first`. */
MG_ALWAYS void gates(const mg_precision precision, const int rows, const int first, const int streams,
                     const mg_block *block, const mg_row *row, float (*z)[COLUMNS]) {
    const int vectors = streams * MG_STREAM_VECTORS;
    const ptrdiff_t stride = (block->h_words + block->x_words) * UNITS;
    const uint32_t *weights = block->weights + first * stride;
    mg_words sums[SUMS];
    if (rows > 1) fetch(rows, first, streams, row);
    for (int part = 0; part < 2; part++) { /* the recurrent kernel, then the kernel; only integers begin anew for it */
        const void *in[MG_TILE];
        for (int r = 0; r < rows; r++) in[r] = part == 0 ? row[r].h : row[r].x;
        const int begins = part == 0 || precision == MG_INT8;
        const ptrdiff_t columns = part * COLUMNS + first * UNITS;
        for (int n = 0; begins && n < rows * vectors; n++)
            sums[n] = first_sum(precision, block->offsets + columns + n % vectors * MG_LANES);
        accumulate(precision, rows, streams, weights + part * block->h_words * UNITS, stride,
                   part == 0 ? block->h_words : block->x_words, in, sums);
        for (int n = 0; n < rows * vectors; n++) {
            ptrdiff_t column = n % vectors * MG_LANES;
            mg_vector *to = (mg_vector *)&z[n / vectors][first * UNITS + column];
            if (precision != MG_INT8) {
                *to = mg_as_floats(sums[n]);
                continue;
            }
            mg_vector product = mg_to_floats(sums[n]);
            product *= *(const mg_vector *)(block->scales + columns + column);
            if (part == 1) product += *to;
            *to = product;
        }
        if (block->x_words == 0) return;
    }
}

MG_ALWAYS mg_vector load(const float *from) {
    mg_vector vector;
    memcpy(&vector, from, sizeof vector);
    return vector;
}

/* Plain loops, each over whole vectors, that the compiler vectorises. */
static inline void activate(const mg_precision precision, float *MG_RESTRICT z, const mg_row *row) {
    const float *MG_RESTRICT start = row->start;
    float *MG_RESTRICT c = row->c, *MG_RESTRICT h = row->h_out;
    int8_t *MG_RESTRICT q = row->q_out;
    for (int u = 0; u < COLUMNS; u += MG_LANES) {
        mg_vector sum = load(start + u);
        for (ptrdiff_t n = 0; n < row->n_inputs; n++) sum += load(row->inputs[n] + row->column + u);
        *(mg_vector *)(z + u) += sum;
    }
    for (int u = 0; u < UNITS; u++) {
        float input = mg_sigmoid(z[u]), forget = mg_sigmoid(z[UNITS + u]);
        float candidate = mg_tanh(z[2 * UNITS + u]), output = mg_sigmoid(z[3 * UNITS + u]);
        float cell = mg_flush(forget * c[u] + input * candidate);
        c[u] = cell;
        h[u] = mg_flush(output * mg_tanh(cell));
    }
    for (int u = 0; precision == MG_INT8 && u < UNITS; u++) q[u] = mg_quantize(h[u]);
}

MG_ALWAYS void lstm(const mg_precision precision, const mg_block *block, const mg_row *row, ptrdiff_t rows) {
#if defined(MG_LEAST_MANY)
    while (precision == MG_INT8 && rows >= MG_LEAST_MANY) {
        float many[16][COLUMNS] MG_ALIGNED;
        int n = rows < 16 ? (int)rows : 16;
        gates_of_many(block, row, n, many[0]);
        for (int r = 0; r < n; r++) activate(precision, many[r], row + r);
        rows -= n, row += n;
    }
#endif
    float z[MG_TILE][COLUMNS] MG_ALIGNED;
    for (; rows >= MG_TILE; rows -= MG_TILE, row += MG_TILE) {
        for (int gate = 0; gate < MG_STREAMS; gate++) gates(precision, MG_TILE, gate, 1, block, row, z);
        for (int r = 0; r < MG_TILE; r++) activate(precision, z[r], row + r);
    }
    for (; rows > 0; rows--, row++) {
        gates(precision, 1, 0, MG_STREAMS, block, row, z);
        activate(precision, z[0], row);
    }
}

/* y of `streams` streams. */
MG_ALWAYS void project(const mg_precision precision, const int streams, const uint32_t *weights, ptrdiff_t words,
                       const float *x, float *y) {
    mg_words sums[SUMS];
    const void *in = x;
    for (int n = 0; n < streams * MG_STREAM_VECTORS; n++) sums[n] = (mg_words){0};
    accumulate(precision, 1, streams, weights, words * UNITS, words, &in, sums);
    memcpy(y, sums, (size_t)streams * UNITS * sizeof(float));
}

MG_ALWAYS void dense(const mg_precision precision, const uint32_t *weights, ptrdiff_t streams, ptrdiff_t words,
                     const float *x, float *y) {
    const ptrdiff_t size = words * UNITS;
    for (; streams >= 4; streams -= 4, weights += 4 * size, y += 4 * UNITS) project(precision, 4, weights, words, x, y);
    if (streams & 2) project(precision, 2, weights, words, x, y);
    if (streams & 1) project(precision, 1, weights + (streams & 2) * size, words, x, y + (streams & 2) * UNITS);
}

static void lstm_fp32(const mg_block *block, const mg_row *row, ptrdiff_t rows) { lstm(MG_FP32, block, row, rows); }
static void lstm_bf16(const mg_block *block, const mg_row *row, ptrdiff_t rows) { lstm(MG_BF16, block, row, rows); }
static void lstm_int8(const mg_block *block, const mg_row *row, ptrdiff_t rows) { lstm(MG_INT8, block, row, rows); }

static void dense_fp32(const uint32_t *weights, ptrdiff_t streams, ptrdiff_t words, const float *x, float *y) {
    dense(MG_FP32, weights, streams, words, x, y);
}

static void dense_bf16(const uint32_t *weights, ptrdiff_t streams, ptrdiff_t words, const float *x, float *y) {
    dense(MG_BF16, weights, streams, words, x, y);
}

static uint32_t read_words(const uint32_t *words, ptrdiff_t n) {
    mg_words sums[MG_STREAMS * MG_STREAM_VECTORS] = {{0}};
    uint32_t sum = 0;
    for (ptrdiff_t i = 0; i < n / MG_STREAMS; i += UNITS)
        MG_UNROLL for (int v = 0; v < MG_STREAMS * MG_STREAM_VECTORS; v++)
            sums[v] ^= *(const mg_words *)(words + v / MG_STREAM_VECTORS * (n / MG_STREAMS) + i +
                                           v % MG_STREAM_VECTORS * MG_LANES);
    for (int v = 0; v < MG_STREAMS * MG_STREAM_VECTORS; v++) sum ^= mg_first(sums[v]);
    return sum;
}

const mg_kernels MG_NAME(mg_kernels) = {
    MG_STRING(MG_ISA), MG_LANES, {lstm_fp32, lstm_bf16, lstm_int8}, {dense_fp32, dense_bf16}, read_words,
};
