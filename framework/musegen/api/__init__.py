"""The functions that users call from Python. The commands are a thin layer over them."""
