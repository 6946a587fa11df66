/* What a plugin compiled against musegen gives the sampler to say what is fed beside each token: small integers, each
 * of which picks a row of a table of the model (where in its form the tune stands, say).
 *
 * The loop calls `read` once for each token that is fed, in the order of the tokens, from one thread at a time and without
 * the GIL; under a constraint before that is asked what may follow. What `self` points to belongs to one tune; it must
 * outlive the call. inputs.pxd says the same to Cython, inputs.py how Python hands one over. */
#ifndef MUSEGEN_INPUTS_H
#define MUSEGEN_INPUTS_H

#include <stdint.h>

typedef struct {
    void *self;
    /* `token` is fed: writes its values (count,), the j-th from 0 and below the number of rows of the j-th table. Returns
     * 0; anything else ends the tune with an error. */
    int (*read)(void *self, int32_t token, int32_t *values);
    int32_t count; /* number of values that `read` writes; a model with another number of tables is refused */
} musegen_inputs;

/* The name of a PyCapsule that holds one. */
#define MUSEGEN_INPUTS "musegen_sampling.inputs"

#endif
