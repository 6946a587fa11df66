"""Evaluation: real tunes are not told from real ones, and what is spoiled is found by its own measure."""

from __future__ import annotations

import csv
import io
import json
import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import cache

import numpy as np
import pytest

from helpers.real_tunes import collections
from musegen import CorpusError, NotationError, Note, Pitch, Score, Tune, installed_plugins, parse
from musegen.evaluation import evaluation
from musegen.evaluation.evaluation import Evaluation, evaluate_tunes
from musegen.evaluation.measures import all_measures
from musegen.evaluation.page import page
from musegen.evaluation.resampling import bootstrap, halves, ks_distance, means
from musegen.evaluation.rows import rows_csv
from musegen.evaluation.tunes import JudgedTune, TuneSet, versions
from musegen.music.melody import Melody
from musegen.music.originality import MelodyIndex
from musegen.music.validity import Judgement

RNG = np.random.default_rng(5)


@cache
def real_scores() -> tuple[Score, ...]:
    """800 tunes of O'Neill's that can be read."""
    ((_, tunes),) = collections("oneills1850")
    scores = []
    for tune in tunes:
        try:
            scores.append(parse(tune))
        except NotationError:
            continue
        if len(scores) == 800:
            break
    return tuple(scores)


def tune_set(name: str, scores: Sequence[Score | None]) -> TuneSet:
    """Scores as tunes whose texts differ, all of them valid where they can be read."""
    return TuneSet(
        name,
        tuple(
            JudgedTune(Tune(f"{name} {number}", "abc", source=f"{name}:{number}"), Judgement(()), score)
            for number, score in enumerate(scores)
        ),
    )


def evaluated(
    new: Sequence[Score | None], real: Sequence[Score | None], training: MelodyIndex | None = None
) -> Evaluation:
    """The evaluation of some scores by all installed measures."""
    measures = all_measures(installed_plugins())
    return evaluate_tunes(tune_set("new", new), tune_set("real", real), measures, training)


@pytest.fixture
def no_classifier(monkeypatch: pytest.MonkeyPatch) -> None:
    """As where scikit-learn is not installed, which saves its time."""
    monkeypatch.setattr(evaluation, "can_classify", lambda: False)


def far(found: Evaluation) -> set[str]:
    """Descriptors that are further from real tunes than real ones are."""
    return {each.descriptor.name for each in found.compared if each.within is False}


def untouched(found: Evaluation) -> set[str]:
    """Descriptors whose distribution is the same."""
    return {each.descriptor.name for each in found.compared if each.distance.value == 0}


@pytest.mark.usefixtures("no_classifier")
def test_a_corpus_against_itself() -> None:
    """Nothing is found: every distance is 0, and the intervals of all means agree."""
    found = evaluated(real_scores()[:200], real_scores()[:200])
    assert untouched(found) == {each.descriptor.name for each in found.compared if each.limit is not None}
    assert len(untouched(found)) > 50
    assert not far(found)
    for each in found.compared:
        assert each.new == each.real or each.new.value == each.real.value


def test_real_tunes_are_not_told_from_real_tunes() -> None:
    """400 against 400 tunes of O'Neill's: AUC 0.50 within 0.05, and few descriptors beyond 95 % of halves."""
    scores = random.Random(4).sample(real_scores(), 800)
    found = evaluated(scores[:400], scores[400:])
    told = found.told_apart
    assert told is not None
    assert told.auc.value == pytest.approx(0.5, abs=0.05)
    assert told.floor == pytest.approx(0.5, abs=0.05)
    assert told.auc.low is not None
    assert told.auc.high is not None
    assert told.auc.low <= told.auc.value <= told.auc.high
    inside, known = found.within
    assert known > 50
    assert inside >= 0.85 * known


def shuffled(score: Score, rng: random.Random) -> Score:
    """The tune with the contents of its full bars in another order."""
    bars = list(score.bars)
    full = [n for n, bar in enumerate(bars) if score.metre and bar.duration == score.metre.bar]
    contents = [bars[n].events for n in full]
    rng.shuffle(contents)
    for n, events in zip(full, contents, strict=True):
        bars[n] = replace(bars[n], events=events)
    return replace(score, bars=tuple(bars))


