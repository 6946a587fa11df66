/* exp, sigmoid, tanh and log in float32, within 1, 3, 2 and 1 units in the last place, from +, -, *, / and bit operations
 * alone: the same bits on every machine, which libm does not promise. Plain scalar code; compilers vectorise the loops
 * around it. reference.py repeats it line by line. */
#ifndef MUSEGEN_ELEMENTARY_H
#define MUSEGEN_ELEMENTARY_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

static inline uint32_t mg_bits(float x) {
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

static inline float mg_float(uint32_t bits) {
    float x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

/* x within [-limit, limit]; NaN counts as -limit. */
static inline float mg_clamp(float x, float limit) {
    x = x > -limit ? x : -limit;
    return x < limit ? x : limit;
}

/* Zero below 2^-60. States that decay never become denormal, so results do not depend on the CPU's flush-to-zero mode
 * (inside a sum the mode changes what is below 2^-102 at most, and that is gone here). */
static inline float mg_flush(float x) {
    float magnitude = mg_float(mg_bits(x) & 0x7fffffffu);
    return magnitude < 0x1p-60f ? 0.0f : x;
}

/* Logits made finite, whatever they are. */
static inline void mg_limit(float *y, ptrdiff_t n) {
    for (ptrdiff_t i = 0; i < n; i++) y[i] = mg_flush(mg_clamp(y[i], 0x1.fffffep127f));
}

/* e^x for x clamped to [-87, 87]: x = n ln 2 + r with |r| <= ln 2 / 2, then 2^n times a minimax polynomial in r. */
static inline float mg_exp(float x) {
    x = mg_clamp(x, 87.0f);
    float shifted = x * 1.44269504f + 12582912.0f; /* + 1.5 * 2^23 rounds to an integer, kept in the low bits */
    float n = shifted - 12582912.0f;
    float r = x - n * 0.693359375f - n * -2.12194440e-4f; /* ln 2 in two parts, n times the first is exact */
    float p = 1.9790219e-4f;
    p = p * r + 1.3944784e-3f;
    p = p * r + 8.333498e-3f;
    p = p * r + 4.166629e-2f;
    p = p * r + 1.6666666e-1f;
    p = p * r + 0.5f;
    p = p * (r * r) + r + 1.0f;
    return mg_float(mg_bits(p) + (mg_bits(shifted) << 23));
}

/* round(127 x) for |x| <= 1, halves to even. */
static inline int8_t mg_quantize(float x) { return (int8_t)(mg_bits(x * 127.0f + 12582912.0f) & 0xffu); }

static inline float mg_sigmoid(float x) { return 1.0f / (1.0f + mg_exp(-x)); }

/* Below 0.55 an odd polynomial, because 1 - 2 / (e^2x + 1) cancels there. */
static inline float mg_tanh(float x) {
    x = mg_clamp(x, 10.0f);
    float s = x * x;
    float p = -6.2824716e-3f;
    p = p * s + 2.1077758e-2f;
    p = p * s + -5.385386e-2f;
    p = p * s + 1.3332602e-1f;
    p = p * s + -3.333332e-1f;
    float small = x + x * (s * p);
    uint32_t sign = mg_bits(x) & 0x80000000u;
    float large = mg_float(mg_bits(1.0f - 2.0f / (1.0f + mg_exp(2.0f * mg_float(mg_bits(x) ^ sign)))) | sign);
    return s < 0.3025f ? small : large;
}

/* ln x for a normal x > 0: x = 2^n m with m from sqrt(1/2) to sqrt(2), then n ln 2 plus a polynomial in m - 1. */
static inline float mg_log(float x) {
    uint32_t shifted = mg_bits(x) - 0x3f3504f3u; /* sqrt(1/2) becomes 0 of its power of two */
    float n = (float)((int32_t)shifted >> 23);
    float r = mg_float((shifted & 0x007fffffu) + 0x3f3504f3u) - 1.0f, s = r * r;
    float p = 7.0376836292e-2f;
    p = p * r + -1.1514610310e-1f;
    p = p * r + 1.1676998740e-1f;
    p = p * r + -1.2420140846e-1f;
    p = p * r + 1.4249322787e-1f;
    p = p * r + -1.6668057665e-1f;
    p = p * r + 2.0000714765e-1f;
    p = p * r + -2.4999993993e-1f;
    p = p * r + 3.3333331174e-1f;
    p = p * r * s + n * -2.12194440e-4f;
    return n * 0.693359375f + (r + (p - 0.5f * s));
}

#endif
