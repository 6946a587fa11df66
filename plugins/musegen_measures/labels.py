"""The measure ``labels``: what the header calls the tune, against its metre, its notes and its title."""

from __future__ import annotations

from collections.abc import Mapping

from musegen import Descriptor, Options, Score, dances_in


class LabelsOptions(Options):
    """Whether metre, notes and title fit the dance that the header names."""


class Labels:
    """Whether the kind of dance that the header names (in ABC ``R:``) fits what the tune is.

    :func:`musegen.dances_in` finds the dances, and has the metres that each is written in. A tune that names
    no dance, or names one and has no bound or no dance in its title, lacks the figure.
    """

    descriptors = (
        Descriptor("metre_fits_dance", "tunes whose metre is one of their dance", "%"),
        Descriptor("notes_fit_dance", "tunes with as many notes a bar as their dance has", "%"),
        Descriptor("title_fits_dance", "tunes whose title names the same dance as the header", "%"),
    )

    def __init__(self, options: LabelsOptions) -> None:
        pass

    def describe(self, score: Score) -> Mapping[str, float | None]:
        """The figures of one tune."""
        labelled = dances_in(score.rhythm)
        if not labelled:
            return {}
        named, metre = dances_in(score.title), str(score.metre)
        same = any(one.is_kin_of(other) for one in labelled for other in named)
        fits = next((dance.notes_fit(score) for dance in labelled if metre in dance.metres), None)
        return {
            "metre_fits_dance": float(any(metre in dance.metres for dance in labelled)),
            "notes_fit_dance": None if fits is None else float(fits),
            "title_fits_dance": float(same) if named else None,
        }