def last_raised(score: Score, rng: random.Random) -> Score:
    """The tune with its last note a step of the scale higher."""
    bars = list(score.bars)
    number = max(n for n, bar in enumerate(bars) if any(isinstance(e, Note) for e in bar.events))
    events = list(bars[number].events)
    place = max(n for n, event in enumerate(events) if isinstance(event, Note))
    note = events[place]
    assert isinstance(note, Note)
    low = note.pitches[-1]
    step = "CDEFGAB"[("CDEFGAB".index(low.step) + 1) % 7]
    raised = Pitch(low.octave + (low.step == "B"), step, score.key.alterations[step])
    events[place] = replace(note, pitches=(raised,))
    bars[number] = replace(bars[number], events=tuple(events))
    return replace(score, bars=tuple(bars))


def dotted(score: Score, rng: random.Random) -> Score:
    """The tune with each two eighths as a dotted eighth and a sixteenth."""
    bars = []
    for bar in score.bars:
        events = list(bar.events)
        place = 0
        while place + 1 < len(events):
            one, two = events[place], events[place + 1]
            if (
                isinstance(one, Note)
                and isinstance(two, Note)
                and one.duration == two.duration == Fraction(1, 2)
            ):
                events[place] = replace(one, duration=Fraction(3, 4))
                events[place + 1] = replace(two, duration=Fraction(1, 4))
                place += 1
            place += 1
        bars.append(replace(bar, events=tuple(events)))
    return replace(score, bars=tuple(bars))


TIMES = {"usual_length", "short_notes", "long_notes", "length_entropy", "dotted", "lengths"}
PITCHES = {"lowest", "highest", "range", "pitches", "scale_notes"}
LABELS = {"metre_fits_dance", "notes_fit_dance", "title_fits_dance"}
SPOILED = {
    "bars in another order": (
        shuffled,
        {"bars_again_4", "bars_again_8", "halves_alike", "strain_ends_alike"},
        TIMES | PITCHES | LABELS | {"bars", "strains", "different_bars"},
    ),
    "another last note": (
        last_raised,
        {"last_tonic", "last_in_triad", "strain_ends_tonic"},
        TIMES | LABELS | {"bars", "strains", "bars_again_1", "rhythms_again_4", "rhythms_again_8"},
    ),
    "other durations": (
        dotted,
        {"dotted", "usual_length", "long_notes", "length_entropy"},
        PITCHES | {"bars", "strains", "bars_again_8", "different_bars", "last_tonic", "steps", "turns"},
    ),
}
"""Kind of spoiling: how it is done, descriptors that must find it, and some that it does not concern."""


@pytest.mark.usefixtures("no_classifier")
@pytest.mark.parametrize(("spoil", "finding", "others"), SPOILED.values(), ids=SPOILED.keys())
def test_spoiled_tunes_are_found_out(
    spoil: Callable[[Score, random.Random], Score], finding: set[str], others: set[str]
) -> None:
    """By what they break, and not by what they leave as it is."""
    rng, real = random.Random(1), real_scores()[:300]
    found = evaluated([spoil(score, rng) for score in real], real)
    names = {each.descriptor.name for each in found.compared}
    assert finding <= far(found)
    assert others <= names - far(found)


@pytest.mark.usefixtures("no_classifier")
def test_planted_copies_are_found_by_originality_alone() -> None:
    """Held-out tunes, of which each fifth is a tune of the training part in another place of the same set."""
    training, held = real_scores()[:300], real_scores()[300:600]
    index = MelodyIndex((f"training:{n}", Melody.of(score)) for n, score in enumerate(training))
    planted = [training[n] if n % 5 == 0 else score for n, score in enumerate(held)]
    found, before = evaluated(planted, held, index), evaluated(held, held, index)
    assert found.copying is not None
    assert before.copying is not None
    assert before.copying.flagged <= 3
    assert found.copying.flagged >= 50
    by_number = {row["number"]: row for row in found.rows if row["set"] == "new"}
    assert by_number[6]["copied_from"] == "training:5"
    assert by_number[6]["copied_too_much"] is True
    assert len(far(found)) <= 4


