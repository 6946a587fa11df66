"""The ABC parser."""

from __future__ import annotations

import time
from collections import Counter
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import example, given, settings

from helpers.strategies import broken_texts, tune_texts
from musegen import (
    Annotation,
    ChordSymbol,
    Key,
    KeyChange,
    Metre,
    MetreChange,
    NotationError,
    Note,
    Rest,
    Score,
    Tempo,
    TempoChange,
    Tune,
    perform,
)
from musegen_abc.chord_symbols import read_chord_symbol
from musegen_abc.fields import read_key, read_metre, read_tempo
from musegen_abc.parser import parse_abc
from musegen_abc.reader import AbcReader

Q = Fraction(1, 4)


def parse(body: str, key: str = "C", metre: str = "4/4", unit: str = "1/4", more: str = "") -> Score:
    """A tune with this body."""
    return parse_abc(Tune(f"X:1\nM:{metre}\nL:{unit}\n{more}K:{key}\n{body}\n", "abc"))


def notes(score: Score) -> list[Note | Rest]:
    """The notes and rests as written."""
    return [event for bar in score.bars for event in bar.events if isinstance(event, Note | Rest)]


def pitches(body: str, key: str = "C") -> str:
    """The pitches of the melody's notes: ``C4 F#4``."""
    return " ".join(str(note.pitches[0]) for note in notes(parse(body, key)) if isinstance(note, Note))


def durations(body: str, metre: str = "4/4") -> list[Fraction]:
    """The durations of notes and rests, in quarter notes."""
    return [event.duration for event in notes(parse(body, metre=metre))]


def played(body: str, **header: str) -> list[int]:
    """MIDI pitches in playing order."""
    return [note.pitch for note in perform(parse(body, **header)).melody]


def bar_texts(body: str) -> list[str]:
    """Each bar as its notes' steps between the signs that it has."""
    texts = []
    for bar in parse(body).bars:
        steps = "".join(event.pitches[0].step for event in bar.events if isinstance(event, Note))
        ending = f"[{','.join(map(str, bar.endings))}" if bar.endings else ""
        dots = ":" * (bar.repeat_end - 1) if bar.repeat_end else ""
        texts.append(f"{bar.part}{'|:' if bar.repeat_start else ''}{ending}{steps}{dots}{bar.barline}")
    return texts


def messages(body: str) -> list[str]:
    """The problems, located."""
    return [str(problem) for problem in parse(body).problems]


class TestHeader:
    """What the header says."""

    def test_fields(self) -> None:
        """Title, rhythm, unit, metre, tempo and key have attributes; the rest is in ``fields`` in order."""
        score = parse_abc(
            Tune(
                "X:7\nT:One\nT:Two\nC:Anon\nR:jig\nM:6/8\nL:1/8\nQ:3/8=116\nS:a book % p. 3\nK:Em\nE\n", "abc"
            )
        )
        assert (score.title, score.rhythm, score.unit) == ("One", "jig", Fraction(1, 2))
        assert (score.metre, score.key) == (Metre(6, 8), Key("E", "minor"))
        assert score.tempo == Tempo(Fraction(3, 2), Fraction(116))
        assert score.fields == (("T", "Two"), ("C", "Anon"), ("S", "a book"))

    @pytest.mark.parametrize(
        ("metre", "unit"),
        [("2/4", Q), ("5/8", Q), ("6/8", 2 * Q), ("3/4", 2 * Q), ("C|", 2 * Q), ("none", 2 * Q)],
    )
    def test_default_unit(self, metre: str, unit: Fraction) -> None:
        """Without ``L:`` the unit is a sixteenth in metres below 3/4, else an eighth (§3.1.7)."""
        assert parse_abc(Tune(f"X:1\nM:{metre}\nK:C\nC\n", "abc")).unit == unit

    def test_fields_between_key_and_music_still_set_the_beginning(self) -> None:
        """``M:`` and ``K:`` after the header but before a note are the tune's own, not changes."""
        score = parse("M:6/8\nK:G\nF")
        assert (score.metre, score.key) == (Metre(6, 8), Key("G"))
        assert [type(event) for event in score.bars[0].events] == [Note]

    def test_no_key(self) -> None:
        """Text without ``K:`` is no tune."""
        with pytest.raises(NotationError, match=r"^a.abc:10:1: no tune: it has no K: field"):
            parse_abc(Tune("X:1\nT:x\n", "abc", source="a.abc:9"))

    def test_no_note(self) -> None:
        """A tune of rests is none."""
        with pytest.raises(NotationError, match="there is no note"):
            parse("z4|z4|")

    def test_play_order(self) -> None:
        """A ``P:`` of the header is expanded, labels of the body begin parts (§3.1.9)."""
        score = parse("P:A\nC|\nP:B\nD|", more="P:(AB)2A\n")
        assert (score.play_order, [bar.part for bar in score.bars]) == ("ABABA", ["A", "B"])
        assert [note.pitch for note in perform(score).melody] == [60, 62, 60, 62, 60]

    def test_continued_field(self) -> None:
        """``+:`` continues a field (§3.3)."""
        assert parse_abc(Tune("X:1\nN:one\n+:two\nK:C\nC\n", "abc")).fields == (("N", "one two"),)


