"""The laws of rules."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from musegen.music.score import Score
from musegen.music.tune_limits import TuneLimits
from musegen.music.validity import Fault
from musegen.protocols.component import Component
from musegen.protocols.rules import LimitingRule, Rule
from musegen.testing.declared import check_declared
from musegen.testing.examples import example_scores
from musegen.testing.laws import Laws, short
from musegen.testing.writes import sandbox


def check_rule(
    component: Component[Rule],
    options: Mapping[str, Any] | None = None,
    *,
    scores: Sequence[Score] | None = None,
) -> None:
    """Check that a rule keeps the laws of :class:`musegen.Rule`.

    It must judge ``scores``, by default invented ones, and if it is a :class:`musegen.LimitingRule` narrow
    limits. ``options``: its keys as in a pipeline. Raises ContractError, an AssertionError that names the
    broken law, and ValueError if the component does not take the options.
    """
    laws = Laws(f'rule "{component.name}"')
    checked = check_declared("rule", component, options)
    with sandbox() as box:
        path = box.folder / "nothing"
        with box.watching(path) as strays:
            first, second = component.build(checked), component.build(checked)
            for score in example_scores() if scores is None else scores:
                found = _faults(laws, first, score)
                law = "the same score always has the same faults, even from another object of the rule"
                again = [_faults(laws, rule, score) for rule in (first, second)]
                laws.require(again == [found, found], law, f"{short(found)}, {short(again)}")
            _check_limits(laws, first)
    laws.require(not strays, "it writes no file", short(", ".join(map(str, strays))))


def _check_limits(laws: Laws, rule: Rule) -> None:
    """The laws of a rule that can be said in limits."""
    if not isinstance(rule, LimitingRule):
        return
    for given in (TuneLimits(), TuneLimits(lowest=60, highest=72, pitches=frozenset(range(60, 73, 2)))):
        with laws.works("it limits without an exception"):
            found = rule.limit(given)
        law = "limit gives a musegen.TuneLimits, the same each time"
        laws.require(isinstance(found, TuneLimits) and rule.limit(given) == found, law, f"got {found!r:.80}")
        allowed, before = found.sounding, given.sounding
        law = "limit narrows what it is given"
        laws.require(allowed <= before and found.bars >= given.bars, law, f"{given!r} became {found!r}")


def _faults(laws: Laws, rule: Rule, score: Score) -> list[Fault]:
    with laws.works("it judges every score without an exception"):
        found = list(rule.faults(score))
    for fault in found:
        laws.require(
            isinstance(fault, Fault), "faults gives musegen.Fault objects", f"got {short(repr(fault))}"
        )
        law = "the kind of a fault, by which faults are counted, is one word in lower-case letters"
        kind = re.fullmatch(r"[a-z][a-z0-9_-]*", fault.kind)
        laws.require(kind is not None, law, f"got {fault.kind!r}")
        laws.require(
            bool(fault.message.strip()), "a fault has a message", f"of kind {fault.kind} it has none"
        )
        law = "a fault names a bar of the score, from 1, or 0 for the whole tune"
        laws.require(0 <= fault.bar <= len(score.bars), law, f"bar {fault.bar} of {len(score.bars)}")
    return found
