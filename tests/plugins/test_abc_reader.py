"""ABC files, folders and archives to tunes."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings, strategies as st

from musegen import Bounds, CorpusError, Tune
from musegen_abc.plugin import AbcReaderOptions, build_reader
from musegen_abc.reader import AbcReader, split_tunes

ONE = "X:1\nT:One\nK:C\nCDE\n"
TWO = "X:2\nT:Two\nK:D\nDEF\n"


def split(text: str) -> list[Tune]:
    """The tunes of a file named a.abc."""
    return list(split_tunes(text, "a.abc"))


def read(*paths: Path) -> list[Tune]:
    """The tunes of some paths; anything reported fails the test."""
    return list(AbcReader([str(path) for path in paths]).read(pytest.fail))


class TestSplitting:
    """One text to tunes."""

    def test_one_tune_for_each_x(self) -> None:
        """With title and place of each; free text between tunes is passed over."""
        tunes = split(f"A collection.\n\n{ONE}\nAnd then\n\n{TWO}")
        assert tunes == [Tune(ONE, "abc", "One", "a.abc:3"), Tune(TWO, "abc", "Two", "a.abc:10")]

    @pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
    def test_line_ends(self, end: str) -> None:
        """LF, CRLF and CR."""
        assert [tune.text for tune in split(f"{ONE}\n{TWO}".replace("\n", end))] == [ONE, TWO]

    def test_a_tune_ends_at_an_empty_line(self) -> None:
        """Blanks alone make a line empty, too (ABC 2.1 §2.2.1)."""
        assert split(f"{ONE} \t\nGAB\n")[0].text == ONE

    def test_a_tune_ends_at_the_next_x(self) -> None:
        """Also without an empty line between."""
        assert [tune.text for tune in split(ONE + TWO)] == [ONE, TWO]

    def test_repeated_numbers(self) -> None:
        """``X:`` numbers need not differ."""
        assert [tune.source for tune in split(f"{ONE}\n{ONE}")] == ["a.abc:1", "a.abc:6"]

    def test_file_header(self) -> None:
        """Its fields hold for tunes that lack them (ABC 2.1 §2.2.2)."""
        tunes = split(
            "%abc-2.1\nM:3/4\nL:1/4\nN:about the file\n\nX:1\nL:1/8\nK:C\nC\n\nX:2\nM:4/4\nK:C\nC\n"
        )
        assert [tune.text for tune in tunes] == ["X:1\nM:3/4\nL:1/8\nK:C\nC\n", "X:2\nL:1/4\nM:4/4\nK:C\nC\n"]

    def test_free_text_is_no_file_header(self) -> None:
        """Though it may look like a field here and there."""
        assert split(f"My tunes\nM:3/4\n\n{ONE}")[0].text == ONE

    def test_no_tune(self) -> None:
        """Text without ``X:`` has none."""
        assert split("Dear all,\n\nno tunes today\n") == []

    @settings(deadline=None)
    @given(st.text(alphabet="X:1K\n\r %a\x85\u2028", max_size=60))
    def test_any_text(self, text: str) -> None:
        """Every tune begins with its ``X:`` and has no empty line."""
        for tune in split(text):
            assert tune.text.startswith("X:")
            assert "\n\n" not in tune.text


class TestFiles:
    """Paths to files."""

    def test_folder(self, tmp_path: Path) -> None:
        """Every .abc file in it and below, sorted."""
        (tmp_path / "sub").mkdir()
        (tmp_path / "sub" / "a.ABC").write_text(TWO)
        (tmp_path / "b.abc").write_text(ONE)
        (tmp_path / "notes.txt").write_text(ONE)
        assert [tune.source for tune in read(tmp_path)] == ["b.abc:1", "a.ABC:1"]

    def test_pattern(self, tmp_path: Path) -> None:
        """Matches are sorted; a file that two patterns match is read once."""
        for name in ("b.abc", "a.abc", "c.txt"):
            (tmp_path / name).write_text(ONE)
        found = AbcReader([str(tmp_path / "*"), str(tmp_path / "b.abc")]).sources()
        assert [path.name for path in found] == ["a.abc", "b.abc"]

    def test_a_named_file_may_have_any_suffix(self, tmp_path: Path) -> None:
        """As may those of a pattern that names one."""
        (tmp_path / "a.txt").write_text(ONE)
        assert len(read(tmp_path / "a.txt")) == len(read(tmp_path / "*.txt")) == 1

    def test_name_with_brackets(self, tmp_path: Path) -> None:
        """A file that exists is no pattern."""
        (tmp_path / "a[1].abc").write_text(ONE)
        assert len(read(tmp_path / "a[1].abc")) == 1

    @pytest.mark.parametrize("name", ["missing.abc", "*.abc", "empty", "missing/"])
    def test_nothing_there(self, tmp_path: Path, name: str) -> None:
        """A path without a file is named in the error."""
        (tmp_path / "empty").mkdir()
        with pytest.raises(CorpusError, match=rf"^{tmp_path}/{name.replace('*', '[*]')}: no"):
            read(tmp_path / name) if name[-1] != "/" else AbcReader([f"{tmp_path}/{name}"]).sources()

    def test_binary_file(self, tmp_path: Path) -> None:
        """It is refused by name."""
        (tmp_path / "a.abc").write_bytes(b"X:1\nK:C\n\0\1\2")
        with pytest.raises(CorpusError, match=r"^a.abc: is not a text file"):
            read(tmp_path / "a.abc")

    def test_latin_1(self, tmp_path: Path) -> None:
        """What is not UTF-8 is Latin-1, said once a file."""
        (tmp_path / "a.abc").write_bytes((ONE + TWO).replace("One", "Été").encode("latin-1"))
        lines: list[str] = []
        tunes = list(AbcReader([str(tmp_path)]).read(lines.append))
        assert tunes[0].title == "Été"
        assert lines == ["a.abc:2: not UTF-8; the file is read as Latin-1"]

    def test_byte_order_mark(self, tmp_path: Path) -> None:
        """It is no part of the text."""
        (tmp_path / "a.abc").write_bytes(ONE.encode("utf-8-sig"))
        assert read(tmp_path)[0].text == ONE

    def test_options_need_a_path(self) -> None:
        """A reader of nothing is a mistake."""
        with pytest.raises(ValueError, match="paths"):
            AbcReaderOptions.model_validate_json('{"paths": []}')

    def test_paths_are_beside_the_pipeline(self, tmp_path: Path) -> None:
        """Options give paths relative to the pipeline's folder."""
        (tmp_path / "a.abc").write_text(ONE)
        options = AbcReaderOptions.model_validate_json('{"paths": ["a.abc"]}', context={"folder": tmp_path})
        assert len(list(build_reader(options).read(pytest.fail))) == 1


