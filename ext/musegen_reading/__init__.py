"""Reads ABC in compiled C, a character at a time: where in its tune the next one stands, what was heard
before, and which may come so that a valid tune can be finished.

Importing the package raises ImportError where the extension could not be compiled; the machines in Python of
``musegen_abc/place.py`` and ``musegen_abc/ruled.py`` serve there. csrc/place.h and csrc/draft.h say what
those in C are, csrc/tokens.h and csrc/rules.h what they read.
"""

from musegen_reading._reading import AbcPlaceReader, AbcPlaces, AbcRuleReader, AbcRules

__all__ = ["AbcPlaceReader", "AbcPlaces", "AbcRuleReader", "AbcRules"]
