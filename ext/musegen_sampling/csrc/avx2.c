#include "elementary.h"
#include "targets.h"

#if MG_X86_TARGETS
#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx2"))), apply_to = function)
#else
#pragma GCC target("avx2")
#endif
#define MG_LANES 8
#define MG_ISA avx2
#include "body.h"
#if defined(__clang__)
#pragma clang attribute pop
#endif
#endif
