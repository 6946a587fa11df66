"""Readers for tune collections that other packages ship or the web serves."""
