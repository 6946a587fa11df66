"""What users call from Python; the commands are a thin layer over it."""
