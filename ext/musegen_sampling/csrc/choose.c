/* From logits to a token; see mg_choose in choose.h. */
#include "choose.h"

#include "elementary.h"

static int ranks_before(const float *logits, int32_t a, int32_t b) {
    return logits[a] > logits[b] || (logits[a] == logits[b] && a < b);
}

/* Restores the heap below `parent`: every token ranks before its children at 2i + 1 and 2i + 2. */
static void sift_down(const float *logits, int32_t *heap, ptrdiff_t size, ptrdiff_t parent) {
    int32_t token = heap[parent];
    for (ptrdiff_t child; (child = 2 * parent + 1) < size; parent = child) {
        if (child + 1 < size && ranks_before(logits, heap[child + 1], heap[child])) child++;
        if (ranks_before(logits, token, heap[child])) break;
        heap[parent] = heap[child];
    }
    heap[parent] = token;
}

/* Takes the best token off a heap of `size` and puts it behind the rest. */
static int32_t pop(const float *logits, int32_t *heap, ptrdiff_t size) {
    int32_t best = heap[0];
    heap[0] = heap[size - 1];
    heap[size - 1] = best;
    sift_down(logits, heap, size - 1, 0);
    return best;
}

static double sum(const float *p, ptrdiff_t V) {
    double total = 0.0;
    for (ptrdiff_t v = 0; v < V; v++) total += p[v];
    return total;
}

/* Sets the probabilities to zero that top-k and top-p leave out. `heap` has the n tokens that are allowed. */
static void keep_best(const float *logits, ptrdiff_t V, const mg_choice *choice, float *p, int32_t *heap, ptrdiff_t n) {
    ptrdiff_t kept = choice->top_k > 0 && choice->top_k < n ? choice->top_k : n;
    for (ptrdiff_t i = n / 2; i-- > 0;) sift_down(logits, heap, n, i);
    for (ptrdiff_t size = n; size > n - kept; size--) pop(logits, heap, size);
    for (ptrdiff_t i = 0; i < n - kept; i++) p[heap[i]] = 0.0f;
    if (choice->top_p < 1.0) { /* the best lies at n - 1, the next before it */
        double enough = choice->top_p * sum(p, V), reached = 0.0;
        ptrdiff_t i = n;
        while (i > n - kept && reached < enough) reached += p[heap[--i]];
        while (i > n - kept) p[heap[--i]] = 0.0f;
    }
}

int32_t mg_choose(const float *logits, ptrdiff_t V, const mg_choice *choice, double uniform, const uint8_t *allowed,
                  float *probabilities, int32_t *heap) {
    float *p = probabilities;
    int32_t best = -1;
    ptrdiff_t n = 0;
    for (ptrdiff_t v = 0; v < V; v++) {
        if (allowed != NULL && !allowed[v]) continue;
        heap[n++] = (int32_t)v;
        if (best < 0 || logits[v] > logits[best]) best = (int32_t)v;
    }
    if (best < 0 || choice->temperature == 0.0) return best;
    float highest = logits[best];
    for (ptrdiff_t v = 0; v < V; v++) {
        double scaled = ((double)logits[v] - highest) / choice->temperature;
        p[v] = scaled < -87.0 || (allowed != NULL && !allowed[v]) ? 0.0f : mg_exp((float)scaled);
    }
    if (choice->top_k > 0 || choice->top_p < 1.0) keep_best(logits, V, choice, p, heap, n);
    double target = uniform * sum(p, V), reached = 0.0;
    int32_t last = best; /* rounding may leave the target unreached */
    for (ptrdiff_t v = 0; v < V; v++) {
        reached += p[v];
        if (p[v] > 0.0f) last = (int32_t)v;
        if (reached > target) break;
    }
    return last;
}

double mg_sum(const float *logits, ptrdiff_t V, float *highest) {
    float most = logits[0];
    double total = 0.0;
    for (ptrdiff_t v = 1; v < V; v++) most = logits[v] > most ? logits[v] : most;
    for (ptrdiff_t v = 0; v < V; v++) total += mg_exp(logits[v] - most);
    *highest = most;
    return total;
}

void mg_surprise(const float *logits, ptrdiff_t V, int32_t token, const uint8_t *allowed, double *surprise) {
    float highest;
    double total = mg_sum(logits, V, &highest), left = 0.0;
    for (ptrdiff_t v = 0; allowed != NULL && v < V; v++) left += allowed[v] ? mg_exp(logits[v] - highest) : 0.0f;
    surprise[0] = total;
    surprise[1] = (double)highest - logits[token];
    surprise[2] = allowed == NULL ? total : left;
}
