"""How a broken law is told."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

T = TypeVar("T")


class ContractError(AssertionError):
    """A component that breaks a law of its protocol; ``str()`` names both and says what came out."""

    def __init__(self, subject: str, law: str, found: str) -> None:
        super().__init__(f"{subject} breaks the law: {law}" + (f" ({found})" if found else ""))
        self.subject, self.law, self.found = subject, law, found


class Laws:
    """Holds one component to laws."""

    def __init__(self, subject: str) -> None:
        """``subject``: how messages call the component, as ``tokenizer "words"``."""
        self.subject = subject

    def require(self, holds: bool, law: str, found: str = "") -> None:
        """Raises ContractError unless it ``holds``."""
        if not holds:
            raise ContractError(self.subject, law, found)

    def made(self, law: str, make: Callable[[], T]) -> T:
        """What ``make`` gives; any exception out of it breaks the law."""
        try:
            return make()
        except ContractError:
            raise
        except Exception as error:
            raise ContractError(self.subject, law, f"it raised {_shown(error)}") from error

    @contextmanager
    def works(self, law: str, *allowed: type[Exception]) -> Iterator[None]:
        """No exception breaks out, ``allowed`` ones aside: those end the block and are no fault."""
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
        """The block raises ``expected``; nothing, or another exception, breaks the law."""
        try:
            yield
        except expected:
            return
        except Exception as error:
            found = f"it raised {_shown(error)}, not {expected.__name__}"
            raise ContractError(self.subject, law, found) from error
        raise ContractError(self.subject, law, f"nothing was raised, {expected.__name__} should be")


def _shown(error: Exception) -> str:
    return f"{type(error).__name__}: {short(str(error))}"


def short(value: object) -> str:
    """Its text, cut to one line of 80 characters."""
    text = " ".join(str(value).split())
    return text if len(text) <= 80 else f"{text[:77]}..."
