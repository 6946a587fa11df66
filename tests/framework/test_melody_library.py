"""Files of melodies: what they hold, and what is refused."""

from __future__ import annotations

import io
import json
import random
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from musegen import ArtifactError
from musegen.music.melody import Melody
from musegen.music.originality import MelodyIndex


def melodies(count: int = 6, seed: int = 1) -> list[tuple[str, Melody]]:
    """Random melodies, the first two of no note and of one."""
    rng = random.Random(seed)
    made = []
    for number in range(count):
        notes = number if number < 2 else rng.randrange(10, 40)
        steps = [rng.choice([3, 2**63 + 5, 8]) for _ in range(notes - 1)]
        bars = np.arange(notes, dtype=np.int32) // 4 + 1
        made.append((f"größe.abc:{number}", Melody(np.array(steps, np.uint64), bars, f"Tune {number}")))
    return made


@pytest.fixture(params=[2, 8])
def index(request: pytest.FixtureRequest) -> MelodyIndex:
    """An exact index and one by windows."""
    exact = MelodyIndex(melodies())
    return exact if request.param == 2 else exact.windowed(request.param)


def test_a_saved_index_finds_the_same(index: MelodyIndex, tmp_path: Path) -> None:
    """And the same index gives the same bytes."""
    index.save(tmp_path / "a.npz")
    loaded = MelodyIndex.load(tmp_path / "a.npz")
    own = [melody for _, melody in [*melodies(), *melodies(seed=2)]]
    assert loaded.copied(own) == index.copied(own)
    assert (len(loaded), loaded.window) == (len(index), index.window)
    loaded.save(tmp_path / "b.npz")
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()


def test_an_index_of_nothing_is_an_index(tmp_path: Path) -> None:
    """Nothing is copied from it."""
    MelodyIndex([]).save(tmp_path / "a.npz")
    loaded = MelodyIndex.load(tmp_path / "a.npz")
    assert [copied.notes for copied in loaded.copied([melody for _, melody in melodies()])] == [0] * 6
    assert len(loaded.windowed(8)) == 0


def test_a_file_by_windows_does_not_hold_the_steps(tmp_path: Path) -> None:
    """None of its numbers is one of them, and those of a melody's last seven notes are missing."""
    exact = MelodyIndex(melodies())
    exact.windowed(8).save(tmp_path / "a.npz")
    with np.load(tmp_path / "a.npz") as file:
        assert file["symbols"].dtype == np.uint32
        assert len(file["symbols"]) == sum(max(len(melody.bars) - 7, 0) for _, melody in melodies())
        assert not {3, 5, 8} & set(file["symbols"].tolist())


def rewritten(path: Path, change: Callable[[dict[str, Any]], object]) -> None:
    """Write the file again with other arrays."""
    with np.load(path) as file:
        arrays = dict(file)
    change(arrays)
    np.savez_compressed(path, **arrays)


def about(**changes: Any) -> Callable[[dict[str, Any]], object]:
    """A change of the file's description."""

    def change(arrays: dict[str, Any]) -> None:
        text = json.dumps({**json.loads(arrays["about"].tobytes()), **changes})
        arrays["about"] = np.frombuffer(text.encode(), np.uint8)

    return change


def array(name: str, value: Callable[[Any], Any]) -> Callable[[dict[str, Any]], object]:
    """A change of one array."""
    return lambda arrays: arrays.update({name: value(arrays[name])})


WRONG: dict[str, Callable[[dict[str, Any]], object]] = {
    "another format": about(format="musegen-melodies-9"),
    "a window of words": about(window="8"),
    "a huge window": about(window=10**9),
    "a window of one note": about(window=1),
    "too few names": about(names=["a"]),
    "names that are numbers": about(names=list(range(6))),
    "names that are a number": about(names=5),
    "a description that is a list": array("about", lambda _: np.frombuffer(b"[]", np.uint8)),
    "no JSON": array("about", lambda _: np.frombuffer(b"{", np.uint8)),
    "deep JSON": array("about", lambda _: np.frombuffer(b"[" * 100_000, np.uint8)),
    "an array less": lambda arrays: arrays.pop("bars"),
    "an array more": lambda arrays: arrays.update(more=np.zeros(1)),
    "too few notes": array("notes", lambda notes: notes[:-1]),
    "negative notes": array("notes", lambda notes: notes - 40),
    "huge notes": array("notes", lambda notes: notes.astype(np.int64) + 2**62),
    "too few bars": array("bars", lambda bars: bars[:-1]),
    "too few symbols": array("symbols", lambda symbols: symbols[1:]),
    "floats": array("symbols", lambda symbols: symbols.astype(np.float64)),
    "a table": array("symbols", lambda symbols: symbols[None]),
    "objects": array("symbols", lambda symbols: np.array([{}] * len(symbols), object)),
}


def refused(path: Path) -> str:
    """The line that a file is refused with."""
    with pytest.raises(ArtifactError) as caught:
        MelodyIndex.load(path)
    line = str(caught.value)
    assert line.startswith(f"{path}: ")
    assert "\n" not in line
    return line


@pytest.mark.parametrize("name", WRONG)
def test_a_file_with_wrong_content_is_refused(index: MelodyIndex, tmp_path: Path, name: str) -> None:
    """With one line that says so."""
    index.save(tmp_path / "a.npz")
    rewritten(tmp_path / "a.npz", WRONG[name])
    assert "is not a file of melodies, or is damaged" in refused(tmp_path / "a.npz")


def test_a_damaged_file_is_refused_or_read_as_it_was(index: MelodyIndex, tmp_path: Path) -> None:
    """Wherever a byte is changed or the file is cut; checksums cover the content."""
    path, rng = tmp_path / "a.npz", random.Random(3)
    index.save(path)
    content, own = path.read_bytes(), [melody for _, melody in melodies()]
    expected, refusals = index.copied(own), list[str]()
    for _ in range(150):
        place = rng.randrange(len(content))
        changed = bytearray(content)
        changed[place] ^= rng.randrange(1, 256)
        path.write_bytes(content[:place] if rng.random() < 0.3 else bytes(changed))
        try:
            assert MelodyIndex.load(path).copied(own) == expected
        except ArtifactError as error:
            refusals.append(str(error))
    assert len(refusals) > 75
    assert not [line for line in refusals if "\n" in line]


def test_an_array_that_says_it_is_huge_is_refused(tmp_path: Path) -> None:
    """Its size is believed by nobody."""
    path = tmp_path / "a.npz"
    MelodyIndex(melodies()).save(path)
    with zipfile.ZipFile(path) as archive:
        members = {info.filename: archive.read(info) for info in archive.infolist()}
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(header, {"descr": "<u8", "fortran_order": False, "shape": (2**44,)})
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, header.getvalue() if name == "symbols.npy" else content)
    assert "damaged" in refused(path)


def test_a_file_that_unpacks_to_too_much_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before it is unpacked."""
    path = tmp_path / "a.npz"
    MelodyIndex(melodies()).save(path)
    rewritten(path, array("symbols", lambda _: np.zeros(100_000, np.uint64)))
    monkeypatch.setattr("musegen.music.melody_library._MOST_BYTES", 100_000)
    assert path.stat().st_size < 100_000
    assert "it is too large" in refused(path)


def test_what_is_not_there_is_refused(tmp_path: Path) -> None:
    """As a file that is missing, a folder, or something else altogether."""
    assert refused(tmp_path / "a.npz").endswith("no such file")
    assert "is a folder" in refused(tmp_path)
    (tmp_path / "b.npz").write_text("X:1\n")
    assert "is not a file of melodies" in refused(tmp_path / "b.npz")
