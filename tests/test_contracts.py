"""Every installed component keeps the laws of its protocol, and what breaks one is told which."""

from __future__ import annotations

import copy
import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from pydantic import Field

import musegen.testing
from musegen import (
    JSON,
    Component,
    CorpusError,
    Dataset,
    MusegenError,
    Options,
    PathPattern,
    Sampling,
    Score,
    Tokens,
    TrainingJob,
    Tune,
    component,
    distinct_names,
    installed_plugins,
)
from musegen.plugins.registry import Installed
from musegen.testing import (
    ContractError,
    check_corpus_reader,
    check_measure,
    check_model,
    check_notation,
    check_renderer,
    check_tokenizer,
    example_dataset,
    example_scores,
    example_texts,
)
from musegen_char.tokenizer import CharTokenizer, CharTokenizerTrainer
from musegen_ngram.model import NgramModel
from musegen_ngram.trainer import NgramTrainer

TINY: Mapping[str, dict[str, Any]] = {
    "keras-lstm": {"embedding": 4, "units": [8], "epochs": 2, "batch": 8, "sequence": 8},
    "music21": {"collections": ["ryansMammoth"]},
}
"""Options that keep a check short."""
SAMPLING: Mapping[str, dict[str, Any]] = {"keras-lstm": {"precision": "fp32"}}
"""Keys of ``[sample]`` under which a model draws from exactly what its nats say."""
CSV = "tune_id,setting_id,name,type,meter,mode,abc\n7,11,A Reel,reel,4/4,Dmajor,|:DFAd fdAF|G2BG A2FD:|\n"
MUS = ".MS\ntitle = Kettle; timesig = 4 4; key = d.\nd d< c< b a | b. c< a> ||\n.ME\n"
READ: Mapping[str, tuple[str, str]] = {
    "abc": ("tunes.abc", "\n".join(example_texts(5))),
    "folkrnn": ("tunes.txt", "M:4/4 K:Cmaj |: G 2 A B c 2 d e | f 2 e d c 4 :|\n"),
    "nmd": ("tunes.mus", MUS),
    "nottingham": ("jigs.abc", "\n".join(example_texts(5))),
    "thesession": ("tunes.csv", CSV),
}
"""A file for each reader that reads files."""


def installed(kind: str) -> list[Any]:
    """The components of a kind, as parameters."""
    return [pytest.param(one, id=one.component.name) for one in installed_plugins() if one.kind == kind]


def usable(one: Installed) -> Component[Any]:
    """The component, unless something that it needs is not here."""
    if missing := one.missing():
        pytest.skip(missing)
    try:
        if one.kind == "renderer":
            one.component.build(one.component.options())
    except MusegenError as error:
        pytest.skip(str(error))
    return one.component


class TestInstalled:
    """First-party plugins are held to what others are held to."""

    @pytest.mark.parametrize("one", installed("tokenizer"))
    def test_tokenizers(self, one: Installed) -> None:
        """On invented tunes."""
        check_tokenizer(usable(one), TINY.get(one.component.name))

    @pytest.mark.parametrize("one", installed("model"))
    def test_models(self, one: Installed) -> None:
        """As small as they can be."""
        name = one.component.name
        check_model(usable(one), TINY.get(name), sampling=SAMPLING.get(name))

    @pytest.mark.parametrize("one", installed("renderer"))
    def test_renderers(self, one: Installed) -> None:
        """Whole books too; timidity alone may play a tune otherwise the next time."""
        renderer, same = usable(one), one.component.name != "mitdeeplearning"
        scores = example_scores(8 if same else 2)
        check_renderer(renderer, TINY.get(one.component.name), scores=scores, same_bytes=same)

    @pytest.mark.parametrize("one", installed("notation"))
    def test_notations(self, one: Installed) -> None:
        """On scores, and on tunes as text."""
        check_notation(usable(one), TINY.get(one.component.name), texts=example_texts())

    @pytest.mark.parametrize("one", installed("measure"))
    def test_measures(self, one: Installed) -> None:
        """On invented tunes, and on tunes that are hardly any."""
        check_measure(usable(one), TINY.get(one.component.name))

    @pytest.mark.parametrize("one", installed("corpus reader"))
    def test_corpus_readers(self, one: Installed, tmp_path: Path) -> None:
        """On a file of each sort that they read."""
        name, fields = one.component.name, one.component.options.model_fields
        options = dict(TINY.get(name, {}))
        if name in READ:
            file = tmp_path / READ[name][0]
            file.write_text(READ[name][1])
            path = str(tmp_path if name == "nottingham" else file)
            options |= {"paths": [path]} if "paths" in fields else {"path": path}
        component = usable(one)
        try:
            checked = component.options.model_validate_json(json.dumps(options))
            list(component.build(checked).sources())
        except CorpusError as error:
            pytest.skip(str(error))
        check_corpus_reader(component, options)


