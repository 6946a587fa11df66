/* What the compiler emits by default: SSE2 on x86-64, NEON on arm64; scalar where there are no vector extensions. */
#if defined(__GNUC__) || defined(__clang__)
#define MG_LANES 4
#else
#define MG_LANES 1
#endif
#define MG_ISA baseline
#include "targets.h"

#include "body.h"
