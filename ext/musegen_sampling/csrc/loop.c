#include "loop.h"

#include <string.h>

#include "elementary.h"
#include "os.h"

static ptrdiff_t least(ptrdiff_t a, ptrdiff_t b) { return a < b ? a : b; }
static ptrdiff_t block_units(const mg_kernels *kernels) { return MG_STREAM_VECTORS * kernels->lanes; }
static size_t in_lines(size_t bytes) { return (bytes + 63) / 64 * 64; }

static ptrdiff_t layer_units(const mg_layer *layer) { return layer->parts * layer->part_units; }

static ptrdiff_t layer_columns(const mg_model *model, const mg_layer *layer) {
    return layer->blocks * MG_STREAMS * block_units(model->kernels);
}

/* The state of a layer: h and the next h in turns (2, units), c (units,), then h and the next as int8 (2, units). */
static ptrdiff_t layer_state(const mg_model *model, const mg_layer *layer) {
    return layer_units(layer) * 3 + (model->precision == MG_INT8 ? layer_units(layer) / 2 : 0);
}

ptrdiff_t mg_state_size(const mg_model *model) {
    ptrdiff_t size = 0;
    for (ptrdiff_t l = 0; l < model->depth; l++) size += layer_state(model, &model->layers[l]);
    return size;
}

static float *output(const mg_layer *layer, float *state, int turn) { return state + turn * layer_units(layer); }

static int8_t *quantized(const mg_layer *layer, float *state, int turn) {
    return (int8_t *)(state + 3 * layer_units(layer)) + turn * layer_units(layer);
}

static const void *input(const mg_model *model, const mg_layer *layer, float *state, int turn) {
    return model->precision == MG_INT8 ? (const void *)quantized(layer, state, turn) : output(layer, state, turn);
}

/* A tune on its way. */
typedef struct {
    mg_tune *tune;
    ptrdiff_t t;
    int32_t token;
    int refused; /* the constraint did not take the last token */
} walker;

static int turn(const walker *w) { return (int)(w->t % 2); }

static uint8_t *allowed(const walker *w, ptrdiff_t V) { return w->tune->allowed + turn(w) * V; }

/* Where a thread works. */
typedef struct {
    mg_team *team; /* NULL: it walks alone */
    int thread, threads;
    float *partials; /* (2, P, S * 2L) shared: logits of each part of the last layer, steps in turns; NULL: not wanted */
    int *verdicts;   /* (2,) shared: what the constraint said, steps in turns */
    int *partings;   /* (2,) shared: whether the threads part after this step, steps in turns */
    mg_end *reading; /* shared: what came of reading this step's further inputs */
    double waited;   /* seconds at meetings */
    float *row;      /* (S * 2L,) its own: the logits, as are the next two */
    float *probabilities;
    int32_t *heap;
} place;

static ptrdiff_t row_size(const mg_model *model) { return model->dense_streams * block_units(model->kernels); }

/* Steps one part of a layer, or in the opposite direction. */
static void step_part(const mg_model *model, const mg_layer *layer, const mg_row *rows, ptrdiff_t n, ptrdiff_t part,
                      int backwards) {
    ptrdiff_t units = block_units(model->kernels), columns = MG_STREAMS * units, words = layer->h_words + layer->x_words;
    ptrdiff_t begin = part * (layer->part_units / units);
    ptrdiff_t end = least(begin + layer->part_units / units, layer->blocks);
    for (ptrdiff_t i = begin; i < end; i++) {
        ptrdiff_t b = backwards ? begin + end - 1 - i : i;
        mg_block block = {layer->weights + b * words * columns, layer->h_words, layer->x_words, NULL, NULL};
        if (model->precision == MG_INT8) {
            block.scales = layer->scales + b * 2 * columns;
            block.offsets = layer->offsets + b * 2 * columns;
        }
        mg_row at[MG_ROWS];
        for (ptrdiff_t r = 0; r < n; r++) {
            at[r] = rows[r];
            at[r].start += b * columns, at[r].column = b * columns, at[r].c += b * units, at[r].h_out += b * units;
            if (at[r].q_out != NULL) at[r].q_out += b * units;
        }
        model->kernels->lstm[model->precision](&block, at, n);
    }
}

/* The logits (S * 2L,) that come of one part of the last layer's output `h`. */
static void project_part(const mg_model *model, const float *h, float *y, ptrdiff_t part) {
    const mg_layer *last = &model->layers[model->depth - 1];
    const uint32_t *weights = model->dense + part * model->dense_words * row_size(model);
    int precision = model->precision == MG_FP32 ? MG_FP32 : MG_BF16;
    model->kernels->dense[precision](weights, model->dense_streams, model->dense_words, h + part * last->part_units, y);
}

