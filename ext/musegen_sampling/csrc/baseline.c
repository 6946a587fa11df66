/* What the compiler emits by default: SSE2 on x86-64, NEON on arm64; scalar where there are no vector extensions. */
#if defined(__GNUC__) || defined(__clang__)
#define MG_LANES 4
#else
#define MG_LANES 1
#endif
#define MG_TILE 2
#define MG_ISA baseline
#include "targets.h"
#include "vectors.h"

#if MG_LANES > 1 && defined(__SSE2__)
#include <emmintrin.h>

MG_ALWAYS mg_words mg_dot(mg_words sums, mg_words words, int32_t four) {
    __m128i x = _mm_set1_epi32(four), w = (__m128i)words, none = _mm_setzero_si128();
    __m128i x16 = _mm_unpacklo_epi8(x, _mm_cmpgt_epi8(none, x)), negative = _mm_cmpgt_epi8(none, w);
    __m128 low = (__m128)_mm_madd_epi16(_mm_unpacklo_epi8(w, negative), x16);
    __m128 high = (__m128)_mm_madd_epi16(_mm_unpackhi_epi8(w, negative), x16);
    return sums + (mg_words)_mm_shuffle_ps(low, high, 0x88) + (mg_words)_mm_shuffle_ps(low, high, 0xdd);
}
#else
#define mg_dot mg_dot_portable
#endif

#include "kernel_body.h"
