"""Measures of a tune's form, tonality, melody and labels."""