class TestFields:
    """Values of single fields."""

    @pytest.mark.parametrize(
        ("text", "key"),
        [
            ("D", Key("D")),
            ("Dmix", Key("D", "mixolydian")),
            ("A Dorian", Key("A", "dorian")),
            ("Glyd", Key("G", "lydian")),
            ("Em", Key("E", "minor")),
            ("F#min", Key("F#", "minor")),
            ("Bb major", Key("Bb")),
            ("D aeolian", Key("D", "minor")),
            ("C ION", Key("C")),
            ("E phr", Key("E", "phrygian")),
            ("Bloc clef=bass", Key("B", "locrian")),
            ("D =c", Key("D", "major", (("C", 0),))),
            ("D Phr ^f", Key("D", "phrygian", (("F", 1),))),
            ("D exp _b", Key("D", "major", (("B", -1), ("C", 0), ("F", 0)))),
            ("none", Key("")),
            ("", Key("")),
            ("HP", Key("A", "mixolydian")),
            ("Hp", Key("A", "mixolydian", (("G", 0),))),
            ("H", None),
            ("Q#", None),
            ("Dxyz", Key("D")),
        ],
    )
    def test_key(self, text: str, key: Key | None) -> None:
        """Tonic, mode in any spelling of its first letters, explicit accidentals (§3.1.14)."""
        assert read_key(text) == key

    @pytest.mark.parametrize(
        ("text", "metre"),
        [
            ("6/8", Metre(6, 8)),
            ("C", Metre(4, 4, "C")),
            ("C|", Metre(2, 2, "C|")),
            ("2+3/8", Metre(5, 8)),
            ("(2+3+2)/8", Metre(7, 8)),
            ("none", None),
        ],
    )
    def test_metre(self, text: str, metre: Metre | None) -> None:
        """Fractions, sums, C and C| (§3.1.6)."""
        assert read_metre(text) == metre

    @pytest.mark.parametrize("text", ["4", "3/0", "5/6", "999/8", "x"])
    def test_no_metre(self, text: str) -> None:
        """What no staff could show is refused."""
        with pytest.raises(ValueError, match="metre"):
            read_metre(text)

    @pytest.mark.parametrize(
        ("text", "beat", "rate"),
        [
            ("1/4=120", 1, 120),
            ("120", Fraction(1, 2), 120),
            ('"Allegro" 1/4=120', 1, 120),
            ('3/8=116 "jig"', Fraction(3, 2), 116),
            ("C=100", Fraction(1, 2), 100),
            ("C3=40", Fraction(3, 2), 40),
            ("1/4 3/8 = 40", Fraction(5, 2), 40),
        ],
    )
    def test_tempo(self, text: str, beat: Fraction, rate: int) -> None:
        """The spellings of §3.1.8 and the outdated ones of §10.1, which count unit note lengths."""
        tempo = read_tempo(text, Fraction(1, 2))
        assert tempo is not None
        assert (tempo.beat, tempo.per_minute) == (beat, rate)
        assert tempo.text == text.partition('"')[2].partition('"')[0]

    def test_tempo_in_words(self) -> None:
        """Words alone are no tempo."""
        assert read_tempo('"Andante"', Fraction(1)) is None

    @pytest.mark.parametrize(
        ("text", "root", "intervals", "bass"),
        [
            ("G", 7, (0, 4, 7), 7),
            ("Am7", 9, (0, 3, 7, 10), 9),
            ("F#dim", 6, (0, 3, 6), 6),
            ("Bbmaj7", 10, (0, 4, 7, 11), 10),
            ("D/F#", 2, (0, 4, 7), 6),
            ("D/f+", 2, (0, 4, 7), 6),
            ("Cd", 0, (0, 3, 6), 0),
            ("Ca", 0, (0, 4, 8), 0),
            ("Esus4", 4, (0, 5, 7), 4),
        ],
    )
    def test_chord_symbol(self, text: str, root: int, intervals: tuple[int, ...], bass: int) -> None:
        """Root, quality and bass; Nottingham's own spellings too (§4.18)."""
        written = text.replace("f+", "F#")  # one spelling
        assert read_chord_symbol(text) == ChordSymbol(written, root, intervals, bass)

    @pytest.mark.parametrize("text", ["", "4", "Fine", "^Am", "d#", "H7", "Amx", "SEGUE", "A1", "D.C."])
    def test_annotation(self, text: str) -> None:
        """Anything else is no chord symbol."""
        assert read_chord_symbol(text) is None


