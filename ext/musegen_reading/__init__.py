"""Reads ABC notation in compiled C, one character at a time: where in its tune's form the next one stands.

Importing the package raises ImportError where the extension could not be compiled. The machine is that of
``musegen_abc/place.py``, which serves there; csrc/place.h declares it for what is compiled against it.
"""

from musegen_reading._reading import AbcPlaceReader, AbcPlaces

__all__ = ["AbcPlaceReader", "AbcPlaces"]
