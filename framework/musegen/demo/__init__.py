"""The model that comes with musegen, with its pipeline and its losses."""

from pathlib import Path

MODEL = Path(__file__).with_name("model.safetensors")
"""File of the model. It may be missing from an installation."""
