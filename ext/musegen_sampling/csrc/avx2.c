#include "targets.h"

#if MG_X86_TARGETS
#include <immintrin.h>

#include "elementary.h"
#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx2"))), apply_to = function)
#else
#pragma GCC target("avx2")
#endif
#define MG_LANES 8
#define MG_TILE 4
#define MG_ISA avx2
#include "vectors.h"

/* |x| times w with the sign of x: pairs of 127 * 127 do not saturate 16 bits. */
MG_ALWAYS mg_words mg_dot(mg_words sums, mg_words words, int32_t four) {
    __m256i x = _mm256_set1_epi32(four);
    __m256i pairs = _mm256_maddubs_epi16(_mm256_abs_epi8(x), _mm256_sign_epi8((__m256i)words, x));
    return sums + (mg_words)_mm256_madd_epi16(pairs, _mm256_set1_epi16(1));
}

#include "kernel_body.h"
#if defined(__clang__)
#pragma clang attribute pop
#endif
#endif