def _local_options() -> tuple[type[Options], type[Options]]:
    """Classes that no other process can import, so that checks need not start one."""

    class Plain(Options):
        """A component that breaks a law."""

        size: int = 1

    class PathOptions(Options):
        """A reader that breaks a law."""

        paths: tuple[PathPattern, ...] = Field(min_length=1)

    return Plain, PathOptions


PLAIN, PATHS = _local_options()


def made(build: Callable[..., Any], options: type[Options] = PLAIN, **more: Any) -> Component[Any]:
    """A component under test."""
    return component("wrong", version=1, options=options, build=build, **more)


def broken(law: str) -> Any:
    """The check fails, names the component, and says which law."""
    return pytest.raises(ContractError, match=rf'"wrong" breaks the law: .*{law}')


class Trainer(CharTokenizerTrainer):
    """Makes tokenizers of one class."""

    def __init__(self, cls: type[CharTokenizer]) -> None:
        """``cls``: what to make."""
        self.cls = cls

    def train(self, texts: Sequence[str]) -> CharTokenizer:
        """The characters of ``texts``."""
        return self.cls(sorted(set().union(*texts)))

    def load(self, state: JSON) -> CharTokenizer:
        """As CharTokenizerTrainer."""
        return self.cls(super().load(state).vocabulary.symbols[2:])


