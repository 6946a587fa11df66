"""Laws of components, and the error for a broken law."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

T = TypeVar("T")


class ContractError(AssertionError):
    """A component breaks a law of its protocol. ``str()`` names both, and says what was found."""

    def __init__(self, subject: str, law: str, found: str) -> None:
        super().__init__(f"{subject} breaks the law: {law}" + (f" ({found})" if found else ""))
        self.subject, self.law, self.found = subject, law, found


class Laws:
    """A checker of laws for one component."""

    def __init__(self, subject: str) -> None:
        """``subject``: name of the component in messages, such as ``tokenizer "words"``."""
        self.subject = subject

    def require(self, holds: bool, law: str, found: str = "") -> None:
        """Raises ContractError for ``law`` unless it ``holds``. ``found``: what was found instead."""
        if not holds:
            raise ContractError(self.subject, law, found)

    def made(self, law: str, make: Callable[[], T]) -> T:
        """The result of ``make()``. If it raises any exception, the law is broken."""
        try:
            return make()
        except ContractError:
            raise
        except Exception as error:
            raise ContractError(self.subject, law, f"it raised {_shown(error)}") from error

    @contextmanager
    def works(self, law: str, *allowed: type[Exception]) -> Iterator[None]:
        """A block that must not raise an exception, except for ``allowed`` ones, which just end it."""
        try:
            yield
        except ContractError:
            raise
        except Exception as error:
            if isinstance(error, allowed):
                return
            raise ContractError(self.subject, law, f"it raised {_shown(error)}") from error

    @contextmanager
    def refuses(self, law: str, expected: type[Exception]) -> Iterator[None]:
        """A block that must raise ``expected``. Raising nothing or another exception breaks the law."""
        try:
            yield
        except expected:
            return
        except Exception as error:
            found = f"it raised {_shown(error)}, not {expected.__name__}"
            raise ContractError(self.subject, law, found) from error
        raise ContractError(self.subject, law, f"it raised nothing, not {expected.__name__}")


def _shown(error: Exception) -> str:
    return f"{type(error).__name__}: {short(str(error))}"


def short(value: object) -> str:
    """The text of a value, cut to one line of 80 characters."""
    text = " ".join(str(value).split())
    return text if len(text) <= 80 else f"{text[:77]}..."
