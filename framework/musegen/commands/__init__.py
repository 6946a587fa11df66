"""The commands of ``musegen``, each in a module with the name of the command.

``COMMAND`` in each module describes the command, with the class that plugins use too:
:class:`musegen.Command`.
"""
