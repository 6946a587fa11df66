# cython: language_level=3, boundscheck=False, wraparound=False, initializedcheck=False, embedsignature=True
"""The compiled engine: hands checked arrays to the C token loop and lets go of the GIL while it runs."""

from cpython.pycapsule cimport PyCapsule_GetPointer
from libc.stddef cimport ptrdiff_t
from libc.stdint cimport int32_t, uint8_t, uint32_t
from libc.stdlib cimport calloc, free
from libc.string cimport memset

from musegen_sampling._kernels cimport (
    MG_BF16, MG_FP32, MG_INT8, MG_MAX_THREADS, MG_OUTSIDE, MG_UNREAD, mg_drawing, mg_fold, mg_kernels, mg_layer, mg_model,
    mg_read_rate, mg_run, mg_scratch_size, mg_select, mg_state_size, mg_table, mg_target, mg_tune,
)
from musegen_sampling.constraint cimport MUSEGEN_ALL, MUSEGEN_CONSTRAINT, MUSEGEN_SOME, musegen_constraint
from musegen_sampling.inputs cimport MUSEGEN_INPUTS, musegen_inputs

import numpy as np

from musegen_sampling.constraints import CompiledConstraint, ConstraintError, flags
from musegen_sampling.engine import End
from musegen_sampling.inputs import InputsError, checked
from musegen_sampling.packing import STREAMS, aligned_zeros, pack

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


cdef const mg_kernels *kernels_named(str isa) except NULL:
    cdef const mg_kernels *kernels = mg_select(isa.encode())
    if kernels == NULL:
        raise ValueError(f"kernel target {isa!r} cannot run on this CPU; these can: {', '.join(targets())}")
    return kernels


