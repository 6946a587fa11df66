"""The long run of hostile input: ``python docs/studies/fuzz_abc.py --tunes 200000 --seed 1``.

Real tunes (all collections at hand) and invented ones are broken at random. Whatever the text, it is read,
prepared and played, or refused by musegen's own errors, in bounded time; and what is read is the same after
it is written. ``--atheris`` lets coverage guide the edits until it is interrupted (``pip install atheris``).
"""

from __future__ import annotations

import random
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from hypothesis import HealthCheck, given, seed as seeded, settings, strategies as st

from common import flags
from helpers.hostile import check, guarded, outcome, smallest
from helpers.invented import jig
from helpers.mutations import mutated
from helpers.real_tunes import collections
from helpers.strategies import broken_texts, tune_texts


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
    parser = flags(__doc__)
    parser.add_argument("--tunes", type=int, default=200_000, help="how many, a tenth from Hypothesis")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--atheris", action="store_true", help="guided by coverage, until interrupted")
    arguments = parser.parse_args()
    texts = [jig(number) for number in range(100)]
    texts += [tune.text for _, tunes in collections(*arguments.only) for tune in tunes]
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
