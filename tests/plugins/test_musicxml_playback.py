"""MusicXML says what MIDI plays: music21 reads it back, with repeats and endings expanded."""

from __future__ import annotations

import pytest

from helpers.musicxml_playback import by_musegen, by_music21, differing, spread, without_graces
from helpers.needs import NOTTINGHAM_FILES, lack
from helpers.real_tunes import collections
from musegen import Tune
from musegen_abc.notation import AbcNotation

pytest.importorskip("music21")

BRINGS = {
    "Nottingham, cleaned": NOTTINGHAM_FILES,
    "Nottingham, original": NOTTINGHAM_FILES,
    "irish.abc": "the package mitdeeplearning",
    "ryansMammoth": "the package music21",
    "oneills1850": "the package music21",
    "airdsAirs": "the package music21",
}


@pytest.mark.parametrize(
    "body",
    [
        "CD|EF:|GA|Bc:|",
        "CD|EF||GA|Bc:|",
        "C|DE|F:|G|AB|c:|",
        "|:CD|1 EF:|2 GA|]Bc|de:|",
        "|:CD|1 EF:|2 GA:|Bc|de:|",
        "CD|[1 EF|[2 GA|]Bc|]",
        "|:CD|[1 EF:|GA|]",
        "|:CD|[1,2 EF:|[3 GA:|Bc|]",
        "|:CD|[1,3 EF:|[2,4 GA:|Bc|]",
        "|:CD::EF::|GA|]",
        "|:CD-|[1 DE:|[2 DA|]",
        "P:A\nCD:|\nP:B\nEF|]",
        '"D.C."CD|!segno!EF|!D.S.!GA|"D.C. al Fine"Bc|]',
    ],
)
def test_signs_say_what_is_played(body: str) -> None:
    """A repeat without ``|:``, pickups, after second endings, lists, and no jump that is not played."""
    score = AbcNotation().parse(Tune(f"X:1\nM:2/4\nL:1/4\nK:C\n{body}\n", "abc"))
    assert by_music21(score) == by_musegen(score)


@pytest.mark.parametrize("order", ["ABA", "A2B3", "(AB)2.C", "CBA"])
def test_a_play_order_is_written_out(order: str) -> None:
    """With the repeats of each part, and the key of each where it sounds (ABC 2.1 §3.1.9)."""
    body = "P:A\n|:CD|1 EF:|2 GA||\nP:B\n[K:G]F2:|\nP:C\n[M:3/4]A3|]"
    score = AbcNotation().parse(Tune(f"X:1\nM:2/4\nL:1/4\nP:{order}\nK:C\n{body}\n", "abc"))
    assert by_music21(score) == by_musegen(score)


@pytest.mark.parametrize("name", BRINGS)
def test_real_tunes_sound_in_musicxml_as_musegen_plays_them(name: str) -> None:
    """A sample of each collection; ``docs/studies/musicxml.py`` takes all tunes."""
    tunes = dict(collections(name)).get(name)
    if tunes is None:
        lack(BRINGS[name])
    read, others = differing(spread(tunes, 12))
    assert (read, others) == (12, [])


def test_grace_notes_are_left_out_of_the_comparison() -> None:
    """They take time from their note where musegen plays; MusicXML gives them none."""
    score = AbcNotation().parse(Tune("X:1\nM:2/4\nL:1/4\nK:C\n{d}CD|]\n", "abc"))
    assert len(by_musegen(score)) == 3
    assert by_music21(without_graces(score)) == by_musegen(without_graces(score))
