"""How many tunes sound in MusicXML as musegen plays them: ``python docs/studies/musicxml.py``.

Each tune's MusicXML is read back by music21, which expands repeats and endings, and compared note for note
with the performance that the MIDI renderer writes: onset, duration and pitch, without grace notes.
``--differences`` names the tunes that sound otherwise, and ``--sample 60`` takes so many of each collection,
spread over it.
"""

from __future__ import annotations

from common import chosen, flags, head, row
from helpers.musicxml_playback import differing, spread


def main() -> None:
    """Print the table."""
    parser = flags(__doc__)
    parser.add_argument("--differences", action="store_true", help="name the tunes that sound otherwise")
    parser.add_argument("--sample", type=int, default=0, metavar="N", help="take N tunes of each collection")
    arguments = parser.parse_args()
    head("collection", "tunes", "sound the same", "of all")
    for name, tunes in chosen(arguments):
        read, others = differing(spread(tunes, arguments.sample) if arguments.sample else tunes)
        alike = read - len(others)
        row(name, read, alike, f"{alike / read:.2%}")
        for source in others if arguments.differences else ():
            print(f"  {source}")


if __name__ == "__main__":
    main()
