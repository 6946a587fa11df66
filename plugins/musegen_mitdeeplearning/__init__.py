"""The tunes and the sound of MIT's Introduction to Deep Learning, out of its package."""
