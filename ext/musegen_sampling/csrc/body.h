/* The kernels, written once. A target file sets MG_ISA, MG_LANES and the compiler's target, then includes this. */

#include "elementary.h"
#include "kernels.h"

#define MG_JOIN_(a, b) a##b
#define MG_JOIN(a, b) MG_JOIN_(a, b)
#define MG_NAME(name) MG_JOIN(name##_, MG_ISA)
#define MG_STRING_(a) #a
#define MG_STRING(a) MG_STRING_(a)

#if MG_LANES > 1
typedef float mg_vector __attribute__((vector_size(4 * MG_LANES), may_alias));
#define MG_UNROLL _Pragma("GCC unroll 8")
#else
typedef float mg_vector;
#define MG_UNROLL
#endif

enum { VECTORS = MG_STREAMS * MG_STREAM_VECTORS, UNITS = MG_STREAM_VECTORS * MG_LANES, COLUMNS = MG_STREAMS * UNITS };

/* sums += x @ weights, x (n,), weights (4, n, 2L) with `stream` floats from one of the four to the next. */
static inline void accumulate(mg_vector sums[VECTORS], const float *weights, ptrdiff_t stream, const float *x,
                              ptrdiff_t n) {
    mg_vector s[VECTORS]; /* stays in registers */
    memcpy(s, sums, sizeof s);
    for (ptrdiff_t k = 0; k < n; k++, weights += UNITS) {
        float factor = x[k];
        MG_UNROLL for (int v = 0; v < VECTORS; v++) {
            const float *column = weights + v / 2 * stream + v % 2 * MG_LANES;
            s[v] += factor * *(const mg_vector *)column;
        }
    }
    memcpy(sums, s, sizeof s);
}

static void lstm(const float *weights, const float *start, const float *h, ptrdiff_t H, const float *x, ptrdiff_t I,
                 float *c, float *h_out) {
    mg_vector sums[VECTORS] = {0};
    float z[COLUMNS];
    accumulate(sums, weights, (H + I) * UNITS, h, H);
    accumulate(sums, weights + H * UNITS, (H + I) * UNITS, x, I);
    memcpy(z, sums, sizeof z);
    for (int u = 0; u < UNITS; u++) {
        float input = mg_sigmoid(z[u] + start[u]);
        float forget = mg_sigmoid(z[UNITS + u] + start[UNITS + u]);
        float candidate = mg_tanh(z[2 * UNITS + u] + start[2 * UNITS + u]);
        float output = mg_sigmoid(z[3 * UNITS + u] + start[3 * UNITS + u]);
        float cell = mg_flush(forget * c[u] + input * candidate);
        c[u] = cell;
        h_out[u] = mg_flush(output * mg_tanh(cell));
    }
}

static void dense(const float *weights, const float *bias, const float *x, ptrdiff_t I, float *y) {
    mg_vector sums[VECTORS] = {0};
    float z[COLUMNS];
    accumulate(sums, weights, I * UNITS, x, I);
    memcpy(z, sums, sizeof z);
    for (int j = 0; j < COLUMNS; j++) y[j] = mg_flush(mg_clamp(z[j] + bias[j], 0x1.fffffep127f));
}

const mg_kernels MG_NAME(mg_kernels) = {MG_STRING(MG_ISA), MG_LANES, lstm, dense};
