"""How many tunes musegen plays as abc2midi plays them: ``python docs/studies/abc2midi.py``.

Tunes are compared note for note: onset, duration and pitch, with repeats, endings and play order played out.
``--differences`` names those that sound otherwise. abc2midi comes with symusic.
"""

from __future__ import annotations

from common import chosen, flags, head, row
from helpers.oracle import compare


def main() -> None:
    """Print the table."""
    parser = flags(__doc__)
    parser.add_argument("--differences", action="store_true", help="name the tunes that sound otherwise")
    arguments = parser.parse_args()
    head("collection", "tunes", "agree", "without error", "of these agree", "with grace notes")
    for name, tunes in chosen(arguments):
        plain, graced = compare(tunes), compare(tunes, graces=True)
        with_graces = f"{graced.of_all:.1%} ({graced.of_faultless:.1%})"
        row(
            name,
            plain.tunes,
            f"{plain.of_all:.1%}",
            plain.faultless,
            f"{plain.of_faultless:.1%}",
            with_graces,
        )
        for source in plain.differing if arguments.differences else ():
            print(f"  {source}{'' if source in plain.differing_faultless else ' (error reported)'}")


if __name__ == "__main__":
    main()