/* One step of the tunes of `walkers`; threads that walk together do their own parts. Every other step goes in the opposite
 * direction: the end of one sweep over the weights is still in the core's cache when the next begins there. */
static void step(const mg_model *model, walker *walkers, ptrdiff_t n, place *at, int backwards) {
    const mg_layer *below = NULL;
    ptrdiff_t offset = 0, offset_below = 0;
    for (ptrdiff_t l = 0; l < model->depth; l++) {
        const mg_layer *layer = &model->layers[l];
        mg_row rows[MG_ROWS];
        for (ptrdiff_t r = 0; r < n; r++) {
            walker *w = &walkers[r];
            float *state = w->tune->state + offset;
            int8_t *q = model->precision == MG_INT8 ? quantized(layer, state, 1 - turn(w)) : NULL;
            rows[r] = (mg_row){
                .start = layer->start + (l == 0 ? w->token * layer_columns(model, layer) : 0),
                .inputs = w->tune->rows,
                .n_inputs = l == 0 ? model->n_inputs : 0,
                .h = input(model, layer, state, turn(w)),
                .x = below ? input(model, below, w->tune->state + offset_below, 1 - turn(w)) : NULL,
                .c = state + 2 * layer_units(layer),
                .h_out = output(layer, state, 1 - turn(w)),
                .q_out = q,
            };
        }
        ptrdiff_t begin = layer->parts * at->thread / at->threads, end = layer->parts * (at->thread + 1) / at->threads;
        for (ptrdiff_t i = begin; i < end; i++) {
            ptrdiff_t part = backwards ? begin + end - 1 - i : i;
            step_part(model, layer, rows, n, part, backwards);
            if (l == model->depth - 1 && at->partials != NULL) {
                float *y = at->partials + (turn(walkers) * layer->parts + part) * row_size(model);
                project_part(model, rows[0].h_out, y, part);
            }
        }
        if (at->team != NULL) at->waited += mg_meet(at->team);
        below = layer, offset_below = offset;
        offset += layer_state(model, layer);
    }
}

/* The logits of a walker: the bias, then part after part. */
static void sum_parts(const mg_model *model, const walker *w, const place *at) {
    const mg_layer *last = &model->layers[model->depth - 1];
    ptrdiff_t size = row_size(model);
    const float *partials = at->partials + turn(w) * last->parts * size;
    memcpy(at->row, model->dense_bias, (size_t)size * sizeof(float));
    for (ptrdiff_t part = 0; part < last->parts; part++, partials += size)
        for (ptrdiff_t v = 0; v < size; v++) at->row[v] += partials[v];
    mg_limit(at->row, size);
}

/* Hears the token that is to be fed, and reads its further inputs. Returns how the tune goes on. */
static mg_end attend(const mg_model *model, const walker *w) {
    mg_tune *tune = w->tune;
    if (model->odds != NULL) mg_hear(&tune->memory, w->token, turn(w));
    if (model->n_inputs == 0) return MG_RUNNING;
    if (w->refused) return MG_REFUSED;
    if (tune->inputs->read(tune->inputs->self, w->token, tune->values) != 0) return MG_UNREAD;
    for (ptrdiff_t n = 0; n < model->n_inputs; n++) {
        if (tune->values[n] < 0 || tune->values[n] >= model->inputs[n].size) return MG_OUTSIDE;
        tune->rows[n] = model->inputs[n].rows + tune->values[n] * layer_columns(model, model->layers);
    }
    return MG_RUNNING;
}

/* Asks the constraint, before the threads meet, so that all know at the draw. */
static int ask(const mg_model *model, const walker *w) {
    const musegen_constraint *constraint = w->tune->constraint;
    if (w->refused) return -1;
    if (constraint == NULL || w->tune->uniforms == NULL) return MUSEGEN_ALL;
    return constraint->allow(constraint->self, allowed(w, model->V), model->V);
}

static int wants_logits(const mg_tune *tune) { return tune->uniforms != NULL || tune->logits != NULL; }

/* What follows the step of a walker whose logits are in at->row: the next token. Returns how the tune goes on; threads
 * that walk together come to the same, and the first of them writes it down. */
