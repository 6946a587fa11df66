"""The ``musegen`` command: one module for each of its commands, named as the command is.

A module's ``COMMAND`` describes it by the class that plugins use too: :class:`musegen.Command`.
"""
