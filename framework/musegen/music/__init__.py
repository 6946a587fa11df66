"""Tunes as music: scores, how they are played out, and the rules they are judged by."""
