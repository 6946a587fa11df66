"""A rule of musegen: only notes of the tin whistle in D."""
