"""What a component gives is checked where it is given: one line names component, plugin and stage."""

from __future__ import annotations

import shutil
from inspect import isfunction
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import musegen
from helpers.distributions import musegen as command
from helpers.invented import NGRAM_PIPELINE, write_pipeline
from musegen import Component, Options, Vocabulary, component, hookimpl
from musegen.errors import ComponentError
from musegen.plugins import contracts, model_contracts, place_contracts, token_rule_contracts
from musegen.plugins.checked import Contract
from musegen.protocols import (
    corpora,
    measures,
    models,
    notations,
    places,
    renderers,
    rules,
    token_rules,
    tokenizers,
)
from musegen.testing import ContractError, check_plugin, example_scores

FAULTY = Path(__file__).parents[1] / "data" / "faulty.py.txt"
"""A plugin of one file: components of every kind that break their protocol."""
PIPELINE = (
    NGRAM_PIPELINE.replace('use = "abc"', 'use = "faulty"\nfault = "renamed"')
    .replace('use = "char"', 'use = "faulty"')
    .replace('use = "ngram"', 'use = "faulty"')
    .replace('use = "midi"', 'use = "faulty"')
    .replace('[[render]]\nuse = "wav"\n', '[[rule]]\nuse = "faulty"\n')
    .replace("tunes = 3", 'tunes = 2\nkeep = "all"')
    + "\n[plugins]\nfiles = ['faulty.py']\n\n[prepare]\ntonic = \"D\"\n"
)
"""Every component of it is one of ``faulty.py``, without a fault unless the environment says so."""
FAULTS = [
    ("corpus reader", "no-sources", "Faulty has no sources; its protocol is musegen.CorpusReader"),
    ("corpus reader", "str-sources", "sources() gives str 'jigs.abc', not a pathlib.Path"),
    ("corpus reader", "none-sources", "sources() gives None, not paths"),
    ("corpus reader", "str-tunes", "read() gives str 'X:1', not a musegen.Tune"),
    ("corpus reader", "none-tunes", "read() gives None, not tunes"),
    ("corpus reader", "no-text", "read() gives a tune whose text is None, not a str"),
    ("notation", "none", "parse() gives None, not a musegen.Score"),
    ("notation", "no-parse", "Faulty has no parse; its protocol is musegen.Notation"),
    ("notation", "prepared", "prepare() gives str 'X:1', not a musegen.Tune"),
    ("notation", "bare", "bare_text() gives bytes b'X:1', not a str"),
    ("notation", "write", "write() gives None, not a str"),
    ("notation", "transposed", "transpose() gives None, not a musegen.Tune"),
    ("notation", "body", "body() gives int 1000000, not a place in a text of "),
    ("notation", "header", "header() gives dict {'T': 1}, not fields and values, all of them str"),
    ("notation", "guide", "None has no opening; its protocol is musegen.HeaderGuide"),
    ("notation", "guided", "next() gives None, not a str"),
    ("notation", "chords", "chord_symbols() gives int 3, not where a chord begins and ends"),
    ("tokenizer", "none", "None has no vocabulary; its protocol is musegen.Tokenizer"),
    ("tokenizer", "no-decode", "Faulty has no decode; its protocol is musegen.Tokenizer"),
    ("tokenizer", "vocabulary", "vocabulary is list ['a', 'b'], not a musegen.Vocabulary"),
    ("tokenizer", "floats", "encode() gives float64 of shape (3,), not tokens: int32 of shape (n,)"),
    ("tokenizer", "outside", "encode() gives a token outside 0 to "),
    ("tokenizer", "bytes", "decode() gives bytes b'X', not a str"),
    ("tokenizer", "state", "state() gives set, which is not JSON"),
    ("model", "none", "train() gives None, not a musegen.TrainedModel"),
    ("model", "no-losses", "train() gives the best epoch int 1, which has no loss"),
    ("model", "best", "train() gives the best epoch int 7, which has no loss"),
    ("model", "float32", "not a musegen.EpochLoss of int and float"),
    ("model", "modelless", "None has no generate; its protocol is musegen.LanguageModel"),
    ("model", "unsaved", "save() wrote no file "),
    ("model", "aboutless", "save() wrote what cannot be used alone ("),
    ("model", "few", "generate() gives 1 continuation for 2 primes; it gives one each"),
    ("model", "many", "generate() gives more continuations for 2 primes; it gives one each"),
    ("model", "outside", "generate() gives a token outside 0 to "),
    ("model", "texts", "generate() gives str 'abc', not tokens: int32 of shape (n,)"),
    ("model", "short-nats", "nats() gives float64 of shape ("),
    ("model", "few-nats", "nats() gives 2 arrays for 3 tunes; it gives one for each"),
    ("model", "no-nats", "nats() gives None, not a list of arrays"),
    ("model", "nan-nats", "nats() gives what is not a number"),
    (
        "renderer",
        "nothing",
        "wrote no file 001.out; render(score, path) writes one at the path it is given",
    ),
    ("renderer", "empty", "wrote an empty file 001.out; "),
    ("renderer", "no-suffix", "Faulty has no suffix; its protocol is musegen.Renderer"),
    ("renderer", "odd-suffix", "suffix is str 'mid', not a dot and what follows it, such as .mid"),
    ("renderer", "int-suffix", "suffix is int 3, not a dot and what follows it, such as .mid"),
    ("renderer", "book", "wrote no file all.txt; render_book(scores, path) writes one at the path"),
    ("renderer", "odd-book", "file_name is str 'a/b.txt', not the name of a file, such as tunes.abc"),
    ("rule", "none", "faults() gives None, not faults"),
    ("rule", "texts", "faults() gives str 'too long', not a musegen.Fault"),
    ("rule", "no-faults", "Faulty has no faults; its protocol is musegen.Rule"),
]
OF_SAMPLING = {
    *(("notation", fault) for fault in ("none", "no-parse", "guide", "guided")),
    *(("tokenizer", fault) for fault in ("no-decode", "vocabulary", "floats", "outside", "bytes")),
    *(("model", fault) for fault in ("few", "many", "outside", "texts")),
    *(("renderer", fault) for fault in ("nothing", "empty", "no-suffix", "odd-suffix", "book", "odd-book")),
}
"""Faults that show where tunes are written from a saved model."""
OF_FILES = {
    *(("corpus reader", fault) for fault in ("no-sources", "str-tunes", "none-tunes", "no-text")),
    *(("notation", fault) for fault in ("none", "no-parse")),
}
"""Faults that show where tunes are read."""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished run of the pipeline without a fault, beside its plugin."""
    folder = tmp_path_factory.mktemp("project")
    file = write_pipeline(folder, PIPELINE)
    shutil.copy(FAULTY, folder / "faulty.py")
    musegen.load(file).run(musegen.Silent())
    shutil.copy(folder / "jigs.abc", folder / "jigs.faulty")
    return folder


def one_line(folder: Path, kind: str, expected: str, *arguments: object) -> str:
    """The line that a command ends with: it names component and plugin, and what was wrong."""
    done = command(*arguments)
    assert done.returncode == 2
    last = done.stderr.splitlines()[-1]
    assert f'{kind} "faulty", plugin "{folder / "faulty.py"}": ' in last
    assert expected in last
    return last


@pytest.mark.parametrize(("kind", "fault", "expected"), FAULTS)
def test_a_run_ends_with_one_line(
    kind: str, fault: str, expected: str, tmp_path: Path, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It names the stage too, or the place in the pipeline where that is known before anything runs."""
    file = write_pipeline(tmp_path, PIPELINE)
    shutil.copy(FAULTY, tmp_path / "faulty.py")
    monkeypatch.setenv(f"FAULT {kind}", fault)
    last = one_line(tmp_path, kind, expected, "run", file)
    stages = ("corpus", "tokenizer", "melodies", "model", "figures", "sample", "render")
    assert last.endswith(tuple(f"(stage {stage})" for stage in stages)) or last.startswith(f"{file}:")
    assert not (tmp_path / "run" / "run.json").exists()


