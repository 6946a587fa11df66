"""Scores as Standard MIDI Files."""
