"""Plugins: finding them, checking their declarations, and giving access to their components."""
