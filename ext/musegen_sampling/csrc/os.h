/* What differs between operating systems and compilers: threads, their meeting point, the floating point mode. */
#ifndef MUSEGEN_OS_H
#define MUSEGEN_OS_H

#include <stdint.h>

enum { MG_MAX_THREADS = 64 };

typedef struct mg_team mg_team;

/* Runs work(job, team, thread, threads) for thread = 0 (the caller's own) ... threads - 1 and waits for all. There may
 * be fewer threads than asked for: where there are none, or no more can be started. Denormals count as zero inside, for
 * speed; the caller's floating point mode comes back. */
typedef void mg_work(void *job, mg_team *team, int thread, int threads);
void mg_run_team(mg_work *work, void *job, int threads);

/* Counts up from 0, for many threads: what it was before. */
typedef int64_t mg_counter;
int64_t mg_take(mg_counter *counter);

/* A clock in seconds. */
double mg_seconds(void);

/* Returns when all threads of the team have called it as often as this one: how many seconds it waited, 0 if hardly. */
double mg_meet(mg_team *team);

#endif
