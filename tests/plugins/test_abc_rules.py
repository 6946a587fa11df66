"""Rules for tunes as they are written: what they accept is valid, valid tunes are accepted, none is stuck."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence

import numpy as np
import pytest

from helpers.invented import jig
from helpers.limits import tolerated
from helpers.mutations import mutated
from helpers.needs import NOTTINGHAM_FILES, lack
from helpers.real_tunes import collections
from musegen import NotationError, Prepare, Tune, TuneLimits, Valid, VocabularyError, judge
from musegen.corpus.preparing import prepare_tune
from musegen_abc.copies import LAGS, VERBATIM, fold, unfold
from musegen_abc.lexer import NAMES
from musegen_abc.notation import AbcNotation
from musegen_abc.ruled import take
from musegen_abc.ruled_bars import is_complete
from musegen_abc.ruled_closing import characters_left, closing
from musegen_abc.ruled_state import Draft, Lex
from musegen_abc.rules import PythonRuleReader, PythonRules, limits_of

ABC = AbcNotation()
FIELDS = ("X", "T", "R", "M", "L", "K")
COPIES = [chr(ord(VERBATIM) + lag) for lag in range(1, LAGS + 1)]
SYMBOLS = ["", "", "\n", "\t", *map(chr, range(32, 127)), *COPIES]
END = 1
EASY = Valid(bars=0, repetition=99, lowest="C-1", highest="G9")
HEAD = "M:2/4\nL:1/8\nK:C\n"


def faults(text: str, rules: Valid) -> list[str]:
    """What is wrong with a tune: as ``musegen`` judges it, and what its parser only tolerates."""
    unfolded, problems = unfold(text)
    if problems:
        return [str(problem) for problem in problems]
    try:
        score = ABC.parse(Tune(unfolded, "abc"))
    except NotationError as error:
        return [str(error)]
    return [*map(str, judge(score, rules).faults), *tolerated(score)]


def accepts(text: str, rules: Valid) -> bool:
    """Whether the tune can be written to its end."""
    draft = Draft(limits_of(SYMBOLS, TuneLimits.of(rules)))
    return all(take(draft, character) for character in text) and draft.lex is Lex.LINE and is_complete(draft)


def prepared(every: int) -> Iterator[str]:
    """Tunes as models read them: every so many of the real ones at hand, and invented ones, if valid."""
    tunes = [Tune(jig(number), "abc") for number in range(40)]
    for _, found in collections():
        tunes += found[::every]
    for tune in tunes:
        for options in (Prepare(fields=FIELDS), Prepare(fields=FIELDS, canonical=True, tonic="C")):
            try:
                text = prepare_tune(ABC, tune, options).text
                if judge(ABC.parse(Tune(text, "abc")), Valid()).valid:
                    yield fold(text) if options.canonical else text
            except NotationError:
                continue


def as_written(every: int) -> Iterator[str]:
    """Every so many of the real tunes at hand, nothing left out, if valid and read without a problem."""
    for _, found in collections():
        for tune in found[::every]:
            try:
                score = ABC.parse(tune)
            except NotationError:
                continue
            if judge(score, Valid()).valid and not score.problems:
                yield fold(tune.text)


def test_valid_tunes_are_accepted() -> None:
    """Character by character, folded or not: no more than one of 500 is refused."""
    texts = list(prepared(12))
    refused = [text for text in texts if not accepts(text, Valid())]
    assert len(texts) >= 80
    assert 500 * len(refused) <= len(texts), refused


def test_tunes_are_accepted_as_they_are_written() -> None:
    """With comments, grace notes, slurs, decorations and all: no more than one of 50 is refused."""
    texts = list(as_written(24)) or lack(NOTTINGHAM_FILES)
    refused = [text for text in texts if not accepts(text, Valid())]
    assert 50 * len(refused) <= len(texts), refused


@pytest.mark.parametrize(
    ("text", "accepted"),
    [
        (HEAD + "c4|d4|\n", True),
        ("L:1/8\nK:C\nc4|\n", False),  # without a metre no bar fits
        ("M:2/4\nL:1/8\nK:H\nc4|\n", False),
        ("M:2/5\nL:1/8\nK:C\nc4|\n", False),
        (HEAD + "c3|d4|\n", True),  # an upbeat
        (HEAD + "c4|d3|e4|\n", False),
        (HEAD + "c5|\n", False),
        (HEAD + "c4|d3||e|f4|\n", True),
        (HEAD + "c4|d3||f4|\n", False),
        (HEAD + "c4|d2\n", True),  # its last note is shorter than the rest of the bar
        (HEAD + "c4|d2z\n", False),
        (HEAD + "e|c4|d3:|\n", True),
        (HEAD + "|:e|c4|d2:|\n", False),
        (HEAD + "|:c4|\n", False),
        (HEAD + "|:c4|1d4:|2e4|\n", True),
        (HEAD + "|:c4|1d4:|\n", False),
        (HEAD + "|:c4|2d4:|\n", False),
        (HEAD + "|:c4|d2[1e2:|[2f2|\n", True),
        (HEAD + "|:c4|d2[1e2:|[2f4|\n", False),
        (HEAD + "(3cde f2|\n", True),
        (HEAD + "(3cdef3|\n", False),
        (HEAD + "c>de2|\n", True),
        (HEAD + "c>d2e|\n", False),
        (HEAD + "ABc2|\ue001|\n", True),
        (HEAD + "ABc2|\ue002|\n", False),
        (HEAD + "ABc2|\nL:1/16\n\ue001|c8|\n", False),  # a copy has the length of its text
        (HEAD + "c4|[M:3/4]d6|\n", True),
        (HEAD + "c4|[M:3/4]d2|\n", False),
        (HEAD + "z4|\n", False),
        (HEAD + "c4::d4:|\n", True),
        (HEAD + "c2Bc . |d4|\n", True),
        ('M: 2/4 % a march\nL: 1/8 \nQ:1/4=90 "slow"\nK: C % or so\nc4|\n', True),
        ("% a comment\n%%abc\nI:x\n" + HEAD + "% a comment\nc4| % another\nN:a note\nd4|\n", True),
        (HEAD + "%%text\nc4|\n", True),
        (HEAD + "c4|[r:a remark]d4|\n", True),
        (HEAD + "{g}c2{/^fa/}d2{e}|\n", True),
        (HEAD + "{g600}c4|\n", False),
        (HEAD + "{gggggggggggggggg}c4|\n", True),
        (HEAD + "{ggggggggggggggggg}c4|\n", False),
        (HEAD + "!trill!c2+ppp+!D.C.!d2|\n", True),
        (HEAD + "+CE+2+fermata+d2|\n", True),
        (HEAD + ".c~dTeHf|L.M(u)vO|\n", True),
        (HEAD + "Nc4|\n", False),
        (HEAD + "Tc4|\nT:a title\nTd4|\n", True),
        (HEAD + "((c2.(d)d))|)c4|\n", True),
        (HEAD + "(3(cd)e (3(3cde|\n", True),
        (HEAD + "(3(cd)e (5(3cde|\n", False),
        (HEAD + ".(3cde f2|\n", False),
        (HEAD + "c2>-c2.-|c4|\n", True),
        (HEAD + "[ce]>dfy12g`|\n", True),
        (HEAD + "[c/e/]>d/ [c e ]3|\n", True),
        (HEAD + "c4|!\n  d4|\\\nd4|\\ % more\n", True),
        (HEAD + "c4|\\d4|\n", False),
        (HEAD + "\tc4|*\n \t+C2 E2 +d2|$\n", True),
        (HEAD + "+C2  E2+d2|\n", False),
        (HEAD + "c4|Z2|X|\n", True),
        (HEAD + "c2Z|\n", False),
        (HEAD + "c4|Z0|\n", False),
        (HEAD + "cdef|\nw:la-la * ~\n", True),
        (HEAD + "cdzf|\nw:la-la la la\n", False),
        (HEAD + " c4|\n  ^^d4|\n", True),
        (HEAD + "cdef|\nP:B\nc4|\n", True),
        (HEAD + "cdef|d2\nP:B\ne2|\ue002|\n", True),  # the bar goes on, as copies count it
        (HEAD + "cdef|d2\nP:B\ne2|\ue001|\n", False),
        (HEAD + "cdef|d2c2\nP:B\n\ue001|\n", False),
    ],
)
def test_what_is_accepted(text: str, accepted: bool) -> None:
    """What the judge calls valid; so does the judge."""
    assert accepts(text, EASY) is accepted
    assert accepted is not bool(faults(text, EASY))


def test_what_is_unusual_is_refused_though_it_is_valid() -> None:
    """A passage three times over, broken rhythm between unequal notes, a dotted bar line, an unknown name."""
    for body in ("c3.c .|\n", "c2Bc . |\ue001|\n", "c4::|d4:|\n", "c2>de|\n", "c4.|\n", "!Segno!c4|\n"):
        assert not accepts(HEAD + body, EASY)
        assert judge(ABC.parse(Tune(HEAD + body, "abc")), EASY).valid


@pytest.mark.parametrize(
    ("body", "accepted"),
    [
        ("P:A\nc4|d4|\nP:B\ne4|\n", True),
        ("P:A\nc|d4|e3|\nP:B\nd|c3|\n", True),
        ("P:A\nc|d4|e3|\nP:B\nd2|c2|\n", False),  # A does not complete the upbeat of B
        ("P:A\nc|d4|e4|\nP:B\nd|c3|\n", True),  # an upbeat after a full bar
        ("P:A\nc|d4|e2|\nP:B\nd|c3|\n", False),
        ("P:A\nc4|d3|\nP:B\ne|c4|\n", False),
        ("P:A\nc|d4|e4|\nP:B\nf4|\n", False),
        ("P:A\nc|d4|e4|\nP:D.S.\nf4|\n", True),  # a part that no play order has
        ("P:A\nc4|[M:3/4]d6|\n", False),
        ("P:A\nc4|\nP:B\nM:3/4\nd6|\n", False),
    ],
)
def test_parts_may_follow_each_other_in_any_order(body: str, accepted: bool) -> None:
    """Where the header has a play order; what is accepted is valid in each."""
    for order in ("AB", "BA", "ABA", "B2(AB)2", "A % as before"):
        text = f"M:2/4\nL:1/8\nP:{order}\nK:C\n{body}"
        assert accepts(text, EASY) is accepted
        assert not accepted or not faults(text, EASY)


def test_a_play_order_asks_for_a_part() -> None:
    """The way to the end writes one, if no part has begun, and too long an order is refused."""
    head, draft = "M:2/4\nL:1/8\nP:ABAC\nK:C\n", Draft(limits_of(SYMBOLS, TuneLimits(bars=1)))
    assert not accepts(head + "c4|\n", EASY)
    assert all(take(draft, character) for character in head)
    text = head
    while character := closing(draft):
        assert take(draft, character)
        text += character
    assert text.startswith(head + "P:A\n")
    assert not faults(text, Valid(bars=1))
    assert not take_all("M:2/4\nP:" + 17 * "A")
    assert not take_all("M:2/4\nP:(A9)2")


@pytest.mark.parametrize(
    ("ties", "accepted"),
    [
        ("[=G,-B]4|[G,B]4", True),
        ("[=G,B-]4|[G,B]4", False),
        ("[=G,B-]4-|[G,B]4", True),
        ("[=G,-B-]4|G,4", True),
        ("[=G,B]4|[G,B]4", False),
        ("[B=G,-]4-|G,4", True),
    ],
)
def test_each_note_of_a_chord_has_its_own_tie(ties: str, accepted: bool) -> None:
    """G natural is the lowest note that may sound: in G flat it comes again only where it is tied."""
    rules = Valid(bars=0, lowest="G3")
    text = f"M:2/4\nL:1/8\nK:Gb\n{ties}|\n"
    assert accepts(text, rules) is accepted
    assert (not faults(text, rules)) is accepted


def test_a_line_of_blanks_would_end_a_tune() -> None:
    """So something must follow blanks; and "%%begin..." would leave out what stands behind it."""
    assert not take_all(HEAD + "c4|\n  \n")
    assert not take_all(HEAD + "%%b")
    assert take_all(HEAD + "%%endtext\nc4|\n%%f")


def test_a_metre_that_a_later_ending_does_not_fit_is_refused() -> None:
    """The second ending completes the bar that stands before the first, in the metre that is in force."""
    assert take_all("M:C\nL:1/8\nK:C\nc8|d8|[1e8|\nM:")
    assert not take_all("M:C\nL:1/8\nK:C\nc8|d6[1e2|\nM:")
    assert take_all("M:C\nL:1/8\nK:C\nc8|d6[1e2:|[2f2|\nM:2/8\ng2:|[3")
    assert not take_all("M:C\nL:1/8\nK:C\nc8|d6[1e2:|[2f2|\nM:1/8\n")


def test_bar_lines_do_not_go_on_and_on() -> None:
    """Four may stand between two bars, and none where nothing but a repeat sign may come."""
    for good in ("c4|\n|d4|\n", "c4|d4||\n|:e4:|\n", "c4|\n|:d4:|\n", "|\n|c4|\n", "c4|d4|\n||e4|\n"):
        assert accepts(HEAD + good, EASY), good
    assert take_all(HEAD + "c4[|][|]|]\n|")
    assert not take_all(HEAD + "c4|\n|\n|\n|\n|")
    assert take_all(HEAD + "c4|" + 8 * "[K:C]")
    assert not take_all(HEAD + "c4|" + 9 * "[K:C]")
    wished = Draft(limits_of(SYMBOLS, TuneLimits(bars=0, form="AABB", strain=2)))
    assert all(take(wished, character) for character in HEAD + "c4|d4")
    assert not take(wished.copy(), "|")  # the strain has to be repeated
    assert take(wished, ":")


def take_all(text: str) -> bool:
    """Whether each character may come."""
    draft = Draft(limits_of(SYMBOLS, TuneLimits.of(EASY)))
    return all(take(draft, character) for character in text)


@pytest.mark.parametrize("name", NAMES)
def test_each_decoration_may_come(name: str) -> None:
    """Between exclamation marks, and between plus signs unless a chord may begin so."""
    assert accepts(f"{HEAD}!{name}!c4|\n", EASY)
    assert not faults(f"{HEAD}!{name}!c4|\n", EASY)
    text = f"{HEAD}+{name}+c4|\n"
    assert accepts(text, EASY) is (name[0] not in "ABCDEGabcdeg")
    assert not faults(text, EASY)


def test_each_rule_is_kept() -> None:
    """The number of bars, the same bar in a row, and the range, the key and its accidentals included."""
    tune = "M:2/4\nL:1/8\nK:D\n" + "f4|" * 3 + "\n"
    assert accepts(tune, Valid(bars=3, repetition=3, highest="F#5"))
    assert not accepts(tune, Valid(bars=4, repetition=3))
    assert not accepts(tune, Valid(bars=3, repetition=2))
    assert not accepts(tune, Valid(bars=3, repetition=3, highest="F5"))
    assert not accepts(tune, Valid(bars=3, repetition=3, lowest="G5"))
    assert not accepts("M:2/4\nL:1/8\nK:D\nABc2|\n[K:C]f4|[K:D]\ue001|\n", Valid(bars=3, highest="C5"))


def token_of(character: str) -> int:
    """The token of a character."""
    return SYMBOLS.index(character, 2)


def uniform(rng: random.Random, _: str) -> int:
    """Any character."""
    return rng.randrange(2, len(SYMBOLS))


def like(texts: list[str]) -> Callable[[random.Random, str], int]:
    """Characters as they follow each other in texts."""
    following = defaultdict[str, list[str]](list)
    for text in texts:
        for before, character in zip("\n" + text, text, strict=False):
            following[before].append(character)

    def pick(rng: random.Random, written: str) -> int:
        choices = following.get(written[-1:] or "\n")
        return token_of(rng.choice(choices)) if choices and rng.random() < 0.97 else uniform(rng, written)

    return pick


def walk(
    reader: PythonRuleReader,
    rng: random.Random,
    pick: Callable[[random.Random, str], int],
    symbols: Sequence[str] = SYMBOLS,
) -> str:
    """A tune at random, of tokens that the rules allow; it fails if none is allowed."""
    text = ""
    while True:
        if rng.random() < 0.2 and allowed(reader, END):
            return text
        token = next((token for token in (pick(rng, text) for _ in range(60)) if allowed(reader, token)), -1)
        if token < 0:
            (tokens,) = np.nonzero(reader.allow())
            assert len(tokens), f"stuck after {text!r}"
            token = int(rng.choice(tokens))
        if token == END:
            return text
        reader.take(token)
        text += symbols[token]


def allowed(reader: PythonRuleReader, token: int) -> bool:
    """Whether a token may come."""
    try:
        reader.copy().take(token)
    except ValueError:
        return False
    return True


@pytest.mark.parametrize("kind", ["uniform", "like real ones"])
def test_every_walk_ends_with_a_valid_tune(kind: str) -> None:
    """Whatever is drawn, under any rules, and however little room there is."""
    rng = random.Random(5)
    pick = uniform if kind == "uniform" else like([*prepared(400), *as_written(200)])
    for _ in range(20):
        bars, repetition = rng.choice((0, 4, 8)), rng.choice((1, 2, 3))
        lowest, highest = rng.choice((("G3", "E6"), ("C4", "A5"), ("C-1", "G9"), ("D4", "D5")))
        rules = Valid(bars=bars, repetition=repetition, lowest=lowest, highest=highest)
        most = rng.choice((20 + 8 * bars, 150, 250))
        text = walk(PythonRules(SYMBOLS, END, TuneLimits.of(rules), most).begin(), rng, pick)
        assert len(text) <= most
        assert not faults(text, rules), text


def test_what_is_left_of_a_mutated_tune_is_valid() -> None:
    """A tune with mistakes in it is refused, or it is none of the judge's mistakes."""
    rng, texts = random.Random(6), [*prepared(250), *as_written(150)]
    accepted = 0
    for text in texts * 20:
        changed = mutated(text, texts, rng)
        if accepts(changed, Valid()):
            accepted += 1
            assert not faults(changed, Valid()), changed
    assert accepted >= 20


