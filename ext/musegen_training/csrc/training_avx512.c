#include "training_targets.h"

#if MT_X86_TARGETS
#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl"))), apply_to = function)
#else
#pragma GCC target("avx512f,avx512bw,avx512dq,avx512vl,prefer-vector-width=512")
#endif
#define MG_LANES 16
#define MT_TILE 12
#define MT_ISA avx512
#include "lstm_body.h"
#if defined(__clang__)
#pragma clang attribute pop
#endif
#endif
