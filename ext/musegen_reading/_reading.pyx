# cython: language_level=3, boundscheck=False, wraparound=False, initializedcheck=False, embedsignature=True
"""Checks tokens and hands them to the machine in C, without the GIL where there are many."""

cimport cython
from cpython.number cimport PyNumber_Index
from cpython.pycapsule cimport PyCapsule_New
from libc.stddef cimport ptrdiff_t
from libc.stdint cimport int32_t, uint8_t, uint32_t, uint64_t
from libc.stdlib cimport free, malloc

from musegen_reading._tokens cimport (
    MR_BARS, MR_FEATURES, MR_HALVES, MR_LAGS, MR_LEFT, MR_MODES, MR_NOTES, MR_REMEMBERED, MR_REPEATS, MR_STRAINS, mr_read,
    mr_reader, mr_reader_init, mr_rows, mr_texts,
    MR_MOST_NOTES, MR_MOST_RUNS, mr_limits, mr_rules, mr_rules_init, mr_shortest, mr_writer, mr_writer_allow, mr_writer_init, mr_writer_shortest, mr_writer_take,
)
from musegen_sampling.constraint cimport MUSEGEN_CONSTRAINT, musegen_constraint
from musegen_sampling.inputs cimport MUSEGEN_INPUTS, musegen_inputs

import numpy as np


_SIZES = (
    *(MR_BARS, MR_HALVES, MR_LEFT, MR_STRAINS, MR_LEFT, 1 + MR_REPEATS, MR_BARS, 1 + MR_MODES),
    *(1 + MR_LAGS, MR_NOTES, MR_NOTES, MR_NOTES, MR_NOTES, MR_NOTES),
)


cdef no_token(ptrdiff_t V, token):
    return ValueError(f"tokens: each from 0 to below {V} expected (got {token})")


cdef class Texts:
    """The texts of tokens, as arrays."""

    cdef mr_texts texts
    cdef uint32_t *characters
    cdef ptrdiff_t *begins
    cdef tuple given

    def __cinit__(self, texts, *options, **named):
        cdef str text
        cdef Py_UCS4 character
        cdef ptrdiff_t at = 0, t = 0
        self.given = tuple(texts)
        self.characters = <uint32_t *>malloc(sizeof(uint32_t) * (sum(map(len, self.given)) + 1))
        self.begins = <ptrdiff_t *>malloc(sizeof(ptrdiff_t) * (len(self.given) + 1))
        if self.characters == NULL or self.begins == NULL:
            raise MemoryError
        for text in self.given:
            self.begins[t] = at
            t += 1
            for character in text:
                self.characters[at] = character
                at += 1
        self.begins[t] = at
        self.texts = mr_texts(self.characters, self.begins, t)

    def __dealloc__(self):
        free(self.characters)
        free(self.begins)


