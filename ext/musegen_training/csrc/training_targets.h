/* Which targets this compiler builds. Each has a file of its own that includes lstm_body.h. */
#ifndef MUSEGEN_TRAINING_TARGETS_H
#define MUSEGEN_TRAINING_TARGETS_H

#include "lstm.h"

extern const mt_kernels mt_kernels_baseline;

#if (defined(__x86_64__) || defined(__i386__)) && (defined(__GNUC__) || defined(__clang__))
#define MT_X86_TARGETS 1
extern const mt_kernels mt_kernels_avx2, mt_kernels_avx512;
#else
#define MT_X86_TARGETS 0
#endif

#endif
