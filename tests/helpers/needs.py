"""What tests need that is not everywhere: said where one is skipped, and summed up at the end of a run."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterable
from typing import NoReturn

import pytest

NOTTINGHAM_FILES = "the Nottingham files (set MUSEGEN_NOTTINGHAM)"
_NEEDED = re.compile(r"\bneeds? ([^;\n]+)|could not import '(\w+)")


def lack(what: str) -> NoReturn:
    """Skip the test, for ``what`` it needs is not here; in CI, where all is, it fails."""
    message = f"needs {what}"
    pytest.fail(message) if os.environ.get("CI") else pytest.skip(message)


def skipped_line(reasons: Iterable[str]) -> str:
    """What the skipped tests need, most of them first; empty where none was skipped.

    A reason says it behind the word "needs", up to a semicolon, or is pytest's for a package that is not
    installed; any other stands as it is.
    """
    needs = Counter(map(_needed, reasons))
    if not needs:
        return ""
    parts = [f"{count} need{'s'[: count == 1]} {what}" for what, count in needs.most_common()]
    return f"{needs.total()} test{'s were' if needs.total() > 1 else ' was'} skipped: {', '.join(parts)}"


def _needed(reason: str) -> str:
    match = _NEEDED.search(reason)
    if not match:
        return f"what is said here: {reason.removeprefix('Skipped: ')}"
    return match[1] or f"the package {match[2]}"
