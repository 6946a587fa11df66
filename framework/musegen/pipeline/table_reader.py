"""One table of a pipeline file as typed options, or the mistakes in it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, time
from typing import Any, TypeVar

from pydantic import ValidationError

from musegen.errors import did_you_mean
from musegen.option_faults import OptionFault, option_faults
from musegen.options import Options
from musegen.pipeline.mistakes import Mistakes
from musegen.pipeline.toml_lines import Place
from musegen.pipeline.toml_source import TomlSource, dotted, has

O = TypeVar("O", bound=Options)  # noqa: E741


class TableReader:
    """Reads the tables of one file and collects what is wrong in them."""

    def __init__(self, source: TomlSource, mistakes: Mistakes) -> None:
        self.source, self.mistakes = source, mistakes

    def table(self, place: Place) -> Any:
        """What the file has at a place; an empty table if there is nothing."""
        table: Any = self.source.tables
        for key in place:
            table = table[key] if has(table, (key,)) else {}
        return table

    def read(self, place: Place, cls: type[O], ignore: Iterable[str] = ()) -> O | None:
        """The options of one table. If it has mistakes, all are collected and the result is None."""
        table = self.table(place)
        if not isinstance(table, dict):
            self.mistakes.add(place, f"is not a table; write [{dotted(place)}]")
            return None
        plain = _without(table, ignore)
        dates = {path: value for path, value in _walk(plain) if isinstance(value, date | datetime | time)}
        for path, value in dates.items():
            self.mistakes.add((*place, *path), f"a TOML date or time is not possible here (got {value})")
        try:
            options = self._checked(cls, plain)
        except ValidationError as error:
            for fault in option_faults(error, plain):
                if fault.place not in dates:
                    self._fault(place, fault, cls)
            return None
        except (ValueError, RecursionError) as error:
            self.mistakes.add(place, str(error))
            return None
        return None if dates else options

    def usable(self, place: Place, cls: type[O], ignore: Iterable[str] = (), **instead: object) -> O | None:
        """The options of one table with the defaults of all keys that are wrong, for further checks.

        ``instead``: values in place of those in the file. The result is None where a key is needed.
        """
        table = self.table(place)
        plain = {**_without(table, ignore), **instead} if isinstance(table, dict) else dict(instead)
        try:
            try:
                return self._checked(cls, plain)
            except ValidationError as error:
                wrong = {fault.place[0] for fault in option_faults(error, plain) if fault.place}
                if wrong & set(instead):
                    return None
                return self._checked(cls, _without(plain, wrong))
        except (ValueError, RecursionError):  # ValidationError is a ValueError
            return None

    def _checked(self, cls: type[O], plain: Mapping[str, Any]) -> O:
        text = json.dumps(plain, default=str)  # dates are reported elsewhere
        return cls.model_validate_json(text, context={"folder": self.source.file.parent})

    def _fault(self, table: Place, fault: OptionFault, cls: type[Options]) -> None:
        message = fault.said
        if fault.kind == "missing":
            message += " and has no default"
        elif fault.kind == "extra_forbidden":
            inner = _options_at(cls, fault.place[:-1])
            choices = list(inner.model_fields) if inner else []
            hint = did_you_mean(str(fault.place[-1]), choices) or (
                f"; it has: {', '.join(choices)}" if choices else "; it takes no options"
            )
            message = f"unknown key{hint}"
        self.mistakes.add((*table, *fault.place), message)


def _without(table: Mapping[str, Any], keys: Iterable[object]) -> dict[str, Any]:
    left_out = set(keys)
    return {key: value for key, value in table.items() if key not in left_out}


def _walk(value: Any, path: Place = ()) -> Iterator[tuple[Place, Any]]:
    yield path, value
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield from _walk(inner, (*path, key))


def _options_at(cls: type[Options], path: Place) -> type[Options] | None:
    """The class of the options at ``path``, a table inside a table; None if there is none."""
    for key in path:
        field = cls.model_fields.get(str(key))
        if field is None or not (
            isinstance(field.annotation, type) and issubclass(field.annotation, Options)
        ):
            return None
        cls = field.annotation
    return cls
