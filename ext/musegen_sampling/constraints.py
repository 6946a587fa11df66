"""Rules for what may come next, asked before each draw and told after it."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import ArrayLike

from musegen_sampling.types import Flags


class Constraint(Protocol):
    """Says for one tune which tokens may be drawn, in Python.

    A plugin that is compiled can have the loop call C functions instead, without the GIL: see
    :class:`CompiledConstraint`.
    """

    def allow(self) -> ArrayLike | None:
        """Which tokens may come next: shape (V,), true where one may; None for all."""

    def take(self, token: int) -> None:
        """``token`` was drawn."""


@runtime_checkable
class CompiledConstraint(Protocol):
    """Has the loop call C functions: ``constraint.h`` and ``constraint.pxd``, both part of the package.

    ``musegen_sampling.get_include()`` is where the header is.
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
    """What ``allow`` returned as bytes (V,). Raises ValueError for another shape."""
    array = np.asarray(allowed)
    if array.shape != (size,):
        raise ValueError(f"constraint: allow() must return shape ({size},) or None (got {array.shape})")
    return np.ascontiguousarray(array, np.bool_).view(np.uint8)


def in_python(constraint: Constraint | CompiledConstraint | None, size: int) -> Constraint | None:
    """A constraint as one in Python, for an engine in Python. Raises ImportError without the extension."""
    if not isinstance(constraint, CompiledConstraint):
        return constraint
    from musegen_sampling import _sampling

    return _sampling.ConstraintCalls(constraint, size)
