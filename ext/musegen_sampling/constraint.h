/* What a plugin compiled against musegen gives the sampler to say which tokens may come next.
 *
 * The loop asks before each draw and tells after it, in the order of the tokens, from one thread at a time and without
 * the GIL. What `self` points to belongs to one tune; it must outlive the call. constraint.pxd says the same to Cython,
 * constraints.py how Python hands one over. */
#ifndef MUSEGEN_CONSTRAINT_H
#define MUSEGEN_CONSTRAINT_H

#include <stddef.h>
#include <stdint.h>

/* What `allow` returns; anything else ends the tune with an error. */
enum { MUSEGEN_ALL = 0, MUSEGEN_SOME = 1 };

typedef struct {
    void *self;
    /* Which tokens may be drawn next. MUSEGEN_ALL: every one; MUSEGEN_SOME: those whose byte in `allowed` (V,) is not 0.
     * The bytes are those of the time before, all 0 at first. */
    int (*allow)(void *self, uint8_t *allowed, ptrdiff_t V);
    /* `token` was drawn. Returns 0; anything else ends the tune with an error. */
    int (*take)(void *self, int32_t token);
} musegen_constraint;

/* The name of a PyCapsule that holds one. */
#define MUSEGEN_CONSTRAINT "musegen_sampling.constraint"

#endif
