/* Tokens to characters; see tokens.h. */
#include "tokens.h"

int mr_read(void *self, int32_t token, int32_t *values) {
    mr_reader *reader = self;
    const mr_texts *texts = reader->texts;
    if (token < 0 || token >= texts->V) return -1;
    for (ptrdiff_t i = texts->begins[token]; i < texts->begins[token + 1]; i++)
        mr_place_take(&reader->place, texts->characters[i]);
    mr_place_features(&reader->place, values);
    return 0;
}

ptrdiff_t mr_rows(const mr_texts *texts, const int32_t *tokens, ptrdiff_t n, int32_t *rows) {
    mr_reader reader;
    mr_place_init(&reader.place);
    reader.texts = texts;
    for (ptrdiff_t t = 0; t < n; t++)
        if (mr_read(&reader, tokens[t], rows + MR_FEATURES * t) != 0) return t;
    return n;
}
