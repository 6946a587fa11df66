"""What becomes of a tune before a model sees it, whatever its notation can."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import pytest

from musegen import (
    HeadedNotation,
    HeaderGuide,
    Key,
    NotationError,
    Prepare,
    PreparingNotation,
    Score,
    TransposingNotation,
    Tune,
    Wishes,
    to_tonic,
)
from musegen.corpus.preparing import prepare_tune, unused_options, without_title
from musegen.corpus.transposing import transpose, transpose_all
from musegen_abc.notation import AbcNotation

ABC = AbcNotation()
TUNE = Tune("X:7\nT:A Tune\nQ:1/4=90\nL:1/8\nK:Ador\nA^cE|\n", "abc", source="a.abc:3")


class Plain:
    """A notation that parses and writes."""

    def parse(self, tune: Tune) -> Score:
        """As ABC."""
        return ABC.parse(tune)

    def write(self, score: Score) -> str:
        """As ABC, below F# major."""
        if score.key.tonic == "F#":
            raise NotationError("no F# here")
        return ABC.write(score)


class Older(Plain):
    """The ten methods that plugin API 1.0 asked for."""

    told: Prepare | None = None

    def transpose(self, tune: Tune, semitones: int, tonic: str = "") -> Tune:
        """As ABC."""
        return ABC.transpose(tune, semitones, tonic)

    def prepare(self, tune: Tune, options: Prepare) -> Tune:
        """As it was done: a tuple of fields, and the tonic by the framework's function."""
        self.told = options
        if options.tonic:
            tune = replace(to_tonic(self, tune, options.tonic), tonic=self.parse(tune).key.tonic)
        header = self.header(tune)
        fields = [field for field in (*options.fields, "K") if field in header]  # type: ignore[misc]
        lines = "".join(f"{field}:{header[field]}\n" for field in dict.fromkeys(fields))
        return replace(tune, text=lines + tune.text[self.body(tune) :])

    def body(self, tune: Tune) -> int:
        """As ABC."""
        return ABC.body(tune)

    def chord_symbols(self, tune: Tune) -> Iterable[tuple[int, int]]:
        """As ABC."""
        return ABC.chord_symbols(tune)

    def key(self, text: str) -> Key:
        """As ABC."""
        return ABC.key(text)

    def header(self, tune: Tune) -> Mapping[str, str]:
        """As ABC."""
        return ABC.header(tune)

    def guide(self, wishes: Wishes, fields: Sequence[str]) -> HeaderGuide:
        """As ABC."""
        return ABC.guide(wishes, fields)

    def wished(self, wishes: Wishes) -> Mapping[str, str]:
        """As ABC."""
        return ABC.wished(wishes)


class Recording(AbcNotation):
    """ABC that remembers what it is told."""

    def prepare(self, tune: Tune, options: Prepare) -> Tune:
        """As ABC."""
        self.told = tune, options
        return super().prepare(tune, options)


def test_tunes_come_to_their_tonic_before_their_notation_prepares_them() -> None:
    """It is told nothing of it."""
    notation = Recording()
    prepare_tune(notation, TUNE, Prepare(tonic="C", decorations=True))
    tune, options = notation.told
    assert "K:Cdor\nc=eG|" in tune.text
    assert (options.tonic, options.decorations) == (None, True)


@pytest.mark.parametrize("notation", [ABC, Plain(), Older()])
def test_a_tune_remembers_its_first_tonic(notation: Plain) -> None:
    """However its notation transposes, and however often it is prepared."""
    once = prepare_tune(notation, TUNE, Prepare(tonic="C"))
    assert notation.parse(once).key == Key("C", "dorian")
    assert once.tonic == "A"
    again = prepare_tune(notation, once, Prepare(tonic="C"))
    assert (again.text, again.tonic) == (once.text, "A")


def test_raw_text_comes_to_its_tonic_too() -> None:
    """And is changed in nothing else."""
    assert prepare_tune(ABC, TUNE, Prepare(raw=True, tonic="C")).text == TUNE.text.replace(
        "K:Ador\nA^cE", "K:Cdor\nc=eG"
    )


def test_without_prepare_a_tune_is_learned_as_it_is_written() -> None:
    """It must parse; its title is the score's; and who set options is told that they do nothing."""
    assert prepare_tune(Plain(), TUNE, Prepare(canonical=True)) == replace(TUNE, title="A Tune")
    with pytest.raises(NotationError, match="no tune"):
        prepare_tune(Plain(), Tune("nothing", "abc"), Prepare())
    options = Prepare(raw=True, tonic="C", fields=("X",), canonical=True)
    assert unused_options(Plain(), options) == ["canonical", "fields"]
    assert unused_options(ABC, options) == unused_options(Older(), options) == []
    copies = Prepare(copies=True)
    assert unused_options(ABC, copies) == []
    assert unused_options(Plain(), copies) == unused_options(Older(), copies) == ["copies"]


def test_without_transpose_the_score_is_moved_and_written() -> None:
    """A tune that stays keeps its text, and a key that cannot be written is left out of the versions."""
    up = transpose(Plain(), TUNE, 3)
    assert ABC.parse(up) == ABC.parse(ABC.transpose(TUNE, 3))
    assert up.source == TUNE.source
    assert transpose(Plain(), TUNE, 0) is TUNE
    tunes = [Tune(f"X:1\nK:{key}\nA\n", "abc") for key in ("D", "F#", "G")]
    first, _, third = transpose_all(Plain(), tunes)
    assert [ABC.parse(Tune(text, "abc")).key.tonic for text in first.texts] == ["G"]
    assert [ABC.parse(Tune(text, "abc")).key.tonic for text in third.texts] == ["D"]


@pytest.mark.parametrize("notation", [ABC, Plain(), Older()])
def test_exact_copies_differ_in_number_and_title_alone(notation: Plain) -> None:
    """By their text, or where nobody knows that by their score."""
    copy = replace(TUNE, text=TUNE.text.replace("X:7", "X:8").replace("A Tune", "Another"))
    other = replace(TUNE, text=TUNE.text.replace("A^cE", "A^cF"))
    assert without_title(notation, TUNE) == without_title(notation, copy)
    assert without_title(notation, TUNE) != without_title(notation, other)


def test_a_notation_of_the_api_before_is_told_its_fields() -> None:
    """Those that the tune has, or those that the pipeline names; the rest it has is found by type."""
    notation = Older()
    assert isinstance(notation, HeadedNotation)
    assert isinstance(notation, TransposingNotation)
    assert not isinstance(notation, PreparingNotation)
    prepare_tune(notation, TUNE, Prepare(tonic="C"))
    assert notation.told
    assert notation.told.fields == ("X", "T", "Q", "L", "K")
    assert prepare_tune(notation, TUNE, Prepare(fields=("L",))).text == "L:1/8\nK:Ador\nA^cE|\n"
