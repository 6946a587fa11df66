"""WAV files by the mitdeeplearning package's abc2wav.

What the real programs play is tested where they are installed, and in CI always. What else they could do is
played by stand-ins, which stand before the real ones where Python and the shell look.
"""

from __future__ import annotations

import os
import shutil
import sys
import time
import wave
from pathlib import Path

import numpy as np
import pytest

from helpers.abc_parts import ABC, ABC_NOTATION
from helpers.invented import NGRAM_PIPELINE, write_pipeline
from musegen import MusegenError, Score, Silent, Tune, load, perform
from musegen_mitdeeplearning.abc2wav import check_programs
from musegen_mitdeeplearning.plugin import Abc2WavOptions, build_renderer
from musegen_mitdeeplearning.renderer import Abc2WavRenderer
from musegen_mitdeeplearning.sound import read_sound

JIG = 'X:1\nT:A Test\nR:jig\nM:6/8\nL:1/8\nK:D\n|: "D"DFA d2A | "G"BAG "A"AFD | "D"D3 D3 :|\n'
SCRIPT = """\
#!/bin/bash
name=${1%.abc}
abc2midi $1 -o "$name.mid"
timidity "$name.mid" -Ow "$name.wav"
rm "$name.abc" "$name.mid"
"""
MIDI = "#!/bin/sh\ncp $1 tune.mid\n"
TIMIDITY = """\
#!{python}
import time, wave
import numpy as np
time.sleep({sleep})
with wave.open("tune.wav", "wb") as file:
    file.setparams((2, 2, 8000, 0, "NONE", ""))
    t = np.arange(int({seconds} * 8000))
    file.writeframes(np.repeat({loudness} * np.sin(t / 3), 2).astype("<i2").tobytes())
"""


def score(text: str = JIG) -> Score:
    """A tune as music."""
    return ABC.parse(Tune(text, "abc"))


@pytest.fixture
def real() -> Abc2WavRenderer:
    """The renderer, if everything that it needs is installed; in CI it is."""
    try:
        check_programs()
    except MusegenError as error:
        if not os.environ.get("CI"):
            pytest.skip(str(error))
        raise
    return Abc2WavRenderer(ABC)


def running(pid: int) -> bool:
    """Whether there is such a process, other than a dead one that nobody has asked after."""
    try:
        os.kill(pid, 0)
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (ProcessLookupError, FileNotFoundError):
        return False


class StandIns:
    """A package and programs in a folder, found before any others."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.programs = folder / "bin"
        self.programs.mkdir()
        package = folder / "mitdeeplearning"
        (package / "bin").mkdir(parents=True)
        (package / "__init__.py").write_text("raise ImportError\n")
        (package / "bin" / "abc2wav").write_text(SCRIPT)
        self.program("abc2midi", MIDI)
        self.timidity()

    def program(self, name: str, text: str) -> None:
        """Put a program there."""
        file = self.programs / name
        file.write_text(text)
        file.chmod(0o755)

    def timidity(self, seconds: float = 8.2, loudness: int = 3000, sleep: float = 0) -> None:
        """A timidity that plays a note; the jig lasts 6.2 s: six bars at 116 dotted quarters a minute."""
        text = TIMIDITY.format(python=sys.executable, seconds=seconds, loudness=loudness, sleep=sleep)
        self.program("timidity", text)


@pytest.fixture
def stand_ins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> StandIns:
    """All that is needed, in a folder of its own; beside it on the search path only bash, cp and rm."""
    made = StandIns(tmp_path)
    for tool in ("bash", "cp", "rm", "sleep"):
        found = shutil.which(tool)
        assert found
        (made.programs / tool).symlink_to(found)
    monkeypatch.setenv("PATH", str(made.programs))
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "mitdeeplearning", raising=False)
    return made


def test_the_real_programs_play_the_tune(real: Abc2WavRenderer, tmp_path: Path) -> None:
    """As long as it lasts and a little, and loud enough; nothing else is left."""
    path = tmp_path / "001.mitdeeplearning.wav"
    real.render(score(), path)
    sound = read_sound(path)
    assert sound is not None
    assert 0 <= sound.duration_s - perform(score()).duration_s <= 4
    assert sound.rms > 0.003
    assert [file.name for file in tmp_path.iterdir()] == [path.name]


def test_the_real_programs_play_the_repeats_in_the_written_tempo(
    real: Abc2WavRenderer, tmp_path: Path
) -> None:
    """Half the tempo, twice the length."""
    lengths = []
    for rate in (120, 60):
        text = JIG.replace("M:6/8", f"M:6/8\nQ:3/8={rate}")
        real.render(score(text), tmp_path / "tune.wav")
        sound = read_sound(tmp_path / "tune.wav")
        assert sound is not None
        lengths.append(sound.duration_s)
    assert lengths[1] - lengths[0] == pytest.approx(6.0, abs=0.1)


def test_real_programs_are_tried_out(real: Abc2WavRenderer) -> None:
    """When the renderer is made, so that a missing sound font is known before the first tune."""
    assert build_renderer(Abc2WavOptions(), ABC_NOTATION).suffix == ".mitdeeplearning.wav"


def test_the_script_runs_in_a_private_folder(
    stand_ins: StandIns, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It deletes its input and quotes nothing: nothing of the user's is near, blanks in names do no harm."""
    folder = tmp_path / "my tunes"
    folder.mkdir()
    (folder / "tune.abc").write_text("mine")
    monkeypatch.chdir(folder)
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    Abc2WavRenderer(ABC).render(score(), folder / "001.wav")
    assert sorted(path.name for path in folder.iterdir()) == ["001.wav", "tune.abc"]
    assert (folder / "tune.abc").read_text() == "mine"


