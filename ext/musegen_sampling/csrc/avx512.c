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
#include "vnni.h"

#include "kernel_body.h"
#if defined(__clang__)
#pragma clang attribute pop
#endif
#endif
