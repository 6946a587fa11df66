"""Runs the package's ``bin/abc2wav``, which calls abc2midi, then timidity, and deletes its input."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from pathlib import Path

from musegen import MusegenError
from musegen_mitdeeplearning.package import RECIPE, packaged

DEBIAN = "on Debian: apt-get install abcmidi timidity fluid-soundfont-gm"
_PROGRAMS = ("bash", "abc2midi", "timidity")
_INPUT, _OUTPUT, _LOG = "tune.abc", "tune.wav", "log.txt"


def check_programs() -> Path:
    """The script. Raises MusegenError that says how to install it where it or its programs are missing."""
    script = packaged("bin", "abc2wav")
    if script is None:
        raise MusegenError(f"mitdeeplearning: the package with abc2wav is not installed; {RECIPE}")
    missing = [program for program in _PROGRAMS if shutil.which(program) is None]
    if missing:
        raise MusegenError(f"mitdeeplearning: abc2wav needs {' and '.join(missing)}; {DEBIAN}")
    return script


def run_abc2wav(text: str, folder: Path, timeout_s: float) -> tuple[Path, str]:
    """The path where the sound of an ABC text should now be, and the first complaint of abc2midi.

    ``folder`` must be private, since the script deletes its input. The script does not quote its argument, so
    it is given a bare name. Raises MusegenError where it takes longer than ``timeout_s``.
    """
    script = check_programs()
    (folder / _INPUT).write_text(text, encoding="utf-8")
    with (folder / _LOG).open("wb") as log:
        process = subprocess.Popen(
            ["bash", str(script), _INPUT],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            raise MusegenError(
                f"mitdeeplearning: abc2wav took longer than {timeout_s:g} s; "
                "raise timeout_s or shorten the tune"
            ) from None
        finally:
            if process.poll() is None:  # without this, timidity would go on when the script has been stopped
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
    lines = (folder / _LOG).read_text("utf-8", "replace").splitlines()
    complaint = next((line.strip() for line in lines if line.startswith("Error")), "")
    return folder / _OUTPUT, complaint
