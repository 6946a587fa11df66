"""What tests do with shards of tunes."""

from __future__ import annotations

from pathlib import Path

PRIME = "X:1\nT:A\nR:jig\nM:6/8\nL:1/8\nK:D\n"


def joined(folder: Path, suffix: str) -> bytes:
    """The shards one behind another; of tables, the header once."""
    parts = [path.read_bytes() for path in sorted(folder.glob(f"0*.{suffix}"))]
    assert parts
    if suffix != "csv":
        return b"".join(parts)
    header = parts[0].partition(b"\r\n")[0] + b"\r\n"
    return header + b"".join(part.removeprefix(header) for part in parts)


def finished(folder: Path) -> int:
    """Number of shards that are finished."""
    journal = folder / "shards.jsonl"
    return journal.read_bytes().count(b"\n") - 1 if journal.exists() else 0
