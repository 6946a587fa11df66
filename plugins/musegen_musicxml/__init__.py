"""Scores as MusicXML."""
