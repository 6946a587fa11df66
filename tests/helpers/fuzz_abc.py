"""The long run of hostile input: ``python tests/fuzz_abc.py --tunes 200000 --seed 1``.

Real tunes (all collections at hand) and invented ones are broken at random. Whatever the text, it is read,
prepared and played, or refused by musegen's own errors, in bounded time; and what is read is the same after
it is written. ``--atheris`` lets coverage guide the edits until it is interrupted (``pip install atheris``).
"""

from __future__ import annotations

import argparse
import random
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from hypothesis import HealthCheck, given, seed as seeded, settings, strategies as st

from helpers.invented import jig
from helpers.mutations import mutated
from helpers.real_tunes import collections
from helpers.strategies import broken_texts, tune_texts
from musegen import MusegenError, NotationError, Prepare, Score, Tune, Valid, judge, perform
from musegen_abc.notation import AbcNotation

GUARD_S = 10
"""For one tune of at most 5,000 characters: a hundred times what nearly all need."""
_OPTIONS = (Prepare(), Prepare(annotations=True, decorations=True))
_NOTATION = AbcNotation()


class Slow(Exception):  # noqa: N818 (not an error of the reader's)
    """A tune took longer than the guard allows."""


class Broken(Exception):  # noqa: N818 (likewise)
    """A law does not hold."""


@contextmanager
def guarded(seconds: int = GUARD_S) -> Iterator[None]:
    """Raise :class:`Slow` inside the block when it takes longer; where there is no alarm, no guard."""
    if not hasattr(signal, "SIGALRM"):
        yield
        return

    def ring(*_: object) -> None:
        raise Slow(f"took more than {seconds} s")

    before = signal.signal(signal.SIGALRM, ring)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def check(text: str) -> str:
    """What became of a text: ``refused``, ``unplayable``, ``played with problems`` or ``played``.

    Raises whatever the reader raised that it may not, and :class:`Broken` where a law does not hold.
    """
    tune = Tune(text, "abc")
    try:
        score = _NOTATION.parse(tune)
    except NotationError:
        score = None
    for options in _OPTIONS:
        try:
            _NOTATION.prepare(tune, options)
        except NotationError:
            continue
    if score is None:
        return "refused"
    judge(score, Valid())
    _write_and_read(score)
    try:
        performance = perform(score)
    except MusegenError:
        return "unplayable"
    if not performance.melody:
        raise Broken("a tune that was read has no note to play")
    return "played with problems" if score.problems else "played"


def _write_and_read(score: Score) -> None:
    try:
        text = _NOTATION.write(score)
    except NotationError:  # such as a length that no sane text has
        return
    if _NOTATION.parse(Tune(text, "abc")) != score:
        raise Broken(f"reads otherwise after it is written as {text!r}")


def outcome(text: str) -> tuple[str, BaseException | None]:
    """What :func:`check` gives, or the kind of failure and the exception."""
    try:
        with guarded():
            return check(text), None
    except Exception as error:
        return type(error).__name__, error


def smallest(text: str, kind: str) -> str:
    """A part of ``text`` that still fails in this way; no single character can be left out of it."""
    size = len(text) // 2
    deadline = time.monotonic() + 60
    while size and time.monotonic() < deadline:
        at = 0
        while at < len(text) and time.monotonic() < deadline:
            shorter = text[:at] + text[at + size :]
            if outcome(shorter)[0] == kind:
                text = shorter
            else:
                at += size
        size //= 2
    return text


def _invented(count: int, seed: int, take: Callable[[str], None]) -> None:
    """Hand on ``count`` texts from the strategies."""

    @seeded(seed)
    @settings(max_examples=count, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(st.one_of(tune_texts(), broken_texts))
    def each(text: str) -> None:
        take(text)

    each()


def _atheris(texts: list[str]) -> None:
    import atheris

    atheris.instrument_all()

    def one(content: bytes) -> None:
        with guarded():
            check(content.decode("utf-8", "replace"))

    corpus = Path(".fuzz-abc")
    corpus.mkdir(exist_ok=True)
    for number, text in enumerate(texts[::20]):
        (corpus / f"tune{number}").write_text(text, encoding="utf-8")
    atheris.Setup([sys.argv[0], str(corpus), "-max_len=4000"], one)
    atheris.Fuzz()


def main() -> int:
    """Break tunes until enough are done or one fails; the exit code is 1 then."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--tunes", type=int, default=200_000, help="how many, a tenth from Hypothesis")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--atheris", action="store_true", help="guided by coverage, until interrupted")
    arguments = parser.parse_args()
    texts = [jig(number) for number in range(100)]
    texts += [tune.text for _, tunes in collections() for tune in tunes]
    print(f"{len(texts)} tunes to break", flush=True)
    if arguments.atheris:
        _atheris(texts)
    counts: Counter[str] = Counter()
    failed: dict[str, str] = {}
    began = time.monotonic()

    def take(text: str) -> None:
        kind, error = outcome(text)
        counts[kind] += 1
        if error is not None and (kind not in failed or len(text) < len(failed[kind])):
            failed[kind] = text
            print(f"{kind}: {str(error)[:300]}", flush=True)
        if counts.total() % 10_000 == 0:
            print(f"{counts.total()} in {time.monotonic() - began:.0f} s: {dict(counts)}", flush=True)

    rng = random.Random(arguments.seed)
    for _ in range(arguments.tunes - arguments.tunes // 10):
        take(mutated(rng.choice(texts), texts, rng))
    _invented(arguments.tunes // 10, arguments.seed, take)
    print(f"{counts.total()} tunes, seed {arguments.seed}: {dict(counts)}")
    for kind, text in failed.items():
        print(f"{kind}: smallest input {smallest(text, kind)!r}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
