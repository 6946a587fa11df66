"""The measure ``tonality``: how the notes keep to the key that the tune names, and how it ends."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from musegen import Descriptor, Key, Options, Score
from musegen_measures.profiles import KRUMHANSL_KESSLER, TEMPERLEY
from musegen_measures.share import share, share_of
from musegen_measures.strains import strains
from musegen_measures.written import REST, Sounding, Written, page


class _Tones(NamedTuple):
    """Pitch classes of a key: 0 is C."""

    tonic: int
    scale: frozenset[int]
    triad: frozenset[int]
    minor: bool
    """Whether the third of its mode is minor."""


class TonalityOptions(Options):
    """Last notes, strong beats and all notes against the written key, and the key found from the notes."""


class Tonality:
    """Last notes, strong beats and all notes against the key that is written, and a key found from the notes.

    Every note is seen from the tonic of the key in force, so transposition changes nothing, and a change of
    key is followed. The scale has the seven notes of the key with its explicit accidentals; the triad has the
    tonic, the third and the fifth of its mode. Without a tonic (``K:none``) there is only the length of the
    last note. A *strong beat* is the first of a bar, and the third of four.
    """

    descriptors = (
        Descriptor("last_tonic", "tunes whose last note is the tonic", "%"),
        Descriptor("last_in_triad", "tunes whose last note is in the tonic triad", "%"),
        Descriptor("last_beats", "length of the last note", "beats"),
        Descriptor("strain_ends_tonic", "strains whose last note is the tonic", "%"),
        Descriptor("strain_ends_in_triad", "strains whose last note is in the tonic triad", "%"),
        Descriptor("begins_in_triad", "tunes whose first strong beat is in the tonic triad", "%"),
        Descriptor("key_krumhansl", "tunes whose notes have the written key (Krumhansl-Kessler)", "%"),
        Descriptor("key_temperley", "tunes whose notes have the written key (Temperley)", "%"),
        Descriptor("key_fit", "correlation of the notes with the written key"),
        Descriptor("scale_notes", "notes of the scale", "%"),
        Descriptor("foreign_pitches", "pitch classes outside of the scale", "pitch classes"),
        Descriptor("strong_in_scale", "strong beats with a note of the scale", "%"),
        Descriptor("strong_in_triad", "strong beats with a note of the tonic triad", "%"),
        Descriptor("tonic_time", "time on the tonic", "%"),
    )

    def __init__(self, options: TonalityOptions) -> None:
        pass

    def describe(self, score: Score) -> Mapping[str, float | None]:
        """The figures of one tune."""
        notes = page(score).notes
        if not notes:
            return {}
        keys = {id(note.key): note.key for note in notes}
        if not all(key.tonic for key in keys.values()):
            return {"last_beats": _beats(notes[-1])}
        tones = {name: _tones(key) for name, key in keys.items()}
        of = [tones[id(note.key)] for note in notes]
        classes = [note.pitch % 12 for note in notes]
        inside = [one in key.scale for one, key in zip(classes, of, strict=True)]
        strong = [place for place, note in enumerate(notes) if _is_strong(note)]
        stable = [classes[place] in of[place].triad for place in strong]
        ends = [_end(strain.last) for strain in strains(score) if strain.last is not None]
        known = [end for end in ends if end is not None]
        times = [0] * 12
        for note, key in zip(notes, of, strict=True):
            times[(note.pitch - key.tonic) % 12] += note.units
        return {
            "last_tonic": float(classes[-1] == of[-1].tonic),
            "last_in_triad": float(classes[-1] in of[-1].triad),
            "last_beats": _beats(notes[-1]),
            "strain_ends_tonic": share_of([one == key.tonic for one, key in known]),
            "strain_ends_in_triad": share_of([one in key.triad for one, key in known]),
            "begins_in_triad": float(stable[0]) if stable else None,
            "scale_notes": share_of(inside),
            "foreign_pitches": len({one for one, fits in zip(classes, inside, strict=True) if not fits}),
            "strong_in_scale": share_of([inside[place] for place in strong]),
            "strong_in_triad": share_of(stable),
            "tonic_time": share(times[0], sum(times)),
            **_key_found(times, of),
        }


def _key_found(times: Sequence[float], keys: Sequence[_Tones]) -> Mapping[str, float | None]:
    """Whether the key found is the written one, and how well the notes fit the written one.

    ``times``: time of each pitch class from the tonic upwards. Keys found are major or minor. A mode with a
    major third (major, Lydian, Mixolydian) agrees with the major key on its own tonic, all others with the
    minor key. A tune in modes of both kinds has no such figures.
    """
    written = {12 * key.minor for key in keys}
    fits = KRUMHANSL_KESSLER.fits(times)
    others = TEMPERLEY.fits(times)
    if fits is None or others is None or len(written) > 1:
        return {}
    (place,) = written
    return {
        "key_krumhansl": float(fits.argmax() == place),
        "key_temperley": float(others.argmax() == place),
        "key_fit": round(float(fits[place]), 12),  # so that the last bit of another machine's sum is not seen
    }


@lru_cache(maxsize=256)
def _tones(key: Key) -> _Tones:
    tonic = key.tonic_class
    minor = key.mode not in ("major", "lydian", "mixolydian")
    fifth = 6 if key.mode == "locrian" else 7
    triad = frozenset((tonic + above) % 12 for above in (0, 3 if minor else 4, fifth))
    return _Tones(tonic, key.scale, triad, minor)


def _is_strong(note: Sounding) -> bool:
    """Whether it begins on a strong beat. In free metre the beginning of a bar is one."""
    bar = note.written
    if note.at == 0 or not bar.full:
        return note.at == 0
    beat, rest = divmod(note.at * bar.beats, bar.full)
    return rest == 0 and (beat == bar.beats or (bar.beats == 4 and beat == 2))


def _beats(note: Sounding) -> float | None:
    """Its length in beats; None in free metre."""
    return share(note.units * note.written.beats, note.written.full)


def _end(bar: Written) -> tuple[int, _Tones] | None:
    """Pitch class of the last note of a bar, and the key; None if nothing sounds in it."""
    pitches = [pitch for _, pitch in bar.content if pitch != REST]
    return (pitches[-1] % 12, _tones(bar.key)) if pitches else None
