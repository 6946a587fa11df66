"""The collections: where each comes from, and the terms that its keepers state."""

from __future__ import annotations

from musegen import Collection
from musegen_corpora.digests import COMMIT, NAMES

_NOTTINGHAM_TUNES = {
    "hpps": 65,
    "jigs": 340,
    "reelsa-c": 81,
    "reelsd-g": 84,
    "reelsh-l": 90,
    "reelsm-q": 80,
    "reelsr-t": 92,
    "waltzes": 52,
}
"""Tunes in each file of the cleaned edition, as counted; the other files have 150 together."""
NOTTINGHAM = tuple(
    Collection(
        name,
        f"Nottingham Music Database, collected by Eric Foxley: {name}",
        f"https://github.com/jukedeck/nottingham-dataset (commit {COMMIT[:7]}), from abc.sourceforge.net/NMD",
        "repository GPL-3.0; its collector calls the tunes public and free to use, with acknowledgement",
        _NOTTINGHAM_TUNES.get(name),
    )
    for name in NAMES
)

_BY_PERMISSION = "not stated in the files; by music21: with permission, commercial use may be restricted"
MUSIC21 = tuple(
    Collection(name, title, f"music21 package, corpus/{name}", licence, tunes)
    for name, title, licence, tunes in (
        ("airdsAirs", "James Aird, A Selection of Airs (Glasgow, from 1778)", _BY_PERMISSION, 1180),
        (
            "essenFolksong",
            "Essen folk song collection, in Seymour Shlien's ABC",
            "unclear, as its keepers say; music21 has permission for non-commercial distribution and use",
            8514,
        ),
        ("josquin", "Works of Josquin des Prez, encoded by Laura Conrad", "GPL-2.0 or later", 29),
        ("miscFolk", "American fife tunes and Northumbrian Minstrelsy", _BY_PERMISSION, 185),
        (
            "nottingham-dataset",
            "Two tunes of the Nottingham Music Database",
            "not stated there; the database's: public and free to use, with acknowledgement",
            2,
        ),
        ("oneills1850", "O'Neill's Music of Ireland, 1850 melodies", _BY_PERMISSION, 2009),
        ("ryansMammoth", "Ryan's Mammoth Collection (Boston, 1883)", _BY_PERMISSION, 1059),
    )
)

THE_SESSION = (
    Collection(
        "thesession",
        "The tunes of thesession.org",
        "https://github.com/adactio/TheSession-data",
        "ODbL; its LICENSE.md also forbids all use with large language models: read it first",
    ),
)
FOLK_RNN = (
    Collection(
        "folkrnn",
        "folk-rnn's training data and what its models wrote",
        "https://github.com/IraKorshunova/folk-rnn",
        "repository MIT; the tunes are thesession.org's, terms not stated there",
    ),
)