@pytest.mark.parametrize(("kind", "fault", "expected"), [row for row in FAULTS if row[:2] in OF_SAMPLING])
def test_sample_ends_with_one_line(
    kind: str, fault: str, expected: str, tmp_path: Path, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And leaves no file."""
    monkeypatch.setenv(f"FAULT {kind}", fault)
    model = project / "run" / "model.safetensors"
    more = ("--to", "faulty", "--plugin", project / "faulty.py", "--keep", "all", "-n", 2)
    one_line(project, kind, expected, "sample", model, "-o", tmp_path / "out", *more)
    assert not list(tmp_path.rglob("*.*"))


@pytest.mark.parametrize(("kind", "fault", "expected"), [row for row in FAULTS if row[:2] in OF_FILES])
@pytest.mark.parametrize("name", ["corpus check", "render", "convert"])
def test_commands_that_read_tunes_end_with_one_line(
    name: str,
    kind: str,
    fault: str,
    expected: str,
    project: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """And leave no file."""
    monkeypatch.setenv("FAULT corpus reader", "renamed")
    monkeypatch.setenv(f"FAULT {kind}", fault)
    more: dict[str, tuple[object, ...]] = {
        "corpus check": (),
        "render": ("--to", "midi", "-o", tmp_path / "out"),
        "convert": ("--tune", 1, "-o", tmp_path / "tune.mid"),
    }
    arguments = (*name.split(), project / "jigs.faulty", "--plugin", project / "faulty.py", *more[name])
    one_line(project, kind, expected, *arguments)
    assert not list(tmp_path.rglob("*.*"))


@pytest.mark.parametrize(("kind", "fault", "expected"), [row for row in FAULTS if row[0] == "renderer"])
def test_render_ends_with_one_line(
    kind: str, fault: str, expected: str, project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And leaves no file."""
    monkeypatch.setenv(f"FAULT {kind}", fault)
    more = ("--to", "faulty", "--plugin", project / "faulty.py", "-o", tmp_path / "out")
    one_line(project, kind, expected, "render", project / "jigs.abc", *more)
    assert not list(tmp_path.rglob("*.*"))


@pytest.mark.parametrize("fault", ["nothing", "empty", "no-suffix"])
def test_convert_ends_with_one_line(
    fault: str, project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was there before stays, and is not taken for what was written."""
    (expected,) = [row[2] for row in FAULTS if row[:2] == ("renderer", fault)]
    (tmp_path / "001.out").write_text("before")
    monkeypatch.setenv("FAULT renderer", fault)
    more = ("--tune", 1, "--plugin", project / "faulty.py", "--force", "-o", tmp_path / "001.out")
    one_line(project, "renderer", expected, "convert", project / "jigs.abc", *more)
    assert [path.read_text() for path in tmp_path.iterdir()] == ["before"]


def test_a_broken_renderer_keeps_nobody_from_another(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Convert asks every renderer for its suffix."""
    monkeypatch.setenv("FAULT renderer", "no-suffix")
    more = ("--tune", 1, "--plugin", project / "faulty.py", "-o", tmp_path / "one.musicxml")
    assert command("convert", project / "jigs.abc", *more).returncode == 0


@pytest.mark.parametrize(("kind", "fault"), [("corpus reader", "raising"), ("renderer", "raising")])
def test_an_exception_names_the_component(
    kind: str, fault: str, project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Outside of runs too; it keeps its type and its traceback."""
    monkeypatch.setenv(f"FAULT {kind}", fault)
    more = ("--to", "faulty", "--plugin", project / "faulty.py", "-o", tmp_path / "out")
    with pytest.raises(KeyError, match="lost") as caught:
        command("render", project / "jigs.faulty", *more)
    assert caught.value.__notes__ == [f'in {kind} "faulty", plugin "{project / "faulty.py"}"']


PROTOCOL_MODULES = (
    *(corpora, measures, models, notations, places, renderers, rules, token_rules, tokenizers),
)
PROTOCOLS = [
    protocol
    for module in PROTOCOL_MODULES
    for protocol in vars(module).values()
    if getattr(protocol, "_is_protocol", False) and protocol.__module__ == module.__name__
]


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_every_part_of_a_protocol_is_in_a_contract(protocol: type) -> None:
    """So that what it gives is checked, an exception out of it blamed, and a capability seen."""
    modules = (contracts, model_contracts, place_contracts, token_rule_contracts)
    found = [part for module in modules for part in vars(module).values()]
    found += contracts._CONTRACTS.values()
    held = [{*one.methods, *one.attributes, *one.needed} for one in found if isinstance(one, Contract)]
    parts = {name for name, part in vars(protocol).items() if isfunction(part) and name[0] != "_"}
    parts |= set(vars(protocol).get("__annotations__", ()))
    assert parts
    assert any(parts <= one for one in held)


def test_an_exception_of_a_method_without_a_check_names_the_component() -> None:
    """A tokenizer may give any state; only what goes wrong in it is told."""

    def state() -> None:
        raise KeyError("lost")

    made = SimpleNamespace(vocabulary=Vocabulary("ab"), encode=list, decode=str, state=state)
    trainer = SimpleNamespace(train=lambda texts: made, load=lambda state: made)
    with pytest.raises(KeyError) as caught:
        contracts.checked("tokenizer", trainer, 'tokenizer "t"').train([]).state()
    assert caught.value.__notes__ == ['in tokenizer "t"']


def wrong_places(**changes: Any) -> Any:
    """The places of a notation that are right but for these parts, with its checks."""
    reader = SimpleNamespace(read=lambda token: [token % 2])
    reader.copy = lambda: reader
    parts: dict[str, Any] = {
        "sizes": [2],
        "remembered": 0,
        "first": lambda count: made,
        "begin": lambda: reader,
        "rows": lambda tokens: (tokens % 2)[:, np.newaxis],
    }
    made = SimpleNamespace(**(parts | changes))
    notation = SimpleNamespace(parse=None, write=None, places=lambda texts: made)
    notation.parse = notation.write = lambda given: None
    return contracts.checked("notation", notation, 'notation "n"').places(["", "a"])


def test_right_places_are_told_as_they_are() -> None:
    """A compiled reader comes as it is, since a sampler calls it from C."""
    found = wrong_places()
    assert found.sizes == found.first(1).sizes == (2,)
    assert found.remembered == 0
    assert found.rows(np.array([0, 1, 3])).tolist() == [[0], [1], [1]]
    assert found.begin().copy().read(5) == (1,)
    compiled = SimpleNamespace(__musegen_inputs__=None)
    assert wrong_places(begin=lambda: compiled).begin() is compiled


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"sizes": 3}, "sizes is int 3, not a tuple of int, each at least 1"),
        ({"sizes": (2, 0)}, "sizes is tuple (2, 0), not a tuple of int, each at least 1"),
        ({"remembered": 2}, "remembered is int 2, not a number from 0 to that of the features"),
        ({"remembered": "1"}, "remembered is str '1', not a number from 0 to that of the features"),
        ({"first": lambda count: 3}, "int 3 has no "),
        ({"begin": None}, "SimpleNamespace has no begin; its protocol is musegen.Places"),
        ({"begin": lambda: 3}, "int 3 has no read; its protocol is musegen.PlaceReader"),
        ({"rows": lambda tokens: [0]}, "rows() gives list [0], not int32 of shape (2, 1)"),
        ({"rows": np.float64}, "rows() gives float64 of shape (2,), not int32 of shape (2, 1)"),
        ({"rows": lambda tokens: tokens[:, None] + 1}, "rows() gives a value that is not at least 0 and"),
    ],
)
def test_wrong_places_are_told_in_a_line(changes: dict[str, Any], said: str) -> None:
    """Where they are given: by the notation, for a tune, for a token."""

    def use() -> None:
        found = wrong_places(**changes)
        found.first(1)
        found.begin().read(1)
        found.rows(np.array([0, 1], np.int32))

    with pytest.raises(ComponentError) as caught:
        use()
    assert str(caught.value).startswith(f'notation "n": {said}')


def test_wrong_token_rules_are_told_in_a_line() -> None:
    """Where they are given, and at each draw; a compiled reader comes as it is."""
    reader = SimpleNamespace(allow=lambda: [True], take=lambda token: None, copy=lambda: None)
    made = SimpleNamespace(begin=lambda: reader)
    notation = SimpleNamespace(parse=None, write=None, token_rules=lambda *given: made)
    notation.parse = notation.write = lambda given: None
    checked = contracts.checked("notation", notation, 'notation "n"')
    with pytest.raises(ComponentError, match=r'^notation "n": allow\(\) gives list \[True\], not bool of'):
        checked.token_rules([], 1, None, 9).begin().allow()
    with pytest.raises(ComponentError, match=r'^notation "n": None has no allow; its protocol is'):
        checked.token_rules([], 1, None, 9).begin().copy()
    reader.allow = lambda: np.array([True])
    assert checked.token_rules([], 1, None, 9).begin().allow().tolist() == [True]
    made.begin = lambda: compiled
    compiled = SimpleNamespace(__musegen_constraint__=None)
    assert checked.token_rules([], 1, None, 9).begin() is compiled
    notation.token_rules = lambda *given: 3
    with pytest.raises(ComponentError, match=r'^notation "n": int 3 has no begin; its protocol is'):
        contracts.checked("notation", notation, 'notation "n"').token_rules([], 1, None, 9)


def test_a_reader_that_gives_no_numbers_is_told() -> None:
    """At the token."""
    reader = SimpleNamespace(read=lambda token: "1", copy=lambda: None)
    with pytest.raises(ComponentError, match=r'^notation "n": read\(\) gives str \'1\', not a tuple of int'):
        wrong_places(begin=lambda: reader).begin().read(0)


def renderers_named(name: str) -> SimpleNamespace:
    """A plugin with a renderer of this name."""

    @hookimpl
    def musegen_renderers() -> list[Component[Any]]:
        return [component(name, version=1, options=Options, build=lambda options: object())]

    return SimpleNamespace(musegen_renderers=musegen_renderers)


def test_check_plugin_knows_the_installed_names() -> None:
    """A name that a run would refuse as taken breaks the law; a plugin that is installed passes."""
    said = r'renderer "midi" is declared by plugin "midi" of musegen .* too'
    with pytest.raises(ContractError, match=said):
        check_plugin(renderers_named("midi"))
    check_plugin(renderers_named("mine"))


def test_named_arguments_are_checked_too(tmp_path: Path) -> None:
    """What users of Python call by name."""
    renderer: Any = musegen.installed_plugins().build("renderer", "midi")
    (score, *_) = example_scores(1)
    renderer.render(path=tmp_path / "a.mid", score=score)
    assert (tmp_path / "a.mid").exists()
