/* How fast memory can be read at all: what the sampler's speed is held against. */
#include <stdlib.h>

#include "loop.h"
#include "os.h"

typedef struct {
    const mg_kernels *kernels;
    const uint32_t *words;
    ptrdiff_t blocks, sweeps;
    int zigzag;
    double *seconds; /* (sweeps,) */
    volatile uint32_t sink[MG_MAX_THREADS];
} sweep_job;

enum { BLOCK_WORDS = 16384 }; /* 64 KiB, about what a kernel reads in one go */

static void sweep(void *given, mg_team *team, int thread, int threads) {
    sweep_job *job = given;
    ptrdiff_t begin = job->blocks * thread / threads, end = job->blocks * (thread + 1) / threads;
    for (ptrdiff_t n = 0; n < job->sweeps; n++) {
        mg_meet(team);
        double began = mg_seconds();
        for (ptrdiff_t i = begin; i < end; i++) {
            ptrdiff_t block = job->zigzag && n % 2 ? begin + end - 1 - i : i;
            job->sink[thread] ^= job->kernels->read_words(job->words + block * BLOCK_WORDS, BLOCK_WORDS);
        }
        mg_meet(team);
        if (thread == 0) job->seconds[n] = mg_seconds() - began;
    }
}

static int ascending(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

double mg_read_rate(const mg_kernels *kernels, const uint32_t *words, size_t bytes, int sweeps, int zigzag, int threads) {
    sweep_job job = {.kernels = kernels, .words = words, .sweeps = sweeps, .zigzag = zigzag};
    double rate = 0.0;
    job.blocks = (ptrdiff_t)(bytes / (4 * BLOCK_WORDS));
    job.seconds = calloc((size_t)sweeps, sizeof(double));
    if (job.seconds == NULL) return 0.0;
    mg_run_team(sweep, &job, threads);
    qsort(job.seconds, (size_t)sweeps, sizeof(double), ascending);
    rate = (double)job.blocks * 4 * BLOCK_WORDS / job.seconds[sweeps / 2];
    free(job.seconds);
    return rate;
}
