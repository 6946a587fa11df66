/* Chooses the target for this CPU. */
#include <string.h>

#include "targets.h"

#if MG_ARM_TARGETS && defined(__linux__)
#include <sys/auxv.h>
enum { DOT_PRODUCTS = 1 << 20 }; /* HWCAP_ASIMDDP */
#endif

#if MG_AMX_TARGET
#include <cpuid.h>
#include <sys/syscall.h>
#include <unistd.h>
enum { AMX_TILE_AND_INT8 = 3 << 24 };             /* cpuid 7, edx */
enum { ASK_FOR_STATE = 0x1023, TILE_DATA = 18 }; /* arch_prctl's ARCH_REQ_XCOMP_PERM */

static int has_tiles(void) {
    unsigned a, b, c, d;
    return __get_cpuid_count(7, 0, &a, &b, &c, &d) && (d & AMX_TILE_AND_INT8) == AMX_TILE_AND_INT8 &&
           syscall(SYS_arch_prctl, ASK_FOR_STATE, TILE_DATA) == 0;
}
#endif

static int runs_here(const mg_kernels *kernels) {
#if MG_X86_TARGETS
    __builtin_cpu_init();
    int vnni = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
               __builtin_cpu_supports("avx512vnni");
    if (kernels == &mg_kernels_avx512) return vnni;
#if MG_AMX_TARGET
    if (kernels == &mg_kernels_amx) return vnni && has_tiles();
#endif
    if (kernels == &mg_kernels_avx2) return __builtin_cpu_supports("avx2");
#endif
#if MG_ARM_TARGETS && defined(__linux__)
    if (kernels == &mg_kernels_neon) return (getauxval(AT_HWCAP) & DOT_PRODUCTS) != 0;
#elif MG_ARM_TARGETS
    if (kernels == &mg_kernels_neon) return 1; /* every arm64 Mac */
#endif
    return kernels == &mg_kernels_baseline;
}

const mg_kernels *mg_target(int i) {
    static const mg_kernels *const best_first[] = {
#if MG_AMX_TARGET
        &mg_kernels_amx,
#endif
#if MG_X86_TARGETS
        &mg_kernels_avx512,
        &mg_kernels_avx2,
#endif
#if MG_ARM_TARGETS
        &mg_kernels_neon,
#endif
        &mg_kernels_baseline,
    };
    return i < (int)(sizeof best_first / sizeof *best_first) ? best_first[i] : NULL;
}

const mg_kernels *mg_select(const char *isa) {
    const mg_kernels *kernels;
    for (int i = 0; (kernels = mg_target(i)) != NULL; i++)
        if ((*isa == '\0' || strcmp(isa, kernels->isa) == 0) && runs_here(kernels)) return kernels;
    return NULL;
}
