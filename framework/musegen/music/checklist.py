"""The first stage of the AI Music Generation Challenge as five checks, each passed, failed or unknown.

In that stage judges, experts in traditional music, refused tunes before they graded any: for plagiarism, and
for a rhythm, a pitch range, a mode or accidentals that are not characteristic of the dance; in 2022 mode and
accidentals were one question, and range was none. Sources: Sturm, B. L. T. and Maruri-Aguilar, H. (2021),
"The Ai Music Generation Challenge 2020: double jigs in the style of O'Neill's 1001", *Journal of Creative
Music Systems* 5 (1); the rules of 2022 in github.com/boblsturm/aimusicgenerationchallenge2022. The judges
listened and read; these checks only count, by the definitions below.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from musegen.music.dances import dances_in, notes_a_bar
from musegen.music.score import Key, KeyChange, Note, Score
from musegen.music.validity import Valid, judge
from musegen.words import counted

_MODES = {
    "major": (0, 2, 4, 5, 7, 9, 11),
    "mixolydian": (0, 2, 4, 5, 7, 9, 10),
    "dorian": (0, 2, 3, 5, 7, 9, 10),
    "minor": (0, 2, 3, 5, 7, 8, 10),
}
"""The modes of the tradition, with their scales in semitones above the tonic."""
_MOST_FOREIGN = Fraction(1, 10)
"""Largest share of notes outside the scale; of each collection at hand 96 % of the tunes or more keep it."""
_ANY = Valid(bars=0, repetition=10**6, lowest="C-1", highest="G9")


@dataclass(frozen=True, slots=True)
class Check:
    """One question of the checklist, and its answer for one tune."""

    name: str
    """``plagiarism``, ``rhythm``, ``range``, ``mode`` or ``accidentals``."""
    passed: bool | None
    """Whether the tune is right; None where that is not known."""
    reason: str
    """What was found, in words."""

    def __str__(self) -> str:
        answer = {True: "passed", False: "failed", None: "unknown"}[self.passed]
        return f"{self.name}: {answer}: {self.reason}"


def checklist(
    score: Score,
    copied_notes: int | None = None,
    most_copied: int | None = None,
    rules: Valid | None = None,
) -> tuple[Check, ...]:
    """The five checks of one tune, always in the same order.

    - *Plagiarism*: ``copied_notes``, the number of notes of the longest run that a training tune has too, is
      at most ``most_copied``, such as the 99 % quantile of real tunes. Unknown where one of them is None.
    - *Rhythm*: the metre is one of the dance that the tune names (:func:`musegen.dances_in`), every bar fits
      it, and there are as many notes a bar as real tunes of that dance have. Unknown where it names no dance.
    - *Range*: all pitches lie between ``lowest`` and ``highest`` of ``rules``, by default those of
      ``[sample.valid]``.
    - *Mode*: the mode is major, Mixolydian, Dorian or minor, and no other of these four on the same tonic has
      more of the sounding time in its scale.
    - *Accidentals*: at most a tenth of the notes lie outside of the scale of the key in force.

    Range, mode and accidentals are unknown for a tune without notes, and the last two without a tonic. Of
    notes that sound together the highest counts, but for the range all do.
    """
    notes = _notes(score)
    return (
        _plagiarism(copied_notes, most_copied),
        _rhythm(score),
        _range(score, rules or Valid()),
        _mode(score, notes),
        _accidentals(notes),
    )


def _notes(score: Score) -> list[tuple[Note, Key]]:
    """Every note with the key in force."""
    key, notes = score.key, []
    for bar in score.bars:
        for event in bar.events:
            if isinstance(event, KeyChange):
                key = event.key
            elif isinstance(event, Note):
                notes.append((event, key))
    return notes


def _plagiarism(copied: int | None, most: int | None) -> Check:
    if copied is None or most is None:
        return Check("plagiarism", None, "no tunes to compare with")
    run = f"its longest run of notes that a training tune has too: {copied}, allowed {most}"
    return Check("plagiarism", copied <= most, run)


def _rhythm(score: Score) -> Check:
    dances = dances_in(score.rhythm)
    if not dances:
        return Check("rhythm", None, "it names no dance" + (f": {score.rhythm}" if score.rhythm else ""))
    dance = next((each for each in dances if str(score.metre) in each.metres), None)
    if dance is None:
        metres = ", ".join(dances[0].metres)
        return Check("rhythm", False, f"a {dances[0].name} in {score.metre or 'no metre'}, not in {metres}")
    wrong = [fault for fault in judge(score, _ANY).faults if fault.kind == "bars"]
    if wrong:
        more = f" and {counted(len(wrong) - 1, 'more')}" if len(wrong) > 1 else ""
        return Check("rhythm", False, f"bar {wrong[0].bar} {wrong[0].message}{more}")
    notes, bounds = notes_a_bar(score), dance.metres[str(score.metre)]
    if notes is None or bounds is None:
        return Check("rhythm", True, f"a {dance.name} in {score.metre}")
    found = f"a {dance.name} in {score.metre} with {notes:.1f} notes a bar"
    return Check("rhythm", bounds[0] <= notes <= bounds[1], f"{found}, usual {bounds[0]:g} to {bounds[1]:g}")


def _range(score: Score, rules: Valid) -> Check:
    pitches = [
        pitch
        for bar in score.bars
        for event in bar.events
        if isinstance(event, Note)
        for pitch in event.pitches
    ]
    if not pitches:
        return Check("range", None, "it has no notes")
    low, high = (choose(pitches, key=lambda pitch: pitch.midi) for choose in (min, max))
    outside = any(fault.kind == "range" for fault in judge(score, rules).faults)
    return Check("range", not outside, f"{low} to {high}, allowed {rules.lowest} to {rules.highest}")


def _mode(score: Score, notes: Sequence[tuple[Note, Key]]) -> Check:
    if unknown := _lacking(notes):
        return Check("mode", None, unknown)
    for _, key in notes:
        if key.mode not in _MODES:
            return Check("mode", False, f"{key.mode} is none of {', '.join(_MODES)}")
    total = sum(note.duration for note, _ in notes)
    own = sum(note.duration for note, key in notes if _class(note) in key.scale)
    held = {
        mode: sum(note.duration for note, key in notes if (_class(note) - key.tonic_class) % 12 in scale)
        for mode, scale in _MODES.items()
    }
    best = max(held, key=lambda mode: held[mode])
    share = f"{score.key}, whose scale has {_percent(own, total)} of the time"
    if held[best] > own:
        return Check("mode", False, f"{share}; that of {best} has {_percent(held[best], total)}")
    return Check("mode", True, share)


def _accidentals(notes: Sequence[tuple[Note, Key]]) -> Check:
    if unknown := _lacking(notes):
        return Check("accidentals", None, unknown)
    foreign = sum(_class(note) not in key.scale for note, key in notes)
    found = f"{foreign} of {counted(len(notes), 'note')} outside of the scale, allowed a tenth"
    return Check("accidentals", Fraction(foreign, len(notes)) <= _MOST_FOREIGN, found)


def _lacking(notes: Sequence[tuple[Note, Key]]) -> str:
    """Why mode and accidentals are not known; empty if they are."""
    if not notes:
        return "it has no notes"
    return "" if all(key.tonic for _, key in notes) else "it has no key"


def _class(note: Note) -> int:
    return max(pitch.midi for pitch in note.pitches) % 12


def _percent(part: Fraction | int, total: Fraction | int) -> str:
    return f"{round(100 * part / total)} %" if total else "0 %"
