"""Bars that come again, folded to one symbol and written out."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import example, given, settings, strategies as st

import musegen
from helpers.invented import NGRAM_PIPELINE, jig, write_pipeline
from helpers.mutations import mutated
from helpers.real_tunes import collections
from helpers.strategies import broken_texts, tune_texts
from musegen import ArtifactError, NotationError, Prepare, Silent, Tune
from musegen.corpus.preparing import prepare_tune
from musegen.models.about import About
from musegen.models.tune_model import load_language
from musegen_abc.copies import VERBATIM, fold, unfold
from musegen_abc.notation import AbcNotation

ABC = AbcNotation()
HEADER = "X:1\nM:6/8\nL:1/8\nK:G\n"


def sym(lag: int) -> str:
    """The symbol of a lag."""
    return chr(ord(VERBATIM) + lag)


def body(text: str) -> str:
    """The folded body of a tune, its symbols as ``<lag>``."""
    folded = fold(HEADER + text)
    assert folded.startswith(HEADER)
    assert unfold(folded) == (HEADER + text, [])
    return "".join(
        f"<{ord(each) - ord(VERBATIM)}>" if each >= VERBATIM else each for each in folded[len(HEADER) :]
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("DFA d2A|BAG AFD|DFA d2A|BAG AFD:|\n", "DFA d2A|BAG AFD|<2>|<2>:|\n"),
        # endings, repeats and line ends stay, with the blanks around a bar
        ("|:ABc d3 |1 def :|2 ABc d3 ||\n|: def|\n", "|:ABc d3 |1 def :|2 <2> ||\n|: <2>|\n"),
        ("ABc[1ABc:|[2ABc|]", "ABc[1<1>:|[2<1>|]"),
        # a short upbeat neither counts nor is copied
        ("D2|ABc|D2|ABc|\n", "D2|ABc|D2|<1>|\n"),
        # what is torn by a line end, a field or a comment is one bar, and is not copied
        ("ABc|AB\ncd|ABcd|AB\ncd|ABc|\n", "ABc|AB\ncd|ABcd|AB\ncd|<4>|\n"),
        ("ABc|\nK:D\nABc|AB\nK:G\nc|ABc|\n", "ABc|\nK:D\n<1>|AB\nK:G\nc|<2>|\n"),
        ("ABc|[K:D]ABc|A[K:D]Bc|A[K:D]Bc|ABc|\n", "ABc|[K:D]<1>|A[K:D]Bc|A[K:D]Bc|<4>|\n"),
        ("ABc|\nw:a-|ABc|b\nABc|% ABc|ABc|\nABc|\n", "ABc|\nw:a-|ABc|b\n<1>|% ABc|ABc|\n<1>|\n"),
        ("ABc|ABc\\\n|ABc|\\\nABc|\n", "ABc|ABc\\\n|<2>|\\\n<1>|\n"),
        # strings, chords, grace notes and tuplets are read as wholes
        ('"a|b"ABc|"a|b"ABc|"b"ABc|\n', '"a|b"ABc|<1>|"b"ABc|\n'),
        ("[CE]2{AB}c|(3:2:3ABc|[CE]2{AB}c|(3:2:3ABc|", "[CE]2{AB}c|(3:2:3ABc|<2>|<2>|"),
        ("[1ABc|[2ABc|[ABc]|[ABc]|", "[1ABc|[2<1>|[ABc]|<1>|"),
        # a bar that nothing closes may go on
        ("ABc|ABc", "ABc|ABc"),
        ("ABc|ABc\n", "ABc|ABc\n"),
        # other text is other text
        ("ABc|A Bc|^ABc|ABC|abc|\n", "ABc|A Bc|^ABc|ABC|abc|\n"),
    ],
)
def test_whole_bars_that_come_again_become_one_symbol(text: str, expected: str) -> None:
    """And nothing else changes."""
    assert body(text) == expected


def test_the_lag_is_that_of_the_bar_before_if_it_can() -> None:
    """So that passages are copied as one; else 4, 8, 16, 2, 1, 12, 6, 3, or the least of all."""
    a, b, c, d, e = "abc|", "def|", "gab|", "cde|", "fga|"
    assert body(a + a + b + a) == "abc|<1>|def|<2>|"
    assert body(a + b + c + a + a) == "abc|def|gab|<3>|<4>|"
    assert body(a + b + a + b + a + b) == "abc|def|<2>|<2>|<2>|<2>|"
    assert body(a + b + c + d + a + b + c + d + a) == "abc|def|gab|cde|" + "<4>|" * 5
    assert body(a + b + c + d + e + a + a + a) == "abc|def|gab|cde|fga|<5>|<1>|<1>|"


def test_a_bar_long_ago_is_written_out() -> None:
    """There are symbols up to 32 bars."""
    others = "|".join(f"{a}{b}{c}" for a in "ABCD" for b in "EFG" for c in "ABC")
    bars = others.split("|")
    assert body("abc|" + "|".join(bars[:31]) + "|abc|").endswith("|<32>|")
    assert body("abc|" + "|".join(bars[:32]) + "|abc|").endswith("|abc|")


@pytest.mark.parametrize("text", [VERBATIM, sym(1), f"T:{sym(32)}\nK:C\nABc|ABc|", f"{VERBATIM}{VERBATIM}"])
def test_a_text_with_such_characters_of_its_own_stays(text: str) -> None:
    """Behind a mark that says so."""
    assert fold(text) == VERBATIM + text
    assert unfold(VERBATIM + text) == (text, [])


@settings(max_examples=400, deadline=None)
@given(text=st.one_of(tune_texts(), broken_texts))
@example(text="K:C\nA!b::cdef gab cdef gab cdef gab::c!d|cdef gab cdef gab cdef gab::A!b::cdef gab|")
@example(text="K:C\nx!b::cdefgabcdefgabcdefgabcdefgab::e!f::cdefgabcdefgabcdefgabcdefgab::g!h|")
def test_unfolding_gives_the_text(text: str) -> None:
    """Whatever it is."""
    assert unfold(fold(text)) == (text, [])


def test_folding_a_bar_makes_nothing_else_of_the_text_around_it() -> None:
    """Where only the folded bar kept two signs from being one decoration, grace note or field."""
    long = "cdefgabcdefgabcdefgabcdefgab"
    assert body(f"{long}::A!b::{long}::g!h|\n") == f"{long}::A!b::<2>::g!h|\n"
    assert body("{f}eg|{|{f}eg|A}B|\n") == "{f}eg|{|<1>|A}B|\n"
    assert body("[CE]2|[M:|[CE]2|A]B|\n") == "[CE]2|[M:|<1>|A]B|\n"


def test_unfolding_gives_real_tunes_and_broken_ones() -> None:
    """Raw or prepared; the study ``bar_copies.py`` breaks more of them."""
    tunes = [Tune(jig(number), "abc") for number in range(20)]
    for _, found in collections():
        tunes += found[::40]
    texts = [tune.text for tune in tunes]
    for tune in tunes:
        for options in (Prepare(), Prepare(canonical=True, tonic="C")):
            try:
                texts.append(prepare_tune(ABC, tune, options).text)
            except NotationError:
                continue
    rng = random.Random(2)
    for text in [*texts, *(mutated(rng.choice(texts), texts, rng) for _ in range(500))]:
        assert unfold(fold(text)) == (text, [])
    assert all(fold(text)[:1] != VERBATIM for text in texts)


@pytest.mark.parametrize(
    ("text", "expected", "problems"),
    [
        (f"ABc|{sym(1)}|{sym(2)}|\n", "ABc|ABc|ABc|\n", []),
        (f"{sym(1)}|ABc|\n", " |ABc|\n", ["5:1: copies the bar 1 bar ago, and has 0 bars before it"]),
        (
            f"ABc|\n{sym(2)}|{sym(1)}|\n",
            "ABc|\n |ABc|\n",
            ["6:1: copies the bar 2 bars ago, and has 1 bar before it"],
        ),
        (
            f"AB\ncd|{sym(1)}|\n",
            "AB\ncd| |\n",
            ["6:4: copies the bar 1 bar ago, which is no bar that can be copied"],
        ),
        *(
            (f"ABc|{wrong}|\n", f"ABc|{right}|\n", [f"5:{column}: {message}" for column in columns])
            for message in ["a symbol of a copied bar that is not alone in its bar"]
            for wrong, right, columns in (
                (f"d{sym(1)}e", "de", [6]),
                (f"{sym(1)}{sym(2)}", "", [5, 6]),
                (f'"{sym(1)}"A', '""A', [6]),
                (f"[{sym(1)}A]", "[A]", [6]),
                (f"A%{sym(1)}", "A%", [7]),
                (f"{VERBATIM}AB", "AB", [5]),
            )
        ),
        # a bar with a symbol in it cannot be copied
        (
            f'"{sym(1)}"A|{sym(1)}|',
            '""A| |',
            [
                "5:2: a symbol of a copied bar that is not alone in its bar",
                "5:6: copies the bar 1 bar ago, which is no bar that can be copied",
            ],
        ),
        # at the end without a bar line
        (f"ABc|{sym(1)}", "ABc|ABc", []),
    ],
)
def test_what_a_model_may_draw_is_written_out(text: str, expected: str, problems: list[str]) -> None:
    """A copy of a copy is one; where a symbol means no bar, it is left out and told with its place."""
    written, told = unfold(HEADER + text)
    assert written == HEADER + expected
    assert [str(each) for each in told] == problems
    assert {each.kind for each in told} <= {"copies"}


def test_symbols_in_a_header_are_left_out() -> None:
    """Also where no body follows."""
    written, told = unfold(f"X:1\nT:A{sym(3)}B\nK:{sym(1)}\n")
    assert written == "X:1\nT:AB\nK:\n"
    assert [(each.line, each.column) for each in told] == [(2, 4), (3, 3)]


@given(st.text(alphabet='ABc2 |:[]1\n"!K%' + sym(1) + sym(2) + sym(32), max_size=60))
def test_any_text_with_symbols_is_written_out(text: str) -> None:
    """Without one that is left, and the same again."""
    written, _ = unfold(HEADER + text)
    assert not {VERBATIM, sym(1), sym(2), sym(32)} & {*written}
    assert unfold(written) == (written, [])


@given(st.lists(st.sampled_from(["ABc", "d2e", "A2", "[CE]2G"]), min_size=1, max_size=12))
def test_the_beginning_of_a_tune_is_folded_as_in_the_whole(bars: list[str]) -> None:
    """Up to a bar line, so that a model may go on from it."""
    text = HEADER + "|".join(bars) + "|\n"
    for end in (place for place, each in enumerate(text, 1) if each == "|"):
        assert fold(text).startswith(fold(text[:end]))


def test_a_pipeline_with_copies(tmp_path: Path) -> None:
    """Learns folded texts, draws tunes that are written out, and so does its saved model."""
    folder = tmp_path
    pipeline = NGRAM_PIPELINE.replace("[tokenizer]", "[prepare]\ncopies = true\n\n[tokenizer]")
    file = write_pipeline(folder, pipeline)
    twice = [jig(n).replace(" :|\n|: ", " | ") + jig(n).split("|: ")[1] + "\n" for n in range(1, 31)]
    (folder / "jigs.abc").write_text("\n".join(twice))
    run = musegen.load(file).run(Silent())
    symbols = set(musegen.open_model(run.model).language.tokenizer.vocabulary.symbols)
    assert sym(4) in symbols
    assert not {VERBATIM} & symbols
    assert run.report["test_character_nats"] < run.report["test_nats"]
    drawn = musegen.sample(run.model, folder / "more", tunes=20, keep="all", seed=4, rules=False)
    texts = [tune.text for tune in (*run.tunes, *drawn)]
    assert not symbols & {*map(sym, range(33))} & set("".join(texts))
    assert any(fold(text) != text for text in texts)
    kinds = {fault.partition(":")[0] for tune in drawn for fault in tune.faults}
    assert "copies" in kinds


def test_a_model_with_copies_needs_a_notation_that_writes_them_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In one line; a model without them says nothing of them."""
    about = {"name": "abc", "version": 1, "options": {}, "fields": []}
    tokenizer = {"name": "char", "version": 1, "options": {}, "state": {"characters": "ab"}}
    said = {"model": {"name": "ngram", "version": 2}, "tokenizer": tokenizer}
    with_copies = About.of(tmp_path, {**said, "notation": {**about, "copies": True}})
    without = About.of(tmp_path, {**said, "notation": about})
    plugins = musegen.installed_plugins()
    assert load_language(tmp_path, with_copies, plugins).copies
    assert not load_language(tmp_path, without, plugins).copies
    monkeypatch.delattr(AbcNotation, "fold")
    assert not load_language(tmp_path, without, plugins).copies
    with pytest.raises(ArtifactError, match='which the notation "abc" that is installed cannot write out'):
        load_language(tmp_path, with_copies, plugins)
