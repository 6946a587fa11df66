#include "training_targets.h"

#if MT_X86_TARGETS
#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#else
#pragma GCC target("avx2,fma")
#endif
#define MG_LANES 8
#define MT_TILE 6
#define MT_ISA avx2
#include "lstm_body.h"
#if defined(__clang__)
#pragma clang attribute pop
#endif
#endif
