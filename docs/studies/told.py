"""Whether music that is lost is told: ``python docs/studies/told.py``.

One line in each of so many real tunes is deleted, moved or garbled, or an empty line is put in. A count that
shares nothing with the reader finds the notes of the damaged text; where fewer of them were read, something
must have been told.
"""

from __future__ import annotations

import random

from common import chosen, flags, head, row
from helpers.damage import DAMAGES, damaged, plain


def main() -> None:
    """Print the table."""
    parser = flags(__doc__)
    parser.add_argument("--tunes", type=int, default=1000, help="how many at most for each kind of damage")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    tunes = [tune for _, found in chosen(arguments) for tune in found if plain(tune)]
    rng = random.Random(arguments.seed)
    head("one line", "tunes", "of these lost notes", "notes lost", "told", "not told")
    for damage in DAMAGES:
        sample = rng.sample(tunes, min(arguments.tunes, len(tunes)))
        lost = [each for tune in sample if (each := damaged(tune, damage, rng)).lost]
        silent = sum(each.silent for each in lost)
        told = f"{1 - silent / len(lost):.1%}" if lost else "-"
        row(damage, f"{len(sample):,}", len(lost), f"{sum(each.lost for each in lost):,}", told, silent)


if __name__ == "__main__":
    main()
