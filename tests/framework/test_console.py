"""What a run says while it works."""

from __future__ import annotations

import io

import pytest

from musegen import Console


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        """Always."""
        return True


def follow(stream: io.StringIO) -> str:
    """What a stage of four steps, with a line in between, writes."""
    console = Console(stream)
    progress = console.begin("model")
    for done in range(5):
        progress.advance(done, 4, f"epoch {done}/4 loss 1.0")
    progress.say("resuming after epoch 2")
    console.finish("model", "epoch 4 of 4")
    return stream.getvalue()


def test_a_terminal_gets_a_bar_with_the_time_left() -> None:
    """Stage, share, time and note; the bar goes when the stage is finished, its result stays."""
    said = follow(Terminal())
    assert "model" in said
    assert "0/4 [00:00<" in said
    assert "resuming after epoch 2\n" in said
    assert said.endswith("model     epoch 4 of 4\n")


def test_elsewhere_plain_lines_come_now_and_then(monkeypatch: pytest.MonkeyPatch) -> None:
    """No control characters; a line at most every ten seconds, with share and note."""
    clock = iter(range(0, 600, 6))
    monkeypatch.setattr("musegen.progress.time.monotonic", lambda: float(next(clock)))
    assert follow(io.StringIO()).splitlines() == [
        "model      25 %  epoch 1/4 loss 1.0",
        "model      75 %  epoch 3/4 loss 1.0",
        "resuming after epoch 2",
        "model     epoch 4 of 4",
    ]


def test_long_work_says_how_long_it_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    """In minutes, from the pace since its first step."""
    now = [0.0]
    monkeypatch.setattr("musegen.progress.time.monotonic", lambda: now[0])
    stream = io.StringIO()
    progress = Console(stream).begin("model")
    for done in (5, 6):  # resumed at the fifth of 15 steps
        progress.advance(done, 15, f"step {done}")
        now[0] += 100.0
    assert stream.getvalue() == "model      40 %  step 6, 15 min left\n"
