/* What a plugin compiled against musegen gives the sampler to say what else a model is fed beside each token.
 *
 * The loop asks as it feeds a token, in the order of the tokens, from one thread at a time and without the GIL. What `self`
 * points to belongs to one tune; it must outlive the call. inputs.pxd says the same to Cython. */
#ifndef MUSEGEN_INPUTS_H
#define MUSEGEN_INPUTS_H

#include <stdint.h>

typedef struct {
    void *self;
    /* `token` is fed: writes its further inputs (as many as the model has tables). Returns 0; anything else ends the tune with an error. */
    int (*read)(void *self, int32_t token, int32_t *values);
} musegen_inputs;

/* The name of a PyCapsule that holds one. */
#define MUSEGEN_INPUTS "musegen_sampling.inputs"

#endif