class TestPitches:
    """Names to pitches."""

    def test_octaves(self) -> None:
        """``C`` is middle C; commas go down, apostrophes and lower case up (§4.1)."""
        assert pitches("C,, C, C c c'") == "C2 C3 C4 C5 C6"

    def test_key(self) -> None:
        """Notes without accidental are those of the key."""
        assert pitches("FcB", "Bb") == "F4 C5 Bb4"

    def test_accidentals_carry_to_all_octaves_until_the_bar_line(self) -> None:
        """The default of §11.3 is propagation by pitch."""
        assert pitches("^F f F, | F") == "F#4 F#5 F#3 F4"

    def test_natural_cancels(self) -> None:
        """``=`` overrides key and bar."""
        assert pitches("=F ^F =F F", "G") == "F4 F#4 F4 F4"

    def test_double_accidentals(self) -> None:
        """``^^`` and ``__`` alter by two."""
        assert pitches("^^F __B") == "F##4 Bbb4"

    def test_tie_carries_an_accidental_over_the_bar_line(self) -> None:
        """For the tied note alone."""
        assert pitches("^c-|c c") == "C#5 C#5 C5"

    def test_grace_notes_carry_accidentals(self) -> None:
        """A grace note's accidental holds in the bar like any other."""
        assert pitches("{^f}g f|f") == "G5 F#5 F5"

    def test_far_octaves_are_bounded(self) -> None:
        """Pitches stay within MIDI."""
        assert 0 <= notes(parse("C" + "," * 50))[0].pitches[0].midi <= 127  # type: ignore[union-attr]


