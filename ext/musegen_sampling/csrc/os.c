/* The only file that asks which system it is on. Without POSIX or Windows threads a team is its caller alone. */
#include "os.h"

#include <stddef.h>
#include <stdint.h>

#if defined(_WIN32)
#define WIN32_LEAN_AND_MEAN
#include <windows.h>

#include <process.h>
#define MG_THREADS 1
typedef volatile LONG64 counter;
static int64_t add_one(counter *c) { return InterlockedIncrement64(c); }
int64_t mg_take(mg_counter *c) { return InterlockedIncrement64((counter *)c) - 1; }
static int64_t load(counter *c) { return InterlockedCompareExchange64(c, 0, 0); }
static void store(counter *c, int64_t value) { InterlockedExchange64(c, value); }
static void yield(void) { SwitchToThread(); }
double mg_seconds(void) {
    LARGE_INTEGER ticks, frequency;
    QueryPerformanceCounter(&ticks);
    QueryPerformanceFrequency(&frequency);
    return (double)ticks.QuadPart / (double)frequency.QuadPart;
}
#elif defined(__GNUC__) || defined(__clang__)
#include <pthread.h>
#include <sched.h>
#include <time.h>
#define MG_THREADS 1
typedef int64_t counter;
static int64_t add_one(counter *c) { return __atomic_add_fetch(c, 1, __ATOMIC_ACQ_REL); }
int64_t mg_take(mg_counter *c) { return __atomic_fetch_add(c, 1, __ATOMIC_RELAXED); }
static int64_t load(counter *c) { return __atomic_load_n(c, __ATOMIC_ACQUIRE); }
static void store(counter *c, int64_t value) { __atomic_store_n(c, value, __ATOMIC_RELEASE); }
static void yield(void) { sched_yield(); }
double mg_seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}
#else
#include <time.h>
#define MG_THREADS 0
double mg_seconds(void) { return (double)clock() / CLOCKS_PER_SEC; }
int64_t mg_take(mg_counter *c) { return (*c)++; }
#endif

/* Denormal results and inputs as zero (x86: FTZ and DAZ; arm64: FZ). Returns the mode to put back. */
#if defined(__SSE__) || defined(_M_X64)
#include <xmmintrin.h>
static uint64_t flush_denormals(void) {
    unsigned mode = _mm_getcsr();
    _mm_setcsr(mode | 0x8040);
    return mode;
}
static void restore(uint64_t mode) { _mm_setcsr((unsigned)mode); }
#elif defined(__aarch64__) && defined(__GNUC__)
static uint64_t flush_denormals(void) {
    uint64_t mode;
    __asm__ volatile("mrs %0, fpcr" : "=r"(mode));
    __asm__ volatile("msr fpcr, %0" : : "r"(mode | (1u << 24)));
    return mode;
}
static void restore(uint64_t mode) { __asm__ volatile("msr fpcr, %0" : : "r"(mode)); }
#else
static uint64_t flush_denormals(void) { return 0; }
static void restore(uint64_t mode) { (void)mode; }
#endif

static void work_flushed(mg_work *work, void *job, mg_team *team, int thread, int threads) {
    uint64_t mode = flush_denormals();
    work(job, team, thread, threads);
    restore(mode);
}

#if MG_THREADS

/* Meetings are microseconds apart, so waiting spins; but only this often before it lets others run: a thread that
 * waits for one that has lost its core must not keep it from getting one. */
enum { SPINS = 100 };

struct mg_team {
    mg_work *work;
    void *job;
    counter threads; /* 0 until all have been started */
    char apart[64];  /* the line that everyone writes, away from the one that everyone reads */
    counter arrivals;
};

typedef struct {
    mg_team *team;
    int thread;
} member;

static void relax(int *spins) {
    if (*spins == SPINS) {
        yield();
        return;
    }
    ++*spins;
#if defined(__SSE__) || defined(_M_X64)
    _mm_pause();
#elif defined(__aarch64__) && defined(__GNUC__)
    __asm__ volatile("yield");
#endif
}

double mg_meet(mg_team *team) {
    int64_t threads = load(&team->threads);
    if (threads == 1) return 0.0;
    int64_t all = (add_one(&team->arrivals) + threads - 1) / threads * threads;
    double began = 0.0;
    for (int spins = 0; load(&team->arrivals) < all;) {
        if (spins == SPINS && began == 0.0) began = mg_seconds();
        relax(&spins);
    }
    return began == 0.0 ? 0.0 : mg_seconds() - began;
}

static void join_in(member *m) {
    int64_t threads;
    for (int spins = 0; (threads = load(&m->team->threads)) == 0;) relax(&spins);
    work_flushed(m->team->work, m->team->job, m->team, m->thread, (int)threads);
}

#if defined(_WIN32)
typedef HANDLE handle;
static unsigned __stdcall enter(void *m) {
    join_in(m);
    return 0;
}
static int start(handle *h, member *m) { return (*h = (HANDLE)_beginthreadex(NULL, 0, enter, m, 0, NULL)) != NULL; }
static void join(handle h) {
    WaitForSingleObject(h, INFINITE);
    CloseHandle(h);
}
#else
typedef pthread_t handle;
static void *enter(void *m) {
    join_in(m);
    return NULL;
}
static int start(handle *h, member *m) { return pthread_create(h, NULL, enter, m) == 0; }
static void join(handle h) { pthread_join(h, NULL); }
#endif

void mg_run_team(mg_work *work, void *job, int threads) {
    mg_team team = {.work = work, .job = job};
    member members[MG_MAX_THREADS];
    handle handles[MG_MAX_THREADS];
    int n = 1;
    for (; n < threads && n < MG_MAX_THREADS; n++) {
        members[n] = (member){&team, n};
        if (!start(&handles[n], &members[n])) break;
    }
    store(&team.threads, n);
    work_flushed(work, job, &team, 0, n);
    while (--n > 0) join(handles[n]);
}

#else

double mg_meet(mg_team *team) {
    (void)team;
    return 0.0;
}

void mg_run_team(mg_work *work, void *job, int threads) {
    (void)threads;
    work_flushed(work, job, NULL, 0, 1);
}

#endif
