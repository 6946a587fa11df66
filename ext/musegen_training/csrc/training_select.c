/* Chooses the target for this CPU. */
#include <string.h>

#include "training_targets.h"

static int runs_here(const mt_kernels *kernels) {
#if MT_X86_TARGETS
    __builtin_cpu_init();
    if (kernels == &mt_kernels_avx512)
        return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
               __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
    if (kernels == &mt_kernels_avx2) return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
#endif
    return kernels == &mt_kernels_baseline;
}

const mt_kernels *mt_target(int i) {
    static const mt_kernels *const best_first[] = {
#if MT_X86_TARGETS
        &mt_kernels_avx512,
        &mt_kernels_avx2,
#endif
        &mt_kernels_baseline,
    };
    return i < (int)(sizeof best_first / sizeof *best_first) ? best_first[i] : NULL;
}

const mt_kernels *mt_select(const char *isa) {
    const mt_kernels *kernels;
    for (int i = 0; (kernels = mt_target(i)) != NULL; i++)
        if ((*isa == '\0' || strcmp(isa, kernels->isa) == 0) && runs_here(kernels)) return kernels;
    return NULL;
}
