"""Random draws under each set of rules: ``python docs/studies/random_rules.py --draws 1000000``.

A weight for each token stands in for a model: it is uniform, or what follows the last character in real
tunes, or something between. Weights, room and tokens are drawn anew for every 20 tunes, and a third of them
lack some characters. Every tune must end, be valid and keep its wishes. The first that does not is shown, and
the study stops. ``--rules`` takes some sets, ``--seed`` other draws: several runs can share the work.
"""

from __future__ import annotations

import random
import sys
import time
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from common import chosen, flags, head, row
from helpers.limits import D_MAJOR, faults_by
from musegen import TuneLimits
from musegen_abc.copies import LAGS, VERBATIM, fold
from musegen_abc.rules import AbcRules, abc_rules
from musegen_reading import AbcRuleReader

PLAIN = TuneLimits()
SETS = {
    "plain": PLAIN,
    "narrow": TuneLimits(16, 1, 60, 81),
    "any length": TuneLimits(0, 2, 0, 127),
    "strain": replace(PLAIN, strain=8),
    "form": replace(PLAIN, form="AABB"),
    "cadence": replace(PLAIN, cadence=True),
    "chords": replace(PLAIN, chords=True),
    "no chords": replace(PLAIN, chords=False),
    "pitches": replace(PLAIN, pitches=D_MAJOR),
    "all": replace(PLAIN, form="AABB", strain=8, cadence=True, chords=True, pitches=D_MAJOR),
    "short strains": TuneLimits(8, 1, strain=2, form="AABBCCDD", cadence=True),
    "once": replace(PLAIN, form="ABCD", strain=4, cadence=True),
    "no metre": replace(PLAIN, metre=False, form="AAB", strain=4, cadence=True),
    "no repeats": replace(PLAIN, repeats=False, cadence=True),
    "no length": replace(PLAIN, length=False, strain=8),
}
CHARACTERS = ("\n", *map(chr, range(32, 127)), *(chr(ord(VERBATIM) + lag) for lag in range(1, LAGS + 1)))
NEEDED = frozenset('MCK:\n|/2^_="cdefgabCDEFGAB#')
END = 1
MOST = 4000
ASKED = 0.05
PROPOSALS = 30


def vocabulary(rng: random.Random) -> list[str]:
    """The texts of the tokens."""
    all_ = rng.random() < 0.67
    kept = (character for character in CHARACTERS if all_ or character in NEEDED or rng.random() < 0.8)
    return ["", "", *kept]


def following(texts: list[str]) -> NDArray[np.float64]:
    """How often each character comes behind each, as numbers in :data:`CHARACTERS`: (n, n)."""
    counts = np.zeros((len(CHARACTERS), len(CHARACTERS)))
    numbers = {character: number for number, character in enumerate(CHARACTERS)}
    for text in texts:
        known = [numbers[character] for character in text if character in numbers]
        np.add.at(counts, (known[:-1], known[1:]), 1)
    return counts


def weights(texts: list[str], like_real: NDArray[np.float64], rng: random.Random) -> NDArray[np.float64]:
    """The weight of each token behind each: (V, V)."""
    tokens = [CHARACTERS.index(text) for text in texts[2:]]
    real = like_real[np.ix_(tokens, tokens)]
    real /= real.sum(1, keepdims=True) + 1e-9
    share = rng.choice((0.0, 0.5, 0.9, 0.99, 0.999))
    made = np.full((len(texts), len(texts)), (1 - share) / len(tokens))
    made[2:, 2:] += share * real
    made[:, texts.index("\n")] += rng.choice((0.0, 0.1, 0.5))  # where tunes end
    made[:, END] = rng.choice((0.3, 2.0, 20.0))
    return made


def draw(
    rules: AbcRules,
    weight: NDArray[np.float64],
    sums: NDArray[np.float64],
    texts: list[str],
    rng: random.Random,
) -> tuple[str, bool]:
    """A tune, and whether it has ended; otherwise no token may come.

    ``weight``: of each token behind each, (V, V); ``sums``: its sums along each row.
    """
    reader, last, text = rules.begin(), texts.index("\n"), []
    while True:
        token = None if rng.random() < ASKED else proposed(reader, sums[last], rng)
        if token is None:
            allowed = (weight[last] * reader.allow()).cumsum()
            if not allowed[-1]:
                return "".join(text), False
            token = drawn(allowed, rng)
            reader.take(token)
        if token == END:
            return "".join(text), True
        last = token
        text.append(texts[token])


def drawn(sums: NDArray[np.float64], rng: random.Random) -> int:
    """A token by the sums of weights up to each: (V,)."""
    return int(sums.searchsorted(rng.random() * sums[-1], side="right"))


def proposed(reader: AbcRuleReader, sums: NDArray[np.float64], rng: random.Random) -> int | None:
    """A token that has come; None after too many that may not."""
    for _ in range(PROPOSALS):
        token = drawn(sums, rng)
        try:
            reader.take(token)
        except ValueError:
            continue
        return token
    return None


def main() -> None:
    """Print the table."""
    parser = flags(__doc__)
    parser.add_argument("--draws", type=int, default=2000, help="tunes in all")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rules", nargs="+", choices=SETS, default=list(SETS), help="default: all sets")
    arguments = parser.parse_args()
    like_real = following([fold(tune.text) for _, tunes in chosen(arguments) for tune in tunes[::10]])
    head("rules", "draws", "characters of one", "draws in a second")
    for name in arguments.rules:
        rng, begun, characters = random.Random(f"{name} {arguments.seed}"), time.perf_counter(), 0
        count = -(-arguments.draws // len(arguments.rules))
        for number in range(count):
            if number % 20 == 0:
                texts = vocabulary(rng)
                shortest = abc_rules(texts, END, SETS[name], MOST).begin().shortest()
                rules = abc_rules(texts, END, SETS[name], shortest + rng.choice((0, 20, 200, 1000)))
                weight = weights(texts, like_real, rng)
                sums = weight.cumsum(1)
            text, ended = draw(rules, weight, sums, texts, rng)
            faults = faults_by(text, SETS[name]) if ended else ["it is stuck"]
            if faults:
                sys.exit(f"{name}, draw {number} of seed {arguments.seed}: {'; '.join(faults)}\n{text}")
            characters += len(text)
        rate = count / (time.perf_counter() - begun)
        row(name, f"{count:,}", f"{characters / count:.0f}", f"{rate:.0f}")


if __name__ == "__main__":
    main()
