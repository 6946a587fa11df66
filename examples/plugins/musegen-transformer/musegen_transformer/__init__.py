"""A decoder-only transformer in pure NumPy, with a backward pass written by hand."""
