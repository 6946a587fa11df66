/* Tokens to characters; see tokens.h. */
#include "tokens.h"

#include <string.h>

void mr_reader_init(mr_reader *reader, const mr_texts *texts, int32_t count) {
    mr_place_init(&reader->place);
    reader->texts = texts;
    reader->count = count;
}

int mr_read(void *self, int32_t token, int32_t *values) {
    mr_reader *reader = self;
    const mr_texts *texts = reader->texts;
    if (token < 0 || token >= texts->V) return -1;
    for (ptrdiff_t i = texts->begins[token]; i < texts->begins[token + 1]; i++)
        mr_place_take(&reader->place, texts->characters[i]);
    int32_t features[MR_FEATURES];
    mr_place_features(&reader->place, features);
    memcpy(values, features, (size_t)reader->count * sizeof features[0]);
    return 0;
}

ptrdiff_t mr_rows(const mr_texts *texts, int32_t count, const int32_t *tokens, ptrdiff_t n, int32_t *rows) {
    mr_reader reader;
    mr_reader_init(&reader, texts, count);
    for (ptrdiff_t t = 0; t < n; t++)
        if (mr_read(&reader, tokens[t], rows + count * t) != 0) return t;
    return n;
}