def read_rate(size_t size, int threads=1, bint zigzag=False, int sweeps=101, str isa=""):
    """Bytes a second that ``threads`` read of ``size`` bytes again and again, each its own part: the median sweep.

    ``zigzag``: every sweep goes in the direction opposite to the last.
    """
    cdef const mg_kernels *kernels = kernels_named(isa)
    cdef uint32_t[::1] words = aligned_zeros((max(size // 65536, <size_t>threads) * 16384,), np.uint32)
    cdef double rate
    cdef size_t bytes = <size_t>words.shape[0] * 4
    words[:] = 1  # pages that were never written are all one page of zeros
    with nogil:
        rate = mg_read_rate(kernels, &words[0], bytes, sweeps, zigzag, threads)
    return rate


cdef class CompiledEngine:
    """A model packed for one kernel target; see engine.Engine."""

    cdef mg_model model
    cdef mg_layer *layers
    cdef mg_table *tables
    cdef readonly str precision
    cdef readonly tuple sizes  # numbers of rows of the tables of further inputs
    cdef list arrays  # keeps alive what the model points to
    cdef object __weakref__

    def __cinit__(self, weights, str precision, str isa=""):
        self.precision = precision
        self.model.kernels = kernels_named(isa)
        self.model.precision = {"fp32": MG_FP32, "bf16": MG_BF16, "int8": MG_INT8}[precision]
        packed = pack(weights, self.model.kernels.lanes, precision)
        self.layers = <mg_layer *>calloc(len(packed.layers), sizeof(mg_layer))
        self.sizes = tuple(map(len, packed.inputs))
        self.tables = <mg_table *>calloc(max(len(self.sizes), 1), sizeof(mg_table))
        if self.layers == NULL or self.tables == NULL:
            raise MemoryError
        self.arrays = []
        self.model.layers = self.layers
        self.model.depth = len(packed.layers)
        self.model.V = len(weights.vocabulary)
        _, self.model.dense_streams, self.model.dense_words, _ = packed.dense.shape
        self.model.dense = <const uint32_t *>self.pointer(packed.dense)
        self.model.dense_bias = <const float *>self.pointer(packed.dense_bias)
        for number, layer in enumerate(packed.layers):
            self.layers[number].parts = layer.parts
            self.layers[number].part_units = layer.part_units
            self.layers[number].blocks = len(layer.weights)
            self.layers[number].h_words = layer.h_words
            self.layers[number].x_words = layer.x_words
            self.layers[number].weights = <const uint32_t *>self.pointer(layer.weights)
            self.layers[number].scales = <const float *>self.pointer(layer.scales)
            self.layers[number].offsets = <const int32_t *>self.pointer(layer.offsets)
            start = self.token_table(packed) if number == 0 else layer.bias
            self.layers[number].start = <const float *>self.pointer(start)
        self.model.n_inputs, self.model.inputs = len(self.sizes), self.tables
        for number, table in enumerate(packed.inputs):
            self.tables[number].rows = <const float *>self.pointer(self.fold(table, packed))
            self.tables[number].size = len(table)
        if packed.odds is not None:
            self.model.odds = <const float *>self.pointer(packed.odds)

    def __dealloc__(self):
        free(self.layers)
        free(self.tables)

    cdef const void *pointer(self, array) except? NULL:
        if array.size == 0:
            return NULL
        self.arrays.append(array)
        cdef const uint8_t[::1] raw = array.reshape(-1).view(np.uint8)
        return &raw[0]

    cdef token_table(self, packed):
        """(V, B, 8L): embedding @ kernel + bias of the first layer."""
        if packed.embedding is None:
            return packed.first_kernel + packed.layers[0].bias
        table = self.fold(packed.embedding, packed)
        table += packed.layers[0].bias
        return table

    cdef fold(self, table, packed):
        """(N, B, 8L): table (N, E) @ kernel of the first layer."""
        folded = aligned_zeros((len(table), *packed.layers[0].bias.shape), np.float32)
        self.multiply(table, packed.first_kernel, folded.reshape(len(table), -1))
        return folded

    cdef multiply(self, const float[:, ::1] x, const float[:, :, ::1] weights, float[:, ::1] y):
        cdef ptrdiff_t v
        with nogil:
            for v in range(x.shape[0]):
                mg_fold(self.model.kernels, &weights[0, 0, 0], weights.shape[0], x.shape[1], &x[v, 0], &y[v, 0])

    @property
    def isa(self):
        return self.model.kernels.isa.decode()

    def state(self):
        return aligned_zeros((mg_state_size(&self.model),), np.float32)

    def feed(self, states, tokens, int threads, logits=None, readers=None, memories=None):
        cdef Run run = Run(len(states), self.sizes)
        for number, state in enumerate(states):
            run.feed(number, state, tokens[number], None if logits is None else logits[number])
            run.read(number, None if readers is None else readers[number])
            run.remember(number, None if memories is None else memories[number])
        run.go(self, threads)

    def draw(self, draws, choice, const uint8_t[::1] stops, int threads):
        cdef Run run = Run(len(draws), self.sizes)
        run.drawing.choice.temperature = choice.temperature
        run.drawing.choice.top_p = choice.top_p
        run.drawing.choice.top_k = min(choice.top_k, self.model.V)
        run.drawing.stops = &stops[0]
        for number, draw in enumerate(draws):
            run.draw(number, draw, self.model.V)
            run.read(number, draw.reader)
            run.remember(number, draw.memory)
        parted = run.go(self, threads)
        run.finish(draws)
        return parted


cdef class Run:
    """The tunes of one call, and what they point to."""

    cdef mg_tune *tunes
    cdef ptrdiff_t n
    cdef mg_drawing drawing
    cdef list alive, tokens, bridges, memories
    cdef tuple sizes
    cdef size_t[:, ::1] room  # (n, 2F): the rows of F further inputs, and behind them their values, in half the space

    def __cinit__(self, ptrdiff_t n, tuple sizes):
        self.n, self.sizes, self.alive, self.tokens, self.bridges, self.memories = n, sizes, [], [], [], []
        self.room = np.zeros((n, 2 * len(sizes)), np.uintp)
        memset(&self.drawing, 0, sizeof(self.drawing))
        self.tunes = <mg_tune *>calloc(max(n, 1), sizeof(mg_tune))
        if self.tunes == NULL:
            raise MemoryError

    def __dealloc__(self):
        free(self.tunes)

    cdef feed(self, ptrdiff_t number, float[::1] state, int32_t[::1] tokens, float[:, ::1] logits):
        cdef mg_tune *tune = &self.tunes[number]
        tune.state, tune.steps, tune.tokens = &state[0], tokens.shape[0], &tokens[0]
        if logits is not None:
            tune.logits = &logits[0, 0]
        self.alive.append((state, tokens, logits))

    cdef draw(self, ptrdiff_t number, draw, ptrdiff_t V):
        cdef mg_tune *tune = &self.tunes[number]
        cdef float[::1] state = draw.state
        cdef const double[::1] uniforms = draw.uniforms
        drawn = np.empty(len(draw.uniforms) + 1, np.int32)
        cdef int32_t[::1] tokens = drawn
        cdef uint8_t[::1] allowed
        cdef ConstraintBridge bridge
        tokens[0] = draw.token
        cdef double[:, ::1] surprises
        tune.state, tune.steps, tune.tokens, tune.uniforms = &state[0], uniforms.shape[0], &tokens[0], &uniforms[0]
        if draw.surprises is not None:
            surprises = draw.surprises
            tune.surprises = &surprises[0, 0]
        if draw.constraint is not None:
            allowed = np.zeros(2 * V, np.uint8)
            bridge = ConstraintBridge(draw.constraint)
            tune.allowed, tune.constraint = &allowed[0], bridge.pointer
            self.bridges.append(bridge)
            self.alive.append(allowed)
        self.tokens.append(drawn)
        self.alive.append((state, uniforms))

    cdef read(self, ptrdiff_t number, reader):
        cdef mg_tune *tune = &self.tunes[number]
        cdef ReaderBridge bridge
        if not self.sizes:
            return
        bridge = ReaderBridge(reader, self.sizes)
        tune.inputs = bridge.pointer
        tune.rows = <const float **>&self.room[number, 0]
        tune.values = <int32_t *>&self.room[number, len(self.sizes)]
        self.bridges.append(bridge)

    cdef remember(self, ptrdiff_t number, memory):
        cdef mg_tune *tune = &self.tunes[number]
        cdef int32_t[::1] heard, runs
        self.memories.append(memory)
        if memory is None:
            return
        memory.make_room(tune.steps)
        heard, runs = memory.heard[0], memory.runs[0]
        tune.memory.heard, tune.memory.runs, tune.memory.count = &heard[0], &runs[0], memory.count
        self.alive.append((heard, runs))

    cdef bint go(self, CompiledEngine engine, int threads) except -1:
        cdef size_t size = mg_scratch_size(&engine.model, threads)
        cdef uint8_t[::1] scratch = aligned_zeros((size,), np.uint8)
        cdef bint parted
        with nogil:
            parted = mg_run(&engine.model, self.tunes, self.n, &self.drawing, threads, &scratch[0])
        for number, memory in enumerate(self.memories):
            if memory is not None:
                memory.count = self.tunes[<ptrdiff_t>number].memory.count
        self.check()
        return parted

    cdef check(self):
        """Raises what a constraint or a reader raised, and what was wrong with further inputs."""
        cdef ptrdiff_t number
        cdef mg_tune *tune
        for bridge in self.bridges:
            bridge.check()
        for number in range(self.n):
            tune = &self.tunes[number]
            if tune.end == MG_UNREAD:
                raise InputsError("the reader of further inputs reported an error")
            if tune.end == MG_OUTSIDE:
                checked([tune.values[i] for i in range(len(self.sizes))], self.sizes)

    cdef finish(self, draws):
        cdef ptrdiff_t number
        for number in range(self.n):
            draws[number].tokens = self.tokens[number][1:self.tunes[number].fed + 1]
            draws[number].end = End(self.tunes[number].end)


cdef class ConstraintBridge:
    """A constraint as the loop wants it: the C functions that it brings, or ones that call it in Python."""

    cdef const musegen_constraint *pointer
    cdef musegen_constraint own
    cdef object constraint, capsule, error

    def __cinit__(self, constraint):
        self.constraint = constraint
        if isinstance(constraint, CompiledConstraint):
            self.capsule = constraint.__musegen_constraint__()
            self.pointer = <const musegen_constraint *>PyCapsule_GetPointer(self.capsule, MUSEGEN_CONSTRAINT)
        else:
            self.own = musegen_constraint(<void *>self, allow_in_python, take_in_python)
            self.pointer = &self.own

    def check(self):
        """Raises what the constraint raised."""
        if self.error is not None:
            raise self.error


cdef int allow_in_python(void *self, uint8_t *allowed, ptrdiff_t V) noexcept with gil:
    cdef ConstraintBridge bridge = <ConstraintBridge>self
    cdef uint8_t[::1] mask = <uint8_t[:V]>allowed
    cdef const uint8_t[::1] given_mask
    try:
        given = bridge.constraint.allow()
        if given is None:
            return MUSEGEN_ALL
        given_mask = flags(given, V)
        mask[:] = given_mask
        return MUSEGEN_SOME
    except BaseException as error:
        bridge.error = error
        return -1


cdef int take_in_python(void *self, int32_t token) noexcept with gil:
    cdef ConstraintBridge bridge = <ConstraintBridge>self
    try:
        bridge.constraint.take(token)
        return 0
    except BaseException as error:
        bridge.error = error
        return -1


cdef class ConstraintCalls:
    """The C functions of a constraint for callers in Python; see constraints.Constraint."""

    cdef ConstraintBridge bridge
    cdef ptrdiff_t V

    def __cinit__(self, constraint, ptrdiff_t V):
        self.bridge, self.V = ConstraintBridge(constraint), V

    def allow(self):
        allowed = np.zeros(self.V, np.uint8)
        cdef uint8_t[::1] mask = allowed
        verdict = self.bridge.pointer.allow(self.bridge.pointer.self, &mask[0], self.V)
        if verdict not in (MUSEGEN_ALL, MUSEGEN_SOME):
            raise ConstraintError("the constraint reported an error")
        return None if verdict == MUSEGEN_ALL else allowed

    def take(self, int32_t token):
        if self.bridge.pointer.take(self.bridge.pointer.self, token) != 0:
            raise ConstraintError("the constraint reported an error")


cdef class ReaderBridge:
    """A reader of further inputs as the loop wants it: its C function, or one that calls it in Python."""

    cdef const musegen_inputs *pointer
    cdef musegen_inputs own
    cdef tuple sizes
    cdef object reader, capsule, error

    def __cinit__(self, reader, tuple sizes):
        self.reader, self.sizes = reader, sizes
        if hasattr(reader, "__musegen_inputs__"):  # isinstance would take longer than the rest
            self.capsule = reader.__musegen_inputs__()
            self.pointer = <const musegen_inputs *>PyCapsule_GetPointer(self.capsule, MUSEGEN_INPUTS)
            if self.pointer.count != len(sizes):
                raise ValueError(f"inputs: a reader of {len(sizes)} values expected (got {self.pointer.count})")
        else:
            self.own = musegen_inputs(<void *>self, read_in_python, len(sizes))
            self.pointer = &self.own

    def check(self):
        """Raises what the reader raised."""
        if self.error is not None:
            raise self.error


cdef int read_in_python(void *self, int32_t token, int32_t *values) noexcept with gil:
    cdef ReaderBridge bridge = <ReaderBridge>self
    try:
        for number, value in enumerate(checked(bridge.reader.read(token), bridge.sizes)):
            values[<ptrdiff_t>number] = value
        return 0
    except BaseException as error:
        bridge.error = error
        return -1


cdef class InputsCalls:
    """The C function of a reader for callers in Python; see inputs.reading."""

    cdef ReaderBridge bridge

    def __cinit__(self, reader, tuple sizes):
        self.bridge = ReaderBridge(reader, sizes)

    def read(self, int32_t token):
        values = np.zeros(len(self.bridge.sizes), np.int32)
        cdef int32_t[::1] room = values
        if self.bridge.pointer.read(self.bridge.pointer.self, token, &room[0]) != 0:
            raise InputsError("the reader of further inputs reported an error")
        return checked(values.tolist(), self.bridge.sizes)
