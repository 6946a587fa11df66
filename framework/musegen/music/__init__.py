"""Tunes as music: scores, their performance in time, and the rules that they are judged by."""
