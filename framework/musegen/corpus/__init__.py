"""The corpus: reads, prepares, splits and examines the tunes that a model learns from."""
