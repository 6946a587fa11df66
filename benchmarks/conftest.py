"""Fixtures of all benchmarks: tables that are printed at the end of the run, and how long to measure."""

from __future__ import annotations

import pytest

TABLES = pytest.StashKey[list[str]]()


@pytest.fixture(scope="session")
def tables(pytestconfig: pytest.Config) -> list[str]:
    """A list of tables, which are printed below the results, also without ``-s``."""
    return pytestconfig.stash.setdefault(TABLES, [])


@pytest.fixture(scope="session")
def quick(pytestconfig: pytest.Config) -> bool:
    """Whether to take the shortest rounds, for ``--benchmark-quick``."""
    return bool(pytestconfig.getoption("--benchmark-quick"))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Prints the tables."""
    for table in config.stash.get(TABLES, []):
        terminalreporter.write_line("")
        terminalreporter.write_line(table)
