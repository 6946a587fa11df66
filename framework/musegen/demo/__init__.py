"""The model that comes with musegen, what it was made from, and how good it is."""
