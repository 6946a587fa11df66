"""What components give back, checked where it is given: the error's one line names component and plugin.

A working object is wrapped when it is built (:meth:`musegen.plugins.installed.Installed.make`). The wrapper
has the same methods, each with a check of what it returns, so that whoever calls it may rely on the protocol,
and a foreign exception bears the component's name. Capabilities are found by type as before: the wrapper has
a method where the object has it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from inspect import signature
from typing import Any, TypeAlias, TypeVar, cast

from musegen.errors import ComponentError, MusegenError

T = TypeVar("T")

Check: TypeAlias = Callable[..., Any]
"""``check(wrapper, found, *arguments)``: what a caller is given for what a method returned.

Raises ComponentError."""


@dataclass(frozen=True, slots=True)
class Contract:
    """What an object of one kind must have, and how what it gives is checked."""

    protocol: str
    """The protocol's public name."""
    needed: tuple[str, ...]
    """Methods and attributes that it must have; a method without a check is called as it is."""
    methods: Mapping[str, Check]
    """Method -> check of what it returns; one that the object does not have is left out."""
    attributes: Mapping[str, Check] = field(default_factory=dict)
    """Attribute -> check of its value."""
    guard: Callable[..., None] = lambda *given: None
    """It gets what a method is called with and raises the error that ends such a call."""


class Checked:
    """Stands for an object of a component's."""

    def __init__(self, made: object, who: str, contract: Contract) -> None:
        """``who``: the component as messages name it.

        Raises ComponentError for an object that lacks a part.
        """
        own = vars(self)
        own |= {"_made": made, "_who": who, "_guard": contract.guard}
        for name in contract.needed:
            part = self._part(name)
            if part is None or (name in contract.methods and not callable(part)):
                raise self.fault(f"{shown(made)} has no {name}; its protocol is {contract.protocol}")
        for name, check in contract.attributes.items():
            if (part := self._part(name)) is not None:
                own[name] = check(self, part)
        # In the instance's own dict, where isinstance() with a protocol looks for it.
        for name in {**contract.methods, **dict.fromkeys(contract.needed)}:
            if name not in own and callable(method := self._part(name)):
                own[name] = partial(self._called, method, contract.methods.get(name, _as_it_is))

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):  # such as what copy and pickle ask for before anything is there
            raise AttributeError(name)
        return getattr(self._made, name)

    def __repr__(self) -> str:
        return f"<{self._who}: {self._made!r}>"

    def fault(self, message: str) -> ComponentError:
        """The error that names the component; ``message`` says what it did and what it should do."""
        return ComponentError(f"{self._who}: {message}")

    def made(self, thing: object, contract: Contract) -> Checked:
        """An object that this one made."""
        return Checked(thing, self._who, contract)

    def items(self, method: str, found: object, what: str) -> Iterator[Any]:
        """The elements of what a method returned, one by one; an exception on the way is the component's."""
        if not isinstance(found, Iterable):
            raise self.fault(f"{method}() gives {shown(found)}, not {what}")
        return self._going_through(found)

    def _going_through(self, found: Iterable[Any]) -> Iterator[Any]:
        try:
            yield from found
        except Exception as error:
            blame(error, self._who)
            raise

    def _part(self, name: str) -> Any:
        """A method or attribute; None where there is none."""
        try:
            return getattr(self._made, name, None)
        except Exception as error:
            blame(error, self._who)
            raise

    def _called(self, method: Callable[..., object], check: Check, /, *given: Any, **named: Any) -> Any:
        self._guard(*given, *named.values())
        try:
            found = method(*given, **named)
        except Exception as error:
            blame(error, self._who)
            raise
        if named:
            given = signature(method).bind(*given, **named).args
        return check(self, found, *given)


def _as_it_is(this: Checked, found: T, *given: object) -> T:
    return found


_CULPRIT = "musegen_culprit"


def blame(error: Exception, who: str) -> None:
    """Remember on ``error`` out of which component it came, and note it unless its line is for users."""
    if culprit(error) or isinstance(error, ComponentError):
        return
    setattr(error, _CULPRIT, who)
    if not isinstance(error, MusegenError):
        error.add_note(f"in {who}")


def culprit(error: BaseException) -> str:
    """The component that an exception came out of; empty where it was none."""
    who: str = getattr(error, _CULPRIT, "")
    return who


def name_stage(error: BaseException, stage: str) -> None:
    """Note on what ended a run in which stage that was, if a component is to blame."""
    who = culprit(error)
    if isinstance(error, ComponentError):
        error.add_note(f"stage {stage}")
    elif who:
        error.__notes__ = [note for note in getattr(error, "__notes__", ()) if note != f"in {who}"]
        error.add_note(f"in {who}, stage {stage}")


def fault_of(thing: object, message: str) -> ComponentError:
    """The error that names the component which ``thing`` belongs to, as far as it is known."""
    if isinstance(thing, Checked):
        return thing.fault(message)
    return ComponentError(f"{shown(thing)}: {message}")


def shown(value: object) -> str:
    """A value for a message: what it is, and in short which."""
    if value is None:
        return "None"
    text = " ".join(repr(value).split())
    plain = isinstance(value, str | int | float | tuple | list | dict | bytes)
    return f"{type(value).__name__} {text[:40]}{'...' * (len(text) > 40)}" if plain else type(value).__name__


def gives(method: str, kind: type[T]) -> Callable[..., T]:
    """What a method returns must be of this type."""
    name = f"musegen.{kind.__name__}" if kind.__module__.startswith("musegen.") else kind.__name__

    def check(this: Checked, found: object, *given: object) -> T:
        if not isinstance(found, kind):
            raise this.fault(f"{method}() gives {shown(found)}, not a {name}")
        return found

    return check


def an_attribute(name: str, what: str, kind: type) -> Check:
    """The value of an attribute must be of this type, ``what`` in words."""

    def check(this: Checked, value: object) -> object:
        if not isinstance(value, kind):
            raise this.fault(f"{name} is {shown(value)}, not {what}")
        return value

    return check


def strings(name: str) -> Check:
    """An attribute of several strings."""

    def check(this: Checked, value: object) -> object:
        listed = isinstance(value, Sequence) and not isinstance(value, str)
        if not listed or not all(isinstance(one, str) for one in cast("Sequence[object]", value)):
            raise this.fault(f"{name} is {shown(value)}, not a tuple of str")
        return value

    return check
