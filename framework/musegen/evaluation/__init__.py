"""Evaluation: how new tunes differ from real ones, each figure with its floor and its interval."""
