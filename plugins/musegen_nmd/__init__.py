"""Tunes in Eric Foxley's own text format, the input of his troff preprocessor ``music``."""
