"""``musegen convert``: one file of tunes to another."""

from __future__ import annotations

from pathlib import Path

import mido
import pytest

from musegen import Converted, MusegenError, Tune, convert, perform, read_tunes
from musegen.commands.main import main
from musegen_abc.parser import parse_abc

TWO = """X:4
T:The Kettle
M:4/4
L:1/8
K:D
"D"DEFG  A2 d2|"A7/c+"c^cB=c A4:|

X:9
T:The Kettle
M:6/8
K:Edor
EFG B2c|dcB AFE|]
"""


@pytest.fixture
def tunes(tmp_path: Path) -> Path:
    """A file of two tunes."""
    path = tmp_path / "two.abc"
    path.write_text(TWO)
    return path


def test_to_a_tonic(tunes: Path, tmp_path: Path) -> None:
    """Each tune gets there with its mode, and its text changes in nothing else."""
    target = tmp_path / "g.abc"
    assert main(["convert", str(tunes), "-o", str(target), "--key", "G"]) == 0
    text = target.read_text()
    assert 'K:G\n"G"GABc  d2 g2|"D7/F#"f^fe=f d4:|\n' in text
    assert "K:Gdor\nGAB d2e|fed cAG|]\n" in text
    assert len(list(read_tunes(target))) == 2


def test_by_semitones_there_and_back(tunes: Path, tmp_path: Path) -> None:
    """The scores are those of the beginning."""
    convert(tunes, tmp_path / "up.abc", semitones=3)
    convert(tmp_path / "up.abc", tmp_path / "back.abc", semitones=-3)
    before, up, after = (
        [parse_abc(tune) for tune in read_tunes(path)]
        for path in (tunes, tmp_path / "up.abc", tmp_path / "back.abc")
    )
    assert before == after
    assert [n.pitch + 3 for n in perform(before[0]).melody] == [n.pitch for n in perform(up[0]).melody]


def test_to_midi(tunes: Path, tmp_path: Path) -> None:
    """A renderer's file holds one tune."""
    assert convert(tunes, tmp_path / "one.mid", number=2) == Converted(tmp_path / "one.mid", 1)
    notes = [m.note for m in mido.MidiFile(tmp_path / "one.mid") if m.type == "note_on" and m.velocity]
    assert notes == [note.pitch for note in perform(parse_abc(Tune(TWO.partition("\n\n")[2], "abc"))).melody]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["-o", "x.mid"], "holds 2 tunes and .mid takes one; choose it with --tune"),
        (["-o", "x.abc", "--tune", "3"], "has no tune 3; it holds 2"),
        (["-o", "x.abc", "--key", "H"], '"H" is not a tonic'),
        (["-o", "x.doc"], "cannot write this kind of file; choose from: .abc"),
        (["-o", "two.abc"], "two.abc: is the file to read; name another one"),
        (["-o", "two.abc", "--force"], "two.abc: is the file to read; name another one"),
        (["-o", "nowhere/x.abc"], "nowhere: no such folder"),
        (["-o", "x.abc", "--semitones", "200"], "up to 60 semitones (got 200)"),
    ],
)
def test_mistakes(
    tunes: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    message: str,
) -> None:
    """One line each, exit code 2, and no file is written or lost."""
    monkeypatch.chdir(tunes.parent)
    assert main(["convert", "two.abc", *arguments]) == 2
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1
    assert [path.name for path in tunes.parent.iterdir()] == ["two.abc"]
    assert tunes.read_text() == TWO


