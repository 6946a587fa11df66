"""ABC notation (version 2.1, tolerant of older spellings): the corpus reader and the notation."""