class TestLengths:
    """Durations."""

    def test_lengths(self) -> None:
        """Numbers, fractions, and slashes that halve (§4.3)."""
        assert durations("C2 C/ C/4 C3/2 C// C3/") == [
            2,
            Fraction(1, 2),
            Q,
            Fraction(3, 2),
            Q,
            Fraction(3, 2),
        ]

    def test_broken_rhythm(self) -> None:
        """``>`` is 3:1, ``>>`` 7:1, ``<`` the reverse (§4.4)."""
        assert durations("C>D E<F G>>A c2 > d2") == [
            *(Fraction(3, 2), Fraction(1, 2), Fraction(1, 2), Fraction(3, 2)),
            *(Fraction(7, 4), Fraction(1, 4), 3, 1),
        ]

    def test_broken_rhythm_of_unequal_notes(self) -> None:
        """Undefined by the standard: the lengths stay, with a warning."""
        assert durations("C2>D E") == [2, 1, 1]
        assert messages("C2>D E") == ["5:4: > between notes of different length"]

    @pytest.mark.parametrize(
        ("tuplet", "metre", "factor"),
        [
            ("(2CD", "6/8", Fraction(3, 2)),
            ("(3CDE", "4/4", Fraction(2, 3)),
            ("(4CDEF", "6/8", Fraction(3, 4)),
            ("(5CDEFG", "4/4", Fraction(2, 5)),
            ("(5CDEFG", "6/8", Fraction(3, 5)),
            ("(7CDEFGAB", "9/8", Fraction(3, 7)),
            ("(6CDEFGA", "4/4", Fraction(2, 6)),
            ("(8CDEFGABc", "4/4", Fraction(3, 8)),
            ("(9CDEFGABcd", "4/4", Fraction(2, 9)),
            ("(5:4:5CDEFG", "4/4", Fraction(4, 5)),
            ("(3:4CDE", "4/4", Fraction(4, 3)),
            ("(3::2CD", "4/4", Fraction(2, 3)),
        ],
    )
    def test_tuplets(self, tuplet: str, metre: str, factor: Fraction) -> None:
        """The table of §4.13; what is left out depends on the metre; the note after is plain again."""
        *inside, after = durations(f"{tuplet} G", metre)
        assert set(inside) == {factor}
        assert after == 1

    def test_rests(self) -> None:
        """``z`` and ``x`` rest, ``Z`` whole bars, ``y`` takes no time (§4.5, §6.1.2)."""
        assert durations("C z2 x/ y Z2 |") == [1, 2, Fraction(1, 2), 4, 4]
        assert len(parse("C4|Z2|D4|").bars) == 4

    def test_chord_of_notes(self) -> None:
        """It is as long as its first note, times the length behind it (§4.17)."""
        (chord,) = notes(parse("[C2EG]3"))
        assert chord.duration == 6
        assert [pitch.midi for pitch in chord.pitches] == [60, 64, 67]  # type: ignore[union-attr]

    def test_old_chord_of_notes(self) -> None:
        """``+CEG+`` from before 2.0 (§10.2.2)."""
        (chord,) = notes(parse("+CEG+2"))
        assert (chord.duration, len(chord.pitches)) == (2, 3)  # type: ignore[union-attr]

    def test_ties(self) -> None:
        """``-`` ties, also over a bar line, behind a slur's end, and in chords (§4.11)."""
        assert [note.tie for note in notes(parse("C-|C (D) - D [E-G]E"))] == [  # type: ignore[union-attr]
            *(True, False, True, False, True, False)
        ]
        assert len(perform(parse("C-|C-C D")).melody) == 2

    def test_grace_notes(self) -> None:
        """Each is a quarter of the unit note length, with or without a stroke (§4.12)."""
        (note,) = notes(parse("{/cd}e", unit="1/8"))
        assert [(grace.pitch.midi, grace.duration) for grace in note.graces] == [  # type: ignore[union-attr]
            *((72, Fraction(1, 8)), (74, Fraction(1, 8)))
        ]

    def test_unit_change(self) -> None:
        """``L:`` in the body changes the notes that follow; ``M:`` does not change the unit."""
        assert durations("C\nL:1/8\nC [L:1/16]C\nM:2/4\nC") == [1, Fraction(1, 2), Q, Q]


