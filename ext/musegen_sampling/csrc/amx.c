/* AVX-512, and tiles of 16 x 16 sums for tunes side by side in int8. One tune, and the other precisions, are as in
 * avx512.c: a tile is of no use there. */
#include "targets.h"

#if MG_AMX_TARGET
#include <immintrin.h>

#include "elementary.h"
#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512vnni,amx-tile,amx-int8"))), \
                             apply_to = function)
#else
#pragma GCC target("avx512f,avx512bw,avx512vnni,amx-tile,amx-int8")
#endif
#define MG_LANES 16
#define MG_TILE 8
#define MG_ISA amx
#include "vectors.h"
#include "vnni.h"

/* From so many tunes on, at most 16 at once, tiles are used. */
#define MG_LEAST_MANY 8

enum { TILE = 16 }; /* rows of a tile, and its columns in words */

/* Tiles 0 to 3: sums (rows, 16). 4: inputs (rows, 64) in int8, 5: weights, 16 words deep. 6, 7: these for the last
 * `rest` words. */
static inline void configure(int rows, int rest) {
    struct {
        uint8_t palette, start_row, reserved[14];
        uint16_t column_bytes[16];
        uint8_t rows[16];
    } MG_ALIGNED tiles = {.palette = 1};
    for (int t = 0; t < 8; t++) tiles.column_bytes[t] = 64, tiles.rows[t] = t == 5 ? TILE : (uint8_t)rows;
    if (rest > 0) tiles.column_bytes[6] = (uint16_t)(4 * rest), tiles.rows[7] = (uint8_t)rest;
    _tile_loadconfig(&tiles);
}

#define MG_MULTIPLY(inputs, weights, at, stride)     \
    _tile_loadd(weights, (at), 128);                 \
    _tile_dpbssd(0, inputs, weights);                \
    _tile_loadd(weights, (at) + TILE, 128);          \
    _tile_dpbssd(1, inputs, weights);                \
    _tile_loadd(weights, (at) + (stride), 128);      \
    _tile_dpbssd(2, inputs, weights);                \
    _tile_loadd(weights, (at) + (stride) + TILE, 128); \
    _tile_dpbssd(3, inputs, weights);

/* z (rows, 8L) for 16 tunes at most, two streams of the block at a time. */
static void gates_of_many(const mg_block *block, const mg_row *row, int rows, float *z) {
    const ptrdiff_t width = 8 * TILE, units = 2 * TILE, stride = (block->h_words + block->x_words) * units;
    for (int part = 0; part < 2; part++) {
        const ptrdiff_t words = part == 0 ? block->h_words : block->x_words, rest = words % TILE;
        const uint32_t *weights = block->weights + part * block->h_words * units;
        if (words == 0) return;
        configure(rows, (int)rest);
        for (int first = 0; first < MG_STREAMS; first += 2, weights += 2 * stride) {
            int8_t inputs[TILE][64] MG_ALIGNED;
            int32_t sums[4][TILE][TILE] MG_ALIGNED;
            _tile_zero(0);
            _tile_zero(1);
            _tile_zero(2);
            _tile_zero(3);
            for (ptrdiff_t g = 0; g < words; g += TILE) {
                ptrdiff_t bytes = 4 * (words - g < TILE ? rest : TILE);
                for (int r = 0; r < rows; r++)
                    memcpy(inputs[r], (const int8_t *)(part == 0 ? row[r].h : row[r].x) + 4 * g, (size_t)bytes);
                const uint32_t *at = weights + g * units;
                if (bytes == 64) {
                    _tile_loadd(4, inputs, 64);
                    MG_MULTIPLY(4, 5, at, stride)
                } else {
                    _tile_loadd(6, inputs, 64);
                    MG_MULTIPLY(6, 7, at, stride)
                }
            }
            _tile_stored(0, sums[0], 64);
            _tile_stored(1, sums[1], 64);
            _tile_stored(2, sums[2], 64);
            _tile_stored(3, sums[3], 64);
            for (int r = 0; r < rows; r++)
                for (int v = 0; v < 4; v++)
                    for (int n = 0; n < TILE; n++) {
                        ptrdiff_t column = first * units + v * TILE + n;
                        float product = (float)sums[v][r][n] * block->scales[part * width + column];
                        z[r * width + column] = part == 0 ? product : z[r * width + column] + product;
                    }
        }
        _tile_release();
    }
}

#include "kernel_body.h"
#if defined(__clang__)
#pragma clang attribute pop
#endif
#endif
