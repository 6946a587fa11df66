#include "targets.h"

#if MG_X86_TARGETS
#include <immintrin.h>

#include "elementary.h"
#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512vnni"))), apply_to = function)
#else
#pragma GCC target("avx512f,avx512bw,avx512vnni")
#endif
#define MG_LANES 16
#define MG_TILE 8
#define MG_ISA avx512
#include "vectors.h"

/* vpdpbusd multiplies unsigned by signed, so x + 128 stands for x, and the sums begin with -128 times the weights'. */
#define MG_UNSIGNED_X 1
MG_ALWAYS mg_words mg_dot(mg_words sums, mg_words words, int32_t four) {
    __m512i x = _mm512_set1_epi32(four ^ (int32_t)0x80808080u);
    return (mg_words)_mm512_dpbusd_epi32((__m512i)sums, x, (__m512i)words);
}

#include "body.h"
#if defined(__clang__)
#pragma clang attribute pop
#endif
#endif
