"""Words among music, and what is not closed: one slip is one message, and no note comes of words."""

from __future__ import annotations

import pytest

from musegen import Note, Prepare, Tune
from musegen_abc.notation import AbcNotation
from musegen_abc.parser import parse_abc
from musegen_abc.prose import is_music, is_words

HEAD = "X:1\nT:a\nM:4/4\nL:1/8\nK:C\n"


def told(body: str) -> list[str]:
    """``line:column: kind`` of each problem of a body, whose first line is 1."""
    problems = parse_abc(Tune(HEAD + body, "abc")).problems
    return [f"{problem.line - 5}:{problem.column}: {problem.kind}" for problem in problems]


def notes(body: str) -> str:
    """The names of the notes that are read."""
    events = (event for bar in parse_abc(Tune(HEAD + body, "abc")).bars for event in bar.events)
    return "".join(pitch.step for event in events if isinstance(event, Note) for pitch in event.pitches)


@pytest.mark.parametrize(
    ("body", "problem", "read"),
    [
        # §2.2.3: free text is no part of a tune
        ("CDEF|\n</html>\n", "2:1: html", "CDEF"),
        ("CDEF|\n</pre></body>\n</html>\n", "2:1: html", "CDEF"),
        ("CDEF|</p>\nGABc|\n", "1:6: html", "CDEFGABC"),
        ("CDEF|<br>\nGABc|\n", "1:6: html", "CDEFGABC"),
        ("CDEF|&nbsp;\nGABc|\n", "1:6: html", "CDEFGABC"),
        ('CDEF|<a href="x.htm">\nGABc|\n', "1:6: html", "CDEFGABC"),
        (
            "CDEF|\n-- \nJohn Smith\nDublin, Ireland\ntel: 123-4567\nhttp://example.com/abc\n",
            "2:1: words",
            "CDEF",
        ),
        ("CDEF|\nCollected in Dublin by Ann\nGABc|\n", "2:1: words", "CDEFGABC"),
        ("CDEF|\n=====\nGABc|\n", "2:1: words", "CDEFGABC"),
        ("CDEF|GABc| repeat and play twice\n", "1:12: words", "CDEFGABC"),
        ("CDEF|(slowly) GABc|\n", "1:6: words", "CDEFGABC"),
        ("CDEF|[twice] GABc|\n", "1:6: words", "CDEFGABC"),
        ("CDEF| see www.example.com/abc.html\n", "1:7: words", "CDEF"),
        ("CDEF| me@example.com\n", "1:7: words", "CDEF"),
        # §4.17, §4.12, §3.1.17, §4.14, §4.18: brackets and quotation marks come in pairs
        ("CDEF|[EF|GABc|\n", "1:6: chord", "CDEFEFGABC"),
        ("CDEF|EG]2|GABc|\n", "1:8: chord", "CDEFEGGABC"),
        ("CDEF|{EF GA|GABc|\n", "1:6: grace", "CDEFEFGAGABC"),
        ("CDEF|EF} GA|\n", "1:8: grace", "CDEFEFGA"),
        ("CDEF|[K:D GABc|\n", "1:6: field", "CDEFGABC"),
        ("CDEF|!trill GABc|\n", "1:6: decoration", "CDEFGABC"),
        ("CDEF|+fermata GABc|\n", "1:6: decoration", "CDEFGABC"),
        ('CDEF|"Am GABc|\n', "1:6: quotation", "CDEF"),
        ("CDEF|(:3GAB c|\n", "1:7: character", "CDEFGABC"),
        ("CDEF|(999:9GAB c|\n", "1:6: tuplet", "CDEFGABC"),
        ("CDEF|[C?E!?G]|\n", "1:8: chord", "CDEFCEG"),
        ("CDEF|{c?d;e}GABc|\n", "1:6: grace", "CDEFGABC"),
        ("CDEF|????|GABc|\n", "1:6: character", "CDEFGABC"),
        ("CDEF=20\nGABc|\n", "1:5: character", "CDEFGABC"),
        # §4.14: no decoration is called so, and notes were meant
        ("CDEF|!_B_e_a!c|\n", "1:6: decoration", "CDEFC"),
    ],
)
def test_one_slip_is_one_message(body: str, problem: str, read: str) -> None:
    """At its place, and the music around it is read."""
    assert told(body) == [problem]
    assert notes(body) == read


@pytest.mark.parametrize(
    "body",
    [
        "A<B c>d A<a e>f|(uF>E) vG2|\n",  # broken rhythms are no tags
        "TABc uBdv HGA|~G3\n",
        '"^slowly"CDEF|"_twice"GABc|!trill!C !crescendo(!D|\n',
        "CDEF|GABc| % play it twice\n",
        "[K:D]CDEF|[r:a remark]GABc|\n",
        "CDEF|\n%%text Collected in Dublin\nGABc|\n",
        "CDEF|\n%%begintext\nCollected in Dublin\n%%endtext\nGABc|\n",
        "CDEF|\nW:Words below the tune\nw:la la la la\n",
        "U:n=!trill!\nU:k=!roll!\nnAkBnk|CDEF\n",
    ],
)
def test_music_code_is_no_words(body: str) -> None:
    """Strings, decorations, comments, directives, and letters that U: defines (ABC 2.1 §4.16)."""
    assert told(body) == []


def test_words_stay_where_a_tune_is_transposed_and_go_where_it_is_prepared() -> None:
    """The one changes nothing but notes, the other keeps nothing but music."""
    notation = AbcNotation()
    tune = Tune(f"{HEAD}CDEF|GABc| repeat this\n</html>\nc4|\n", "abc")
    moved = notation.transpose(tune, 2, "D").text
    assert moved.endswith("K:D\nDEFG|ABcd| repeat this\n</html>\nd4|\n")
    assert notation.prepare(tune, Prepare()).text.endswith("K:C\nCDEF|GABc|\nc4|\n")


@pytest.mark.parametrize(
    "line",
    ["CDEF|", "GABc d2|]", "(FG) \\", "|:A4:|", "c3", "[CEG]2", 'G2 "Am"A2 |', "CDE FGA", "z8|z2 C2|", "A>B"],
)
def test_lines_of_music(line: str) -> None:
    """They are known for music outside of a tune too."""
    assert is_music(line)
    assert not is_words(line)


@pytest.mark.parametrize(
    "line",
    [
        *(
            "A collection of tunes",
            "From: a@b.org",
            "-- ",
            "",
            "Dear all,",
            "http://example.com",
            "A",
            "a)",
            "1.",
        ),
        *("Reel | Jig | Hornpipe", "Ó Riada", "<html>", "Tunes by Ann and Bob", "*****"),
    ],
)
def test_lines_of_words(line: str) -> None:
    """Outside of tunes, where they need not be told (ABC 2.1 §2.2.3)."""
    assert not is_music(line)
