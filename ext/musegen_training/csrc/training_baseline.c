/* What the compiler emits by default: SSE2 on x86-64, NEON on arm64; scalar where there are no vector extensions. */
#include "training_targets.h"

#if defined(__GNUC__) || defined(__clang__)
#define MG_LANES 4
#else
#define MG_LANES 1
#endif
#define MT_TILE 6
#define MT_ISA baseline
#include "lstm_body.h"
