"""``[sample.rules]`` and rules of plugins that are kept while a tune is written."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from statistics import median

import numpy as np
import pytest
from numpy.typing import NDArray
from pydantic import ValidationError

import musegen
from helpers.invented import NGRAM_PIPELINE, write_pipeline
from musegen import Fault, Lines, MusegenError, Sample, Score, Silent, TuneLimits, demo_model
from musegen.commands.main import main
from musegen.evaluation.settings import Evaluate, unselected
from musegen.models.draws import describe_draws
from musegen.models.joint_rules import Anything, JointRules
from musegen.models.sample_rules import SampleRules
from musegen.music.wishes import wish_faults
from musegen.testing import check_rule

pytest.importorskip("musegen_reading", reason="needs the compiled extension")
OPENED = musegen.open_model(demo_model())

PLUGIN = '''
"""Rules for tests: no pitch above a limit, and no letter of a note twice in a row."""

from dataclasses import replace

import numpy as np

from musegen import Fault, Note, Options, component, hookimpl

musegen_api = "1.4"


class Highest(Options):
    """No pitch above a limit."""

    highest: int = 79


class Low:
    def __init__(self, options):
        self._highest = options.highest

    def faults(self, score):
        for number, bar in enumerate(score.bars, 1):
            notes = [event for event in bar.events if isinstance(event, Note)]
            if any(pitch.midi > self._highest for note in notes for pitch in note.pitches):
                yield Fault("high", "too high", number)

    def limit(self, limits):
        return replace(limits, highest=min(limits.highest, self._highest))


class NoCopies(Options):
    """No symbol for a bar that comes again."""


class Fresh:
    def __init__(self, options):
        pass

    def faults(self, score):
        return ()

    def token_rules(self, texts, end):
        return Reader(np.array([not any("\\ue000" < ch < "\\ue021" for ch in text) for text in texts]))


class Reader:
    def __init__(self, allowed):
        self._allowed = allowed

    def begin(self):
        return self

    def copy(self):
        return self

    def allow(self):
        return self._allowed

    def take(self, token):
        if not self._allowed[token]:
            raise ValueError("a copied bar")


@hookimpl
def musegen_rules():
    return [
        component("low", version=1, options=Highest, build=Low),
        component("fresh", version=1, options=NoCopies, build=Fresh),
    ]
'''


@pytest.fixture
def plugin(tmp_path: Path) -> Path:
    """The file of the plugin."""
    (tmp_path / "low.py").write_text(PLUGIN)
    return tmp_path / "low.py"


@pytest.mark.parametrize("form", ["AABB", "AAB", "ABB", "A", "AABBCC", "ABC", ""])
def test_forms_that_can_be_asked_for(form: str) -> None:
    """Letters in order, each once or twice."""
    assert SampleRules(form=form).wishes == (["form"] if form else [])


@pytest.mark.parametrize("form", ["ABA", "AAA", "BB", "aabb", "A A", "AACC", "AABBCCDDEEFFGGHHII"])
def test_other_forms_are_refused(form: str) -> None:
    """With what can be asked for."""
    with pytest.raises(ValidationError, match="must name strains as A, B, C"):
        SampleRules(form=form)


def test_a_switch_or_a_table() -> None:
    """``rules = false`` switches all of them off; a table has them on, but for what it switches off."""
    assert not Sample(rules=False).rules.on
    assert Sample(rules=True).rules == Sample().rules == SampleRules()
    found = Sample(rules={"form": "AABB", "repetition": False, "range": False})
    assert found.rules.on
    assert found.limits == TuneLimits(repetition=0, lowest=0, highest=127, form="AABB")
    assert Sample(rules={"bars": False, "metre": False, "length": False}).limits == TuneLimits(
        bars=0, metre=False, length=False
    )
    assert found.model_validate(found.model_dump(mode="json"), strict=False) == found


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("maybe", "rules"),
        ({"tempo": 3}, "tempo"),
        ({"strain": -1}, "strain"),
        ({"form": "ABA"}, "form: must name strains"),
    ],
)
def test_wrong_rules_are_one_line(given: object, message: str, tmp_path: Path) -> None:
    """Which names the key."""
    with pytest.raises(MusegenError, match=message):
        musegen.sample(OPENED, tmp_path / "new", rules=given)


def test_a_pipeline_has_either(tmp_path: Path) -> None:
    """``rules`` as a switch in ``[sample]``, or as a table of its own."""
    file = write_pipeline(tmp_path / "switch", NGRAM_PIPELINE.replace("[sample]", "[sample]\nrules = false"))
    assert not musegen.load(file).plan.sample.rules.on
    table = f"{NGRAM_PIPELINE}\n[sample.rules]\nrepetition = false\n"
    rules = musegen.load(write_pipeline(tmp_path / "table", table)).plan.sample.rules
    assert (rules.on, rules.repetition, rules.bars) == (True, False, True)


def test_what_rules_took_is_told(tmp_path: Path) -> None:
    """The hotter the model draws, the more it gives to what is forbidden; without rules there is nothing."""
    took = {}
    for name, changes in {"calm": {"temperature": 0.5}, "hot": {"temperature": 1.5}}.items():
        draws = OPENED.compose(Sample(tunes=20, keep="all", **changes), 3).draws
        assert all(0 <= draw.taken <= draw.ruled <= draw.tokens for draw in draws)
        took[name] = sum(draw.taken for draw in draws) / sum(draw.ruled for draw in draws)
    assert 0 < took["calm"] < took["hot"] < 1
    free = OPENED.compose(Sample(tunes=2, keep="all", rules=False), 3).draws
    assert [(draw.taken, draw.ruled) for draw in free] == [(0.0, 0)] * 2
    run = musegen.load(write_pipeline(tmp_path, NGRAM_PIPELINE)).run(Silent())
    assert run.report["draws"]["rules_took"] is None  # an n-gram does not tell


def test_a_tune_that_rules_led_too_much_is_drawn_again(tmp_path: Path) -> None:
    """More than they took of the middle one of the first draws; it is valid, and counted."""
    some = {"tunes": 20, "temperature": 1.4}
    found = OPENED.compose(Sample(**some), 3)
    usual = median(draw.taken_a_token for draw in found.draws[:8])
    assert all(draw.astray is (draw.taken_a_token > usual + 0.02) for draw in found.draws)
    astray = [draw for draw in found.draws if draw.astray]
    assert astray
    assert len(found.draws) > len(found.kept) == 20
    assert found.kept == tuple(draw for draw in found.draws if not draw.astray)[:20]
    assert all(draw.judgement.valid for draw in astray)
    assert describe_draws(found.draws)["astray"] == len(astray)
    lenient = OPENED.compose(Sample(**some, rules={"astray": 1}), 3)
    assert lenient.kept == lenient.draws == found.draws[:20]
    few = OPENED.compose(Sample(**some, attempts=1), 3)
    assert few.kept == few.draws  # no attempts are left for others
    written = musegen.sample(OPENED, tmp_path / "new", seed=3, **some)
    assert [tune.seed for tune in written] == [draw.seed for draw in found.kept]
    musegen.sample_shards(demo_model(), tmp_path / "bulk", shard_size=12, processes=1, seed=3, **some)
    texts = "".join(path.read_text() for path in sorted((tmp_path / "bulk").glob("*.abc")))
    assert [f"T:{tune.title}\n" in texts for tune in written] == [True] * 20
    assert texts.count("X:") == 20


def test_limits_of_a_plugin_hold_while_tunes_are_written(tmp_path: Path, plugin: Path) -> None:
    """In any key that tunes are moved to, and a row of the manifest makes the tune again."""
    tunes = musegen.sample(
        demo_model(),
        tmp_path / "new",
        tunes=30,
        keep="all",
        rule=[{"use": "low", "highest": 81}, "fresh"],
        plugins=[plugin],
        seed=4,
    )
    assert [tune.faults for tune in tunes] == [()] * 30
    highest = [musegen.parse(tune.text, "abc").pitch_range for tune in tunes]
    assert max(pitches[1] for pitches in highest if pitches) <= 81
    assert tunes[0].recipe["options"]["rule"] == [{"use": "low", "highest": 81}, {"use": "fresh"}]
    (again,) = musegen.sample_again(f"{tmp_path / 'new'}:7", tmp_path / "again", plugins=[plugin])
    assert again.text == tunes[6].text


def test_the_command_line_names_rules(
    tmp_path: Path, plugin: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """``--rule`` as often as there are some; one that is not installed is told with those that are."""
    folder = str(tmp_path / "new")
    arguments = ["sample", "-n", "3", "-q", "--to", "", "-o", folder, "--plugin", str(plugin)]
    assert main([*arguments, "--rule", "low", "--rule", "fresh"]) == 0
    row = (tmp_path / "new" / "tunes.csv").read_text().splitlines()[1]
    assert '""rule"":[{""use"":""low""},{""use"":""fresh""}]' in row
    assert main([*arguments, "--rule", "lo"]) == 2
    assert 'no rule "lo"; did you mean "low"?' in capsys.readouterr().err


def test_rules_of_a_pipeline_are_in_its_manifest(tmp_path: Path, plugin: Path) -> None:
    """So that its tunes are made again under them."""
    text = f'{NGRAM_PIPELINE}\n[[rule]]\nuse = "low"\nhighest = 76\n'.replace(
        "[run]", f'[plugins]\nfiles = ["{plugin.name}"]\n\n[run]'
    )
    file = write_pipeline(tmp_path, text)
    run = musegen.load(file).run(Silent())
    assert all(not tune.faults for tune in run.tunes)
    assert run.tunes[0].recipe["options"]["rule"] == [{"use": "low", "highest": 76}]
    (again,) = musegen.sample_again(f"{run.folder}:2", tmp_path / "again", plugins=[plugin])
    assert again.text == run.tunes[1].text


class Only:
    """Token rules that allow some tokens, and end with the first other one."""

    def __init__(self, allowed: Sequence[int]) -> None:
        self.mask = np.isin(np.arange(4), allowed)

    def begin(self) -> Only:
        """Itself."""
        return self

    def copy(self) -> Only:
        """Itself."""
        return self

    def allow(self) -> NDArray[np.bool_]:
        """Those tokens."""
        return self.mask

    def take(self, token: int) -> None:
        """Raises ValueError for another."""
        if not self.mask[token]:
            raise ValueError(token)


def test_rules_together_allow_what_all_allow() -> None:
    """Where that is nothing, those of the notation alone, from then on."""
    reader = JointRules(Only([0, 1, 2]), [Only([1, 2, 3]), Only([2, 3])]).begin()
    assert reader.copy().allow().tolist() == [False, False, True, False]
    reader.take(1)  # as a prime may: the last one ends
    assert reader.allow().tolist() == [False, True, True, False]
    with pytest.raises(ValueError, match="3"):
        reader.take(3)
    stuck = JointRules(Only([0, 1]), [Only([2])]).begin()
    assert stuck.allow().tolist() == [True, True, False, False]
    assert JointRules(Anything(4), [Only([2])]).begin().allow().tolist() == [False, False, True, False]


class Narrow:
    """A rule that limits pitches wrongly."""

    def __init__(self, options: musegen.Options) -> None:
        pass

    def faults(self, score: Score) -> Iterator[Fault]:
        """None."""
        yield from ()

    def limit(self, limits: TuneLimits) -> TuneLimits:
        """Wider than it was."""
        return replace(limits, highest=limits.highest + 1)


class NoOptions(musegen.Options):
    """None."""


def test_a_rule_that_widens_limits_is_found_out() -> None:
    """By the check of rules."""
    declared = musegen.component("narrow", version=1, options=NoOptions, build=Narrow)
    with pytest.raises(AssertionError, match="limit narrows what it is given"):
        check_rule(declared)


def test_json_of_options_can_be_given_back() -> None:
    """As a manifest keeps them."""
    options = Sample(rules={"chords": False, "cadence": True})
    kept = json.loads(options.model_dump_json(exclude_none=True))
    assert Sample.model_validate(kept, strict=False) == options


@pytest.mark.parametrize(
    "rules",
    [
        {"form": "AABB", "strain": 8},
        {"form": "ABB"},
        {"strain": 4},
        {"cadence": True},
        {"chords": False},
        {"form": "AAB", "strain": 8, "cadence": True, "chords": False},
    ],
    ids=str,
)
def test_wishes_for_the_form_hold(rules: dict[str, object]) -> None:
    """For every draw, in any key; the judge, which knows nothing of how they were written, agrees."""
    options = Sample(tunes=24, keep="all", temperature=1.1, rules=rules)
    draws = OPENED.compose(options, 6).draws
    assert [draw.judgement.faults for draw in draws] == [()] * 24
    plain = OPENED.compose(options.model_copy(update={"rules": SampleRules()}), 6).draws
    scores = [draw.score for draw in plain if draw.score]
    broken = sum(any(wish_faults(score, options.limits)) for score in scores)
    assert broken > 2 or rules == {"chords": False}  # the demo's tunes have none anyway


def test_wishes_without_rules_are_judged(tmp_path: Path) -> None:
    """What the model wrote freely is drawn again until it keeps them, and a line says that rules are off."""
    told: list[str] = []
    options = {"rules": {"on": False, "strain": 8}, "keep": "all", "tunes": 12, "temperature": 1.0}
    tunes = musegen.sample(OPENED, tmp_path, seed=1, reporter=Lines(told.append), **options)
    assert any(fault.startswith("strain: ") for tune in tunes for fault in tune.faults)
    assert any(
        "strain of sample.rules: rules are off, so tunes are only judged by it" in line for line in told
    )


def test_a_form_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    """One line that says why."""
    with pytest.raises(MusegenError, match=r"sample\.rules: "):
        musegen.sample(OPENED, tmp_path, rules={"form": "A", "strain": 4}, valid={"bars": 16})


def test_an_evaluation_asks_for_no_form() -> None:
    """Its draws are unselected; which rules are switched off stays."""
    asked = Sample(rules={"form": "AABB", "strain": 8, "cadence": True, "chords": False, "repetition": False})
    for on in (False, True):
        rules = unselected(asked, Evaluate(rules=on)).rules
        assert rules == SampleRules(on=on, repetition=False)
