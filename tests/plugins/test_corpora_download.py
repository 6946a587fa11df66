"""Files of the Nottingham Music Database from a web server: retried, resumed, never wrong.

The files served are invented, and so are the digests they are pinned to here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

from helpers.abc_parts import ABC_READER
from helpers.file_server import FileServer, serving
from helpers.invented import jig
from musegen import Bounds, CorpusError, load
from musegen_corpora import download
from musegen_corpora.digests import ADDRESS, COMMIT, DIGESTS, NAMES
from musegen_corpora.download import fetch
from musegen_corpora.nottingham import NottinghamReader

XMAS = "ABC_cleaned/xmas.abc"
FILES = {
    f"ABC_{edition}/{name}.abc": "\n".join(jig(100 * place + i) for i in range(40)).encode()
    for edition in ("cleaned", "original")
    for place, name in enumerate(NAMES)
}


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FileServer]:
    """A server of all the files, an empty cache, and no waiting between tries."""
    with serving(FILES) as told:
        monkeypatch.setenv("MUSEGEN_NOTTINGHAM_URL", told.address)
        monkeypatch.setenv("MUSEGEN_CACHE", str(tmp_path / "cache"))
        digests = {name: hashlib.sha256(content).hexdigest() for name, content in FILES.items()}
        monkeypatch.setattr(download, "DIGESTS", digests)
        monkeypatch.setattr("pooch.core.time.sleep", lambda seconds: None)
        yield told


def kept(tmp_path: Path) -> list[str]:
    """What is in the cache."""
    return sorted(
        str(path.relative_to(tmp_path / "cache" / "nottingham"))
        for path in (tmp_path / "cache").rglob("*")
        if path.is_file() and path.name != ".lock"
    )


def test_every_file_of_both_editions_is_pinned() -> None:
    """28 SHA-256 digests, and an address that names the commit."""
    assert set(DIGESTS) == set(FILES)
    assert len(DIGESTS) == 28
    assert all(len(bytes.fromhex(digest)) == 32 for digest in DIGESTS.values())
    assert COMMIT in ADDRESS


def test_the_digests_are_those_of_the_real_files(nottingham: Path) -> None:
    """Of all that are at hand, in both editions."""
    digests = {path: hashlib.sha256(path.read_bytes()).hexdigest() for path in nottingham.glob("*.abc")}
    assert len(digests) >= 8
    assert all(DIGESTS[f"ABC_cleaned/{path.name}"] == digest for path, digest in digests.items())
    for path in (nottingham / "original").glob("*.abc"):
        assert DIGESTS[f"ABC_original/{path.name}"] == hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_file_is_downloaded_once(server: FileServer, tmp_path: Path) -> None:
    """Then it is in the cache, also when the server is not there."""
    (file,) = fetch([XMAS])
    assert file == tmp_path / "cache" / "nottingham" / XMAS
    assert file.read_bytes() == FILES[XMAS]
    server.failures = 99
    assert fetch([XMAS]) == [file]
    assert server.requests == [XMAS]


def test_a_damaged_file_in_the_cache_is_replaced(server: FileServer) -> None:
    """Its digest tells."""
    (file,) = fetch([XMAS])
    file.write_bytes(b"damaged")
    assert fetch([XMAS])[0].read_bytes() == FILES[XMAS]


@pytest.mark.parametrize("begun", [0, 900])
def test_a_server_without_end_is_left(
    server: FileServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, begun: int
) -> None:
    """A line says the bound; nothing is kept, and what an earlier try left counts."""
    monkeypatch.setattr(Bounds, "DOWNLOAD", 1 << 20)
    server.endless = True
    if begun:
        part = tmp_path / "cache" / "nottingham" / "ABC_cleaned" / "xmas.abc.part"
        part.parent.mkdir(parents=True)
        part.write_bytes(bytes(begun))
    with pytest.raises(CorpusError, match=r"^nottingham: .*xmas.abc is larger than 1 MiB, the most") as error:
        fetch([XMAS])
    assert "\n" not in str(error.value)
    assert len(server.requests) == 1
    assert kept(tmp_path) == []


def test_a_failing_server_is_asked_again(server: FileServer) -> None:
    """HTTP 503 twice, then the file."""
    server.failures = 2
    assert fetch([XMAS])[0].read_bytes() == FILES[XMAS]
    assert len(server.requests) == 3


def test_a_cut_download_goes_on_where_it_stopped(server: FileServer) -> None:
    """By a range, so that hardly anything is sent twice."""
    server.cuts = 2
    assert fetch([XMAS])[0].read_bytes() == FILES[XMAS]
    first, second, third = server.requests
    begins = [int(wanted.removeprefix(f"{XMAS} bytes=").rstrip("-")) for wanted in (second, third)]
    size = len(FILES[XMAS])
    assert first == XMAS
    assert size // 3 < begins[0] <= size // 2 < begins[1] < size


def test_a_cut_download_begins_anew_without_ranges(server: FileServer) -> None:
    """A server that does not know them sends the whole file, and it is taken as that."""
    server.cuts, server.ranges = 1, False
    assert fetch([XMAS])[0].read_bytes() == FILES[XMAS]
    assert len(server.requests) == 2


def test_what_an_earlier_run_left_is_gone_on_with(server: FileServer, tmp_path: Path) -> None:
    """Also when it stopped for good; and when it had all but did not know."""
    server.cuts = 4
    with pytest.raises(CorpusError, match="cannot be downloaded"):
        fetch([XMAS])
    assert kept(tmp_path) == [f"{XMAS}.part"]
    assert fetch([XMAS])[0].read_bytes() == FILES[XMAS]
    jigs = "ABC_cleaned/jigs.abc"
    (tmp_path / "cache" / "nottingham" / f"{jigs}.part").write_bytes(FILES[jigs])
    assert fetch([jigs])[0].read_bytes() == FILES[jigs]
    assert kept(tmp_path) == [jigs, XMAS]


def test_a_beginning_of_another_file_does_no_harm(server: FileServer, tmp_path: Path) -> None:
    """The whole has the wrong digest; the next try begins anew."""
    part = tmp_path / "cache" / "nottingham" / f"{XMAS}.part"
    part.parent.mkdir(parents=True)
    part.write_bytes(b"X:1\nnot this file\n")
    assert fetch([XMAS])[0].read_bytes() == FILES[XMAS]
    assert server.requests == [f"{XMAS} bytes=18-", XMAS]


def test_wrong_bytes_are_never_kept(server: FileServer, tmp_path: Path) -> None:
    """Neither as the file nor as a part of it; once they may be a mishap."""
    server.swaps = 4
    with pytest.raises(CorpusError, match="not the file it should be") as error:
        fetch([XMAS])
    assert len(str(error.value).splitlines()) == 1
    assert kept(tmp_path) == []
    server.swaps = 1
    assert fetch([XMAS])[0].read_bytes() == FILES[XMAS]


def test_offline_and_not_cached(server: FileServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """One line that says what is missing, and what to do."""
    monkeypatch.setenv("MUSEGEN_NOTTINGHAM_URL", "http://127.0.0.1:1/")
    with pytest.raises(CorpusError, match="xmas") as error:
        NottinghamReader(ABC_READER, ["xmas"], "cleaned").sources()
    line = str(error.value)
    assert "cannot be downloaded from http://127.0.0.1:1/" in line
    assert "ConnectionError" in line
    assert 'give path = "..."' in line
    assert "\n" not in line


def test_a_server_without_the_file_is_not_asked_again(server: FileServer) -> None:
    """HTTP 404 will not pass."""
    server.files = {}
    with pytest.raises(CorpusError, match="HTTP 404"):
        fetch([XMAS])
    assert len(server.requests) == 1


def test_a_failure_that_stays(server: FileServer) -> None:
    """The line has the status."""
    server.failures = 99
    with pytest.raises(CorpusError, match="got HTTP 503"):
        fetch([XMAS])


def test_without_pooch(monkeypatch: pytest.MonkeyPatch) -> None:
    """The line names the extra; with a path nothing is asked of it."""
    monkeypatch.setattr(download, "find_spec", lambda name: None)
    with pytest.raises(CorpusError, match=r'pip install "musegen\[corpora\]"'):
        fetch([XMAS])


def test_a_cache_that_cannot_be_written_to(
    server: FileServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The line says how to name another."""
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("MUSEGEN_CACHE", str(tmp_path / "file"))
    with pytest.raises(CorpusError, match="MUSEGEN_CACHE"):
        fetch([XMAS])


def test_the_reader_takes_the_edition_asked_for(server: FileServer) -> None:
    """And gives the tunes of the collections in their order."""
    reader = NottinghamReader(ABC_READER, ["xmas", "hpps", "xmas"], "original")
    tunes = list(reader.read(pytest.fail))
    assert [tune.source.partition(":")[0] for tune in tunes] == 40 * ["xmas.abc"] + 40 * ["hpps.abc"]
    assert sorted(set(server.requests)) == ["ABC_original/hpps.abc", "ABC_original/xmas.abc"]


@pytest.mark.skipif(find_spec("tensorflow") is None, reason="needs musegen[keras]")
def test_the_example_has_no_mistake(server: FileServer) -> None:
    """It asks for three collections, a vocabulary of characters, one layer of 1,024, the package's sound."""
    plan = load(Path(__file__).parents[2] / "examples" / "nottingham.toml").plan
    assert {path.partition(" ")[0] for path in server.requests} == {
        f"ABC_cleaned/{name}.abc" for name in ("jigs", "xmas", "playford")
    }
    assert plan.tokenizer.component.name == "char"
    assert plan.model.options.model_dump()["units"] == (1024,)
    assert [use.component.name for use in plan.render] == ["mitdeeplearning"]