@cython.final
cdef class AbcPlaces(Texts):
    """Where in its tune's form the next token stands, and what was heard before, told after each token of a tune in ABC.

    ``texts``: the text of each token, "" for marks. Fourteen values are told, each from 0 to below its number in
    ``sizes``; the last ``remembered`` of them say what was heard. Class Place of ``musegen_abc/place.py`` says what they
    are. ``count``: how many of them to tell, the first ones; by default all.
    """

    cdef readonly tuple sizes
    cdef readonly int remembered

    def __init__(self, texts, count=MR_FEATURES):
        if not 1 <= count <= MR_FEATURES:
            raise ValueError(f"count: from 1 to {MR_FEATURES} expected (got {count})")
        self.sizes = _SIZES[:count]
        self.remembered = max(count + MR_REMEMBERED - MR_FEATURES, 0)

    def __reduce__(self):
        return AbcPlaces, (self.given, len(self.sizes))

    def first(self, count):
        """The same with the first so many values only. Raises ValueError for more than there are."""
        if not 1 <= count <= len(self.sizes):
            raise ValueError(f"count: from 1 to {len(self.sizes)} expected (got {count})")
        return AbcPlaces(self.given, count)

    def begin(self):
        """A reader at the beginning of a tune."""
        cdef AbcPlaceReader reader = AbcPlaceReader.__new__(AbcPlaceReader, self)
        return reader

    def rows(self, tokens):
        """The values after each token of a tune from its beginning: int32 (n, F) for F sizes.

        ``tokens``: int32 (n,). Raises ValueError for anything else, and for numbers that are no tokens.
        """
        tokens = np.asarray(tokens)
        if tokens.dtype != np.int32 or tokens.ndim != 1:
            raise ValueError(f"tokens: int32 (n,) expected (got {tokens.dtype} {tokens.shape})")
        cdef const int32_t[::1] numbers = np.ascontiguousarray(tokens)
        cdef ptrdiff_t n = numbers.shape[0], read = 0
        cdef int32_t count = len(self.sizes)
        rows = np.empty((n, count), np.int32)
        cdef int32_t[:, ::1] values = rows
        if n > 0:
            with nogil:
                read = mr_rows(&self.texts, count, &numbers[0], n, &values[0, 0])
        if read < n:
            raise no_token(self.texts.V, numbers[read])
        return rows


@cython.final
cdef class AbcPlaceReader:
    """Reads one tune, a token at a time; from one thread at a time. ``AbcPlaces.begin`` makes one."""

    cdef mr_reader reader
    cdef musegen_inputs inputs
    cdef AbcPlaces places  # keeps the texts alive

    def __cinit__(self, AbcPlaces places not None):
        self.places = places
        mr_reader_init(&self.reader, &places.texts, len(places.sizes))
        self.inputs = musegen_inputs(&self.reader, mr_read, len(places.sizes))

    def __reduce__(self):
        raise TypeError("AbcPlaceReader cannot be pickled; AbcPlaces can")

    def read(self, token):
        """The values after the token's text. Raises ValueError for a number that is no token."""
        cdef int32_t values[MR_FEATURES]
        token = PyNumber_Index(token)
        if not 0 <= token < self.places.texts.V or mr_read(&self.reader, token, values) != 0:
            raise no_token(self.places.texts.V, token)
        return tuple([values[i] for i in range(self.inputs.count)])

    def copy(self):
        """A reader at the same place of the tune, which goes on by itself."""
        cdef AbcPlaceReader other = AbcPlaceReader.__new__(AbcPlaceReader, self.places)
        other.reader = self.reader
        return other

    def __musegen_inputs__(self):
        """A PyCapsule named ``musegen_sampling.inputs`` with functions that read like ``read``.

        It is valid while this reader lives.
        """
        return PyCapsule_New(&self.inputs, MUSEGEN_INPUTS, NULL)