def test_the_way_to_the_end_gets_shorter_with_each_character() -> None:
    """From every place of a tune, so that nothing accepted is stuck."""
    rng, limits, whole = random.Random(7), limits_of(SYMBOLS, TuneLimits()), 0
    walked = walk(PythonRules(SYMBOLS, END, TuneLimits(), 200).begin(), rng, uniform)
    for text in [*prepared(1000), *as_written(1000), walked]:
        draft = Draft(limits)
        for character in text:
            left = characters_left(draft)
            ahead = draft.copy()
            if left:
                assert take(ahead, closing(draft))
                assert characters_left(ahead) == left - 1
            if not take(draft, character):
                break
        else:
            whole += 1
    assert whole >= 5


def test_a_tune_ends_where_there_is_no_room_left() -> None:
    """The shortest room is enough, and one token less is refused."""
    with pytest.raises(ValueError, match=r"at least [0-9]+ expected") as error:
        PythonRules(SYMBOLS, END, TuneLimits(), 5)
    shortest = int(str(error.value).split("at least ")[1].split()[0])
    reader = PythonRules(SYMBOLS, END, TuneLimits(), shortest).begin()
    for _ in range(shortest):
        (tokens,) = np.nonzero(reader.allow())
        assert END not in tokens
        reader.take(int(tokens[0]))
    assert np.nonzero(reader.allow())[0].tolist() == [END]


