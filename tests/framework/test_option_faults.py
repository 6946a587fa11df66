"""Mistakes in options are told in musegen's words, at the place that a user wrote."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal, get_args

import pytest
from pydantic import AfterValidator, Field, ValidationError
from pydantic_core import PydanticCustomError, PydanticKnownError
from pydantic_core.core_schema import ErrorType

from musegen import Options
from musegen.option_faults import OptionFault, _message, option_faults

PYDANTIC = re.compile(
    r"Input|should|validat|\bvalid\b|[Tt]uple|\b[Ll]ist\b|dictionary|instance|boolean|integer|unable|parse|permitted"
)
"""Words that come from pydantic or from Python and not from TOML."""


class Inner(Options):
    """A table inside."""

    size: int = 1


class Other(Options):
    """Another one."""

    size: int
    name: str


def _refuse(value: int) -> int:
    raise ValueError("is never right")


def _refuse_by_name(value: int) -> int:
    raise PydanticCustomError("own_kind", "is wrong in its own words")


def faults(kind: Any, value: object) -> list[OptionFault]:
    """What is said of a value of this type."""
    cls: type[Options] = type("Made", (Options,), {"__annotations__": {"x": kind}})
    with pytest.raises(ValidationError) as caught:
        cls.model_validate({"x": value})
    return option_faults(caught.value, {"x": value})


@pytest.mark.parametrize(
    ("kind", "value", "line"),
    [
        (Annotated[int, Field(ge=1)], 0, "x: must be at least 1 (got 0)"),
        (Annotated[float, Field(gt=0)], 0.0, "x: must be above 0 (got 0.0)"),
        (Annotated[float, Field(lt=1.5)], 2.0, "x: must be below 1.5 (got 2.0)"),
        (Annotated[int, Field(le=9)], 10, "x: must be at most 9 (got 10)"),
        (Annotated[int, Field(multiple_of=4)], 3, "x: must be a multiple of 4 (got 3)"),
        (Annotated[str, Field(min_length=1)], "", "x: must have at least 1 character (got '')"),
        (Annotated[str, Field(max_length=2)], "abc", "x: must have at most 2 characters (got 'abc')"),
        (Annotated[str, Field(pattern="^a+$")], "b", "x: must match the pattern ^a+$ (got 'b')"),
        (Annotated[tuple[int, ...], Field(min_length=1)], (), "x: must have at least 1 entry (got [])"),
        (Annotated[list[int], Field(max_length=1)], [1, 2], "x: must have at most 1 entry (got [1, 2])"),
        (Annotated[list[int], Field(min_length=2)], [1], "x: must have at least 2 entries (got [1])"),
        (Annotated[list[int], Field(min_length=2)], [1, "a"], "x.1: must be a whole number (got 'a')"),
        (tuple[int, int], (1,), "x.1: is missing"),
        (dict[str, int], 3, "x: must be a table (got 3)"),
        (Inner, "a", "x: must be a table (got 'a')"),
        (tuple[str, ...], "a", "x: must be an array (got 'a')"),
        (tuple[str, ...], ("a", 7), "x.1: must be a string (got 7)"),
        (set[int], 3, "x: must be an array (got 3)"),
        (int, "a", "x: must be a whole number (got 'a')"),
        (int, 1.5, "x: must be a whole number (got 1.5)"),
        (int, True, "x: must be a whole number (got true)"),
        (float, "a", "x: must be a number (got 'a')"),
        (float, float("inf"), "x: must be a finite number (got Infinity)"),
        (bool, 1, "x: must be true or false (got 1)"),
        (str, 1, "x: must be a string (got 1)"),
        (Literal["a", "b", "c"], "d", "x: must be 'a', 'b' or 'c' (got 'd')"),
        (None, 3, "x: must be left out (got 3)"),
        (date, 3, "x: must be a date (got 3)"),
        (
            Annotated[Decimal, Field(max_digits=2)],
            Decimal("123"),
            'x: must have at most 2 digits (got "123")',
        ),
        (int | Literal["auto"], "x", "x: must be a whole number, or 'auto' (got 'x')"),
        (int | Literal["auto"], {"a": 1}, "x: must be a whole number, or 'auto' (got {\"a\": 1})"),
        (Annotated[int, AfterValidator(_refuse)], 1, "x: is never right (got 1)"),
        (Annotated[int, AfterValidator(_refuse_by_name)], 1, "x: is wrong in its own words (got 1)"),
        (Inner, {"size": "a"}, "x.size: must be a whole number (got 'a')"),
        (Inner, {"siez": 1}, "x.siez: is not a known key (got 1)"),
        (Inner | int, {"size": "a"}, "x.size: must be a whole number (got 'a')"),
        (list[Inner], [{}, {"size": "a"}], "x.1.size: must be a whole number (got 'a')"),
        (Other, {"size": 1}, "x.name: is missing"),
    ],
)
def test_a_mistake_in_our_words(kind: Any, value: object, line: str) -> None:
    """With the place that the user wrote; the first of several types says where."""
    assert str(faults(kind, value)[0]) == line


def test_a_wrong_default_has_the_place_of_its_key() -> None:
    """Although the table does not have the key, or not even the table that it is in."""

    class Defaulted(Options):
        """Two keys."""

        low: int = 1
        high: Annotated[int, AfterValidator(_refuse)] = 0

    assert faults(Defaulted, {"low": 5})[0].place == ("x", "high")

    class Outer(Options):
        """A table with a default."""

        inner: Defaulted = Field(default_factory=lambda: Defaulted.model_validate({"low": 3}))

    with pytest.raises(ValidationError) as caught:
        Outer.model_validate({"inner": {"low": 2}})
    assert [fault.key for fault in option_faults(caught.value, {"inner": {"low": 2}})] == ["inner.high"]


CONTEXT: dict[str, Any] = {
    **dict.fromkeys(("gt", "ge", "lt", "le", "multiple_of"), 3.0),
    **dict.fromkeys(("min_length", "max_length", "actual_length", "max_digits", "decimal_places"), 3),
    **dict.fromkeys(("whole_digits", "expected_version", "tz_expected", "tz_actual"), 3),
    **dict.fromkeys(("attribute", "class", "class_name", "encoding", "encoding_error"), "Tuple"),
    **dict.fromkeys(
        ("expected_schemes", "expected_tags", "expected", "method_name", "pattern", "tag"), "'a'"
    ),
    "field_type": "Tuple",
    "discriminator": "'kind'",
}


@pytest.mark.parametrize("kind", sorted(set(get_args(ErrorType)) - {"value_error", "assertion_error"}))
def test_no_kind_of_mistake_is_told_in_foreign_words(kind: str) -> None:
    """Each that pydantic knows; whatever it would say, musegen says something else."""
    context = {**CONTEXT, "error": "unable to parse"}
    words = PydanticKnownError(kind, context).message()  # type: ignore[arg-type]
    said = _message(kind, words, context)
    assert said
    assert said != words
    assert not PYDANTIC.search(said), said
