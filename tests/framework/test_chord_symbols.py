"""Chord symbols: one table for readers, notations and renderers (ABC 2.1 §4.18, and what people write)."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from musegen import Interval, Key, moved_chord_text, read_chord_symbol, unknown_chord_symbol

MAJOR, MINOR, DIMINISHED, AUGMENTED = (0, 4, 7), (0, 3, 7), (0, 3, 6), (0, 4, 8)
QUALITIES: dict[tuple[int, ...], str] = {
    MAJOR: " maj M",
    MINOR: "m min mi Min minor -",
    DIMINISHED: "dim o ° º d /dim",
    AUGMENTED: "aug + a /(pl #5 +5",
    (0, 4, 6): "(b5) -5",
    (0, 7): "5 no3 (no3) omit3",
    (*MAJOR, 9): "6 maj6",
    (*MINOR, 9): "m6 min6 -6",
    (*MAJOR, 9, 14): "69 6/9 6(9) 6add9",
    (*MINOR, 9, 14): "m69 m6/9",
    (*MAJOR, 10): "7 dom7 (7)",
    (*MAJOR, 11): "maj7 Maj7 MAJ7 ma7 Ma7 MA7 M7 Δ Δ7 ^7 7M major7 (maj7)",
    (*MINOR, 10): "m7 min7 mi7 -7 minor7",
    (*MINOR, 11): "m(maj7) mM7 mmaj7 mMaj7 m/maj7 -Δ7 min(maj7) m#7",
    (*DIMINISHED, 9): "dim7 o7 °7 ˚7 d7",
    (*DIMINISHED, 10): "ø ø7 Ø Ø7 m7b5 m7(b5) m7♭5 m7-5 -7b5 min7b5 h7",
    (*AUGMENTED, 10): "aug7 +7 7+ 7#5 7+5 7(#5) 7♯5 7aug a7",
    (*AUGMENTED, 11): "maj7#5 +M7 +maj7 aug(maj7)",
    (0, 4, 6, 10): "7b5 7-5 7(b5)",
    (0, 5, 7): "sus sus4 (sus4) 4",
    (0, 2, 7): "sus2 sus9",
    (0, 2, 5, 7): "sus2sus4 sus24",
    (0, 5, 7, 10): "7sus 7sus4 sus7",
    (0, 2, 7, 10): "7sus2",
    (0, 5, 7, 10, 14): "9sus4 9sus",
    (0, 5, 7, 10, 13): "7sus4b9 7sus4(b9) 7b9sus4",
    (*MAJOR, 14): "add9 (add9)",
    (0, 2, 4, 7): "add2 2",
    (*MINOR, 14): "madd9 m(add9)",
    (*MAJOR, 10, 14): "9 7(9) 7/9",
    (*MAJOR, 11, 14): "maj9 M9 Δ9 maj7(9) maj7add9",
    (*MINOR, 10, 14): "m9 min9 -9",
    (*MINOR, 11, 14): "m(maj9) mmaj9",
    (*MAJOR, 10, 13): "7b9 7(b9) 7-9 7/b9 7♭9",
    (*MAJOR, 10, 15): "7#9 7+9 7(#9)",
    (*MAJOR, 10, 13, 15): "7b9#9",
    (0, 4, 6, 10, 13): "7(b9,b5) 7b9b5 7b5b9",
    (0, 4, 8, 10, 13): "7(b9,#5)",
    (0, 4, 8, 10, 15): "7#9#5 7#5#9",
    (0, 4, 8, 10, 13, 15): "alt 7alt",
    (*MAJOR, 10, 18): "7#11 7(#11)",
    (*MAJOR, 11, 18): "maj7#11 M7#11 maj7(#11)",
    (*MAJOR, 10, 14, 18): "9#11",
    (*MAJOR, 10, 14, 17): "11",
    (*MINOR, 10, 14, 17): "m11 -11",
    (*MINOR, 10, 17): "m7add11 m7(add11) m7/11",
    (*MAJOR, 10, 14, 21): "13",
    (*MAJOR, 11, 14, 21): "maj13",
    (*MINOR, 10, 14, 21): "m13",
    (*MAJOR, 10, 13, 21): "13b9",
    (0, 4, 6, 10, 14, 21): "13b5 13(b5)",
    (*MAJOR, 10, 14, 18, 21): "13#11",
    (*MAJOR, 10, 20): "7b13 7(b13)",
    (0, 4, 10): "7no5",
}
NAMED = [(name, tones) for tones, names in QUALITIES.items() for name in names.split(" ")]


@pytest.mark.parametrize(("quality", "tones"), NAMED)
def test_qualities(quality: str, tones: tuple[int, ...]) -> None:
    """Each with a root that has a sign or none, where that leaves no doubt, and with a bass."""
    if not quality.startswith(("#", "(b5", "/dim", "/(pl")):
        symbol = read_chord_symbol(f"F#{quality}/c+")
        assert symbol
        assert (symbol.root, symbol.intervals, symbol.bass) == (6, tones, 1)
    if not quality.startswith("#"):
        symbol = read_chord_symbol(f"G{quality}")
        assert symbol
        assert (symbol.root, symbol.intervals, symbol.bass) == (7, tones, 7)


@pytest.mark.parametrize(
    ("text", "written", "root", "tones", "bass"),
    [
        ("(E7)", "(E7)", 4, (*MAJOR, 10), 4),
        ("G(Em)", "G(Em)", 7, MAJOR, 7),
        ("G (Em)", "G(Em)", 7, MAJOR, 7),
        ("Am7(b5)(D7)", "Am7(b5)(D7)", 9, (*DIMINISHED, 10), 9),
        ("G(Em/b,C)", "G(Em/B,C)", 7, MAJOR, 7),
        ("B♭7/d", "Bb7/D", 10, (*MAJOR, 10), 2),
        ("F♮m", "Fm", 5, MINOR, 5),
        ("C6/9/E", "C6/9/E", 0, (*MAJOR, 9, 14), 4),
        ("G/b-", "G/Bb", 7, MAJOR, 10),
        ("Gm/bb", "Gm/Bb", 7, MINOR, 10),
        ("Dm  G7/b", "Dm G7/B", 2, MINOR, 2),
        # As the Nottingham database's originals have them
        ("D#/dim", "D#dim", 3, DIMINISHED, 3),
        ("C/(pl", "Caug", 0, AUGMENTED, 0),
        ("E7/b9", "E7b9", 4, (*MAJOR, 10, 13), 4),
        ("/@<.5A7", "A7", 9, (*MAJOR, 10), 9),
        ("/@<.8(D7)", "(D7)", 2, (*MAJOR, 10), 2),
        ("(D", "D", 2, MAJOR, 2),
        ("A7)", "A7", 9, (*MAJOR, 10), 9),
        ("C(7)", "C(7)", 0, (*MAJOR, 10), 0),
    ],
)
def test_spellings(text: str, written: str, root: int, tones: tuple[int, ...], bass: int) -> None:
    """Signs, basses, alternatives and parentheses; the text of the result is read the same again."""
    symbol = read_chord_symbol(text)
    assert symbol
    assert (symbol.text, symbol.root, symbol.intervals, symbol.bass) == (
        written,
        root,
        tones,
        bass,
    )
    assert read_chord_symbol(written) == symbol


@pytest.mark.parametrize("text", ["N.C.", "NC", "n.c.", "N/C", "N. C.", "No chord"])
def test_no_chord(text: str) -> None:
    """A symbol without tones."""
    symbol = read_chord_symbol(text)
    assert symbol
    assert (symbol.text, symbol.intervals) == ("N.C.", ())


@pytest.mark.parametrize(
    "text",
    [
        "Am7x",
        "Amx",
        "H7",
        "Hm",
        "em",
        "dm7",
        "G???",
        "C*",
        "Gsus11",
        "C/E/G",
        "C7#5b9zz",
        "Gfoo",
        "C7b7",
    ],
)
def test_unknown_symbols(text: str) -> None:
    """They look like chords, and have no tones."""
    assert read_chord_symbol(text) is None
    symbol = unknown_chord_symbol(text)
    assert symbol
    assert (symbol.text, symbol.intervals) == (text, ())


WORDS = """
    Fine|Coda|D.C.|D.S.|DC|End|Ende|Chorus|Chorus.|Bridge|Bass|Adagio|Ad lib|DANCE|BREAK|A MINOR|G minor
    |A part|A1|B2'|Cry of the hounds|DC al (S)|Fermat:a|SEGUE|4|H|f#|e|bb|ab|(a+)|f/+|f|mf|fz|dim.|cresc.|^Am
    |_f|>|@Am|(End)||Coda (to replace last 2 measures)
