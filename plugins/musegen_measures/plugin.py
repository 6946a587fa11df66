"""What a tune is like in figures, for ``musegen evaluate``: form, tonality, melody and labels."""

from __future__ import annotations

from musegen import Component, Measure, Options, component, hookimpl


class FormOptions(Options):
    """Strains and their bars, and how much of melody and rhythm comes again."""


class TonalityOptions(Options):
    """Last notes, strong beats and all notes against the written key, and the key found from the notes."""


class MelodyOptions(Options):
    """Pitches, intervals, lengths of notes, and how they stand in the bar."""


class LabelsOptions(Options):
    """Whether metre, notes and title fit the dance that the header names."""


def build_form(options: FormOptions) -> Measure:
    """The measure of form."""
    from musegen_measures.form import Form

    return Form()


def build_tonality(options: TonalityOptions) -> Measure:
    """The measure of tonality; NumPy is imported with it."""
    from musegen_measures.tonality import Tonality

    return Tonality()


def build_melody(options: MelodyOptions) -> Measure:
    """The measure of melody and rhythm."""
    from musegen_measures.melody import Melody

    return Melody()


def build_labels(options: LabelsOptions) -> Measure:
    """The measure of labels."""
    from musegen_measures.labels import Labels

    return Labels()


@hookimpl
def musegen_measures() -> list[Component[Measure]]:
    """Declare the four measures."""
    return [
        component("form", version=1, options=FormOptions, build=build_form),
        component("tonality", version=1, options=TonalityOptions, build=build_tonality),
        component("melody", version=1, options=MelodyOptions, build=build_melody),
        component("labels", version=1, options=LabelsOptions, build=build_labels),
    ]
