/* The sense of place over tokens, each of which stands for a text. */
#ifndef MUSEGEN_READING_TOKENS_H
#define MUSEGEN_READING_TOKENS_H

#include <stddef.h>

#include "place.h"

/* The text of token t is characters[begins[t]] to characters[begins[t + 1] - 1]. */
typedef struct {
    const uint32_t *characters; /* code points */
    const ptrdiff_t *begins;    /* (V + 1,) */
    ptrdiff_t V;
} mr_texts;

/* A machine, the texts of the tokens that it is fed, and how many of its features it tells, the first ones. */
typedef struct {
    mr_place place;
    const mr_texts *texts;
    int32_t count;
} mr_reader;

void mr_reader_init(mr_reader *reader, const mr_texts *texts, int32_t count);

/* Reads the text of a token and writes the features after it, as `read` of musegen_inputs does. Returns 0; -1 for a
 * number that is no token, which changes nothing. `reader`: a mr_reader. */
int mr_read(void *reader, int32_t token, int32_t *values);

/* Reads n tokens from the beginning of a tune and writes the features after each: (n, count). Returns n; or the place of
 * the first number that is no token, where it ends. */
ptrdiff_t mr_rows(const mr_texts *texts, int32_t count, const int32_t *tokens, ptrdiff_t n, int32_t *rows);

#endif
