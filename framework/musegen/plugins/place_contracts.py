"""What the place features of a notation must give back."""

from __future__ import annotations

from collections.abc import Sequence
from operator import index
from typing import SupportsIndex

import numpy as np
from numpy.typing import NDArray

from musegen.plugins.checked import Check, Checked, Contract, shown
from musegen.protocols.vocabulary import Tokens


def sizes(name: str) -> Check:
    """An attribute of several whole numbers above 0."""

    def check(this: Checked, value: object) -> tuple[int, ...]:
        listed = list(value) if isinstance(value, Sequence) and not isinstance(value, str) else [None]
        numbers = [index(one) for one in listed if isinstance(one, SupportsIndex)]
        if len(numbers) < len(listed) or min(numbers, default=1) < 1:
            raise this.fault(f"{name} is {shown(value)}, not a tuple of int, each at least 1")
        return tuple(numbers)

    return check


def _remembered(this: Checked, value: object) -> int:
    if isinstance(value, SupportsIndex) and 0 <= index(value) <= len(this.sizes):
        return index(value)
    raise this.fault(f"remembered is {shown(value)}, not a number from 0 to that of the features")


def told_places(this: Checked, found: object, *given: object) -> Checked:
    """What ``places`` of a notation gives."""
    return this.made(found, PLACES)


def _begun(this: Checked, found: object, *given: object) -> object:
    # A compiled reader is called from C, and the sampler checks what it tells.
    return found if hasattr(found, "__musegen_inputs__") else this.made(found, _READER)


def _rows(this: Checked, found: object, tokens: Tokens) -> NDArray[np.int32]:
    shape = len(tokens), len(this.sizes)
    if not isinstance(found, np.ndarray) or found.shape != shape or found.dtype.kind not in "iu":
        got = f"{found.dtype} of shape {found.shape}" if isinstance(found, np.ndarray) else shown(found)
        raise this.fault(f"rows() gives {got}, not int32 of shape {shape}")
    if found.size and not ((found >= 0) & (found < this.sizes)).all():
        raise this.fault(f"rows() gives a value that is not at least 0 and below its size ({this.sizes})")
    return found.astype(np.int32, copy=False)


def _read(this: Checked, found: object, *given: object) -> tuple[int, ...]:
    listed = list(found) if isinstance(found, Sequence) and not isinstance(found, str) else [None]
    values = tuple(index(value) for value in listed if isinstance(value, SupportsIndex))
    if len(values) < len(listed):
        raise this.fault(f"read() gives {shown(found)}, not a tuple of int")
    return values


_READER = Contract("musegen.PlaceReader", ("read", "copy"), {"read": _read, "copy": _begun})
PLACES = Contract(
    "musegen.Places",
    ("sizes", "remembered", "first", "begin", "rows"),
    {"first": told_places, "begin": _begun, "rows": _rows},
    {"sizes": sizes("sizes"), "remembered": _remembered},
)
