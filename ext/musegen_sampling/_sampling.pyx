# cython: language_level=3, boundscheck=False, wraparound=False, initializedcheck=False, embedsignature=True
"""The compiled engine: hands checked arrays to the C token loop and lets go of the GIL while it runs."""

from libc.stddef cimport ptrdiff_t
from libc.stdint cimport int32_t, uint8_t
from libc.stdlib cimport calloc, free
from libc.string cimport memset

from musegen_sampling._kernels cimport (
    MG_MAX_THREADS, mg_choice, mg_dense, mg_kernels, mg_layer, mg_model, mg_run, mg_select, mg_target, mg_walk,
)

import numpy as np

from musegen_sampling.packing import aligned_zeros, pack

MAX_THREADS = MG_MAX_THREADS


def targets(here=True):
    """Names of the kernel targets, best first: those this CPU runs, or all that were compiled in."""
    cdef int i = 0
    names = []
    while mg_target(i) != NULL:
        if not here or mg_select(mg_target(i).isa) != NULL:
            names.append(mg_target(i).isa.decode())
        i += 1
    return tuple(names)


cdef class CompiledEngine:
    """A model packed for one kernel target; see engine.Engine."""

    cdef mg_model model
    cdef mg_layer *layers
    cdef ptrdiff_t state_size
    cdef list arrays  # keeps alive what the model points to

    def __cinit__(self, weights, str isa=""):
        name = isa.encode()
        self.model.kernels = mg_select(name)
        if self.model.kernels == NULL:
            raise ValueError(f"kernel target {isa!r} cannot run on this CPU; these can: {', '.join(targets())}")
        packed = pack(weights, self.model.kernels.lanes)
        self.layers = <mg_layer *>calloc(len(packed.layers), sizeof(mg_layer))
        if self.layers == NULL:
            raise MemoryError
        self.arrays = []
        self.model.layers = self.layers
        self.model.depth = len(packed.layers)
        self.model.V = len(weights.vocabulary)
        self.model.dense_blocks = len(packed.dense)
        self.model.dense = self.pointer(packed.dense)
        self.model.dense_bias = self.pointer(packed.dense_bias)
        for number, layer in enumerate(packed.layers):
            self.layers[number].units = layer.units
            self.layers[number].inputs = layer.inputs
            self.layers[number].blocks = len(layer.weights)
            self.layers[number].weights = self.pointer(layer.weights)
            self.layers[number].start = self.pointer(self.fold(packed) if number == 0 else layer.bias)
            self.state_size += 3 * len(layer.weights) * self.model.kernels.lanes * 2

    def __dealloc__(self):
        free(self.layers)

    cdef const float *pointer(self, array):
        flat = array.reshape(-1)
        self.arrays.append(flat)
        cdef const float[::1] floats = flat
        return &floats[0]

    cdef fold(self, packed):
        """The token table (V, B, 8L): embedding @ kernel + bias of the first layer."""
        bias = packed.layers[0].bias
        if packed.embedding is None:
            return packed.first_kernel + bias
        table = aligned_zeros((self.model.V, *bias.shape))
        cdef const float[:, ::1] embedding = packed.embedding
        cdef const float[:, :, :, ::1] kernel = packed.first_kernel
        cdef const float[:, ::1] biases = bias
        cdef float[:, :, ::1] rows = table
        cdef ptrdiff_t v
        with nogil:
            for v in range(rows.shape[0]):
                mg_dense(self.model.kernels, &kernel[0, 0, 0, 0], &biases[0, 0], &embedding[v, 0], embedding.shape[1],
                         rows.shape[1], &rows[v, 0, 0])
        return table

    @property
    def isa(self):
        return self.model.kernels.isa.decode()

    def state(self):
        return aligned_zeros((self.state_size,))

    def feed(self, float[::1] state, int32_t[::1] tokens, int threads, float[:, ::1] logits=None):
        cdef mg_walk walk
        cdef float[::1] row
        if tokens.shape[0] == 0:
            return
        memset(&walk, 0, sizeof(walk))
        walk.state, walk.steps, walk.tokens = &state[0], tokens.shape[0], &tokens[0]
        if logits is not None:
            row = self.row()
            walk.row, walk.logits = &row[0], &logits[0, 0]
        with nogil:
            mg_run(&self.model, &walk, threads)

    def draw(self, float[::1] state, int32_t token, const double[::1] uniforms, choice, const uint8_t[::1] stops,
             int threads):
        cdef mg_choice how = mg_choice(choice.temperature, choice.top_p, min(choice.top_k, self.model.V))
        cdef mg_walk walk
        cdef float[::1] row = self.row()
        cdef float[:, ::1] probabilities = np.empty((threads, self.model.V), np.float32)
        cdef int32_t[:, ::1] heaps = np.empty((threads, self.model.V), np.int32)
        cdef int32_t[::1] tokens
        cdef ptrdiff_t drawn
        result = np.empty(len(uniforms) + 1, np.int32)
        tokens = result
        tokens[0] = token
        if uniforms.shape[0] == 0:
            return result[1:]
        memset(&walk, 0, sizeof(walk))
        walk.state, walk.steps, walk.tokens, walk.uniforms = &state[0], uniforms.shape[0], &tokens[0], &uniforms[0]
        walk.choice, walk.stops, walk.row = &how, &stops[0], &row[0]
        walk.probabilities, walk.heaps = &probabilities[0, 0], &heaps[0, 0]
        with nogil:
            drawn = mg_run(&self.model, &walk, threads)
        return result[1:drawn + 1]

    cdef row(self):
        return aligned_zeros((self.model.dense_blocks * self.model.kernels.lanes * 8,))