"""


@pytest.mark.parametrize("text", [word.strip("\n ") for word in WORDS.split("|")])
def test_words(text: str) -> None:
    """What collections have between quotation marks besides; the small names of notes are bass runs."""
    assert read_chord_symbol(text) is None
    assert unknown_chord_symbol(text) is None


@given(
    st.builds(
        "{}{}{}{}".format,
        st.sampled_from([*"CDEFGAB", "F#", "Bb", "Eb", "C##", "Abb", "G♯", "(E", "(A"]),
        st.lists(
            st.sampled_from([*{name for name, _ in NAMED}, "(", ")", ",", "/", "b9", "alt", "#11"]),
            max_size=3,
        ).map("".join),
        st.sampled_from(["", "", "/F#", "/bb", "/c+", "/D"]),
        st.sampled_from(["", "", ")", "(Em)", "(Bb7/D,C)"]),
    ),
    st.sampled_from([-5, -1, 1, 3, 6]),
)
def test_what_is_read_is_read_the_same_again_and_moves(text: str, semitones: int) -> None:
    """With the text that it has been given; and moved there and back."""
    symbol = read_chord_symbol(text)
    if symbol is None:
        return
    assert read_chord_symbol(symbol.text) == symbol or len(symbol.text) > len(text)
    by = Interval.of(Key("C"), semitones)
    moved = read_chord_symbol(moved_chord_text(symbol.text, by.moved_name))
    if moved is None:
        assert len(moved_chord_text(symbol.text, by.moved_name)) > 20
        return
    assert (moved.root, moved.bass) == ((symbol.root + semitones) % 12, (symbol.bass + semitones) % 12)
    assert moved.intervals == symbol.intervals
