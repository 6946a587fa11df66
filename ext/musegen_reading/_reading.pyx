# cython: language_level=3, boundscheck=False, wraparound=False, initializedcheck=False, embedsignature=True
"""Checks tokens and hands them to the machine in C, without the GIL where there are many."""

cimport cython
from cpython.number cimport PyNumber_Index
from cpython.pycapsule cimport PyCapsule_New
from libc.stddef cimport ptrdiff_t
from libc.stdint cimport int32_t, uint32_t
from libc.stdlib cimport free, malloc

from musegen_reading._tokens cimport (
    MR_BARS, MR_FEATURES, MR_HALVES, MR_LEFT, MR_MODES, MR_REPEATS, MR_STRAINS, mr_place_init, mr_read, mr_reader, mr_rows, mr_texts,
)
from musegen_sampling.inputs cimport MUSEGEN_INPUTS, musegen_inputs

import numpy as np


cdef no_token(ptrdiff_t V, token):
    return ValueError(f"tokens: each from 0 to below {V} expected (got {token})")


@cython.final
cdef class AbcPlaces:
    """Where in its tune's form the next token stands, told after each token of a tune in ABC.

    ``texts``: the text of each token, "" for marks. Eight values are told, each from 0 to below its number in
    ``sizes``: bar, time in the bar, time left in it, strain, time left if the bar ends the strain, repeat, bars of the
    strain before, mode; see class Place of ``musegen_abc/place.py``.
    """

    sizes = (MR_BARS, MR_HALVES, MR_LEFT, MR_STRAINS, MR_LEFT, 1 + MR_REPEATS, MR_BARS, 1 + MR_MODES)

    cdef mr_texts texts
    cdef uint32_t *characters
    cdef ptrdiff_t *begins
    cdef tuple given

    def __cinit__(self, texts):
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

    def __reduce__(self):
        return AbcPlaces, (self.given,)

    def begin(self):
        """A reader at the beginning of a tune."""
        cdef AbcPlaceReader reader = AbcPlaceReader.__new__(AbcPlaceReader, self)
        return reader

    def rows(self, tokens):
        """The values after each token of a tune from its beginning: int32 (n, 8).

        ``tokens``: int32 (n,). Raises ValueError for anything else, and for numbers that are no tokens.
        """
        tokens = np.asarray(tokens)
        if tokens.dtype != np.int32 or tokens.ndim != 1:
            raise ValueError(f"tokens: int32 (n,) expected (got {tokens.dtype} {tokens.shape})")
        cdef const int32_t[::1] numbers = np.ascontiguousarray(tokens)
        cdef ptrdiff_t n = numbers.shape[0], read = 0
        rows = np.empty((n, MR_FEATURES), np.int32)
        cdef int32_t[:, ::1] values = rows
        if n > 0:
            with nogil:
                read = mr_rows(&self.texts, &numbers[0], n, &values[0, 0])
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
        self.reader.texts = &places.texts
        mr_place_init(&self.reader.place)
        self.inputs = musegen_inputs(&self.reader, mr_read, MR_FEATURES)

    def __reduce__(self):
        raise TypeError("AbcPlaceReader cannot be pickled; AbcPlaces can")

    def read(self, token):
        """The values after the token's text. Raises ValueError for a number that is no token."""
        cdef int32_t values[MR_FEATURES]
        token = PyNumber_Index(token)
        if not 0 <= token < self.places.texts.V or mr_read(&self.reader, token, values) != 0:
            raise no_token(self.places.texts.V, token)
        return tuple([values[i] for i in range(MR_FEATURES)])

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