class TestSymbols:
    """What stands around notes."""

    def test_decorations(self) -> None:
        """Symbols, ``!names!`` and the older ``+names+`` (§4.14)."""
        (note,) = notes(parse(".~!trill!+fermata+uC"))
        assert note.decorations == ("staccato", "roll", "trill", "fermata", "upbow")  # type: ignore[union-attr]

    def test_redefined_symbol(self) -> None:
        """``U:`` gives a letter another meaning (§4.16)."""
        (note,) = notes(parse("TC", more="U: T = !turn!\n"))
        assert note.decorations == ("turn",)  # type: ignore[union-attr]

    def test_old_line_ends(self) -> None:
        """``!`` that encloses no decoration is an old line end (§10.2.1)."""
        score = parse("C2 D!E2!F!trill!G!")
        assert len(notes(score)) == 5
        assert notes(score)[-1].decorations == ("trill",)  # type: ignore[union-attr]

    def test_chord_symbols_and_annotations(self) -> None:
        """A quoted string is a chord symbol only if it reads as one."""
        events = parse('"Am7"C "^see"D "4"E').bars[0].events
        assert [type(event) for event in events] == [ChordSymbol, Note, Annotation, Note, Annotation, Note]

    def test_changes_inside_a_bar(self) -> None:
        """Inline fields are events where they stand (§3.2)."""
        score = parse("C[K:G]F[M:3/4]G[Q:1/4=60]A|")
        kinds = [type(event) for event in score.bars[0].events]
        assert kinds == [Note, KeyChange, Note, MetreChange, Note, TempoChange, Note]
        assert played("C[K:G]F") == [60, 66]

    def test_clef_alone_leaves_the_key(self) -> None:
        """``K:clef=bass`` in the body names no key."""
        assert pitches("F\nK:clef=bass\nF", "G") == "F#4 F#4"

    def test_lyrics_comments_and_directives_are_no_music(self) -> None:
        """``w:``, ``W:``, ``%`` and ``%%`` lines are passed over."""
        assert pitches("C % D\n% E\n%%text F\nw: G A\nW: B\n%%begintext\nA B C\n%%endtext\nD") == "C4 D4"


class TestBars:
    """Bar lines, repeats, endings, parts."""

    @pytest.mark.parametrize(
        ("body", "bars"),
        [
            ("C|D", ["C|", "D"]),
            ("C|D|]", ["C|", "D|]"]),
            ("|:C|D:|", ["|:C|", "D:|"]),
            ("C::D:|", ["C:|", "|:D:|"]),
            ("C:|:D:|", ["C:|", "|:D:|"]),
            ("C:||:D:|", ["C:||", "|:D:|"]),
            ("C|\n|:D:|", ["C|", "|:D:|"]),
            ("C||\n|:D:|", ["C||", "|:D:|"]),
            ("C|1D:|2E|]", ["C|", "[1D:|", "[2E|]"]),
            ("C|[1D:|[2E||", ["C|", "[1D:|", "[2E||"]),
            ('C|1"A"D:| [2 "B"E||', ["C|", "[1D:|", "[2E||"]),
            ("C[1D:|[2E", ["C", "[1D:|", "[2E"]),
            ("C|[1,3D:|[2E:|[4-6F|]", ["C|", "[1,3D:|", "[2E:|", "[4,5,6F|]"]),
            ("GB::AFA", ["GB:|", "|:AFA"]),
            ("C[|]:|D", ["C:|", "D"]),
            ("C|]:|D", ["C:|]", "D"]),
            ("C::|D", ["C::|", "D"]),
            ("[|C.|D|[|]|", ["C|", "D|"]),
            ("C||D[|E|||F", ["C||", "D[|", "E||", "F"]),
            ("| | C | | D | |", ["C|", "D|"]),
            ("P:A\nC|D\nP:B\nE|", ["AC|", "D", "BE|"]),
            ("C|:", ["C|"]),
        ],
    )
    def test_signs(self, body: str, bars: list[str]) -> None:
        """Signs in all loose forms (§4.8 to §4.10); without music between them they are one."""
        assert bar_texts(body) == bars

    def test_repeats_and_endings_are_played(self) -> None:
        """The second time goes to the second ending."""
        assert played("|:C|[1D:|[2E|F|]") == [60, 62, 60, 64, 65]

    def test_where_a_bar_begins(self) -> None:
        """Line and column of its first event, in the tune's text."""
        bars = parse('C | "Am"D |\n  E |').bars
        assert [(bar.line, bar.column) for bar in bars] == [(5, 1), (5, 5), (6, 3)]

    def test_what_follows_the_last_note_belongs_to_the_last_bar(self) -> None:
        """No bar is without music."""
        (bar,) = parse('C|"Fine"').bars
        assert bar.events[-1] == Annotation("Fine")


