"""The stages of a run, one module each: its key, its work, its files, what it says and what it shows."""
