"""``pipeline.toml``: what it may say, and what one says."""
