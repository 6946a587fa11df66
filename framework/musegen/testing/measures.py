"""The laws of measures."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from copy import deepcopy
from fractions import Fraction
from math import isfinite
from typing import Any, SupportsFloat

from musegen.music.score import Bar, Key, Metre, Note, Pitch, Rest, Score
from musegen.protocols.component import Component
from musegen.protocols.measures import Descriptor, Measure
from musegen.testing.declared import check_declared
from musegen.testing.examples import example_scores
from musegen.testing.laws import Laws, short
from musegen.testing.writes import sandbox


def check_measure(
    component: Component[Measure],
    options: Mapping[str, Any] | None = None,
    *,
    scores: Sequence[Score] | None = None,
) -> None:
    """Check that a measure keeps the laws of :class:`musegen.Measure`.

    It must describe ``scores``, by default invented ones, and besides them tunes of no bar, one note, rests
    alone, and bars that do not fit. Raises ContractError, an AssertionError that names the broken law, and
    ValueError if the component does not take the options.
    """
    laws = Laws(f'measure "{component.name}"')
    checked = check_declared("measure", component, options)
    with sandbox() as box:
        path = box.folder / "nothing"
        with box.watching(path) as strays:
            first, second = component.build(checked), component.build(checked)
            _check_descriptors(laws, component, first)
            for score in (*(example_scores() if scores is None else scores), *_odd_scores()):
                found = _figures(laws, first, score)
                law = "the same score always has the same figures, even from another object of the measure"
                again = [_figures(laws, measure, score) for measure in (first, second)]
                again.append(_figures(laws, first, deepcopy(score)))
                laws.require(again == [found] * 3, law, f"{short(found)}, {short(again)}")
    laws.require(not strays, "it writes no file", short(", ".join(map(str, strays))))


def _check_descriptors(laws: Laws, component: Component[Measure], measure: Measure) -> None:
    descriptors = measure.descriptors
    right = isinstance(descriptors, tuple) and all(isinstance(each, Descriptor) for each in descriptors)
    law = "descriptors is a tuple of musegen.Descriptor"
    laws.require(right and bool(descriptors), law, f"got {short(repr(descriptors))}")
    law = "its component declares the same descriptors"
    laws.require(component.descriptors == descriptors, law, f"got {short(repr(component.descriptors))}")
    names = [each.name for each in descriptors]
    for each in descriptors:
        law = "the name of a descriptor is lower-case letters, digits and _, beginning with a letter"
        laws.require(re.fullmatch(r"[a-z][a-z0-9_]*", each.name) is not None, law, f"got {each.name!r}")
        law = "no two descriptors have one name"
        laws.require(names.count(each.name) == 1, law, f"got {each.name} more than once")
        law = "a descriptor says in words what it counts, without a full stop"
        told = each.says.strip() == each.says != "" and not each.says.endswith(".")
        laws.require(told, law, f"{each.name} says {each.says!r}")
        law = "a unit is % or a word or two, or empty"
        laws.require(re.fullmatch(r"%|[^\W\d][\w ]*|", each.unit) is not None, law, f"got {each.unit!r}")


def _figures(laws: Laws, measure: Measure, score: Score) -> dict[str, float]:
    with laws.works("it describes every score without an exception"):
        found = dict(measure.describe(score))
    known = {each.name: each for each in measure.descriptors}
    figures = {}
    for name, figure in found.items():
        laws.require(name in known, "it gives only figures that it has a descriptor of", f"got {name!r}")
        if figure is None:
            continue
        number = isinstance(figure, SupportsFloat) and isfinite(figure)
        law = "a figure is a finite number, or None where the tune does not have it"
        laws.require(number, law, f"{name} is {figure!r}")
        share = known[name].unit != "%" or 0 <= figure <= 1
        laws.require(share, "a figure in % is a share from 0 to 1", f"{name} is {figure!r}")
        figures[name] = float(figure)
    return figures


def _odd_scores() -> tuple[Score, ...]:
    """Tunes that hardly are any: the shortest, the emptiest, and bars that do not fit their metre."""
    a, b = Note(Fraction(1), (Pitch(4, "A"),)), Note(Fraction(2, 3), (Pitch(4, "B", -1),), tie=True)
    rest = Rest(Fraction(1))
    long = Note(Fraction(40), (Pitch(9, "B"), Pitch(0, "C")))
    key, metre = Key("Bb", "locrian", (("C", 1),)), Metre(5, 8)
    split = (
        Bar((a,), repeat_start=True),
        Bar((a, b), endings=(1,), repeat_end=2),
        Bar((b,), endings=(2,), barline="||"),
        Bar((rest,), endings=(1,), part="B"),
        Bar((b,), endings=(3,), repeat_end=4),
    )
    bars = (
        (),
        (Bar((a,)),),
        (Bar((rest,)),),
        (Bar((b,)), Bar((a,))),
        (Bar((long,)), Bar((a, b, rest))),
        split,
    )
    return tuple(
        Score(each, key if timed else Key(""), metre if timed else None, rhythm="reel", title="A Jig")
        for each in bars
        for timed in (False, True)
    )
