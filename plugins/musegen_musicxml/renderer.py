"""Renders scores to MusicXML 4.0 files, partwise and uncompressed."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from musegen import Score, mend_repeats, write_out
from musegen_musicxml.part import Part
from musegen_musicxml.signs import text_element

_HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE score-partwise PUBLIC "-//Recordare//DTD MusicXML 4.0 Partwise//EN" \
"http://www.musicxml.org/dtds/partwise.dtd">
"""
_FIDDLE = 41  # General MIDI, counted from 1
_CREATORS = {"C": "composer", "Z": "transcriber"}
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class MusicXMLRenderer:
    """Writes a score as it stands on paper, with signs for repeats and endings.

    Repeats are those that were meant. A play order is written out, and so are endings that come again.
    """

    suffix = ".musicxml"

    def __init__(self, *, chords: bool = True, lyrics: bool = True) -> None:
        """``chords=False`` leaves out the chord symbols, ``lyrics=False`` the syllables."""
        self._chords = chords
        self._lyrics = lyrics

    def render(self, score: Score, path: Path) -> None:
        """Write ``score`` to ``path``. Raises MusegenError for a pitch outside the range C0 to B9."""
        score = write_out(mend_repeats(score))
        root = Element("score-partwise", version="4.0")
        _header(root, score)
        part_list = SubElement(root, "part-list")
        _instrument(SubElement(part_list, "score-part", id="P1"))
        root.append(Part(score, chords=self._chords, lyrics=self._lyrics).element())
        for element in root.iter():
            if element.text:
                element.text = _NOT_XML.sub("\ufffd", element.text)
            for name, value in element.items():
                element.set(name, _NOT_XML.sub("\ufffd", value))
        indent(root)
        path.write_text(f"{_HEAD}{tostring(root, encoding='unicode')}\n", encoding="utf-8", newline="\n")


def _instrument(part: Element) -> None:
    """The list of parts: the melody's name, and a fiddle to play it."""
    text_element(part, "part-name", "Melody")
    text_element(SubElement(part, "score-instrument", id="P1-I1"), "instrument-name", "Violin")
    midi = SubElement(part, "midi-instrument", id="P1-I1")
    text_element(midi, "midi-channel", "1")
    text_element(midi, "midi-program", str(_FIDDLE))


def _header(root: Element, score: Score) -> None:
    """Title, composer and origin; there is no date, so that the same score gives the same bytes."""
    if score.title:
        text_element(SubElement(root, "work"), "work-title", score.title)
        text_element(root, "movement-title", score.title)
    identification = SubElement(root, "identification")
    for letter, value in score.fields:
        if letter in _CREATORS:
            text_element(identification, "creator", value, type=_CREATORS[letter])
    text_element(SubElement(identification, "encoding"), "software", "musegen")
    sources = [value for letter, value in score.fields if letter == "S"]
    if sources:
        text_element(identification, "source", "; ".join(sources))
    more = {"rhythm": score.rhythm, "words": "\n".join(score.words)}
    if any(more.values()):
        miscellaneous = SubElement(identification, "miscellaneous")
        for name, value in more.items():
            if value:
                text_element(miscellaneous, "miscellaneous-field", value, name=name)
