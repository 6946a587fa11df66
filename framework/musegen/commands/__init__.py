"""The ``musegen`` command: one module a command."""
