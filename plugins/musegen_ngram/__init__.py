"""A language model without a neural network: an interpolated n-gram."""
