"""Constraints, which say before each draw which tokens may come next, and are told the token after it."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import ArrayLike

from musegen_sampling.types import Flags


class Constraint(Protocol):
    """Says for one tune which tokens may be drawn; written in Python.

    For a compiled plugin the loop can call C functions instead, without the GIL: see
    :class:`CompiledConstraint`.
    """

    def allow(self) -> ArrayLike | None:
        """The tokens that may come next: shape (V,), true where a token may come; None for all."""

    def take(self, token: int) -> None:
        """Take note that ``token`` was drawn."""


@runtime_checkable
class CompiledConstraint(Protocol):
    """A constraint of C functions that the loop calls; ``constraint.h`` and ``constraint.pxd`` declare them.

    Both files are part of the package; ``musegen_sampling.get_include()`` is their folder.
    """

    def __musegen_constraint__(self) -> object:
        """A PyCapsule named ``musegen_sampling.constraint`` that holds a ``musegen_constraint *``.

        The pointer must stay valid while this object lives.
        """


class DeadEndError(ValueError):
    """No token was allowed."""


class ConstraintError(RuntimeError):
    """The C functions of a constraint reported an error."""


def flags(allowed: ArrayLike, size: int) -> Flags:
    """The result of ``allow`` as bytes (V,). Raises ValueError for another shape."""
    array = np.asarray(allowed)
    if array.shape != (size,):
        raise ValueError(f"constraint: allow() must return shape ({size},) or None (got {array.shape})")
    return np.ascontiguousarray(array, np.bool_).view(np.uint8)


def in_python(constraint: Constraint | CompiledConstraint | None, size: int) -> Constraint | None:
    """The constraint as one in Python, for an engine in Python.

    Raises ImportError for a compiled constraint where the extension is missing.
    """
    if not isinstance(constraint, CompiledConstraint):
        return constraint
    from musegen_sampling import _sampling

    return _sampling.ConstraintCalls(constraint, size)
