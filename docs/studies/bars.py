"""How well the bar rule tells real tunes from spoiled ones: ``python docs/studies/bars.py``.

Of the tunes on which abc2midi reports no bar fault, how many pass the rule, and how many copies with one
duration changed fail it. ``--list`` names the tunes that abc2midi and the rule judge differently. abc2midi
comes with symusic.
"""

from __future__ import annotations

from common import chosen, flags, head, row
from helpers.bar_calibration import calibrate


def main() -> None:
    """Print the table."""
    parser = flags(__doc__)
    parser.add_argument("--copies", type=int, default=3, help="spoiled copies of each tune")
    parser.add_argument("--list", action="store_true", help="list the tunes that fail the rule")
    arguments = parser.parse_args()
    head("collection", "tunes", "no fault by abc2midi", "pass", "one duration changed: fail")
    for name, tunes in chosen(arguments):
        figures = calibrate(tunes, arguments.copies)
        row(
            name,
            f"{len(tunes):,}",
            f"{figures.tunes:,}",
            f"{100 * figures.passing:.2f} %",
            f"{100 * figures.catching:.2f} %",
        )
        for line in figures.refused if arguments.list else ():
            print("   ", line)


if __name__ == "__main__":
    main()
