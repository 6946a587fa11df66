#include "elementary.h"
#include "targets.h"

#if MG_X86_TARGETS
#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx512f"))), apply_to = function)
#else
#pragma GCC target("avx512f")
#endif
#define MG_LANES 16
#define MG_ISA avx512
#include "body.h"
#if defined(__clang__)
#pragma clang attribute pop
#endif
#endif
