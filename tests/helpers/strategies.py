"""Hypothesis strategies for ABC: tunes as people write them, and text as nobody does."""

from __future__ import annotations

from hypothesis import strategies as st

KEYS = (
    "C",
    "D",
    "G",
    "A",
    "Bb",
    "Em",
    "F#min",
    "Ador",
    "D mix",
    "Glyd",
    "Hp",
    "D =c",
    "D exp ^f",
    "none",
    "",
)
METRES = ("4/4", "3/4", "6/8", "9/8", "2/4", "C", "C|", "2+3/8", "none")

accidentals = st.sampled_from(["", "", "", "^", "_", "=", "^^", "__"])
names = st.sampled_from([*"CDEFGABcdefgab", "C,", "c'", "B,,"])
lengths = st.sampled_from(["", "", "", "2", "3", "/", "/2", "//", "3/2", "4"])
notes = st.builds("{}{}{}{}".format, accidentals, names, lengths, st.sampled_from(["", "", "", "-"]))
chords = st.builds("[{}]{}".format, st.lists(notes, min_size=1, max_size=3).map("".join), lengths)
graces = st.builds("{{{}}}{}".format, st.lists(notes, min_size=1, max_size=2).map("".join), notes)
ornamented = st.builds("{}{}".format, st.sampled_from([".", "~", "T", "u", "!trill!", "+fermata+"]), notes)
strings = st.sampled_from(['"Am"', '"D/F#"', '"^text"', '"4"', '"Fine"', '"G7"'])
sounds = st.one_of(
    notes,
    notes,
    chords,
    graces,
    ornamented,
    strings,
    st.sampled_from(
        ["z", "z2", "x/", "Z2", "(3", "(5:4:5", ">", "<", ">>", "(", ")", " ", " ", "  ", "`", "y"]
    ),
)
bar_lines = st.sampled_from(
    ["|", "|", "|", "||", "|]", "|:", ":|", "::", ":||:", "|1", ":|2", "[1", " | [2", "[|]", "|\n", "|\\\n|"]
)
body_fields = st.sampled_from(
    ["\nK:G\n", "\nM:6/8\n", "\nL:1/16\n", "\nP:B\n", "[K:Ddor]", "[L:1/4]", "\nw:la la\n", "\n%%directive\n"]
)
bodies = st.lists(
    st.one_of(st.lists(sounds, min_size=1, max_size=6).map("".join), bar_lines, bar_lines, body_fields),
    min_size=1,
    max_size=12,
).map("".join)


@st.composite
def tune_texts(draw: st.DrawFn) -> str:
    """The text of a tune with a header, a body and at least one note."""
    header = [f"X:{draw(st.integers(1, 99))}", "T:A tune", "T:Its other name"]
    header += draw(st.lists(st.sampled_from(["R:jig", "S:somebody % said", "L:1/16", "P:AB", "Q:1/4=90"])))
    if metre := draw(st.sampled_from(["", *METRES])):
        header.append(f"M: {metre}")
    return "\n".join([*header, f"K:{draw(st.sampled_from(KEYS))}", f"A{draw(bodies)}"]) + "\n"


_LOOSE = (
    """[ ] { } " ! + & % $ * : / 999999999 1/0 [V:2] (999999:2:9 Z100000 +CEG+ ((( ' [P: [r:x] K: 0 ä - `"""
)
_LINES = ("V:1", "X:2", "", "U:T=!x!", "I:x", "m:~n=n", "P:C", "%%x")
junk = st.lists(
    st.one_of(
        sounds,
        bar_lines,
        body_fields,
        st.sampled_from([*_LOOSE.split(), "\\", "\r", "\0", "\N{NO-BREAK SPACE}"]),
        st.sampled_from([f"\n{line}\n" for line in _LINES]),
        st.text(max_size=3),
    ),
    max_size=40,
).map("".join)
broken_texts = st.one_of(st.text(), junk.map("X:1\nK:C\n{}".format), junk)
"""Text of which parts may look like ABC."""