class TestArchives:
    """Zip archives."""

    def test_members(self, tmp_path: Path) -> None:
        """Their .abc files by name; what a Mac adds is left out."""
        with zipfile.ZipFile(tmp_path / "more.zip", "w") as archive:
            for name in ("sub/b.abc", "a.abc", "read.me", "__MACOSX/._a.abc", "._c.abc"):
                archive.writestr(name, ONE)
        assert [tune.source for tune in read(tmp_path / "more.zip")] == [
            *("more.zip/a.abc:1", "more.zip/sub/b.abc:1")
        ]

    def test_broken_archive(self, tmp_path: Path) -> None:
        """It is refused by name."""
        (tmp_path / "more.zip").write_bytes(b"PK\3\4 no archive")
        with pytest.raises(CorpusError, match=r"more.zip: cannot be read as a zip archive"):
            read(tmp_path / "more.zip")

    def test_damaged_member(self, tmp_path: Path) -> None:
        """So is one whose content was changed."""
        path = tmp_path / "more.zip"
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("a.abc", ONE)
        path.write_bytes(path.read_bytes().replace(b"CDE", b"CDF"))
        with pytest.raises(CorpusError, match=r"more\.zip: cannot be read"):
            read(path)

    def test_empty_archive(self, tmp_path: Path) -> None:
        """An archive without ABC is a mistake."""
        with zipfile.ZipFile(tmp_path / "more.zip", "w") as archive:
            archive.writestr("read.me", "x")
        with pytest.raises(CorpusError, match=r"no .abc file in this archive"):
            read(tmp_path / "more.zip")

    def test_oversized_member(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """A member of absurd size is not unpacked."""
        monkeypatch.setattr(Bounds, "TUNE_FILE", 1000)
        with zipfile.ZipFile(tmp_path / "more.zip", "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("a.abc", "X" * 1001)
        with pytest.raises(CorpusError, match="more than"):
            read(tmp_path / "more.zip")
