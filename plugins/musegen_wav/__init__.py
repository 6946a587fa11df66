"""Scores as sound, by a synthesizer of its own."""
