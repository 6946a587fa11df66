"""What a score does not say clearly about the order in which it is played."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from musegen.music.passages import Passage, all_passages
from musegen.music.playing_order import parts_to_play, turns_of_part, written_parts
from musegen.music.score import Bar, Problem, Score
from musegen.words import counted


def playing_problems(score: Score) -> list[Problem]:
    """The endings and parts that are not played as one would expect, each with what is done instead.

    Told are turns without an ending or with two (ABC 2.1 §4.10), labels in the play order that no part has,
    parts that it does not reach, and parts with one label (§3.1.9). What concerns the play order itself has
    the line 0.
    """
    problems: list[Problem] = []
    if any(bar.endings for bar in score.bars):
        for passage in all_passages(score):
            if passage.by_number:
                problems += _endings(score, passage)
    if score.play_order:
        problems += _parts(score)
    return problems


def _endings(score: Score, passage: Passage) -> Iterator[Problem]:
    """The turns of a passage that no ending is for, and those that have two."""
    times = Counter(turn for numbers in passage.numbers for turn in set(numbers))
    missing = [turn for turn in range(1, passage.turns) if turn not in times]
    done = "only the bars before the endings are played" if passage.common else "the others are played"
    if missing:
        begins = score.bars[passage.endings[0].start]
        yield _at(begins, "ending", f"no ending for turn {_all(missing)}: {done}")
    seen = set[int]()
    for ending, numbers in zip(passage.endings, passage.numbers, strict=True):
        again = [number for number in dict.fromkeys(numbers) if number in seen]
        if again:
            yield _at(
                score.bars[ending.start],
                "ending",
                f"turn {_all(again)} has an ending already: the first one is played",
            )
        seen.update(numbers)


def _parts(score: Score) -> Iterator[Problem]:
    """What the play order does not reach, or reaches in vain."""
    written = written_parts(score)
    labels = dict.fromkeys(score.play_order)
    missing = [label for label in labels if label not in written]
    if len(missing) == len(labels):
        reason = f"the music has no part {_all(missing)}" if written else "no P: in the music begins a part"
        yield Problem(0, 0, f"the play order is not followed: {reason}; played as written", "order")
        return
    if missing:
        yield Problem(0, 0, f"the music has no part {_all(missing)}: the play order goes on without", "order")
    played = parts_to_play(score)
    for part, times in Counter(part._replace(turn=0) for part in played if not part.turn).items():
        turns, label = turns_of_part(score.bars, part), score.bars[part.first].part
        if turns and times > 1 and label * 2 in score.play_order:
            yield Problem(
                0,
                0,
                f"part {label} has endings for {counted(turns, 'turn')}, and the play order has it "
                f"{counted(times, 'time')}: all its turns are played each time",
                "order",
            )
    reached = {part.first for part in played}
    for label, parts in written.items():
        for number, part in enumerate(parts):
            begins = score.bars[part.first]
            name = label[:20]
            if part.first not in reached:
                yield _at(begins, "part", f"part {name} is not played: {_why(score, label, number)}")
            elif number:
                yield _at(begins, "part", f"a further part {name}: the play order takes them in turn")


def _why(score: Score, label: str, number: int) -> str:
    if len(label) > 1:
        return "a play order names parts by one letter each"
    if number:
        return f"it is a further part {label}, and the play order has {label} less often"
    return "the play order does not name it"


def _at(bar: Bar, kind: str, message: str) -> Problem:
    return Problem(bar.line, bar.column, message, kind)


def _all(names: list[str] | list[int]) -> str:
    return ", ".join(map(str, names[:10])) + (" ..." if len(names) > 10 else "")
