"""Tunes to learn from: read, prepared, split, and looked at."""
