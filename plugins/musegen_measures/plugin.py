"""What a tune is like in figures, for ``musegen evaluate``: form, tonality, melody and labels."""

from __future__ import annotations

from musegen import Component, Measure, component, hookimpl
from musegen_measures.form import Form, FormOptions
from musegen_measures.labels import Labels, LabelsOptions
from musegen_measures.melody import Melody, MelodyOptions
from musegen_measures.tonality import Tonality, TonalityOptions


@hookimpl
def musegen_measures() -> list[Component[Measure]]:
    """Declare the four measures."""
    return [
        component("form", version=1, options=FormOptions, build=Form, descriptors=Form.descriptors),
        component(
            "tonality", version=1, options=TonalityOptions, build=Tonality, descriptors=Tonality.descriptors
        ),
        component("melody", version=1, options=MelodyOptions, build=Melody, descriptors=Melody.descriptors),
        component("labels", version=1, options=LabelsOptions, build=Labels, descriptors=Labels.descriptors),
    ]
