"""The laws of notations."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from musegen.corpus.preparing import prepare_tune, without_title
from musegen.corpus.transposing import transpose
from musegen.errors import NotationError
from musegen.music.score import Key, Note, Score
from musegen.music.tune import Tune
from musegen.plugins.registry import Plugins
from musegen.protocols.component import Component
from musegen.protocols.notations import (
    ChordedNotation,
    CopyingNotation,
    HeadedNotation,
    Notation,
    PlacingNotation,
    Prepare,
    PreparingNotation,
    TransposingNotation,
    Wishes,
)
from musegen.testing.declared import check_declared, connected
from musegen.testing.examples import example_scores
from musegen.testing.laws import Laws, short
from musegen.words import counted

_NONSENSE = ("", "\n\n", "nonsense", "\0\ufffd", ":", "[[[[((((", "|:|:|:", "1/0", "9" * 5000)


def check_notation(
    component: Component[Notation],
    options: Mapping[str, Any] | None = None,
    *,
    scores: Sequence[Score] | None = None,
    texts: Sequence[str] = (),
    plugins: Plugins | None = None,
) -> None:
    """Check that a notation keeps the laws of :class:`musegen.Notation`.

    It must write ``scores``, by default invented ones, and read them back. ``texts``: tunes as people write
    them; it must read each of them. If it has the methods of :class:`musegen.HeadedNotation`,
    :class:`musegen.PreparingNotation`, :class:`musegen.TransposingNotation`,
    :class:`musegen.ChordedNotation`, :class:`musegen.CopyingNotation` or :class:`musegen.PlacingNotation`, it
    must keep their laws too. ``options``: its keys as in a pipeline. ``plugins``: plugins with the components
    that it needs, by default the installed ones. Raises ContractError, an AssertionError that names the
    broken law, and ValueError if the component does not take the options.
    """
    laws = Laws(f'notation "{component.name}"')
    component = connected(component, plugins)
    notation = component.build(check_declared("notation", component, options))
    written = list(_written(laws, component.name, notation, example_scores() if scores is None else scores))
    laws.require(bool(written), "it can write at least one score of those tried", "NotationError for each")
    tunes = [*written, *(Tune(text, component.name, source=f"text {n}:1") for n, text in enumerate(texts, 1))]
    for tune in tunes:
        _check_text(laws, notation, tune)
    _check_nonsense(laws, component.name, notation, [tune.text for tune in tunes])
    if isinstance(notation, HeadedNotation):
        _check_header(laws, notation, tunes)
        _check_wishes(laws, notation, tunes[0])
    if isinstance(notation, PreparingNotation):
        _check_preparing(laws, notation, tunes)
    if isinstance(notation, TransposingNotation):
        for tune in tunes:
            _check_transposing(laws, notation, tune)
    if isinstance(notation, ChordedNotation):
        _check_chords(laws, notation, tunes)
    if isinstance(notation, CopyingNotation):
        _check_copies(laws, notation, tunes)
    if isinstance(notation, PlacingNotation):
        _check_places(laws, notation, tunes)


def _written(laws: Laws, name: str, notation: Notation, scores: Sequence[Score]) -> Iterator[Tune]:
    law = "parse(write(score)) == score"
    for number, score in enumerate(scores):
        with laws.works("a score is written or a NotationError says why not", NotationError):
            tune = Tune(notation.write(score), name, source=f"score {number}:1")
            back = laws.made(law, partial(notation.parse, tune))
            laws.require(back == score, law, _difference(score, back))
            yield tune


def _check_text(laws: Laws, notation: Notation, tune: Tune) -> None:
    law = "parse(write(score)) == score, for the score of every text"
    score = laws.made("it reads every text that it is given", lambda: notation.parse(tune))
    with laws.works(law, NotationError):
        back = notation.parse(Tune(notation.write(score), tune.notation))
        laws.require(back == score, law, _difference(score, back))
    prepared = laws.made("a tune that parses is prepared", lambda: prepare_tune(notation, tune, Prepare()))
    laws.made("a prepared tune parses", lambda: notation.parse(prepared))
    same = prepared.notation == tune.notation and prepared.source == tune.source
    laws.require(same, "prepare keeps the notation and the source of a tune", short(prepared))


def _check_header(laws: Laws, notation: HeadedNotation, tunes: Sequence[Tune]) -> None:
    for tune in tunes:
        with laws.works("body and header work on every tune that parses"):
            body, header = notation.body(tune), notation.header(tune)
        laws.require(0 <= body <= len(tune.text), "body is a place in the text", f"got {body}")
        strings = all(isinstance(part, str) for pair in header.items() for part in pair)
        laws.require(strings, "header maps fields to values, all strings", f"got {short(header)}")


def _check_preparing(laws: Laws, notation: PreparingNotation, tunes: Sequence[Tune]) -> None:
    refused = [field for field in notation.fields if not notation.is_field(field)]
    laws.require(not refused, "is_field is true for every field in fields", f"false for: {short(refused)}")
    laws.require(not notation.is_field(""), "is_field is false for an empty name", "it is true")
    law = "tunes that differ only in their title have the same bare_text"
    for tune in tunes:
        score = notation.parse(tune)
        with laws.works(law, NotationError):
            one, other = (
                Tune(notation.write(replace(score, title=title)), tune.notation) for title in ("One", "Other")
            )
            laws.require(notation.bare_text(one) == notation.bare_text(other), law, short(repr(one.text)))
    texts = {notation.bare_text(tune) for tune in tunes}
    scores = {replace(notation.parse(tune), title="") for tune in tunes}
    law = "different tunes have different bare_text"
    laws.require(len(texts) >= len(scores), law, counted(len(texts), "text"))


def _check_chords(laws: Laws, notation: ChordedNotation, tunes: Sequence[Tune]) -> None:
    law = "chord_symbols do not overlap, are in order, and are in the body"
    for tune in tunes:
        with laws.works("chord_symbols works on every tune that parses"):
            chords = list(notation.chord_symbols(tune))
            body = notation.body(tune) if isinstance(notation, HeadedNotation) else 0
        places = [body, *(place for chord in chords for place in chord), len(tune.text)]
        right = places == sorted(places) and all(begin < end for begin, end in chords)
        laws.require(right, law, f"got {chords}")


def _check_copies(laws: Laws, notation: CopyingNotation, tunes: Sequence[Tune]) -> None:
    law = "unfold(fold(text)) == (text, ()), whatever the text"
    symbols = {symbol for tune in tunes for symbol in set(notation.fold(tune.text)) - set(tune.text)}
    rng = random.Random(5)
    for text in [*_NONSENSE, *symbols, *(tune.text for tune in tunes)]:
        with laws.works("fold and unfold take every text"):
            back, problems = notation.unfold(notation.fold(text))
        laws.require(back == text and not problems, law, f"text {short(repr(text))}")
        for symbol in sorted(symbols)[:20]:
            at = rng.randrange(len(text) + 1)
            with laws.works("unfold takes a text with symbols at any place"):
                written, _ = notation.unfold(text[:at] + symbol + text[at:])
            law_of_symbols = "unfold leaves no symbol in a text"
            told = symbol not in written or symbol in text
            laws.require(told, law_of_symbols, f"text {short(repr(text[:at] + symbol + text[at:]))}")


def _check_places(laws: Laws, notation: PlacingNotation, tunes: Sequence[Tune]) -> None:
    rng = random.Random(5)
    texts = [*_NONSENSE, *(tune.text for tune in tunes)]
    if isinstance(notation, CopyingNotation):
        texts += [notation.fold(tune.text) for tune in tunes]
    symbols = ["", *sorted(set("".join(texts)))]
    with laws.works("places works for the symbols of any text"):
        places = notation.places(symbols)
        sizes = np.array(places.sizes)
    laws.require(bool(np.all(sizes > 0)), "every place feature has at least one value", f"got {places.sizes}")
    law = "remembered is at least 0 and at most the number of place features"
    laws.require(0 <= places.remembered <= len(sizes), law, f"got {places.remembered}")
    fewer = max(len(sizes) // 2, 1)
    for text in texts:
        tokens = np.array([0, *map(symbols.index, text)], np.int32)
        with laws.works("places takes every text"):
            rows, reader = places.rows(tokens), places.begin()
            read = np.array([reader.read(token) for token in tokens.tolist()])
        law = "rows gives int32 (n, F) for n tokens, each at least 0 and below the size of its feature"
        right = rows.dtype == np.int32 and rows.shape == (len(tokens), len(sizes))
        laws.require(right and bool(np.all((rows >= 0) & (rows < sizes))), law, f"text {short(repr(text))}")
        law = "first gives the same features, the first ones alone"
        first = places.first(fewer)
        right = tuple(first.sizes) == tuple(places.sizes[:fewer])
        laws.require(
            right and np.array_equal(first.rows(tokens), rows[:, :fewer]), law, f"text {short(repr(text))}"
        )
        law = "a reader, which knows no later token, tells what rows gives"
        laws.require(np.array_equal(read, rows), law, f"text {short(repr(text))}")
        cut = rng.randrange(len(tokens)) + 1
        other = tokens.copy()
        other[cut:] = rng.choices(range(len(symbols)), k=len(tokens) - cut)
        begun = places.begin()
        for token in tokens[:cut].tolist():
            begun.read(token)
        for one, by, wanted in ((begun.copy(), tokens, rows), (begun, other, places.rows(other))):
            rest = np.array([one.read(token) for token in by[cut:].tolist()]).reshape(-1, len(sizes))
            law = "a copy of a reader is independent of it, and has read the same"
            laws.require(np.array_equal(rest, wanted[cut:]), law, f"text {short(repr(text))}")


def _check_transposing(laws: Laws, notation: TransposingNotation, tune: Tune) -> None:
    law = "a tune that is transposed and transposed back gives the same score"
    score = notation.parse(tune)
    for semitones in (0, 2, -3, 12):
        with laws.works(law, NotationError):
            moved = notation.transpose(tune, semitones)
            back = notation.transpose(moved, -semitones, score.key.tonic)
            laws.require(notation.parse(back) == score, law, f"{tune.source} by {semitones} semitones")
            low, high = _pitches(score), _pitches(notation.parse(moved))
            right = [pitch + semitones for pitch in low] == high
            law_of_notes = "transpose moves every note by the given number of semitones"
            laws.require(right, law_of_notes, f"{semitones}, {tune.source}")


def _check_nonsense(laws: Laws, name: str, notation: Notation, texts: Sequence[str]) -> None:
    rng = random.Random(3)
    spoilt = [*_NONSENSE]
    for text in texts[:10]:
        cut = rng.randrange(len(text) + 1)
        spoilt += [text[:cut], text[cut:], "".join(rng.sample(text, len(text)))]
    for text in spoilt:
        tune = Tune(text, name, source="spoilt:10")
        law = f"a text is read or a NotationError is raised: {short(repr(text))}"
        for act in _reading(notation):
            with laws.works(law, NotationError):
                act(tune)
    try:
        notation.parse(Tune("", name, source="spoilt:10"))
    except NotationError as error:
        located = str(error).startswith("spoilt:10")
        laws.require(located, "a NotationError says where", f"got {short(error)}")
        return
    laws.require(False, "a text that is not a tune raises NotationError", "an empty text was read")


def _reading(notation: Notation) -> Iterator[Callable[[Tune], object]]:
    """Functions for everything in musegen that reads a tune."""
    yield notation.parse
    yield lambda tune: prepare_tune(notation, tune, Prepare())
    yield lambda tune: transpose(notation, tune, 2)
    yield lambda tune: without_title(notation, tune)
    if isinstance(notation, HeadedNotation):
        yield from (notation.body, notation.header)
    if isinstance(notation, ChordedNotation):
        yield lambda tune: list(notation.chord_symbols(tune))


def _check_wishes(laws: Laws, notation: HeadedNotation, tune: Tune) -> None:
    with laws.works("wished and guide take what a user may wish"):
        none = notation.wished(Wishes())
        forced = notation.wished(Wishes(key="D", metre="6/8"))
        guide = notation.guide(Wishes(key="D", metre="6/8"), tuple(notation.header(tune)))
        opening = guide.opening
        key = notation.key("D")
    laws.require(not none, "without wishes, wished fixes no field", f"got {short(none)}")
    laws.require(bool(forced), "a wished key fixes a field", "got nothing")
    laws.require(isinstance(opening, str), "a guide has an opening", f"got {opening!r}")
    right = isinstance(key, Key) and key.tonic == "D"
    laws.require(right, 'key("D") is a key on D', f"got {short(repr(key))}")
    for law, act in (
        ("key raises NotationError for text that is not a key", lambda: notation.key("no key")),
        ("wished raises NotationError for a wrong key", lambda: notation.wished(Wishes(key="no key"))),
        ("wished raises NotationError for a wrong metre", lambda: notation.wished(Wishes(metre="long"))),
    ):
        with laws.refuses(law, NotationError):
            act()


def _pitches(score: Score) -> list[int]:
    notes = (event for bar in score.bars for event in bar.events if isinstance(event, Note))
    return [pitch.midi for note in notes for pitch in note.pitches]


def _difference(score: Score, back: Score) -> str:
    if len(score.bars) != len(back.bars):
        return f"{counted(len(score.bars), 'bar')} came back as {len(back.bars)}"
    for number, (bar, other) in enumerate(zip(score.bars, back.bars, strict=True), 1):
        if bar != other:
            return f"bar {number}: {short(bar)} came back as {short(other)}"
    names = [
        name for name in score.__slots__ if name != "problems" and getattr(score, name) != getattr(back, name)
    ]
    return ", ".join(f"{n}: {short(getattr(score, n))} came back as {short(getattr(back, n))}" for n in names)
