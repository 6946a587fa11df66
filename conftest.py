"""``pytest`` runs the tests, ``pytest --benchmark`` the speed suite instead.

``pytest --benchmark-quick`` runs it with the shortest rounds: shows that it works, not how fast anything is.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from helpers.needs import skipped_line

BENCHMARKS = Path(__file__).parent / "benchmarks"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Adds two options, which stand beside the ``--benchmark-...`` options of pytest-benchmark."""
    parser.addoption(
        "--benchmark",
        action="store_true",
        help="run the speed suite under benchmarks/ instead of the tests (needs pytest-benchmark)",
    )
    parser.addoption(
        "--benchmark-quick",
        action="store_true",
        help="likewise with the shortest rounds: to see that every benchmark works, not how fast anything is",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Points pytest at benchmarks/, unless paths were given."""
    if config.getoption("--benchmark-quick"):
        config.option.benchmark = True
        config.option.benchmark_disable = True  # pytest-benchmark's own: each function once
    if not config.getoption("--benchmark"):
        return
    if not config.pluginmanager.hasplugin("benchmark"):
        raise pytest.UsageError("--benchmark needs pytest-benchmark: pip install 'musegen[benchmark]'")
    if config.args_source is not pytest.Config.ArgsSource.ARGS:
        config.args[:] = [str(BENCHMARKS)]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Skips benchmarks that nobody asked for: on a busy machine they say nothing."""
    if config.getoption("--benchmark") or config.getoption("benchmark_only", False):
        return
    for item in items:
        if BENCHMARKS in item.path.parents:
            item.add_marker(pytest.mark.skip(reason="needs pytest --benchmark"))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Says in one line what the tests that were skipped need."""
    skipped = terminalreporter.stats.get("skipped", ())
    if line := skipped_line(report.longrepr[2] for report in skipped):
        terminalreporter.write_line(line)
