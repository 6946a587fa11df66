"""Reads ABC notation in compiled C, one character at a time: where in its tune's form the next one stands.

Importing the package raises ImportError where the extension could not be compiled; the machine in Python of
``musegen_abc/place.py`` serves there. csrc/place.h says what the one in C is, csrc/tokens.h what it reads.
"""

from musegen_reading._reading import AbcPlaceReader, AbcPlaces

__all__ = ["AbcPlaceReader", "AbcPlaces"]
