"""What the doctor finds in each collection at hand: ``python tests/doctor_figures.py``."""

from __future__ import annotations

from helpers.real_tunes import collections
from musegen.corpus.check import diagnose
from musegen_abc.notation import AbcNotation


def main() -> None:
    """Print the table."""
    columns = ["collection", "tunes", "cannot be read", "warnings", "bars do not fit", "exact duplicates"]
    columns += ["near-duplicate groups", "largest", "median characters", "median notes", "characters used"]
    print(f"| {' | '.join(columns)} |\n{'|---' * len(columns)}|")
    for name, tunes in collections():
        found = diagnose(tunes, {"abc": AbcNotation()})
        row = [
            name,
            f"{found.tunes:,}",
            sum(map(len, found.failures.values())),
            f"{sum(map(len, found.warnings.values())):,}",
            f"{len(found.bars)} ({len(found.bars) / found.tunes:.1%})",
            sum(len(same) - 1 for same in found.duplicates),
            len(found.groups),
            max(map(len, found.groups)),
            f"{found.lengths['characters'][2]:.0f}",
            f"{found.lengths['notes'][2]:.0f}",
            len(found.characters),
        ]
        print(f"| {' | '.join(map(str, row))} |", flush=True)


if __name__ == "__main__":
    main()
