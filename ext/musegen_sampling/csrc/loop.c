#include "loop.h"

#include <string.h>

#include "os.h"

typedef struct {
    const mg_model *model;
    const mg_walk *walk;
    ptrdiff_t fed;
} run;

static ptrdiff_t block_units(const mg_kernels *kernels) { return MG_STREAM_VECTORS * kernels->lanes; }
static ptrdiff_t block_columns(const mg_kernels *kernels) { return MG_STREAMS * block_units(kernels); }

static ptrdiff_t first_block(ptrdiff_t blocks, int thread, int threads) { return blocks * thread / threads; }

/* This thread's blocks of one layer, in the opposite direction each step: the end of one sweep over the weights is
 * still in the core's cache when the next one begins there. */
static void step_layer(const mg_kernels *kernels, const mg_layer *layer, const float *start, float *state,
                       const float *x, ptrdiff_t t, int thread, int threads) {
    ptrdiff_t columns = block_columns(kernels), units = block_units(kernels);
    ptrdiff_t size = layer->blocks * units;
    float *h = state + (t % 2) * size, *h_out = state + (1 - t % 2) * size, *c = state + 2 * size;
    ptrdiff_t begin = first_block(layer->blocks, thread, threads);
    ptrdiff_t end = first_block(layer->blocks, thread + 1, threads);
    for (ptrdiff_t i = begin; i < end; i++) {
        ptrdiff_t b = t % 2 ? begin + end - 1 - i : i;
        kernels->lstm(layer->weights + b * (layer->units + layer->inputs) * columns, start + b * columns, h,
                      layer->units, x, layer->inputs, c + b * units, h_out + b * units);
    }
}

static void walk_tokens(void *job, mg_team *team, int thread, int threads) {
    const mg_model *model = ((run *)job)->model;
    const mg_walk *walk = ((run *)job)->walk;
    const mg_kernels *kernels = model->kernels;
    ptrdiff_t columns = block_columns(kernels), units = block_units(kernels), t;
    int32_t token = walk->tokens[0];
    for (t = 0; t < walk->steps; t++) {
        const float *x = NULL;
        float *state = walk->state;
        if (walk->uniforms == NULL) token = walk->tokens[t];
        for (ptrdiff_t l = 0; l < model->depth; l++) {
            const mg_layer *layer = &model->layers[l];
            const float *start = layer->start + (l == 0 ? token * layer->blocks * columns : 0);
            step_layer(kernels, layer, start, state, x, t, thread, threads);
            x = state + (1 - t % 2) * layer->blocks * units;
            state += 3 * layer->blocks * units;
            mg_meet(team);
        }
        if (walk->row == NULL) continue;
        ptrdiff_t H = model->layers[model->depth - 1].units, begin = first_block(model->dense_blocks, thread, threads);
        mg_dense(kernels, model->dense + begin * H * columns, model->dense_bias + begin * columns, x, H,
                 first_block(model->dense_blocks, thread + 1, threads) - begin, walk->row + begin * columns);
        mg_meet(team);
        if (walk->logits != NULL && thread == 0)
            memcpy(walk->logits + t * model->V, walk->row, (size_t)model->V * sizeof(float));
        if (walk->uniforms != NULL) { /* every thread draws the same token, which saves a meeting */
            token = mg_choose(walk->row, model->V, walk->choice, walk->uniforms[t],
                              walk->probabilities + thread * model->V, walk->heaps + thread * model->V);
            if (thread == 0) walk->tokens[t + 1] = token;
            if (walk->stops[token]) {
                t++;
                break;
            }
        }
    }
    if (thread == 0) ((run *)job)->fed = t;
}

void mg_dense(const mg_kernels *kernels, const float *weights, const float *bias, const float *x, ptrdiff_t I,
              ptrdiff_t D, float *products) {
    ptrdiff_t columns = block_columns(kernels);
    for (ptrdiff_t d = 0; d < D; d++)
        kernels->dense(weights + d * I * columns, bias + d * columns, x, I, products + d * columns);
}

ptrdiff_t mg_run(const mg_model *model, const mg_walk *walk, int threads) {
    run job = {model, walk, 0};
    mg_run_team(walk_tokens, &job, threads);
    float *state = walk->state;
    for (ptrdiff_t l = 0; l < model->depth; l++) {
        ptrdiff_t size = model->layers[l].blocks * block_units(model->kernels);
        if (job.fed % 2) memcpy(state, state + size, (size_t)size * sizeof(float)); /* odd steps leave h there */
        state += 3 * size;
    }
    return job.fed;
}
