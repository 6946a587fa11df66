"""The model that comes with musegen, what it was made from, and how good it is."""

from pathlib import Path

MODEL = Path(__file__).with_name("model.safetensors")
"""Its file; not there where somebody left it out."""
