/* The memory of the tune so far; see memory.h. */
#include "memory.h"

#include "choose.h"
#include "elementary.h"

void mg_hear(mg_memory *memory, int32_t token, int turn) {
    ptrdiff_t end = memory->count++, reach = end < MG_REACH ? end : MG_REACH, latest = 0;
    int32_t *runs = memory->runs, longest = 0;
    memory->heard[end] = token;
    for (ptrdiff_t n = 0; n < reach; n++) {
        runs[n] = memory->heard[end - 1 - n] == token ? runs[n] + 1 : 0;
        longest = runs[n] > longest ? runs[n] : longest;
    }
    if (longest > 0)
        while (runs[latest] != longest) latest++;
    memory->guess[turn] = memory->heard[end - latest];
    memory->match[turn] = longest < MG_LONGEST_MATCH ? longest : MG_LONGEST_MATCH;
}

void mg_mix(float *logits, ptrdiff_t V, int32_t guess, float odds) {
    if (odds == 0.0f) return;
    float highest;
    double total = mg_sum(logits, V, &highest);
    logits[guess] = highest + mg_log((float)(mg_exp(logits[guess] - highest) + odds * total));
}