class TestTokenizers:
    """Each broken law is told."""

    def check(self, cls: type[CharTokenizer]) -> None:
        """A tokenizer of this class."""
        check_tokenizer(made(lambda options: Trainer(cls)))

    def test_lossy(self) -> None:
        """One letter becomes another."""

        class Lossy(CharTokenizer):
            def encode(self, text: str) -> Tokens:
                return super().encode(text.replace("A", "G"))

        with broken(r"decode\(encode\(text\)\) == text .*came back as"):
            self.check(Lossy)

    def test_unknown_symbols_swallowed(self) -> None:
        """They are dropped without a word."""

        class Deaf(CharTokenizer):
            def encode(self, text: str) -> Tokens:
                return super().encode([c for c in text if c in self.vocabulary])  # type: ignore[arg-type]

        with broken("an unknown symbol raises VocabularyError"):
            self.check(Deaf)

    def test_wrong_error(self) -> None:
        """A KeyError is no VocabularyError."""

        class Crude(CharTokenizer):
            def encode(self, text: str) -> Tokens:
                symbols = {symbol: token for token, symbol in enumerate(self.vocabulary.symbols)}
                return np.array([symbols[character] for character in text], np.int32)

        with broken("VocabularyError .*KeyError"):
            self.check(Crude)

    def test_forgetful_state(self) -> None:
        """Loaded, it knows other tokens."""

        class Forgetful(CharTokenizer):
            def state(self) -> JSON:
                return {"characters": "".join(sorted(self.vocabulary.symbols[2:], reverse=True))}

        with broken(r"load\(state\(\)\) gives an equal tokenizer"):
            self.check(Forgetful)

    def test_credulous_load(self) -> None:
        """Any state will do."""

        class Credulous(Trainer):
            def load(self, state: JSON) -> CharTokenizer:
                return super().load(state if isinstance(state, dict) and state else {"characters": ""})

        with broken("load raises ArtifactError"):
            check_tokenizer(made(lambda options: Credulous(CharTokenizer)))

    def test_order_of_a_set(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """Another process numbers the symbols otherwise."""
        (tmp_path / "set_plugin.py").write_text(
            "from musegen import Options, component\n"
            "from musegen_char.tokenizer import CharTokenizer, CharTokenizerTrainer\n"
            "class SetOptions(Options):\n"
            "    'It takes symbols as they come.'\n"
            "class Trainer(CharTokenizerTrainer):\n"
            "    def train(self, texts):\n"
            "        return CharTokenizer(list(set().union(*texts)))\n"
            "def build(options):\n"
            "    return Trainer()\n"
            "wrong = component('wrong', version=1, options=SetOptions, build=build)\n"
        )
        monkeypatch.syspath_prepend(tmp_path)
        with broken("the same texts give the same tokenizer in every process"):
            check_tokenizer(__import__("set_plugin").wrong)


def spoil(**methods: Any) -> Component[Any]:
    """An n-gram with other methods."""
    cls = type("Spoilt", (NgramModel,), methods)

    class SpoiltTrainer(NgramTrainer):
        def train(self, dataset: Dataset, job: TrainingJob) -> Any:
            trained = super().train(dataset, job)
            trained.model.__class__ = cls
            return trained

        def load(self, path: Path) -> NgramModel:
            model = super().load(path)
            model.__class__ = cls
            return model

    return made(lambda options: SpoiltTrainer(2))


class TestModels:
    """Each broken law is told."""

    def test_an_interrupted_training_that_leaves_a_mess(self) -> None:
        """What it finds in the checkpoints makes it another model."""

        class Messy(NgramTrainer):
            def train(self, dataset: Dataset, job: TrainingJob) -> Any:
                mess = job.checkpoints / "mess"
                if mess.exists():
                    dataset = replace(dataset, train=dataset.train[1:])
                mess.touch()
                return super().train(dataset, job)

        with broken("an interrupted training that is begun again"):
            check_model(made(lambda options: Messy(2)))

    def test_names_its_symbols_in_another_order(self) -> None:
        """Its file would be refused, or its tokens taken for others."""

        def symbols(self: NgramModel) -> tuple[str, ...]:
            return tuple(sorted(vars(self)["symbols"]))

        with broken("symbols are those of the vocabulary that it was trained on"):
            check_model(spoil(symbols=property(symbols, lambda self, value: None)))

    def test_ignores_its_seed(self) -> None:
        """Every tune would be the same."""

        def generate(
            self: NgramModel, primes: Sequence[Tokens], sampling: Sampling, seeds: Sequence[int]
        ) -> Iterator[Tokens]:
            return NgramModel.generate(self, primes, sampling, [1] * len(primes))

        with broken("another seed gives another continuation"):
            check_model(spoil(generate=generate))

    def test_has_a_random_generator_of_its_own(self) -> None:
        """The same seed then gives something else."""
        rng = np.random.default_rng(0)

        def generate(
            self: NgramModel, primes: Sequence[Tokens], sampling: Sampling, seeds: Sequence[int]
        ) -> Iterator[Tokens]:
            return NgramModel.generate(self, primes, sampling, rng.integers(0, 2**30, len(primes)).tolist())

        with broken("the same seed gives the same continuation"):
            check_model(spoil(generate=generate))

    def test_draws_otherwise_than_it_says(self) -> None:
        """The figures would be another model's."""

        def nats(self: NgramModel, tunes: Sequence[Tokens]) -> Any:
            return [np.full(len(tune) - 1, np.log(10)) for tune in tunes]

        with broken("generate draws from the distribution that nats gives"):
            check_model(spoil(nats=nats))

    def test_no_distribution(self) -> None:
        """Surprise that is too small."""

        def nats(self: NgramModel, tunes: Sequence[Tokens]) -> Any:
            return [nats / 2 for nats in NgramModel.nats(self, tunes)]

        with broken("add up to 1"):
            check_model(spoil(nats=nats))

    def test_keeps_the_prime(self) -> None:
        """More tokens than were asked for."""

        def generate(
            self: NgramModel, primes: Sequence[Tokens], sampling: Sampling, seeds: Sequence[int]
        ) -> Iterator[Tokens]:
            drawn = NgramModel.generate(self, primes, sampling, seeds)
            return (np.concatenate([prime, tokens]) for prime, tokens in zip(primes, drawn, strict=True))

        with broken("max_tokens bounds a continuation"):
            check_model(spoil(generate=generate))

    def test_writes_a_log_beside_its_file(self) -> None:
        """Nobody asked for that."""

        def save(self: NgramModel, path: Path) -> None:
            NgramModel.save(self, path)
            path.with_suffix(".log").write_text("saved")

        with broken("nothing else .*model.log"):
            check_model(spoil(save=save))


class Drawing:
    """A renderer to be spoilt."""

    suffix = ".txt"
    count = 0

    def render(self, score: Score, path: Path) -> None:
        """The notes, as Python shows them."""
        path.write_text(repr(score.bars))


class TestRenderers:
    """Each broken law is told."""

    def check(self, cls: type[Any]) -> None:
        """A renderer of this class."""
        check_renderer(made(lambda options: cls()))

    def test_a_right_one(self) -> None:
        """Passes."""
        self.check(Drawing)

    def test_writes_nothing(self) -> None:
        """It has forgotten to."""

        class Idle(Drawing):
            def render(self, score: Score, path: Path) -> None:
                repr(score)

        with broken("it writes a file at the path it is given"):
            self.check(Idle)

    def test_writes_elsewhere(self, tmp_path: Path) -> None:
        """Beside its path, in the working folder, and anywhere else."""

        def other(where: Callable[[Path], Path]) -> type[Drawing]:
            class Scattered(Drawing):
                def render(self, score: Score, path: Path) -> None:
                    super().render(score, path)
                    where(path).write_text("notes")

            return Scattered

        for where in (
            lambda path: path.with_suffix(".log"),
            lambda _: Path("a.log"),
            lambda _: tmp_path / "b.log",
        ):
            with broken("it writes to the path it is given and nothing else .*log"):
                self.check(other(where))

    def test_never_the_same_twice(self) -> None:
        """A counter in the file, as a date would be."""

        class Counting(Drawing):
            def render(self, score: Score, path: Path) -> None:
                Drawing.count += 1
                path.write_text(f"{Drawing.count} {score.bars}")

        with broken("the same score gives the same bytes"):
            self.check(Counting)

    def test_always_the_same(self) -> None:
        """Whatever the tune."""

        class Constant(Drawing):
            def render(self, score: Score, path: Path) -> None:
                path.write_text("la la la")

        with broken("different tunes"):
            self.check(Constant)

    def test_appends(self) -> None:
        """To what stood there before."""

        class Appending(Drawing):
            def render(self, score: Score, path: Path) -> None:
                with path.open("a") as file:
                    file.write(repr(score.bars))

        with broken("already exists is replaced"):
            self.check(Appending)

    def test_wrong_error(self) -> None:
        """A tune in free metre."""

        class Crude(Drawing):
            def render(self, score: Score, path: Path) -> None:
                assert score.metre is not None
                super().render(score, path)

        with broken("a MusegenError says why not .*AssertionError"):
            self.check(Crude)


def spoilt_places(fault: int) -> Any:
    """Places that tell whether a number of tokens is odd, except for one fault, by number."""

    class Reader:
        odd = 0

        def read(self, token: int) -> Sequence[int]:
            self.odd = 1 - self.odd
            return [1 - self.odd if fault == 3 else self.odd]

        def copy(self) -> Any:
            return self if fault == 1 else copy.copy(self)

    def rows(tokens: Tokens) -> Any:
        if fault == 4 and len(tokens) > 50:
            raise IndexError
        odd = np.arange(1, len(tokens) + 1, dtype=np.int32) % 2
        return odd[:, np.newaxis] + (fault == 2)

    def first(count: int) -> Any:
        return spoilt_places(2 if fault == 5 else 0)

    return SimpleNamespace(sizes=(2,), remembered=2 * (fault == 6), first=first, begin=Reader, rows=rows)


class TestNotations:
    """Each broken law is told."""

    def check(self, **methods: Any) -> None:
        """ABC, with other methods."""
        plain = installed_plugins().notation("abc")

        def build(options: Options) -> Any:
            notation = plain.build(plain.options())
            return type("Spoilt", (type(notation),), methods)()

        check_notation(made(build))

    def test_lossy(self) -> None:
        """The last bar is lost."""
        plain = installed_plugins().notation("abc")
        abc = plain.build(plain.options())

        def write(self: object, score: Score) -> str:
            return abc.write(replace(score, bars=score.bars[:-1] or score.bars))

        with broken(r"parse\(write\(score\)\) == score .*8 bars came back as 7"):
            self.check(write=write)

    def test_does_not_transpose(self) -> None:
        """It gives back what it got."""

        def transpose(self: object, tune: Tune, semitones: int, tonic: str = "") -> Tune:
            return tune

        with broken("transpose moves every note"):
            self.check(transpose=transpose)

    def test_parse_and_write_are_enough(self) -> None:
        """No law of a header, of fields or of chords is asked of what has none."""
        plain = installed_plugins().notation("abc")
        abc = plain.build(plain.options())

        class Plain:
            parse, write = staticmethod(abc.parse), staticmethod(abc.write)

        check_notation(made(lambda options: Plain()), texts=example_texts(3))

    @pytest.mark.parametrize(
        ("law", "method"),
        [
            (
                "tunes that differ only in their title have the same bare_text",
                {"bare_text": lambda _, tune: tune.text},
            ),
            ("different tunes have different bare_text", {"bare_text": lambda _, tune: "the same"}),
            ("is_field is true for every field in fields", {"is_field": lambda _, name: name == "K"}),
            ("is_field is false for an empty name", {"is_field": lambda _, name: True}),
            ("body is a place in the text", {"body": lambda _, tune: -1}),
            ("chord_symbols do not overlap", {"chord_symbols": lambda _, tune: [(5, 3)]}),
            ("unfold\\(fold\\(text\\)\\) == \\(text, \\(\\)\\)", {"fold": lambda _, text: text[1:]}),
            ("fold and unfold take every text", {"unfold": lambda _, text: ([], [])[len(text)]}),
            (
                "unfold leaves no symbol in a text",
                {"fold": lambda _, text: f"{text}~", "unfold": lambda _, text: (text.removesuffix("~"), ())},
            ),
            ("places takes every text", {"places": lambda _, texts: spoilt_places(4)}),
            ("rows gives int32", {"places": lambda _, texts: spoilt_places(2)}),
            ("a reader, which knows no later token", {"places": lambda _, texts: spoilt_places(3)}),
            ("a copy of a reader is independent of it", {"places": lambda _, texts: spoilt_places(1)}),
            ("first gives the same features", {"places": lambda _, texts: spoilt_places(5)}),
            ("remembered is at least 0", {"places": lambda _, texts: spoilt_places(6)}),
            ("a prepared tune parses", {"prepare": lambda _, tune, options: replace(tune, text="")}),
            ("without wishes, wished fixes no field", {"wished": lambda _, wishes: {"K": "D"}}),
        ],
    )
    def test_capabilities_have_laws(self, law: str, method: dict[str, Any]) -> None:
        """A notation is held to those of each that it has."""
        with broken(law):
            self.check(**method)

    def test_wrong_error(self) -> None:
        """An IndexError for text that is no tune."""
        plain = installed_plugins().notation("abc")
        abc = plain.build(plain.options())

        def parse(self: object, tune: Tune) -> Score:
            tune.text[0]
            return abc.parse(tune)

        with broken("NotationError is raised: .*IndexError"):
            self.check(parse=parse)


class Lines:
    """A reader that takes each line of a file as a tune."""

    def __init__(self, options: Any) -> None:
        """``options``: its files."""
        self.paths = [Path(path) for path in options.paths]

    def sources(self) -> list[Path]:
        """Its files."""
        for path in self.paths:
            if not path.is_file():
                raise CorpusError(f"{path}: no such file")
        return self.paths

    def read(self, report: Callable[[str], None]) -> Iterator[Tune]:
        """Its lines."""
        for path, name in distinct_names(self.sources()).items():
            for number, line in enumerate(path.read_text("utf-8", "replace").split("\n"), 1):
                if line.strip():
                    yield Tune(line, "abc", source=f"{name}:{number}")


class TestCorpusReaders:
    """Each broken law is told."""

    def check(self, cls: type[Any], tmp_path: Path, tunes: int = 2) -> None:
        """A reader of this class, on a file of two tunes."""
        file = tmp_path / "two.txt"
        file.write_text("one\ntwo\n")
        check_corpus_reader(made(cls, PATHS), {"paths": [str(file)]}, tunes=tunes)

    def test_a_right_one(self, tmp_path: Path) -> None:
        """Passes; and has two tunes, not three."""
        self.check(Lines, tmp_path)
        with broken("every tune .*2 of 3"):
            self.check(Lines, tmp_path, tunes=3)

    def test_another_order_each_time(self, tmp_path: Path) -> None:
        """As of a folder that is not sorted."""
        turns = iter(range(100))

        class Shuffled(Lines):
            def read(self, report: Callable[[str], None]) -> Iterator[Tune]:
                return iter(list(super().read(report))[:: 1 if next(turns) % 2 else -1])

        with broken("reading twice gives the same tunes"):
            self.check(Shuffled, tmp_path)

    def test_nowhere(self, tmp_path: Path) -> None:
        """Tunes that do not say where they come from."""

        class Nameless(Lines):
            def read(self, report: Callable[[str], None]) -> Iterator[Tune]:
                return (replace(tune, source="") for tune in super().read(report))

        with broken("a tune has a source"):
            self.check(Nameless, tmp_path)

    def test_shared_sources(self, tmp_path: Path) -> None:
        """Of two tunes of a file, and of two files of one name."""

        class Lineless(Lines):
            def read(self, report: Callable[[str], None]) -> Iterator[Tune]:
                return (replace(tune, source=tune.source.partition(":")[0]) for tune in super().read(report))

        with broken("a source of its own.*2 tunes have the source two.txt"):
            self.check(Lineless, tmp_path)

        class Nearsighted(Lines):
            def read(self, report: Callable[[str], None]) -> Iterator[Tune]:
                return (replace(tune, source=Path(tune.source).name) for tune in super().read(report))

        with broken(r"a source of its own.*2 tunes have the source two\.txt:1"):
            self.check(Nearsighted, tmp_path)

    def test_wrong_error(self, tmp_path: Path) -> None:
        """For a file that is not there, and for one of nonsense."""

        class Trusting(Lines):
            def sources(self) -> list[Path]:
                return self.paths

        with broken("does not exist raises CorpusError"):
            self.check(Trusting, tmp_path)

        class Strict(Lines):
            def read(self, report: Callable[[str], None]) -> Iterator[Tune]:
                return (Tune(path.read_text("utf-8"), "abc", source=f"{path}:1") for path in self.paths)

        with broken("nonsense .*UnicodeDecodeError"):
            self.check(Strict, tmp_path, tunes=1)


class TestDeclarations:
    """What holds for every component."""

    def test_heavy_imports_outside_build(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """They are found in a Python of its own."""
        (tmp_path / "slow_plugin.py").write_text(
            "import xml.dom.minidom\n"
            "from musegen import Options, component\n"
            "class SlowOptions(Options):\n"
            "    'It is slow.'\n"
            "wrong = component('wrong', version=1, options=SlowOptions, build=print, requires=['xml'])\n"
        )
        monkeypatch.syspath_prepend(tmp_path)
        slow = __import__("slow_plugin").wrong
        with broken("heavy imports are made inside build.*xml"):
            check_tokenizer(slow)

    @pytest.mark.parametrize(
        ("law", "wrong"),
        [
            ("a version is an int from 1", {"version": 0}),
            ("the docstring of the options says", {"summary": ""}),
            ("requires names top-level modules", {"requires": ("a.b",)}),
        ],
    )
    def test_names(self, law: str, wrong: dict[str, Any]) -> None:
        """Name, version, summary and requirements make sense."""
        with broken(law):
            check_renderer(replace(made(Drawing), **wrong))

    def test_options_that_change(self) -> None:
        """Options decide cache keys, so nobody may change them."""

        class Loose(Options, frozen=False, extra="allow"):
            """A component that breaks a law."""

        with broken("options refuse a key"):
            check_renderer(made(Drawing, Loose))

    def test_options_that_it_does_not_take(self) -> None:
        """That is the test's mistake, not the component's."""
        with pytest.raises(ValueError, match='renderer "wrong": give options that it takes: size'):
            check_renderer(made(Drawing), {"size": "large"})


def test_the_public_names_of_contracts() -> None:
    """Plugins' tests rely on them: a name that goes needs a new musegen.API_VERSION."""
    assert sorted(musegen.testing.__all__) == [
        "ContractError",
        "check_corpus_reader",
        "check_measure",
        "check_model",
        "check_notation",
        "check_plugin",
        "check_renderer",
        "check_rule",
        "check_tokenizer",
        "example_dataset",
        "example_job",
        "example_scores",
        "example_texts",
    ]


def test_fixtures_do_not_slow_pytest_down() -> None:
    """What they need is imported by the tests that use them."""
    code = "import sys, musegen.pytest_plugin; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert not set(done.stdout.split()) & {"numpy", "pydantic", "musegen.testing", "musegen.plugins.registry"}


def test_fixtures_give_invented_music(
    musegen_texts: tuple[str, ...],
    musegen_scores: tuple[Score, ...],
    musegen_dataset: Dataset,
    musegen_job: TrainingJob,
) -> None:
    """They come with an installed musegen, without an import or a conftest.py."""
    assert musegen_texts == example_texts()
    assert len(set(map(repr, musegen_scores))) == 8
    assert len(musegen_dataset.train) == len(example_dataset().train)
    assert musegen_job.checkpoints.is_dir()
