/* arm64 with the dot product instructions of Armv8.2. */
#include "targets.h"

#if MG_ARM_TARGETS
#include <arm_neon.h>

#include "elementary.h"
#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("dotprod"))), apply_to = function)
#else
#pragma GCC target("arch=armv8.2-a+dotprod")
#endif
#define MG_LANES 4
#define MG_TILE 8
#define MG_ISA neon
#include "vectors.h"

MG_ALWAYS mg_words mg_dot(mg_words sums, mg_words words, int32_t four) {
    return (mg_words)vdotq_s32((int32x4_t)sums, (int8x16_t)words, vreinterpretq_s8_s32(vdupq_n_s32(four)));
}

#include "kernel_body.h"
#if defined(__clang__)
#pragma clang attribute pop
#endif
#endif