def test_what_is_read_tolerantly_is_told_where(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """By the file's line; with --strict it is an error."""
    (tmp_path / "a.abc").write_text("\nX:1\nK:C\nC D ?E|\n")
    assert main(["convert", str(tmp_path / "a.abc"), "-o", str(tmp_path / "b.abc")]) == 0
    assert "a.abc:4:5: unknown character: ?" in capsys.readouterr().err
    arguments = ["convert", str(tmp_path / "a.abc"), "-o", str(tmp_path / "c.abc"), "--strict"]
    assert main(arguments) == 2
    assert not (tmp_path / "c.abc").exists()


def test_missing_files(tmp_path: Path) -> None:
    """Named in the line."""
    with pytest.raises(MusegenError, match=r"gone\.abc: no such file"):
        convert(tmp_path / "gone.abc", tmp_path / "x.abc")


def test_tunebook(tunes: Path, tmp_path: Path) -> None:
    """Numbers and titles are distinct, and the tunes the same."""
    assert main(["render", str(tunes), "--to", "tunebook,midi", "-o", str(tmp_path / "out")]) == 0
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["001.mid", "002.mid", "tunes.abc"]
    book = (tmp_path / "out" / "tunes.abc").read_text()
    assert "X:1\nT:The Kettle\n" in book
    assert "X:2\nT:The Kettle (2)\n" in book
    written = [parse_abc(tune).bars for tune in read_tunes(tmp_path / "out" / "tunes.abc")]
    assert written == [parse_abc(tune).bars for tune in read_tunes(tunes)]


SURROUNDED = (
    "%abc-2.1\r\n% My tunes, typed by hand\r\nM:4/4\r\n\r\n"
    "Some words.\r\n\r\n"
    "X:7\r\nT:Caf\u00e9\r\nL:1/8\r\nK: D  % the key\r\nDEFG A4|[K: D ]d4 A4|]\r\n\r\n\r\n"
    "% between two tunes\r\n\r\n"
    "X:8\nT:Two\nM:3/4\nL:1/8\nK:G clef=treble\nGAB GAB|]\r\n\r\n"
    "words behind the last\r\n"
)
HEADED = "%abc-2.1\nM:6/8\nL:1/8\nZ:me\n\nX:1\nT:One\nK:D\nDEF DEF|]\n\nX:2\nM:9/8\nK:D\nDEF DEF DEF|]"


@pytest.mark.parametrize("text", [SURROUNDED, HEADED], ids=["surrounded", "headed"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1"])
def test_what_is_not_asked_for_stays_as_it_is_written(text: str, encoding: str, tmp_path: Path) -> None:
    """Before, between and behind the tunes; blanks, comments, line ends: byte for byte, in UTF-8."""
    source, target = tmp_path / "a.abc", tmp_path / "b.abc"
    source.write_bytes(text.encode(encoding))
    convert(source, target)
    written = "utf-8" if encoding == "latin-1" else encoding
    assert target.read_bytes() == text.encode(written)
    convert(source, target, semitones=2, force=True)
    moved = text.replace("K: D", "K: E").replace("[K: D ]", "[K: E ]").replace("K:G", "K:A")
    moved = moved.replace("K:D", "K:E").replace("DEFG A4|", "EFGA B4|").replace("d4 A4|", "e4 B4|")
    moved = moved.replace("GAB GAB|", "ABc ABc|").replace("DEF", "EFG")
    assert target.read_bytes() == moved.encode(written)
    convert(target, tmp_path / "c.abc", semitones=-2)
    assert (tmp_path / "c.abc").read_bytes() == text.encode(written)


def test_one_tune_alone_has_what_it_inherits_and_the_line_ends_of_its_file(tmp_path: Path) -> None:
    """The file header stays behind, so its fields go into the tune."""
    (tmp_path / "a.abc").write_bytes(HEADED.replace("\n", "\r\n").encode())
    convert(tmp_path / "a.abc", tmp_path / "one.abc", number=1)
    one = "X:1\nM:6/8\nL:1/8\nZ:me\nT:One\nK:D\nDEF DEF|]\n"
    assert (tmp_path / "one.abc").read_bytes() == one.replace("\n", "\r\n").encode()


RENDERERS = """
from pathlib import Path
from musegen import MusegenError, Options, component, hookimpl

class NoOptions(Options):
    '''Writes the suffix.'''

def build(suffix):
    class Writer:
        def __init__(self, options):
            self.suffix = suffix
            with Path(__file__).with_suffix(".built").open("a") as built:
                built.write(suffix + "\\n")
        def render(self, score, path):
            path.write_text(suffix)
    return Writer

def broken(options):
    raise MusegenError("a program is missing; install it")

@hookimpl
def musegen_renderers():
    told = [component(n, version=1, options=NoOptions, build=build(s), suffixes=(s,))
            for n, s in (("one", ".one.txt"), ("plain", ".txt"))]
    lacking = component("lacking", version=1, options=NoOptions, build=broken, suffixes=(".lacking.txt",))
    return [*told, lacking, component("untold", version=1, options=NoOptions, build=build(".untold.txt"))]
"""


@pytest.mark.parametrize(
    ("target", "written", "built"),
    [
        ("x.one.txt", ".one.txt", [".one.txt"]),
        ("X.ONE.TXT", ".one.txt", [".one.txt"]),
        ("x.txt", ".txt", [".txt"]),
        ("x.untold.txt", ".untold.txt", [".untold.txt", ".untold.txt"]),
        ("x.other.txt", ".txt", [".untold.txt", ".txt"]),
    ],
)
def test_a_renderer_is_found_by_the_longest_suffix(
    tunes: Path, tmp_path: Path, target: str, written: str, built: list[str]
) -> None:
    """And none is built that declares another: building one may try programs out."""
    plugin = tmp_path / "renderers.py"
    plugin.write_text(RENDERERS)
    convert(tunes, tmp_path / target, number=1, plugins=[plugin])
    assert (tmp_path / target).read_text() == written
    assert plugin.with_suffix(".built").read_text().split() == built


def test_what_a_renderer_lacks_is_said_where_it_is_asked_for(tunes: Path, tmp_path: Path) -> None:
    """Every suffix that is listed is taken, or the line says what to install."""
    plugin = tmp_path / "renderers.py"
    plugin.write_text(RENDERERS)
    with pytest.raises(MusegenError, match=r"x\.lacking\.txt: a program is missing; install it"):
        convert(tunes, tmp_path / "x.lacking.txt", number=1, plugins=[plugin])
    with pytest.raises(MusegenError) as refused:
        convert(tunes, tmp_path / "x.doc", plugins=[plugin])
    listed = str(refused.value).partition("choose from: ")[2].split(", ")
    assert {".abc", ".one.txt", ".untold.txt", ".mid", ".wav", ".mitdeeplearning.wav"} <= set(listed)
    for suffix in set(listed) - {".lacking.txt", ".mitdeeplearning.wav"}:
        assert convert(tunes, tmp_path / f"y{suffix}", number=1, plugins=[plugin]).tunes == 1
