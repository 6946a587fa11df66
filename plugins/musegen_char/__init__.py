"""A tokenizer with one symbol per character."""
