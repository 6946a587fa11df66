"""Foxley's own text format, as far as it is known."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from helpers.abc_parts import ABC, ABC_NOTATION
from musegen import CorpusError, Metre, Score, Tune, Valid, judge, perform
from musegen.commands.main import main
from musegen_abc.parser import parse_abc
from musegen_nmd.plugin import NmdOptions, build_reader
from musegen_nmd.reader import NmdReader
from musegen_nmd.texts import Meaning, read_text

RULES = Valid(bars=0, repetition=99, lowest="C-1", highest="G9")
KETTLE = """Some troff text.
.MS
title = Kettle on the Hob;
ctitle = AABB;
rtitle = invented;
timesig = 4 4;        # a comment; and another
key = d.
'D' dv f< g< a f | 'G' b g 'A' a f | \\1 | 'A7' ev g 'D' f> :|
\\endstave.
'D' d d< c< b a | 'G' b. c< 'D' a> | \\5 | 'A7' g ev 'D' dv> :|
.ME
More text.
"""
DUCK = """.MS
title = Duck at the Door; rtitle = invented; timesig = 6 8; key = g.
dv | 'G' g> b 'C' c> a | 'G' b a g 'D7' f> dv | 'G' g> b 'C' c> e | 'D7' d c a 'G' g> :|
.ME
"""
SLATES = """.MS
title = Grey Slates; rtitle = invented; timesig = 3 4; key = am.
'Am' a> b | c. b< a | 'E7' g+> ev | 'Am' a> a | \\endstave.
'Dm' d> f^ | 'Am' e. d< c | 'E7' b g+ ev | 'Am' a>. ||
.ME
"""
HOME = """.MS
title = Two Ways Home; rtitle = invented; timesig = 2 4; key = g.
'G' b< a< g | 'D/f+' a< b< 'D7' c | 'G' b< g< 'D7' a< f< | '1' 'G' g b :| '2' 'G' g> ||
.ME
"""
PLAIN = ".MS\ntitle = x; timesig = 4 4; key = c.\n{}\n.ME\n"


def read(tmp_path: Path, text: str, **options: str) -> tuple[list[Tune], list[str]]:
    """The tunes of one file, and what was reported."""
    (tmp_path / "a.mus").write_text(text)
    lines: list[str] = []
    table = {"paths": (str(tmp_path / "a.mus"),), **options}
    return list(build_reader(NmdOptions.model_validate(table), ABC_NOTATION).read(lines.append)), lines


def score(tmp_path: Path, text: str, **options: str) -> Score:
    """The one tune as its ABC reads."""
    (tune,), _ = read(tmp_path, text, **options)
    return parse_abc(tune)


def sounds(played: Score) -> list[tuple[float, int]]:
    """Duration and pitch of each note played."""
    return [(float(note.duration), note.pitch) for note in perform(played).melody]


def test_documented_tokens_and_bar_copies(tmp_path: Path) -> None:
    """Header, octaves, lengths, chords, repeats and copies with their chords."""
    (tune,), lines = read(tmp_path, KETTLE)
    assert tune.text == (
        "X:1\nT:Kettle on the Hob\nS:invented\nM:4/4\nL:1/4\nP:AABB\nK:D\n"
        '|:"D"DF/G/ AF|"G"BG "A"AF|"D"DF/G/ AF|"A7"EG "D"F2:|\n'
        '|:"D"dd/c/ BA|"G"B>c "D"A2|"D"dd/c/ BA|"A7"GE "D"D2:|\n'
    )
    assert (tune.title, tune.source) == ("Kettle on the Hob", "a.mus:2")
    assert lines == []


def test_a_jig_with_an_upbeat(tmp_path: Path) -> None:
    """Quavers in 6/8."""
    (tune,), _ = read(tmp_path, DUCK)
    assert tune.text.endswith('|:D|"G"G2B "C"c2A|"G"BAG "D7"F2D|"G"G2B "C"c2e|"D7"dcA "G"G2:|\n')


def test_accidentals_dots_and_stave_ends(tmp_path: Path) -> None:
    """A sharp holds until the bar line."""
    (tune,), _ = read(tmp_path, SLATES)
    assert '|"E7"^G2E|' in tune.text.replace(" ", "")
    assert '"Am"A3||' in tune.text
    assert '"Am"e>dc' in tune.text.replace(" ", "")


def test_endings_and_slash_chords(tmp_path: Path) -> None:
    """``'1'`` at a bar line is an ending; ``D/f+`` is D over F sharp."""
    (tune,), _ = read(tmp_path, HOME)
    assert '"D/F#"A/B/' in tune.text
    assert '|1"G"GB:|2"G"G2||' in tune.text.replace(" ", "")


@pytest.mark.parametrize("text", [KETTLE, DUCK, SLATES, HOME])
def test_every_bar_fits(tmp_path: Path, text: str) -> None:
    """By the bar rule."""
    read_score = score(tmp_path, text)
    assert not [fault for fault in judge(read_score, RULES).faults if fault.kind in ("bars", "repeats")]


def test_octaves(tmp_path: Path) -> None:
    """f to e lie within the stave, F4 to E5."""
    notes = "ev f g a | b c d e | f^ cv bv av | a^ f^^ fvv c"
    assert [pitch for _, pitch in sounds(score(tmp_path, PLAIN.format(notes)))] == [
        *(64, 65, 67, 69, 71, 72, 74, 76),
        *(77, 60, 59, 57, 81, 89, 41, 72),
    ]


def test_lengths_combine(tmp_path: Path) -> None:
    """Doubled, halved, dotted; marks in any order."""
    played = sounds(score(tmp_path, PLAIN.format("f> g> | f<< g<< a< b. c | d>> | f^< f<^ f. d. |")))
    assert [length for length, _ in played] == [2, 2, 0.25, 0.25, 0.5, 1.5, 1, 4, 0.5, 0.5, 1.5, 1.5]


@pytest.mark.parametrize(("number", "third"), [("0", 65), ("1", 67)])
def test_an_upbeat_is_bar_0_or_1(tmp_path: Path, number: str, third: int) -> None:
    """By option."""
    text = PLAIN.format("f | g g g g | f f f f | \\2 | a a a a |")
    pitches = [pitch for _, pitch in sounds(score(tmp_path, text, upbeat=number))]
    assert pitches[9:13] == [third] * 4


def test_the_upbeat_is_counted_so_that_bars_fit(tmp_path: Path) -> None:
    """``\\\\1`` is the first full bar where the upbeat itself would not fit."""
    (tune,), lines = read(tmp_path, PLAIN.format("f | g a b c | \\1 | a a a a | f f f |"))
    assert "GABc|GABc|" in tune.text.replace(" ", "")
    assert lines == []


def test_the_unit_that_fits(tmp_path: Path) -> None:
    """Quavers in 4/4 where eight stand in a bar; or as the option says."""
    eight = PLAIN.format("f g a b c d e f^ | f g a b c d e f^ |")
    assert "L:1/8" in read(tmp_path, eight)[0][0].text
    assert "L:1/4" in read(tmp_path, eight, unit="1/4")[0][0].text


def test_a_three_is_a_triplet_where_the_bar_says_so(tmp_path: Path) -> None:
    """Else it is a fingering, and told."""
    triplet, _ = read(tmp_path, PLAIN.format("'3' f< g< a< b c d | f g a b |"))
    assert "(3F/G/A/" in triplet[0].text
    finger, lines = read(tmp_path, PLAIN.format("'3' f g a b | f g a b |"))
    assert '"3"' in finger[0].text
    assert lines == ["a.mus:3:1: the 3 does not make a triplet that fits the bar; kept as text"]


def test_lyrics_ties_changes_and_rests(tmp_path: Path) -> None:
    """Text below is sung, a dash apart is a tie, header items may change on the way."""
    text = 'f "sing-" g - g "-ing" a | r f g a | \\key = g; f g a b | \\timesig = 3 4; f g a |'
    (tune,), lines = read(tmp_path, PLAIN.format(text))
    assert "w:* sing- * ing" in tune.text
    assert "G- G" in tune.text
    assert "[K:G]" in tune.text
    assert parse_abc(tune).metre == Metre(4, 4)
    assert lines == ["a.mus:3:28: r is taken as a rest"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (PLAIN.format("f g a b | \\9 |"), "a.mus:3:11: there is no bar 9 before this one to copy"),
        (PLAIN.format("f g a b | \\2 |"), "a.mus:3:11: there is no bar 2 before"),
        (".MS\ntitle = x\nf g a\n.ME\n", "a.mus:1:4: the header has no full stop"),
        (".MS\ntitle = x.\nf g a\n", ".MS without .ME"),
        (PLAIN.format("f 'G g a"), "a.mus:3:3: ' is not closed"),
        (PLAIN.format("f h a"), "a.mus:3:3: h is not a note"),
        (PLAIN.format("| |"), "there is no note"),
    ],
)
def test_what_cannot_be_read_is_located(tmp_path: Path, text: str, message: str) -> None:
    """The other scores of the file are kept; a file without any is an error."""
    tunes, lines = read(tmp_path, DUCK + text)
    assert [tune.title for tune in tunes] == ["Duck at the Door"]
    place = message.replace("a.mus:3", "a.mus:7").replace("a.mus:1", "a.mus:5")
    assert any(place in line and line.endswith("the tune is left out") for line in lines), lines
    with pytest.raises(CorpusError, match="no score in it can be read"):
        read(tmp_path, text)


def test_what_is_not_understood_is_told_and_the_rest_kept(tmp_path: Path) -> None:
    """With file, line and column."""
    text = ".MS\ntitle = x; timesig = 4 4; key = c; columns = 2.\nf ( g ) \\grace a b |\n.ME\n"
    (tune,), lines = read(tmp_path, text)
    assert tune.text.endswith("FG AB|\n")
    assert lines == [
        "a.mus:2:36: columns in the header is not understood; passed over",
        "a.mus:3:3: '(' is not understood; passed over",
        "a.mus:3:7: ')' is not understood; passed over",
        "a.mus:3:9: \\grace is not understood; passed over",
    ]


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("Am", Meaning(chord="Am")),
        ("F+m", Meaning(chord="F#m")),
        ("D/f+", Meaning(chord="D/F#")),
        ("(A7)", Meaning(chord="A7")),
        ("\\@<.5A7", Meaning(chord="A7")),
        ("G\\dim", Meaning(chord="Gdim")),
        ("C\\(pl", Meaning(chord="Caug")),
        ("f+", Meaning(annotation="_f#")),
        ("\\segno", Meaning(decoration="segno")),
        ("\\>", Meaning(decoration="accent")),
        ("2", Meaning(number=2)),
        ("\\f2slow\\fP", Meaning(annotation="^slow")),
    ],
)
def test_texts_above_the_stave(text: str, meaning: Meaning) -> None:
    """Chords in ABC's spelling, bass runs, decorations, numbers, and words."""
    assert read_text(text) == meaning


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150)
@given(
    st.one_of(
        st.text(max_size=60),
        st.lists(
            st.sampled_from(
                [
                    *(
                        ".MS\n",
                        "\n.ME\n",
                        "title = x;",
                        "key = d.",
                        "f",
                        "g^",
                        "a<",
                        "|",
                        ":|",
                        "'G'",
                        '"la"',
                    ),
                    *(
                        "\\1",
                        "\\2-3",
                        "\\endstave.",
                        "'3'",
                        "'1'",
                        "-",
                        "#x\n",
                        " ",
                        "b>>>>>>>>>>>",
                        "\\key = g;",
                    ),
                ]
            ),
            max_size=40,
        ).map("".join),
    )
)
def test_any_text_gives_tunes_or_one_error(tmp_path: Path, text: str) -> None:
    """Nothing else is raised, and what is given is ABC."""
    (tmp_path / "a.mus").write_text(text, encoding="utf-8")
    try:
        tunes = list(NmdReader(ABC, [str(tmp_path / "a.mus")]).read(lambda line: None))
    except CorpusError:
        return
    for tune in tunes:
        assert perform(parse_abc(tune)).melody


def test_convert(tmp_path: Path) -> None:
    """NMD2ABC's job, from the command line; a folder may hold names without suffix."""
    (tmp_path / "kettle.mus").write_text(KETTLE)
    assert main(["convert", str(tmp_path / "kettle.mus"), "-o", str(tmp_path / "kettle.abc")]) == 0
    assert (tmp_path / "kettle.abc").read_text().startswith("X:1\nT:Kettle on the Hob\n")
    (tmp_path / "tunes").mkdir()
    (tmp_path / "tunes" / "duck").write_text(DUCK)
    (tmp_path / "tunes" / "README").write_text("nothing")
    reader = NmdReader(ABC, [str(tmp_path / "tunes")])
    assert [tune.title for tune in reader.read(print)] == ["Duck at the Door"]
