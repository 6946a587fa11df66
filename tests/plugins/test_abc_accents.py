r"""Text strings with accents (ABC 2.1 §8.2), and the charset of a file (§3.1.17)."""

from __future__ import annotations

import codecs
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from musegen import Annotation, Note, Tune, convert, read_tunes
from musegen_abc.accents import read_text, write_quoted, write_text
from musegen_abc.charset import decoded, encoded
from musegen_abc.lyrics import read_syllables, write_syllables
from musegen_abc.parser import parse_abc
from musegen_abc.reader import AbcReader
from musegen_abc.writer import write_abc

MEANT = [
    (r"Caf\'e", "Café"),
    (r"\AA \aa \AE \ae \OE \oe \ss \/O \/o \DH \dh \TH \th", "Å å Æ æ Œ œ ß Ø ø Ð ð Þ þ"),
    (r"\`a \^a \"u \~n \cc \uA \vS \HO", "à â ü ñ ç Ă Š Ő"),
    (r"&Eacute;ire &amp; &ouml; &#233;", "Éire & ö é"),
    (r"\u00e9 \u00C9 \U0001F3B5", "é É \N{MUSICAL NOTE}"),
    (r"100\% \\ R\&B", "100% \\ R&B"),
    (r"R&B &nosuch; \q \'x", r"R&B &nosuch; \q \'x"),
    (r"\u0000 &#0; &#55296;", r"\u0000 &#0; &#55296;"),
]


@pytest.mark.parametrize(("written", "meant"), MEANT)
def test_what_is_meant(written: str, meant: str) -> None:
    """Mnemonics, entities, numbers of Unicode, escaped signs; what is none of them stays as it is."""
    assert read_text(written) == meant


TEXTS = st.text(alphabet=st.sampled_from(r"\&%~-_*|'eun;a #\"2330cQé"), max_size=9)


@given(TEXTS)
def test_a_text_comes_back(text: str) -> None:
    """Whatever signs it has, in fields and between quotation marks."""
    assert read_text(write_text(text)) == text
    assert read_text(write_quoted(text)) == text
    assert '"' not in write_quoted(text)


@given(TEXTS.filter(lambda text: text.strip() not in ("", "_", "|") and not text.endswith("-")))
def test_a_syllable_comes_back(text: str) -> None:
    """With the signs that have a meaning in lyrics (§5.1), too."""
    assert list(read_syllables(write_syllables([text.strip()]))) == [text.strip()]


def test_a_tune_has_them_in_title_lyrics_words_fields_and_annotations() -> None:
    """And they come back when the score is written."""
    text = r"""X:1
T:L\'ir\'i 100\% R\&B
C:Turlough \'O Carolan
K:C
"^tr\`es"CD|
w:caf\'e gar-\cc on~\~n
W:&Eacute;ire
"""
    score = parse_abc(Tune(text, "abc"))
    assert score.title == "Lírí 100% R&B"
    assert score.fields == (("C", "Turlough Ó Carolan"),)
    assert score.words == ("Éire",)
    (bar,) = score.bars
    assert bar.events[0] == Annotation("^très")
    assert [event.lyrics for event in bar.events if isinstance(event, Note)] == [("café",), ("gar-",)]
    assert parse_abc(Tune(write_abc(score), "abc")) == score


ETE = "X:1\nT:Été “d’or”\nK:C\nCDEF|\n"


@pytest.mark.parametrize(
    ("content", "title", "told"),
    [
        (ETE.encode(), "Été “d’or”", ""),
        (ETE.encode("utf-8-sig"), "Été “d’or”", ""),
        (codecs.BOM_UTF16_LE + ETE.encode("utf-16-le"), "Été “d’or”", ""),
        (ETE.encode("cp1252"), "Été “d’or”", "2: not UTF-8; the file is read as Windows-1252"),
        ("X:1\nT:Été\nK:C\nC|\n".encode("latin-1"), "Été", "2: not UTF-8; the file is read as Latin-1"),
        ("%%abc-charset iso-8859-1\nX:1\nT:Été\nK:C\nC|\n".encode("latin-1"), "Été", ""),
        ("%abc-2.1\nI:abc-charset iso-8859-2\n\nX:1\nT:Łódź\nK:C\nC|\n".encode("iso-8859-2"), "Łódź", ""),
        ("%%abc-charset windows-1252\nX:1\nT:d’or\nK:C\nC|\n".encode("cp1252"), "d’or", ""),
        ("%%abc-charset utf-8\nX:1\nT:Été\nK:C\nC|\n".encode(), "Été", ""),
        (
            "%%abc-charset klingon\nX:1\nT:Été\nK:C\nC|\n".encode(),
            "Été",
            "1: the charset klingon is not known; the file is read as UTF-8",
        ),
        (
            "%%abc-charset utf-8\nX:1\nT:Été\nK:C\nC|\n".encode("latin-1"),
            "Été",
            "3: not utf-8; the file is read as Latin-1",
        ),
        (b"%%abc-charset rot13\nX:1\nT:Abc\nK:C\nC|\n", "Abc", "1: the charset rot13 is not known"),
    ],
)
def test_files(content: bytes, title: str, told: str, tmp_path: Path) -> None:
    """In the charset that they name, in UTF-8, or as the bytes suggest, which is told."""
    (tmp_path / "a.abc").write_bytes(content)
    lines: list[str] = []
    (tune,) = AbcReader([str(tmp_path)]).read(lines.append)
    assert tune.title == title
    assert [line.removeprefix("a.abc:").startswith(told) for line in lines] == ([True] if told else [])


@pytest.mark.parametrize(
    ("content", "written"),
    [
        ("X:1\nT:Été\n", "%%abc-charset utf-8\nX:1\nT:Été\n"),
        ("%abc\nX:1\nT:Été\n", "%abc\n%%abc-charset utf-8\nX:1\nT:Été\n"),
        ("%abc-2.1\nX:1\nT:Été\n", "%abc-2.1\nX:1\nT:Été\n"),  # UTF-8 by default from then on
        ("%%abc-charset iso-8859-1\r\nX:1\r\nT:Été\r\n", "%%abc-charset utf-8\r\nX:1\r\nT:Été\r\n"),
        ("X:1\nT:Ete\n", "X:1\nT:Ete\n"),
        ("\ufeffX:1\nT:Été\n", "\ufeffX:1\nT:Été\n"),
    ],
)
def test_a_file_says_that_it_is_in_utf_8(content: str, written: str) -> None:
    """Where it has more than ASCII; said twice it is not."""
    assert encoded(content).decode() == written
    assert encoded(written).decode() == written
    assert decoded(encoded(content)).text == written.removeprefix("\ufeff")


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252", "utf-8"])
def test_convert_writes_utf_8(encoding: str, tmp_path: Path) -> None:
    """Whatever the file was in, with all tunes or with one."""
    (tmp_path / "a.abc").write_bytes("X:1\nT:Été\nK:C\nCDEF|\n".encode(encoding))
    for number in (None, 1):
        target = tmp_path / f"{number}.abc"
        convert(tmp_path / "a.abc", target, number=number, semitones=2)
        assert target.read_bytes().decode() == "%%abc-charset utf-8\nX:1\nT:Été\nK:D\nDEFG|\n"
        assert [tune.title for tune in read_tunes(target)] == ["Été"]