static mg_end go_on(const mg_model *model, walker *w, const mg_drawing *drawing, const place *at, int verdict) {
    mg_tune *tune = w->tune;
    mg_end end = MG_RUNNING;
    const uint8_t *may = verdict == MUSEGEN_SOME ? allowed(w, model->V) : NULL;
    if (model->odds != NULL && wants_logits(tune))
        mg_mix(at->row, model->V, tune->memory.guess[turn(w)], model->odds[tune->memory.match[turn(w)]]);
    if (tune->logits != NULL && at->thread == 0)
        memcpy(tune->logits + w->t * model->V, at->row, (size_t)model->V * sizeof(float));
    if (tune->uniforms != NULL) {
        if (verdict != MUSEGEN_ALL && verdict != MUSEGEN_SOME) return MG_REFUSED;
        w->token = mg_choose(at->row, model->V, &drawing->choice, tune->uniforms[w->t], may, at->probabilities, at->heap);
        if (w->token < 0) return MG_DEAD_END;
        if (at->thread == 0) {
            tune->tokens[w->t + 1] = w->token;
            if (tune->surprises != NULL) mg_surprise(at->row, model->V, w->token, may, tune->surprises + 3 * w->t);
            if (tune->constraint != NULL) w->refused = tune->constraint->take(tune->constraint->self, w->token) != 0;
        }
        if (drawing->stops[w->token]) end = MG_STOPPED;
    }
    w->t++;
    if (tune->uniforms == NULL && w->t < tune->steps) w->token = tune->tokens[w->t];
    return end;
}

static walker begin(mg_tune *tune) { return (walker){.tune = tune, .token = tune->tokens[0]}; }

/* Leaves the state as the next walk expects it: an odd number of steps has left h in the second place. */
static void finish(const mg_model *model, const walker *w, mg_end end) {
    float *state = w->tune->state;
    for (ptrdiff_t l = 0; turn(w) == 1 && l < model->depth; l++) {
        const mg_layer *layer = &model->layers[l];
        size_t units = (size_t)layer_units(layer);
        memcpy(output(layer, state, 0), output(layer, state, 1), units * sizeof(float));
        if (model->precision == MG_INT8) memcpy(quantized(layer, state, 0), quantized(layer, state, 1), units);
        state += layer_state(model, layer);
    }
    w->tune->fed = w->t;
    w->tune->end = w->refused ? MG_REFUSED : end;
}

typedef struct {
    const mg_model *model;
    const mg_drawing *drawing;
    mg_tune *tunes;
    ptrdiff_t n;
    char *scratch;
    mg_counter next; /* the tune that is to be begun next */
    int parted;      /* whether threads that walked together did not stay together */
} run;

/* So long, in seconds, and this part of the time, nobody waits for a thread that is at work, but for one that has lost its
 * core: one thread alone is then faster than two. A time slice of the system is a few milliseconds. */
static const double LONG_WAIT = 2e-2, WAITING_SHARE = 0.5;

/* Scratch memory: first what is shared, then each thread's own. */
static size_t partials_size(const mg_model *model) {
    const mg_layer *last = &model->layers[model->depth - 1];
    return in_lines(2 * (size_t)(last->parts * row_size(model)) * sizeof(float));
}

static size_t floats_size(ptrdiff_t n) { return in_lines((size_t)n * sizeof(float)); }

static size_t own_size(const mg_model *model) {
    return (MG_ROWS + 1) * floats_size(row_size(model)) + 2 * floats_size(model->V) + 64;
}

size_t mg_scratch_size(const mg_model *model, int threads) {
    return partials_size(model) + 64 + (size_t)threads * own_size(model);
}

/* Thread number `thread`'s own memory, as if it were alone. */
static place take_place(const run *job, int thread) {
    const mg_model *model = job->model;
    char *own = job->scratch + partials_size(model) + 64 + (size_t)thread * own_size(model);
    return (place){
        .threads = 1,
        .heap = (int32_t *)own,
        .probabilities = (float *)(own + floats_size(model->V)),
        .row = (float *)(own + 2 * floats_size(model->V)),
    };
}

