/* From logits to a token; see mg_choose in kernels.h. */
#include "elementary.h"
#include "kernels.h"

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

/* Sets the probabilities to zero that top-k and top-p leave out. */
static void keep_best(const float *logits, ptrdiff_t V, const mg_choice *choice, float *p, int32_t *heap) {
    ptrdiff_t kept = choice->top_k > 0 && choice->top_k < V ? choice->top_k : V;
    for (ptrdiff_t v = 0; v < V; v++) heap[v] = (int32_t)v;
    for (ptrdiff_t v = V / 2; v-- > 0;) sift_down(logits, heap, V, v);
    for (ptrdiff_t size = V; size > V - kept; size--) pop(logits, heap, size);
    for (ptrdiff_t i = 0; i < V - kept; i++) p[heap[i]] = 0.0f;
    if (choice->top_p < 1.0) { /* the best lies at V - 1, the next before it */
        double enough = choice->top_p * sum(p, V), reached = 0.0;
        ptrdiff_t i = V;
        while (i > V - kept && reached < enough) reached += p[heap[--i]];
        while (i > V - kept) p[heap[--i]] = 0.0f;
    }
}

int32_t mg_choose(const float *logits, ptrdiff_t V, const mg_choice *choice, double uniform, float *probabilities,
                  int32_t *heap) {
    float *p = probabilities, highest = logits[0];
    for (ptrdiff_t v = 1; v < V; v++) highest = logits[v] > highest ? logits[v] : highest;
    for (ptrdiff_t v = 0; v < V; v++) {
        double scaled = ((double)logits[v] - highest) / choice->temperature;
        p[v] = scaled < -87.0 ? 0.0f : mg_exp((float)scaled);
    }
    if (choice->top_k > 0 || choice->top_p < 1.0) keep_best(logits, V, choice, p, heap);
    double target = uniform * sum(p, V), reached = 0.0;
    int32_t last = 0; /* rounding may leave the target unreached */
    for (ptrdiff_t v = 0; v < V; v++) {
        reached += p[v];
        if (p[v] > 0.0f) last = (int32_t)v;
        if (reached > target) break;
    }
    return last;
}
