"""What ``musegen corpus check`` finds in each collection: ``python docs/studies/corpus_check.py``."""

from __future__ import annotations

from common import chosen, flags, head, row
from musegen.corpus.check import diagnose
from musegen_abc.notation import AbcNotation

COLUMNS = (
    *("collection", "tunes", "cannot be read", "warnings", "bars do not fit", "exact duplicates"),
    *("near-duplicate groups", "largest", "median characters", "median notes", "characters used"),
)


def main() -> None:
    """Print the table."""
    arguments = flags(__doc__).parse_args()
    head(*COLUMNS)
    for name, tunes in chosen(arguments):
        found = diagnose(tunes, {"abc": AbcNotation()})
        row(
            name,
            f"{found.tunes:,}",
            sum(map(len, found.failures.values())),
            f"{sum(map(len, found.warnings.values())):,}",
            f"{len(found.bars)} ({len(found.bars) / found.tunes:.1%})",
            sum(len(same) - 1 for same in found.duplicates),
            len(found.groups),
            max(map(len, found.groups), default=0),
            f"{found.lengths['characters'][2]:.0f}",
            f"{found.lengths['notes'][2]:.0f}",
            len(found.characters),
        )


if __name__ == "__main__":
    main()