def test_tokens_of_several_characters_may_come_if_each_character_may() -> None:
    """In their order."""
    symbols = [*SYMBOLS, HEAD, "c2d2|", "c3d2|", "|\n"]
    reader = PythonRules(symbols, END, TuneLimits.of(EASY), 50).begin()
    big = len(SYMBOLS)
    assert reader.allow()[big:].tolist() == [True, False, False, False]
    reader.take(big)
    assert reader.allow()[big:].tolist() == [True, True, False, True]
    with pytest.raises(ValueError, match="may not come here"):
        reader.take(big + 2)


def test_a_vocabulary_without_the_characters_of_endings_is_refused() -> None:
    """With what is missing."""
    with pytest.raises(VocabularyError, match=r"missing: '\|'"):
        limits_of([symbol for symbol in SYMBOLS if symbol != "|"], TuneLimits())
    with pytest.raises(VocabularyError, match="2 notes"):
        limits_of(SYMBOLS, TuneLimits(lowest=72, highest=74))


def test_a_vocabulary_of_few_characters_is_enough() -> None:
    """What cannot be ended with them may not begin: chords without their bracket, lengths without digits."""
    few = ["", "", *"MCK:\n|/2cd,L1=^'\"([>3"]
    rng, rules = random.Random(8), Valid(bars=2)
    for _ in range(20):
        text = walk(
            PythonRules(few, END, TuneLimits.of(rules), 120).begin(),
            rng,
            lambda r, _: r.randrange(len(few)),
            few,
        )
        assert not faults(text, rules), text
