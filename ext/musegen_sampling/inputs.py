"""Further inputs: small integers beside each token that is fed, each of which picks a row of a table."""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from typing import Protocol, TypeAlias, runtime_checkable


class Inputs(Protocol):
    """Follows one tune and says what is fed beside its tokens; written in Python.

    It is asked once for each token that is fed, in their order, also for those of a prime; under a constraint
    before that is asked what may follow. For a compiled plugin the loop can call a C function instead,
    without the GIL: see :class:`CompiledInputs`.
    """

    def read(self, token: int) -> Sequence[int]:
        """``token`` is fed: its values, one for each table, from 0 and below the table's number of rows."""

    def copy(self) -> Inputs:
        """An independent reader at the same place of the tune."""


@runtime_checkable
class CompiledInputs(Protocol):
    """A reader whose ``read`` is a C function; ``inputs.h`` and ``inputs.pxd`` declare it.

    Both files are part of the package; ``musegen_sampling.get_include()`` is their folder.
    """

    def __musegen_inputs__(self) -> object:
        """A PyCapsule named ``musegen_sampling.inputs`` that holds a ``musegen_inputs *``.

        The pointer must stay valid while this object lives.
        """

    def copy(self) -> CompiledInputs:
        """An independent reader at the same place of the tune."""


Reader: TypeAlias = Inputs | CompiledInputs
MakeReader: TypeAlias = Callable[[], Reader]
"""Makes a reader that stands before the first token of a tune."""


class InputsError(RuntimeError):
    """The C function of a reader reported an error."""


def check_maker(sizes: Sequence[int], inputs: MakeReader | None) -> None:
    """Raises ValueError unless ``inputs`` are given for a model with tables, and only for one.

    ``sizes``: the numbers of the tables' rows.
    """
    if sizes and inputs is None:
        tables = "a table" if len(sizes) == 1 else f"{len(sizes)} tables"
        rows = ", ".join(map(str, sizes))
        raise ValueError(
            f"inputs: a function that makes a reader of further inputs for each tune expected, because the "
            f"model has {tables} of them ({rows} rows) (got None)"
        )
    if inputs is not None and not sizes:
        raise ValueError(f"inputs: None expected, the model has no tables of further inputs (got {inputs!r})")


def checked(values: Sequence[int], sizes: Sequence[int]) -> list[int]:
    """``values`` as ints. Raises ValueError unless there is one for each table, below its number of rows."""
    found = [operator.index(value) for value in values]
    if len(found) != len(sizes):
        raise ValueError(f"inputs: read() must return {len(sizes)} values (got {len(found)})")
    for number, (value, size) in enumerate(zip(found, sizes, strict=True)):
        if not 0 <= value < size:
            raise ValueError(f"inputs: values[{number}] from 0 to {size - 1} expected (got {value})")
    return found


def reading(reader: Reader | None, sizes: tuple[int, ...]) -> Callable[[int], list[int]]:
    """What reads a token's values, checked, for an engine in Python; none where there is no reader.

    Raises ImportError for a compiled reader where the extension is missing.
    """
    if reader is None:
        return lambda token: []
    if isinstance(reader, CompiledInputs):
        from musegen_sampling import _sampling

        return _sampling.InputsCalls(reader, sizes).read
    read = reader.read
    return lambda token: checked(read(token), sizes)