class TestTolerance:
    """What is wrong, loose or hostile."""

    def test_unknown_characters(self) -> None:
        """They are located and passed over."""
        score = parse("C ? D")
        assert len(notes(score)) == 2
        assert messages("C ? D") == ["5:3: unknown character: ?"]

    def test_first_voice_is_read(self) -> None:
        """Other voices are passed over with one warning each (§7)."""
        score = parse("V:1\nC D|\nV:2\nE F|\nV:1\nG A|\n[V:2]c d|\n[V:1] B|")
        assert [note.pitches[0].step for note in notes(score)] == list("CDGAB")  # type: ignore[union-attr]
        assert [problem.message for problem in score.problems] == ["voice 2 is passed over"]

    def test_music_before_a_voice_is_the_first_one(self) -> None:
        """It belongs to the first voice declared, else to voice 1."""
        assert pitches("C\nV:2\nD\nV:1\nE") == "C4 E4"

    def test_overlay(self) -> None:
        """What ``&`` lays over a bar is passed over with a warning (§7.4)."""
        assert pitches("C & E | G") == "C4 G4"
        assert messages("C & E | G") == ["5:3: an overlay is passed over"]

    def test_macros(self) -> None:
        """They are reported (§9)."""
        assert parse("C", more="m: ~G2 = G{A}G\n").problems[0].message == "macros are not supported"

    def test_text_after_the_tune(self) -> None:
        """An empty line or another ``X:`` ends the tune."""
        assert pitches("C\n\nD") == "C4"
        assert messages("C\n\nD") == ["7:1: passed over, as an empty line has ended the tune: D"]
        assert pitches("C\nX:2\nK:C\nD") == "C4"

    @pytest.mark.parametrize(
        "body",
        [
            "C999999999",
            "C1/0",
            "C/" + "2" * 50,
            "(999999:2:9CDE",
            "(0CD",
            "CZ100000|",
            "C\nL:1/99999999\nD",
            "C\nM:1/7\nD",
        ],
    )
    def test_absurd_numbers(self, body: str) -> None:
        """They are bounded, with a warning."""
        score = parse(body)
        assert score.problems
        assert sum(bar.duration for bar in score.bars) < 100

    def test_many_notes_at_once(self) -> None:
        """A chord has at most 16 notes."""
        (chord,) = notes(parse("[" + "CDEFGABcdefgabCc" * 1000 + "c'd'e'f'g'" + "]"))
        assert len(chord.pitches) == 16  # type: ignore[union-attr]

    @pytest.mark.parametrize(
        "text", ["[", "{", '"', "!", "+", "(", "|", ":", "&", "[A", "{A", "!a", "[K:", "Z9", "(3", "\\ "]
    )
    def test_long_lines(self, text: str) -> None:
        """A line of 300 kB takes time in proportion, whatever it repeats (the limit is a guard)."""
        begin = time.perf_counter()
        parse("C" + text * (300_000 // len(text)))
        assert time.perf_counter() - begin < 20

    @settings(deadline=None)
    @given(broken_texts)
    @example("X:1\nK:C\nC[1")
    def test_nothing_but_score_or_notation_error(self, text: str) -> None:
        """Whatever the text, it parses or raises NotationError, and what parses can be played."""
        try:
            score = parse_abc(Tune(text, "abc"))
        except NotationError:
            return
        assert score.bars
        assert all(any(isinstance(event, Note | Rest) for event in bar.events) for bar in score.bars)
        assert perform(score).melody

    @settings(deadline=None)
    @given(tune_texts())
    def test_tunes_parse(self, text: str) -> None:
        """Every tune with a header and a note does, the same each time."""
        assert parse_abc(Tune(text, "abc")) == parse_abc(Tune(text, "abc"))


class TestNottingham:
    """Real tunes."""

    @pytest.mark.parametrize(("folder", "count"), [(".", 884), ("original", 887)])
    def test_every_tune_parses(self, nottingham: Path, folder: str, count: int) -> None:
        """All of them, nearly all without a warning."""
        tunes = list(AbcReader([str(nottingham / folder / "*.abc")]).read(pytest.fail))
        problems = Counter(bool(parse_abc(tune).problems) for tune in tunes)
        assert len(tunes) == count
        assert problems[True] <= 30

    def test_repeats_glued_to_notes(self) -> None:
        """``G2B::AFA`` is two bars, as in 51 of the tunes."""
        tune = Tune("X:1\nM:6/8\nK:G\nGBd G2B::AFA D3:|\n", "abc")
        assert len(parse_abc(tune).bars) == 2