@pytest.mark.parametrize(
    ("program", "message"),
    [
        ("abc2midi", r"needs abc2midi; on Debian: apt-get install abcmidi"),
        ("timidity", r"needs timidity; on Debian: apt-get install abcmidi timidity"),
    ],
)
def test_a_missing_program(stand_ins: StandIns, program: str, message: str) -> None:
    """One line names it and how to install it, when the renderer is made."""
    (stand_ins.programs / program).unlink()
    with pytest.raises(MusegenError, match=message) as error:
        build_renderer(Abc2WavOptions(), ABC_NOTATION)
    assert "\n" not in str(error.value)


def test_a_missing_package(monkeypatch: pytest.MonkeyPatch) -> None:
    """The line is the recipe."""
    monkeypatch.setattr("musegen_mitdeeplearning.package.find_spec", lambda name: None)
    with pytest.raises(MusegenError, match=r"setuptools<81.*--no-build-isolation mitdeeplearning==0\.7\.2"):
        build_renderer(Abc2WavOptions(), ABC_NOTATION)


def test_silence_is_no_sound(stand_ins: StandIns, tmp_path: Path) -> None:
    """Timidity without instruments: exit status 0, right length, nothing to hear."""
    stand_ins.timidity(loudness=0)
    with pytest.raises(MusegenError, match=r"sound font.*fluid-soundfont-gm"):
        Abc2WavRenderer(ABC).render(score(), tmp_path / "tune.wav")
    assert not (tmp_path / "tune.wav").exists()


@pytest.mark.parametrize("seconds", [3.0, 12.0])
def test_a_wrong_length(stand_ins: StandIns, tmp_path: Path, seconds: float) -> None:
    """Repeats left out, or notes that never end."""
    stand_ins.timidity(seconds=seconds)
    with pytest.raises(MusegenError, match=rf"wrote {seconds} s of sound for a tune of 6.2 s"):
        Abc2WavRenderer(ABC).render(score(), tmp_path / "tune.wav")


def test_no_file(stand_ins: StandIns, tmp_path: Path) -> None:
    """The line has abc2midi's first complaint."""
    stand_ins.program("abc2midi", "#!/bin/sh\necho 'Error in line-char 7-3 : no such thing'\n")
    stand_ins.program("timidity", "#!/bin/sh\nexit 0\n")
    with pytest.raises(MusegenError, match=r"wrote no sound \(Error in line-char 7-3 : no such thing\)"):
        Abc2WavRenderer(ABC).render(score(), tmp_path / "tune.wav")


def test_a_file_that_is_no_sound(stand_ins: StandIns, tmp_path: Path) -> None:
    """It is taken for none."""
    stand_ins.program("timidity", "#!/bin/sh\necho RIFF > tune.wav\n")
    with pytest.raises(MusegenError, match="wrote no sound"):
        Abc2WavRenderer(ABC).render(score(), tmp_path / "tune.wav")


def test_the_time_limit_ends_the_programs(stand_ins: StandIns, tmp_path: Path) -> None:
    """All of them: the one that hangs is a child of the script's."""
    started = tmp_path / "pid"
    stand_ins.program("timidity", f"#!/bin/sh\necho $$ > {started}\nexec sleep 600\n")
    with pytest.raises(MusegenError, match="took longer than 1 s; raise timeout_s"):
        Abc2WavRenderer(ABC, timeout_s=1).render(score(), tmp_path / "tune.wav")
    deadline = time.monotonic() + 10  # a killed process takes a moment to go
    while running(int(started.read_text())) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not running(int(started.read_text()))


def test_loudness_and_length_are_measured(tmp_path: Path) -> None:
    """A square wave at half of full scale has an RMS of a half; a file of 8 bits is not judged."""
    path = tmp_path / "square.wav"
    for width, kind in ((2, "<i2"), (1, "u1")):
        with wave.open(str(path), "wb") as file:
            file.setparams((2, width, 1000, 0, "NONE", ""))
            file.writeframes((np.resize([1, -1], 3000) * 16384).astype("<i2").astype(kind).tobytes())
        sound = read_sound(path)
        if width == 2:
            assert sound is not None
            assert sound.duration_s == pytest.approx(1.5)
            assert sound.rms == pytest.approx(0.5)
        else:
            assert sound is None
    assert read_sound(tmp_path / "none.wav") is None


def test_a_pipeline_may_have_both_sounds(real: Abc2WavRenderer, tmp_path: Path) -> None:
    """musegen's own and the package's stand side by side."""
    text = NGRAM_PIPELINE.replace('use = "midi"', 'use = "mitdeeplearning"').replace("tunes = 3", "tunes = 1")
    run = load(write_pipeline(tmp_path / "project", text)).run(Silent())
    names = {path.name for path in (run.folder / "tunes").iterdir()}
    assert names == {"001.abc", "001.wav", "001.mitdeeplearning.wav"}
    assert not [fault for fault in run.report["tunes"][0]["faults"] if fault.startswith("render")]


def test_a_missing_program_ends_a_run(stand_ins: StandIns, tmp_path: Path) -> None:
    """At once and not tune by tune, so that the next run renders again and trains no more."""
    text = NGRAM_PIPELINE.replace('use = "midi"', 'use = "mitdeeplearning"')
    pipeline = load(write_pipeline(tmp_path / "project", text))
    (stand_ins.programs / "timidity").unlink()
    for _ in range(2):
        with pytest.raises(MusegenError, match="needs timidity"):
            pipeline.run(Silent())
    assert not list((tmp_path / "project" / "run").rglob("failures.json"))
