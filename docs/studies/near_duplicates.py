"""How well near-duplicates are told: ``python docs/studies/near_duplicates.py``.

Copies of the tunes are transposed, written with other bar lines, with doubled lengths, or with 5 % of their
notes changed: how many are joined with their original. And of pairs of one metre and key: how many are
joined. ``--pairs`` names those.
"""

from __future__ import annotations

from collections import Counter

from common import chosen, flags, head, row
from helpers.changed_copies import CHANGES
from helpers.near_duplicates import found, joined, scores
from musegen.music.similarity import patterns, similar_pairs, union_find


def main() -> None:
    """Print the table."""
    parser = flags(__doc__)
    parser.add_argument("--pairs", action="store_true", help="name the pairs of one metre and key joined")
    arguments = parser.parse_args()
    head("collection", "tunes", *CHANGES, "pairs of one metre and key joined", "groups", "largest")
    for name, tunes in chosen(arguments):
        read = scores(tunes)
        sets = [patterns(score) for score in read]
        shares = [f"{found(read, change):.1%}" for change in CHANGES]
        hits, pairs = joined(read, sets)
        groups = Counter(union_find(len(sets), similar_pairs(sets)))
        sizes = [size for size in groups.values() if size > 1]
        of_pairs = f"{len(hits)} of {pairs:,} ({len(hits) / max(pairs, 1):.3%})"
        row(name, f"{len(read):,}", *shares, of_pairs, len(sizes), max(sizes, default=0))
        for a, b in hits if arguments.pairs else ():
            print(f"  {read[a].title} / {read[b].title}")


if __name__ == "__main__":
    main()
