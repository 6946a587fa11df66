"""Finds plugins, checks what they declare, and hands out their components."""