@cython.final
cdef class AbcRules(Texts):
    """Rules for tunes in ABC as they are written: which token may come, so that a valid tune can be finished.

    ``texts``: the text of each token, "" for marks; ``end``: the token that ends a tune; ``limits``: what class Limits of
    ``musegen_abc/ruled_state.py`` has; ``max_length``: the most tokens before the end, None for any number. See class
    PythonRules of ``musegen_abc/rules.py``.
    """

    cdef mr_rules rules
    cdef tuple options

    def __init__(self, texts, int32_t end, limits, max_length):
        if not 0 <= end < self.texts.V:
            raise no_token(self.texts.V, end)
        self.options = (end, limits, max_length)
        self.rules.texts = &self.texts
        self.rules.end = end
        self.rules.max_length = max_length or 0
        self.limit(limits)
        mr_rules_init(&self.rules)
        if max_length is not None and mr_shortest(&self.rules, max_length) > max_length:
            shortest = mr_shortest(&self.rules, 1_000_000)
            raise ValueError(f"max_length: at least {shortest} expected where bars is {limits.bars} (got {max_length})")

    cdef limit(self, limits):
        """Take the limits over."""
        cdef mr_limits *own = &self.rules.limits
        cdef str character
        cdef int i, pitch
        if len(limits.runs) > MR_MOST_RUNS or len(limits.notes) > MR_MOST_NOTES:
            raise ValueError(f"limits: at most {MR_MOST_RUNS} runs and {MR_MOST_NOTES} notes expected")
        own.bars, own.repetition = limits.bars, limits.repetition
        own.lowest, own.highest, own.finest = limits.lowest, limits.highest, limits.finest
        own.metre, own.repeats, own.form, own.picks = limits.metre, limits.repeats, limits.form, limits.picks
        own.plain = limits.plain
        own.one_key, own.one_metre, own.one_rhythm = ("K" in limits.fixed), ("M" in limits.fixed), ("R" in limits.fixed)
        own.cadence, own.strain = limits.cadence, limits.strain
        own.chords = -1 if limits.chords is None else limits.chords
        own.runs_count, own.notes_count = len(limits.runs), len(limits.notes)
        for i in range(own.runs_count):
            own.runs[i] = limits.runs[i]
        for i in range(own.notes_count):
            note = limits.notes[i]
            own.notes[i][0] = ord(note[0]) if len(note) > 1 else 0
            own.notes[i][1] = ord(note[len(note) - 1])
        for character in limits.characters:
            if character.isascii():
                own.characters[ord(character) >> 6] |= <uint64_t>1 << (ord(character) & 63)
        if not own.picks:
            own.fill[0], own.fill[1] = ord(limits.fill[0]), ord(limits.fill[1])
        own.any_pitch = limits.pitches is None
        for pitch in limits.pitches or ():
            if 0 <= pitch < 128:
                own.pitches[pitch >> 6] |= <uint64_t>1 << (pitch & 63)

    def __reduce__(self):
        return AbcRules, (self.given, *self.options)

    def begin(self):
        """The rules for a new tune."""
        cdef AbcRuleReader reader = AbcRuleReader.__new__(AbcRuleReader, self)
        return reader


@cython.final
cdef class AbcRuleReader:
    """The rules for one tune, which is written a token at a time: a constraint; from one thread at a time."""

    cdef mr_writer writer
    cdef musegen_constraint constraint
    cdef AbcRules rules  # keeps the texts alive

    def __cinit__(self, AbcRules rules not None):
        self.rules = rules
        mr_writer_init(&self.writer, &rules.rules)
        self.constraint = musegen_constraint(&self.writer, mr_writer_allow, mr_writer_take)

    def __reduce__(self):
        raise TypeError("AbcRuleReader cannot be pickled; AbcRules can")

    def allow(self):
        """Which tokens may come: bool (V,)."""
        allowed = np.zeros(self.rules.texts.V, np.uint8)
        cdef uint8_t[::1] flags = allowed
        mr_writer_allow(&self.writer, &flags[0], self.rules.texts.V)
        return allowed.view(np.bool_)

    def shortest(self):
        """How many characters a shortest ending from here has."""
        return mr_writer_shortest(&self.writer)

    def take(self, token):
        """Read a token. Raises ValueError for one that may not come."""
        token = PyNumber_Index(token)
        if not 0 <= token < self.rules.texts.V:
            raise no_token(self.rules.texts.V, token)
        if mr_writer_take(&self.writer, token) != 0:
            raise ValueError(f"tokens: {self.rules.given[token]!r} may not come here")

    def copy(self):
        """The rules for the same tune, which goes on by itself."""
        cdef AbcRuleReader other = AbcRuleReader.__new__(AbcRuleReader, self.rules)
        other.writer = self.writer
        return other

    def __musegen_constraint__(self):
        """A PyCapsule named ``musegen_sampling.constraint`` with functions that work like ``allow`` and ``take``.

        It is valid while this reader lives.
        """
        return PyCapsule_New(&self.constraint, MUSEGEN_CONSTRAINT, NULL)
