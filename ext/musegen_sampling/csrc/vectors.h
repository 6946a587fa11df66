/* Vectors of MG_LANES words, and scalars in their place where the compiler has no vector extensions. */
#ifndef MUSEGEN_VECTORS_H
#define MUSEGEN_VECTORS_H

#include <stdint.h>
#include <string.h>

#if MG_LANES > 1
typedef float mg_vector __attribute__((vector_size(4 * MG_LANES), may_alias));
typedef uint32_t mg_words __attribute__((vector_size(4 * MG_LANES), may_alias));
typedef int32_t mg_ints __attribute__((vector_size(4 * MG_LANES), may_alias));
#define MG_ALWAYS static inline __attribute__((always_inline))
#define MG_ALIGNED __attribute__((aligned(64)))
#define MG_RESTRICT __restrict__
#define MG_UNROLL _Pragma("GCC unroll 16")
#define MG_FETCH(address) __builtin_prefetch(address, 0, 2)
MG_ALWAYS mg_vector mg_as_floats(mg_words words) { return (mg_vector)words; }
MG_ALWAYS mg_words mg_as_words(mg_vector floats) { return (mg_words)floats; }
MG_ALWAYS mg_vector mg_to_floats(mg_words ints) { return __builtin_convertvector((mg_ints)ints, mg_vector); }
MG_ALWAYS uint32_t mg_first(mg_words words) { return words[0]; }
#else
typedef float mg_vector;
typedef uint32_t mg_words;
typedef int32_t mg_ints;
#define MG_ALWAYS static inline
#define MG_ALIGNED
#define MG_RESTRICT
#define MG_UNROLL
#define MG_FETCH(address) (void)(address)
MG_ALWAYS mg_vector mg_as_floats(mg_words words) {
    float x;
    memcpy(&x, &words, sizeof x);
    return x;
}
MG_ALWAYS mg_words mg_as_words(mg_vector floats) {
    uint32_t words;
    memcpy(&words, &floats, sizeof words);
    return words;
}
MG_ALWAYS mg_vector mg_to_floats(mg_words ints) { return (float)(int32_t)ints; }
MG_ALWAYS uint32_t mg_first(mg_words words) { return words; }
#endif

/* sums of int32 + the dot products of the four int8 of each word with those of `four`: what any compiler can do. */
MG_ALWAYS mg_words mg_dot_portable(mg_words sums, mg_words words, int32_t four) {
    for (int byte = 0; byte < 4; byte++) {
        mg_ints values = (mg_ints)(words << (24 - 8 * byte)) >> 24;
        sums += (mg_words)(values * (int8_t)((uint32_t)four >> 8 * byte));
    }
    return sums;
}

#endif
