"""Numbers of draws: the seed of each draw of a run, and the draw that a seed belongs to.

No two runs share a draw, and a draw's seed tells its run and its number, however many draws a run has.
"""

from __future__ import annotations

SEEDS_A_RUN = 1_000_000
"""Draws of a run in a row. The first million draws of a run with seed s have the seeds from s * 1,000,000 on,
and each further million lies where no run with a seed below 2**31 has its first."""
RUN_SEEDS = 2**31
"""Number of seeds that a run may have, from 0."""
DRAWS = 4_000_000_000
"""Largest number of draws in a run; their seeds stay below 2**63."""
_ALL_RUNS = RUN_SEEDS * SEEDS_A_RUN


def draw_seed(run_seed: int, number: int) -> int:
    """The seed of a draw. ``number``: its number in the run, from 0 to :data:`DRAWS` - 1."""
    millions, place = divmod(number, SEEDS_A_RUN)
    return millions * _ALL_RUNS + run_seed * SEEDS_A_RUN + place


def draw_seeds(run_seed: int, first: int, count: int) -> list[int]:
    """The seeds of ``count`` draws of a run, of which the first has the number ``first``."""
    return [draw_seed(run_seed, number) for number in range(first, first + count)]


def draw_place(seed: int) -> tuple[int, int]:
    """The seed of the run that a draw belongs to, and the draw's number in it: inverts :func:`draw_seed`."""
    millions, rest = divmod(seed, _ALL_RUNS)
    run_seed, place = divmod(rest, SEEDS_A_RUN)
    return run_seed, millions * SEEDS_A_RUN + place
