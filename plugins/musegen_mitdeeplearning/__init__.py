"""The tunes and the sound of MIT's Introduction to Deep Learning, from its package."""
