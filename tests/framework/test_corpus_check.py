"""What ``musegen corpus check`` finds."""

from __future__ import annotations

from fractions import Fraction

from musegen import Bar, Key, NotationError, Note, Pitch, Problem, Score, Tune, installed_plugins
from musegen.corpus.check import describe, diagnose

_ABC = installed_plugins().notation("abc")
NOTATIONS = {"abc": _ABC.build(_ABC.options())}
LONG = "|:DEFG A2d2|cBAG F2E2|DAFA dfed|cABc d4:|\n|:fgaf d2f2|gefd cABc|d4 D4:|\n"


def tune(body: str, number: int, header: str = "M:4/4\nL:1/8\nK:D\n", title: str = "") -> Tune:
    """A tune of a.abc that begins in line 10 * number."""
    name = title or f"No {number}"
    return Tune(f"X:{number}\nT:{name}\n{header}{body}", "abc", title=name, source=f"a.abc:{10 * number}")


def test_findings_are_located_and_sorted_by_kind() -> None:
    """Failures, warnings and bars with the file's line."""
    found = diagnose(
        [
            tune(LONG, 1),
            tune("DEF ?G|A8|\nA8|B8 !x ?|\n", 2),
            tune("D2|E8|F8|\n", 3, "L:1/8\nM:4/4\nK:D\n"),
            Tune("X:9\nT:none\nDEF|\n", "abc", title="none", source="a.abc:90"),
            tune("A6|B8|\n", 4),
        ],
        NOTATIONS,
    )
    assert found.tunes == 5
    assert found.failures == {"no key": ["a.abc:91:1"]}
    assert found.warnings["character"] == ["a.abc:25:5", "a.abc:26:10"]
    assert any(line.startswith("a.abc:26: bars: bar 4") for line in found.bars)
    assert found.keys == {"D major": 4}
    assert found.metres == {"4/4": 4}
    assert found.characters["?"] == 2
    assert found.lengths["bars"][0] == 2


def test_problems_are_counted_by_kind() -> None:
    """Voices and symbols that differ make one kind, with the message at its first place."""
    header = "M:4/4\nL:1/8\nK:D\n"
    bodies = ("V:2\nA8|\n", "V:3 name=flute\nA8|\n", "A8 k|\n", "A8 j|\n", "U:? = x\nA8|\n")
    found = diagnose([tune(LONG + body, n, header) for n, body in enumerate(bodies, 1)], NOTATIONS)
    counts = {kind: len(places) for kind, places in found.warnings.items()}
    assert (counts["voice"], counts["symbol"], counts["definition"]) == (2, 2, 1)
    assert found.messages["voice"] == "voice 2 is passed over"
    lines = describe(found)
    assert "  2 x voice: voice 2 is passed over (a.abc:17:3, a.abc:27:3)" in lines


def test_a_message_without_a_kind_is_a_kind_of_its_own() -> None:
    """So it is with a notation that was written before there were kinds."""

    class Older:
        def parse(self, tune: Tune) -> Score:
            if not tune.text:
                raise NotationError("no text", source=tune.source, line=1)
            note = Note(Fraction(1), (Pitch(4, "C"),))
            return Score((Bar((note,)),), Key("C"), problems=(Problem(1, 2, f"no {tune.text}"),))

        def write(self, score: Score) -> str:
            return ""

    tunes = [Tune(text, "older", source=f"a:{line}") for line, text in enumerate(("x", "y", "x", ""), 1)]
    found = diagnose(tunes, {"older": Older()})
    assert found.failures == {"no text": ["a:4"]}
    assert found.warnings == {"no x": ["a:1:2", "a:3:2"], "no y": ["a:2:2"]}
    assert "  2 x no x (a:1:2, a:3:2)" in describe(found)


def test_copies_and_versions() -> None:
    """Equal but for number and title; and a transposed one that is not equal."""
    version = NOTATIONS["abc"].transpose(tune(LONG, 3), 2)
    found = diagnose([tune(LONG, 1), tune(LONG, 2, title="Copy"), version, tune("D8|E8|\n", 4)], NOTATIONS)
    assert found.duplicates == [["a.abc:10", "a.abc:20"]]
    assert found.groups == [["a.abc:10", "a.abc:20", "a.abc:30"]]


def test_the_description_fits_a_screen() -> None:
    """Whatever there is, with examples and the rest counted."""
    tunes = [tune(f"DEF ?G|{'A' * number}8|\n", number) for number in range(1, 60)]
    lines = describe(diagnose(tunes, NOTATIONS))
    assert len(lines) < 60
    assert lines[0].startswith("59 tunes, 0 cannot be read, 59 warnings, ")
    assert any("59 x character: unknown character: ? (a.abc:15:5, a.abc:25:5" in line for line in lines)
    assert any("more; --json has all" in line for line in lines)


def test_nothing_is_described_too() -> None:
    """No tune, no quartiles."""
    assert describe(diagnose([], NOTATIONS))[0].startswith("0 tunes")
