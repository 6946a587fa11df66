/* Which targets this compiler builds. Each has a file of its own that includes kernel_body.h. */
#ifndef MUSEGEN_TARGETS_H
#define MUSEGEN_TARGETS_H

#include "kernels.h"

extern const mg_kernels mg_kernels_baseline;

#if (defined(__x86_64__) || defined(__i386__)) && (defined(__GNUC__) || defined(__clang__))
#define MG_X86_TARGETS 1
extern const mg_kernels mg_kernels_avx2, mg_kernels_avx512;
#if defined(__x86_64__) && defined(__linux__) && defined(__has_include)
#if __has_include(<amxint8intrin.h>)
#define MG_AMX_TARGET 1 /* a process has to ask for tiles, which is done in Linux's way */
extern const mg_kernels mg_kernels_amx;
#endif
#endif
#else
#define MG_X86_TARGETS 0
#endif

#if defined(__aarch64__) && (defined(__linux__) || defined(__APPLE__)) && (defined(__GNUC__) || defined(__clang__))
#define MG_ARM_TARGETS 1
extern const mg_kernels mg_kernels_neon;
#else
#define MG_ARM_TARGETS 0
#endif

#if !defined(MG_AMX_TARGET)
#define MG_AMX_TARGET 0
#endif

#endif
