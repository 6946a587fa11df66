"""ABC notation (version 2.1, tolerant of what was written before it): corpus readers and the notation."""
