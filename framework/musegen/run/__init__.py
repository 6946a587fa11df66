"""Runs of a pipeline: their stages, and the results that are shown of them."""
