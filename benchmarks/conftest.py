"""The paired comparisons' tables, printed at the end of the run."""

from __future__ import annotations

import pytest

TABLES = pytest.StashKey[list[str]]()


@pytest.fixture(scope="session")
def tables(pytestconfig: pytest.Config) -> list[str]:
    """What is put here is printed below the results, also without ``-s``."""
    return pytestconfig.stash.setdefault(TABLES, [])


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Prints the tables."""
    for table in config.stash.get(TABLES, []):
        terminalreporter.write_line("")
        terminalreporter.write_line(table)
