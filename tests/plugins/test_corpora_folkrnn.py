"""folk-rnn's token text. The tunes are invented."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from musegen import CorpusError, Tune, installed_plugins
from musegen_corpora.folkrnn import FolkRnnReader, join_tokens

DATA = """\
M:6/8
K:Cmaj
|: c 2 e g e c | d B G c 3 :| |: G /2 A /2 c B c > d | [ C E ] 3 c 3 |1 c 3 c 2 d :| |2 c 3 c 3 |

M:4/4
K:Cdor
(3 c d e _e =B, c 2 z 2 | C 4 C 4 |
"""


def read(folder: Path, text: str) -> list[Tune]:
    """The tunes of a file with this text; nothing is reported."""
    path = folder / "tokens.txt"
    path.write_text(text, "utf-8")
    return list(FolkRnnReader(str(path)).read(pytest.fail))


def test_training_data(tmp_path: Path) -> None:
    """A tune is up to an empty line; X: and L: are added, blanks between tokens go."""
    jig, reel = read(tmp_path, DATA)
    assert jig.text == ("X:1\nM:6/8\nL:1/8\nK:Cmaj\n|:c2egec|dBGc3:| |:G/2A/2cBc>d| [CE]3c3|1c3c2d:|2c3c3|\n")
    assert reel.text == "X:2\nM:4/4\nL:1/8\nK:Cdor\n(3cde_e=B,c2z2|C4C4|\n"
    assert [tune.source for tune in (jig, reel)] == ["tokens.txt#line1", "tokens.txt#line5"]


def test_it_is_music(tmp_path: Path) -> None:
    """The notation reads it: keys, notes, repeats and endings."""
    component = installed_plugins().notation("abc")
    notation = component.build(component.options())
    jig, reel = (notation.parse(tune) for tune in read(tmp_path, DATA))
    assert not jig.problems
    assert str(reel.key) == "C dorian"
    assert [bar.endings for bar in jig.bars if bar.endings] == [(1,), (2,)]
    assert sum(bar.repeat_start for bar in jig.bars) == 2
    assert [bar.duration * 2 for bar in reel.bars] == [8, 8]


def test_samples(tmp_path: Path) -> None:
    """Between marks, on one line or several, with a title."""
    text = (
        "<s> M:4/4 K:Cmix |: C 2 E 2 G 4 :| </s>\n"
        "<s> M:4/4 K:Cmin C 4 E 4 | </s> <s> M:3/4 K:Cmaj C 6 | </s>\n"
        "X:17\nT:The Test\nM:4/4\nK:Cmaj\nC 8 |\nE 8 |\n"
    )
    tunes = read(tmp_path, text)
    assert [tune.text.partition("K:")[2] for tune in tunes] == [
        "Cmix\n|:C2E2G4:|\n",
        "Cmin\nC4E4|\n",
        "Cmaj\nC6|\n",
        "Cmaj\nC8|\nE8|\n",
    ]
    assert tunes[3].text.startswith("X:17\nT:The Test\nM:4/4\nL:1/8\n")
    assert tunes[3].title == "The Test"


def test_tunes_of_one_line_are_told_apart(tmp_path: Path) -> None:
    """As in samples that were written without a line end."""
    tunes = read(tmp_path, "<s> M:4/4 K:Cmaj C 8 | </s> <s> M:4/4 K:Cmaj E 8 | </s>\n")
    assert [tune.source for tune in tunes] == ["tokens.txt#line1", "tokens.txt#line1.2"]


def test_a_mode_alone_is_on_c(tmp_path: Path) -> None:
    """As in the version of the data that spells every accidental out."""
    (tune,) = read(tmp_path, "M:4/4\nK:dor\nC 8 |\n")
    assert "K:Cdor\n" in tune.text


def test_a_header_ends_the_tune_before(tmp_path: Path) -> None:
    """Where the empty line was forgotten."""
    assert len(read(tmp_path, DATA.replace("\n\n", "\n"))) == 2


@pytest.mark.parametrize(
    ("tokens", "abc"),
    [
        ("c 2 e /2", "c2e/2"),
        ("c :| |: d", "c:| |:d"),
        ("c :| |2 d", "c:|2d"),
        ("c |1 d", "c|1d"),
        ("c | [ C E ] 2", "c| [CE]2"),
        ("[ C E ] [ D F ]", "[CE][DF]"),
        ("c 2< f 2", "c2<f2"),
        ("c | | d", "c| |d"),
    ],
)
def test_joining(tokens: str, abc: str) -> None:
    """No blanks, but where two signs would become another one."""
    assert join_tokens(tokens.split()) == abc


def test_text_without_tunes_is_reported(tmp_path: Path) -> None:
    """Nothing is given for music without a key."""
    path = tmp_path / "prose.txt"
    path.write_text("some words\nand more\n")
    said: list[str] = []
    assert list(FolkRnnReader(str(path)).read(said.append)) == []
    assert said == [f"{path}: holds no tune: nothing follows a K: field"]


def test_another_file_is_refused(tmp_path: Path) -> None:
    """In one line."""
    path = tmp_path / "binary"
    with pytest.raises(CorpusError, match="no such file"):
        FolkRnnReader(str(path)).sources()
    path.write_bytes(b"M:4/4\n\xff\xfe")
    with pytest.raises(CorpusError, match="not UTF-8 text"):
        list(FolkRnnReader(str(path)).read(pytest.fail))


@given(
    st.lists(st.sampled_from(["c", "_e", "2", "/2", ">", "(3", "[", "]", "|", "|:", ":|", "|1", "|2", "z"]))
)
def test_joining_loses_nothing(tokens: list[str]) -> None:
    """But blanks, and bar lines where an ending's own follows."""
    joined, given_ = (
        text.replace(" ", "").replace("|", "") for text in (join_tokens(tokens), "".join(tokens))
    )
    assert joined == given_
