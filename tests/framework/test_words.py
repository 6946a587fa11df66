"""Numbers in messages."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from musegen import counted
from musegen.run.faults import fault_lines

ROOT = Path(__file__).parents[2]
NOUNS = re.findall(
    r"\w+",
    "tune group draw bar note warning character duplicate symbol token step epoch line file byte time thread "
    "replica worker strain version score",
)


@pytest.mark.parametrize(
    ("count", "noun", "plural", "written"),
    [
        (0, "tune", "", "0 tunes"),
        (1, "tune", "", "1 tune"),
        (1059, "tune", "", "1,059 tunes"),
        (1, "copy", "copies", "1 copy"),
        (2, "copy", "copies", "2 copies"),
    ],
)
def test_a_noun_is_singular_for_one_alone(count: int, noun: str, plural: str, written: str) -> None:
    """And a long number has commas."""
    assert counted(count, noun, plural) == written


def plurals(path: Path) -> Iterator[str]:
    """Each number of a message that a plural follows, whatever the number is."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if not isinstance(node, ast.JoinedStr):
            continue
        for value, after in zip(node.values, node.values[1:], strict=False):
            if not isinstance(value, ast.FormattedValue) or not isinstance(after, ast.Constant):
                continue
            name = value.value
            constant = isinstance(name, ast.Name) and name.id.isupper()
            done = isinstance(name, ast.Call) and ast.unparse(name.func).endswith("counted")
            word = re.match(r" (?!of|with|between)(?:\w+ )?(\w+)s\b", str(after.value))
            if word and word[1] in NOUNS and not (constant or done):
                yield f"{path.relative_to(ROOT)}:{node.lineno}: {ast.unparse(node)}"


FINE = (
    "notes:.1f} notes a bar",  # a number with a decimal
    "the same bar {count} times",  # there are two of them at least
    "two renderers",
    "a renderer writes",
    "workers with",
    "task {task} of",
    "x {self._steps} tokens",
    "among the",  # a vocabulary has its marks
    "{description[mark]!r} of",
    "{short(tokens.tolist())} of",
    "cannot rest for",  # a number as somebody wrote it
)
"""Parts of messages whose number is never one, or is not musegen's."""


def test_no_message_writes_a_plural_by_itself() -> None:
    """``counted`` does, in the framework and the plugins."""
    found = [
        line
        for folder in ("framework", "plugins")
        for path in sorted((ROOT / folder).rglob("*.py"))
        for line in plurals(path)
        if not any(words in line for words in FINE)
    ]
    assert found == []


def test_faults_are_counted_by_kind() -> None:
    """However many tunes and bars they have; a tune that cannot be read is not counted as unrendered too."""
    faults = {
        f"{n:03}.abc": tuple(f"bars: bar {bar}: lasts 1/2 of a bar" for bar in range(40)) for n in range(80)
    }
    faults |= {f"{n:03}.abc": ("parse: no key", "render: no key") for n in range(80, 120)}
    faults |= {"120.abc": ("own-rule: too green",), "121.abc": ()}
    assert fault_lines(faults) == [
        "121 of 122 tunes broke a rule:",
        "  80 x bars that do not fit the metre (bars): 000.abc, 001.abc, 002.abc and 77 more; "
        "000.abc: bar 0: lasts 1/2 of a bar",
        "  40 x text that cannot be read (parse): 080.abc, 081.abc, 082.abc and 37 more; 080.abc: no key",
        "  1 x own-rule: 120.abc; 120.abc: too green",
    ]
    assert fault_lines({"001.abc": ()}) == []
