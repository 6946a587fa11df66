"""Runs of a pipeline: stages, their results, and what is shown of them."""