/* One tune by all threads. */
static void walk_together(void *given, mg_team *team, int thread, int threads) {
    run *job = given;
    const mg_model *model = job->model;
    walker w = begin(job->tunes);
    int logits = wants_logits(w.tune);
    mg_end end = MG_RUNNING;
    double began = mg_seconds();
    place at = take_place(job, thread);
    at.team = team, at.thread = thread, at.threads = threads;
    at.verdicts = (int *)(job->scratch + partials_size(model));
    at.partings = at.verdicts + 2, at.reading = (mg_end *)(at.verdicts + 4);
    if (logits) at.partials = (float *)job->scratch;
    while (end == MG_RUNNING && w.t < w.tune->steps) {
        int *verdict = &at.verdicts[turn(&w)], *parting = &at.partings[turn(&w)];
        if (thread == 0) {
            *at.reading = attend(model, &w);
            if (*at.reading == MG_RUNNING) *verdict = ask(model, &w);
            if (at.team != NULL) /* once parted, the others may yet have to read it */
                *parting = at.waited > LONG_WAIT && at.waited > WAITING_SHARE * (mg_seconds() - began);
        }
        if (model->n_inputs > 0) {
            if (at.team != NULL) at.waited += mg_meet(team); /* the others need what the first has read */
            if ((end = *at.reading) != MG_RUNNING) break;
        }
        step(model, &w, 1, &at, turn(&w));
        if (at.team != NULL && *parting) { /* the first is on its way: nothing else that is shared may be read */
            if (thread != 0) return;
            job->parted = 1;
            at.team = NULL, at.threads = 1;
        }
        if (logits) sum_parts(model, &w, &at);
        end = go_on(model, &w, job->drawing, &at, *verdict);
    }
    if (at.team != NULL) mg_meet(team);
    if (thread == 0) finish(model, &w, end);
}

/* Adds to `sums`, a row a walker, the logits of their last step: the bias, then part after part, as sum_parts does. */
static void project(const mg_model *model, walker *walkers, ptrdiff_t n, const place *at, float *const *sums) {
    const mg_layer *last = &model->layers[model->depth - 1];
    ptrdiff_t offset = mg_state_size(model) - layer_state(model, last), size = row_size(model);
    for (ptrdiff_t r = 0; r < n; r++) memcpy(sums[r], model->dense_bias, (size_t)size * sizeof(float));
    for (ptrdiff_t part = 0; part < last->parts; part++)
        for (ptrdiff_t r = 0; r < n; r++) {
            const float *h = output(last, walkers[r].tune->state + offset, 1 - turn(&walkers[r]));
            project_part(model, h, at->row, part);
            for (ptrdiff_t v = 0; v < size; v++) sums[r][v] += at->row[v];
        }
    for (ptrdiff_t r = 0; r < n; r++) mg_limit(sums[r], size);
}

/* Tunes side by side, each thread its own; where one ends the next is begun. */
static void walk_apart(void *given, mg_team *team, int thread, int threads) {
    run *job = given;
    const mg_model *model = job->model;
    place own = take_place(job, thread), at = own;
    walker walkers[MG_ROWS];
    float *sums[MG_ROWS];
    ptrdiff_t most = least((job->n + threads - 1) / threads, MG_ROWS), active = 0, next;
    (void)team;
    for (ptrdiff_t r = 0; r < MG_ROWS; r++) sums[r] = own.row + (r + 1) * (ptrdiff_t)(floats_size(row_size(model)) / 4);
    for (int backwards = 0;; backwards = !backwards) {
        while (active < most && (next = (ptrdiff_t)mg_take(&job->next)) < job->n)
            walkers[active++] = begin(&job->tunes[next]);
        if (active == 0) return;
        int verdicts[MG_ROWS];
        for (ptrdiff_t r = active; r-- > 0;) {
            mg_end end = attend(model, &walkers[r]);
            if (end == MG_RUNNING) {
                verdicts[r] = ask(model, &walkers[r]);
                continue;
            }
            finish(model, &walkers[r], end);
            active--;
            walkers[r] = walkers[active], verdicts[r] = verdicts[active];
        }
        if (active == 0) continue;
        step(model, walkers, active, &own, backwards);
        if (wants_logits(walkers->tune)) project(model, walkers, active, &own, sums);
        for (ptrdiff_t r = active; r-- > 0;) { /* the last of them takes the place of one that ends */
            at.row = sums[r];
            mg_end end = go_on(model, &walkers[r], job->drawing, &at, verdicts[r]);
            if (end == MG_RUNNING && walkers[r].t < walkers[r].tune->steps) continue;
            finish(model, &walkers[r], end);
            walkers[r] = walkers[--active];
        }
    }
}

int mg_run(const mg_model *model, mg_tune *tunes, ptrdiff_t n, const mg_drawing *drawing, int threads, void *scratch) {
    run job = {.model = model, .drawing = drawing, .tunes = tunes, .n = n, .scratch = scratch};
    if (n >= threads) {
        mg_run_team(walk_apart, &job, threads);
        return 0;
    }
    for (; job.n > 0; job.n--, job.tunes++) mg_run_team(walk_together, &job, threads);
    return job.parted;
}

void mg_fold(const mg_kernels *kernels, const float *weights, ptrdiff_t streams, ptrdiff_t K, const float *x, float *y) {
    kernels->dense[MG_FP32]((const uint32_t *)weights, streams, K, x, y);
}
