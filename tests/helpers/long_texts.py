"""Long texts in ABC made of tunes, for what must take time in proportion to length."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import cycle

from musegen import Tune
from musegen_abc.layout import read_layout


def long_file(tunes: Sequence[Tune], size: int) -> str:
    """A file of ``size`` characters or a few more: the tunes again and again."""
    texts: list[str] = []
    written = 0
    for tune in cycle(tunes):
        if written >= size:
            break
        texts.append(tune.text)
        written += len(tune.text) + 1
    return "\n".join(texts)


def long_line(tunes: Sequence[Tune], size: int) -> str:
    """A tune whose body is one line of ``size`` characters: the music of the tunes again and again."""
    lines = (line for tune in tunes for line in read_layout(tune.text).body if not line.letter)
    # A comment would hide what follows, and a backslash there continues no line.
    music = " ".join(line.text.partition("%")[0].replace("\\", "") for line in lines) + " "
    return f"X:1\nK:D\n{(music * (size // len(music) + 1))[:size]}\n"
