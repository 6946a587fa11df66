/* Runs every target that this CPU has on the cases that cases.py wrote, and compares bit for bit with reference.py.
 * One static program, so that it can run where Python cannot: under an emulator of another CPU. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "loop.h"

static FILE *file;

static int64_t number(void) {
    int64_t n;
    if (fread(&n, sizeof n, 1, file) != 1) exit(2);
    return n;
}

/* An array with its size in bytes before it, on a 64-byte boundary; NULL if it is empty. */
static void *array(void) {
    size_t size = (size_t)number();
    if (size == 0) return NULL;
    void *bytes = aligned_alloc(64, (size + 63) / 64 * 64);
    if (bytes == NULL || fread(bytes, 1, size, file) != size) exit(2);
    return bytes;
}

/* Further inputs as helpers/readers.py has them in Python: remainders of a number that depends on all tokens so far. */
typedef struct {
    musegen_inputs functions;
    const mg_model *model;
    uint32_t mixed;
    int32_t values[8];
    const float *rows[8];
} reader;

static int read_values(void *self, int32_t token, int32_t *values) {
    reader *r = self;
    r->mixed = (31 * r->mixed + (uint32_t)token + 1) % 65536;
    for (ptrdiff_t n = 0; n < r->model->n_inputs; n++)
        values[n] = (int32_t)((r->mixed >> n) % (uint32_t)r->model->inputs[n].size);
    return 0;
}

/* A fresh reader for a tune. */
static void begin(mg_tune *tune, reader *r, const mg_model *model) {
    *r = (reader){.functions = {r, read_values, (int32_t)model->n_inputs}, .model = model};
    tune->inputs = &r->functions, tune->values = r->values, tune->rows = r->rows;
}

/* The first tune by all threads together, then the others side by side. */
static void run(const mg_model *model, mg_tune *tunes, ptrdiff_t n, const mg_drawing *drawing, int threads, void *scratch) {
    mg_run(model, tunes, 1, drawing, threads, scratch);
    mg_run(model, tunes + 1, n - 1, drawing, threads, scratch);
}

static const char *const precisions[] = {"fp32", "bf16", "int8"};

int main(int argc, char **argv) {
    int failed = 0, ran = 0;
    file = fopen(argc > 1 ? argv[1] : "cases.bin", "rb");
    if (file == NULL) return 2;
    for (int64_t cases = number(); cases > 0; cases--) {
        mg_layer layers[8];
        mg_table tables[8];
        mg_model model = {.layers = layers, .inputs = tables};
        int64_t lanes = number();
        model.precision = (mg_precision)number(), model.depth = number(), model.V = number();
        for (ptrdiff_t l = 0; l < model.depth; l++) {
            mg_layer *layer = &layers[l];
            layer->parts = number(), layer->part_units = number(), layer->blocks = number();
            layer->h_words = number(), layer->x_words = number();
            layer->weights = array(), layer->scales = array(), layer->offsets = array(), layer->start = array();
        }
        model.n_inputs = number();
        for (ptrdiff_t n = 0; n < model.n_inputs; n++) tables[n].size = (int32_t)number(), tables[n].rows = array();
        model.dense_streams = number(), model.dense_words = number();
        model.dense = array(), model.dense_bias = array();
        int64_t tunes = number(), steps = number();
        int32_t *fed = array();         /* (tunes, steps) */
        float *expected = array();      /* (tunes, steps, V) */
        double *uniforms = array();     /* (tunes, steps) */
        int32_t *drawn = array();       /* (tunes, steps) */
        uint8_t *stops = calloc((size_t)model.V, 1);
        for (int t = 0; mg_target(t) != NULL; t++) {
            const mg_kernels *kernels = mg_target(t);
            if (kernels->lanes != lanes) continue;
            if (mg_select(kernels->isa) == NULL) {
                printf("%s %s: not run, this CPU lacks it\n", kernels->isa, precisions[model.precision]);
                continue;
            }
            model.kernels = kernels;
            for (int threads = 1; threads <= 3; threads++) {
                mg_tune *all = calloc((size_t)tunes, sizeof *all);
                reader *readers = calloc((size_t)tunes, sizeof *readers);
                size_t state = ((size_t)mg_state_size(&model) * sizeof(float) + 63) / 64 * 64;
                void *scratch = aligned_alloc(64, (mg_scratch_size(&model, threads) + 63) / 64 * 64);
                float *logits = calloc((size_t)(tunes * steps * model.V), sizeof(float));
                int32_t *tokens = calloc((size_t)(tunes * (steps + 1)), sizeof(int32_t));
                mg_drawing drawing = {{0.9, 0.95, 20}, stops};
                for (int64_t n = 0; n < tunes; n++) {
                    all[n].state = memset(aligned_alloc(64, state), 0, state);
                    begin(&all[n], &readers[n], &model);
                    all[n].steps = steps, all[n].tokens = fed + n * steps, all[n].logits = logits + n * steps * model.V;
                }
                run(&model, all, tunes, &drawing, threads, scratch);
                int same = memcmp(logits, expected, (size_t)(tunes * steps * model.V) * sizeof(float)) == 0;
                for (int64_t n = 0; n < tunes; n++) {
                    memset(all[n].state, 0, state);
                    begin(&all[n], &readers[n], &model);
                    all[n].tokens = tokens + n * (steps + 1), all[n].tokens[0] = fed[n * steps];
                    all[n].logits = NULL, all[n].uniforms = uniforms + n * steps;
                }
                run(&model, all, tunes, &drawing, threads, scratch);
                for (int64_t n = 0; n < tunes; n++)
                    same = same && memcmp(all[n].tokens + 1, drawn + n * steps, (size_t)steps * sizeof(int32_t)) == 0;
                printf("%s %s, %d layers, %d inputs, %d threads: %s\n", kernels->isa, precisions[model.precision],
                       (int)model.depth, (int)model.n_inputs, threads, same ? "equal" : "DIFFERENT");
                failed += !same, ran++;
            }
        }
    }
    printf("%d runs, %d different\n", ran, failed);
    return failed > 0 || ran == 0;
}
