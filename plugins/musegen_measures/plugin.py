"""What a tune is like in figures, for ``musegen evaluate``: ``form``."""

from __future__ import annotations

from musegen import Component, Measure, Options, component, hookimpl


class FormOptions(Options):
    """Strains and their bars, and how much of melody and rhythm comes again."""


def build_form(options: FormOptions) -> Measure:
    """The measure of form."""
    from musegen_measures.form import Form

    return Form()


@hookimpl
def musegen_measures() -> list[Component[Measure]]:
    """Declare ``form``."""
    return [component("form", version=1, options=FormOptions, build=build_form)]
