"""A recurrent language model trained with Keras and sampled without it."""