@pytest.mark.usefixtures("no_classifier")
def test_tunes_that_cannot_be_read_count_for_validity_alone() -> None:
    """They have rows without figures, and a line says how many they are."""
    found = evaluated([None, *real_scores()[:60]], real_scores()[60:120])
    assert any("of 61 tunes 1 cannot be read" in line for line in found.remarks)
    assert found.rows[0]["bars_again_4"] is None
    assert len(found.rows) == 121
    with pytest.raises(CorpusError, match="new: has no tune that can be read"):
        evaluated([None], real_scores()[:60])


@pytest.mark.usefixtures("no_classifier")
def test_what_is_written() -> None:
    """The table, the rows, the JSON text and the page say the same, and the page loads nothing."""
    found = evaluated(real_scores()[:60], real_scores()[60:120])
    rows = list(csv.DictReader(io.StringIO(rows_csv(found.rows).decode())))
    assert len(rows) == 120
    assert float(rows[0]["bars_again_4"]) == found.rows[0]["bars_again_4"]
    state = json.loads(json.dumps(found.state(), allow_nan=False))
    assert len(state["descriptors"]) == len(found.compared)
    text = page(found).decode()
    assert text.count("data:image/png;base64,") == 2
    assert not any(word in text for word in ("http:", "https:", "<script", "<link"))
    for each in found.compared:
        assert each.descriptor.says in str(found)
        assert each.descriptor.says in text
    frame = pytest.importorskip("pandas")
    assert frame.DataFrame(list(found.rows)).equals(found.frame())


def test_names_of_tunes_are_escaped() -> None:
    """A folder may have any name."""
    measures = all_measures(installed_plugins())
    new, real = tune_set("<script>", real_scores()[:20]), tune_set("real", real_scores()[20:40])
    assert "<script>" not in evaluate_tunes(new, real, measures)._repr_html_()


def test_distances_by_hand() -> None:
    """Two distribution functions, equal values, weights and values that are missing."""
    values = np.array([1, 2, 3, 4, 2, 2, np.nan])
    first, second = np.array([[1, 1, 1, 1, 0, 0, 0.0]]), np.array([[0, 0, 0, 0, 1, 1, 1.0]])
    assert ks_distance(values, first, second) == pytest.approx([0.5])  # at 2: 2 of 4 against 2 of 2
    assert ks_distance(values, first * [[0, 1, 0, 0, 0, 0, 0]], second) == pytest.approx([0])
    assert np.isnan(ks_distance(values, first, second * 0)).all()


def test_means_leave_out_what_is_missing() -> None:
    """Each column has its own count."""
    values = np.array([[1, np.nan], [3, 5.0]])
    assert means(values, np.array([[1, 1], [3, 0.0]])).tolist()[0] == [2, 5]
    assert np.isnan(means(values, np.array([[3, 0.0]]))[0, 1])


def test_halves_do_not_tear_groups() -> None:
    """And they are as equal as the groups allow."""
    groups = np.repeat(np.arange(60), RNG.integers(1, 5, 60))
    first, second = halves(groups, 50, RNG)
    assert ((first + second) == 1).all()
    for row in first:
        assert all(len(set(row[groups == group])) == 1 for group in range(60))
        assert abs(row.sum() - len(groups) / 2) <= 1
    assert len({tuple(row) for row in first}) > 40


def test_the_bootstrap_draws_groups() -> None:
    """As many as there are, and members of one group equally often."""
    groups = np.array([7, 7, 9, 4])
    weights = bootstrap(groups, 500, RNG)
    assert (weights[:, 0] == weights[:, 1]).all()
    assert (weights[:, [0, 2, 3]].sum(axis=1) == 3).all()
    assert weights.mean(axis=0) == pytest.approx([1, 1, 1, 1], abs=0.15)


def test_versions_are_one_group_across_sets() -> None:
    """So that no classifier learns from a version of what it is judged by."""
    one, two = real_scores()[:5], real_scores()[3:8]
    first, second = versions(tune_set("one", one), tune_set("two", two))
    assert first[3] == second[0]
    assert first[4] == second[1]
    assert len({*first, *second}) == 8
