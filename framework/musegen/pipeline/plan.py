"""Plans: reads ``pipeline.toml`` into a typed :class:`Plan`, or finds every mistake in it with its line."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError

from musegen.bounds import Bounds
from musegen.corpus.identity import reader_files
from musegen.corpus.splitting import Split
from musegen.errors import (
    ArtifactError,
    ComponentError,
    CorpusError,
    NotationError,
    PipelineError,
    PluginError,
    did_you_mean,
)
from musegen.models.sample_options import WISHES, Sample, ignored_keys, keys_of_models, sample_options
from musegen.options import OptionFault, Options, PathPattern, option_faults
from musegen.pipeline.toml_lines import Place
from musegen.pipeline.toml_source import TomlSource, dotted, has
from musegen.plugins.loading import PluginFile
from musegen.plugins.registry import Plugins, installed_plugins
from musegen.plugins.use import Use
from musegen.protocols.corpora import CorpusReader
from musegen.protocols.models import ModelTrainer
from musegen.protocols.notations import Notation, Prepare, PreparingNotation
from musegen.protocols.renderers import BookRenderer, Renderer
from musegen.protocols.rules import Rule
from musegen.protocols.tokenizers import TokenizerTrainer


class RunOptions(Options):
    """``[run]``: the folder of the results, and the one seed that everything random depends on."""

    folder: str = Field("runs/tunes", min_length=1)
    """Folder for the results, relative to the folder of this file."""
    seed: int = Field(0, ge=0, le=2**31 - 1)
    """Seed of everything random. The same seed, corpus and options give the same tunes."""


class PluginFiles(Options):
    """``[plugins]``: plugins that only this pipeline uses."""

    files: tuple[PathPattern, ...] = ()
    """Python files of plugins, relative to the folder of this file. Their code is run, so name only files
    that you trust."""


SETTINGS: Mapping[str, type[Options]] = {
    "run": RunOptions,
    "plugins": PluginFiles,
    "prepare": Prepare,
    "split": Split,
    "sample": Sample,
}
"""Tables whose options belong to the framework, not to a component."""


@dataclass(frozen=True, slots=True)
class UseTable:
    """A kind of table whose key ``use`` names a component."""

    kind: str
    """Kind of the component, one of :data:`musegen.plugins.registry.KINDS`."""
    several: bool = False
    """Whether a pipeline may have more than one such table, as with ``[[render]]``."""
    required: bool = True
    """Whether a pipeline must have one."""


USES: Mapping[str, UseTable] = {
    "corpus": UseTable("corpus reader", several=True),
    "tokenizer": UseTable("tokenizer"),
    "model": UseTable("model"),
    "rule": UseTable("rule", several=True, required=False),
    "render": UseTable("renderer", several=True),
}
"""Tables whose key ``use`` names a component, by the name of the table."""


TABLES = (
    "run",
    "plugins",
    "corpus",
    "notation",
    "prepare",
    "split",
    "tokenizer",
    "model",
    "sample",
    "rule",
    "render",
)
"""All tables of a pipeline, in the order in which they are shown."""


@dataclass(frozen=True)
class Plan:
    """The content of a checked pipeline file. Nothing in it has been started."""

    file: Path
    plugins: Plugins
    run_options: RunOptions
    corpus: tuple[Use[CorpusReader], ...]
    notations: Mapping[str, Use[Notation]]
    prepare: Prepare
    split: Split
    tokenizer: Use[TokenizerTrainer]
    model: Use[ModelTrainer]
    sample: Sample
    rules: tuple[Use[Rule], ...]
    render: tuple[Use[Renderer | BookRenderer], ...]

    @property
    def folder(self) -> Path:
        """The run folder."""
        return self.file.parent / Path(self.run_options.folder).expanduser()


def load_plan(
    file: Path,
    overrides: Iterable[str] = (),
    plugins: Plugins | None = None,
    report: Callable[[str], None] = lambda line: None,
) -> Plan:
    """The plan of a pipeline file, once it is read and checked.

    ``overrides`` have the form ``table.key=value`` with a TOML value; a value that is not valid TOML counts
    as a string. ``report`` gets a line for each plugin file, before the code in it is run. Raises
    PipelineError, which has a line for every mistake.
    """
    source = TomlSource.read(file)
    for override in overrides:
        source.override(override)
    return _Checker(source, plugins or installed_plugins(), report).plan()


def pipeline_plugins(plugins: Plugins, file: Path, report: Callable[[str], None]) -> Plugins:
    """These plugins together with those whose files a pipeline names; the rest of it is not checked.

    ``report`` gets a line for each plugin file, before the code in it is run. Raises PipelineError, which has
    a line for every plugin file that cannot be used.
    """
    return _Checker(TomlSource.read(file), plugins, report).plugins()


class _Checker:
    """A checker that checks all tables of a pipeline and collects all mistakes."""

    def __init__(self, source: TomlSource, plugins: Plugins, report: Callable[[str], None]) -> None:
        self._source, self._plugins, self._report = source, plugins, report
        self._mistakes: list[str] = []

    def plugins(self) -> Plugins:
        """All plugins, including those of ``[plugins] files``. Raises PipelineError."""
        self._load_files()
        if self._mistakes:
            raise PipelineError(*self._mistakes)
        return self._plugins

    def _load_files(self) -> None:
        table = self._table(("plugins",), PluginFiles)
        for number, path in enumerate(table.files if isinstance(table, PluginFiles) else ()):
            self._report(f"{self._source.file}: loading the plugin {path}")
            try:
                self._plugins = self._plugins.with_files([PluginFile.read(path)])
            except PluginError as error:
                self._mistake(("plugins", "files", number), str(error))

    def plan(self) -> Plan:
        """The plan. Raises PipelineError, which has a line for every mistake."""
        self._load_files()
        tables = self._source.tables
        known = [*SETTINGS, *USES, "notation"]
        for name in tables:
            if name not in known:
                self._mistake((name,), f"unknown table{did_you_mean(name, known)}")
        settings = {
            name: self._sample() if cls is Sample else self._table((name,), cls)
            for name, cls in SETTINGS.items()
        }
        uses = {name: self._uses(name) for name in USES}
        notations = self._notations()
        if self._mistakes:
            raise PipelineError(*self._mistakes)
        plan = Plan(
            file=self._source.file,
            plugins=self._plugins,
            run_options=settings["run"],  # type: ignore[arg-type]
            corpus=tuple(uses["corpus"]),
            notations=notations,
            prepare=settings["prepare"],  # type: ignore[arg-type]
            split=settings["split"],  # type: ignore[arg-type]
            tokenizer=uses["tokenizer"][0],
            model=uses["model"][0],
            sample=settings["sample"],  # type: ignore[arg-type]
            rules=tuple(uses["rule"]),
            render=tuple(uses["render"]),
        )
        self._surroundings(plan)
        if self._mistakes:
            raise PipelineError(*self._mistakes)
        return plan

    def _mistake(self, place: Place, message: str) -> None:
        line = f"{self._source.where(place)}: {dotted(place)}: {message}"
        if line not in self._mistakes:
            self._mistakes.append(line)
        if len(self._mistakes) >= Bounds.MISTAKES:
            raise PipelineError(*self._mistakes, f"{self._source.file}: further mistakes are not listed")

    def _uses(self, name: str) -> list[Use[Any]]:
        kind, several = USES[name].kind, USES[name].several
        given = self._source.tables.get(name)
        if given is None and not USES[name].required:
            return []
        wanted = f"[[{name}]]" if several else f"[{name}]"
        choices = ", ".join(self._plugins.names(kind)) or "none"
        if given is None:
            self._mistakes.append(
                f"{self._source.file}: {name}: the table {wanted} is missing; "
                f"write it with use = one of: {choices}"
            )
            return []
        if several and isinstance(given, dict):
            self._mistake((name,), f"write it as {wanted}, because there may be several")
            return []
        tables = given if several else [given]
        if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
            self._mistake((name,), f"is not a table; write {wanted}")
            return []
        if not tables:
            self._mistake((name,), f"is empty; write at least one {wanted}")
        uses = []
        for number, table in enumerate(tables):
            place: Place = (name, number) if several else (name,)
            use = table.get("use")
            if not isinstance(use, str):
                problem = "is missing" if use is None else f"must be a string (got {use!r})"
                self._mistake((*place, "use"), f"{problem}; choose one of: {choices}")
                continue
            try:
                installed = self._plugins.find(kind, use)
            except PluginError as error:
                self._mistake((*place, "use"), str(error))
                continue
            if missing := installed.missing():
                self._mistake((*place, "use"), missing)
            options = self._table(place, installed.component.options, ignore=("use",))
            if options is not None:
                uses.append(Use(installed.component, options, installed))
        return uses

    def _notations(self) -> dict[str, Use[Notation]]:
        tables = self._source.tables.get("notation", {})
        installed = self._plugins.names("notation")
        if not isinstance(tables, dict):
            self._mistake(("notation",), "is not a table; write [notation.NAME]")
            return {}
        for name in tables:
            if name not in installed:
                hint = did_you_mean(name, installed)
                self._mistake(
                    ("notation", name), f"no such notation{hint} (installed: {', '.join(installed)})"
                )
        uses = {}
        for name in installed:
            found = self._plugins.find("notation", name)
            if missing := found.missing():
                if name in tables:
                    self._mistake(("notation", name), missing)
                continue
            options = self._table(("notation", name), found.component.options)
            if options is not None:
                uses[name] = Use(found.component, options, found)
        return uses

    def _sample(self) -> Options | None:
        """The options of ``[sample]`` with the keys that the model adds. Keys of other models are ignored."""
        keys, model = (self._source.tables.get(name) for name in ("sample", "model"))
        use = model.get("use") if isinstance(model, dict) else None
        if use not in self._plugins.names("model"):  # reported elsewhere; keys of any model may be meant
            return self._table(("sample",), Sample, ignore=[*keys_of_models(self._plugins)])
        component = self._plugins.model(use)
        ignored = ignored_keys(keys if isinstance(keys, dict) else {}, component, self._plugins)
        for key, words in ignored.items():
            place = ("sample", key)
            self._report(f"{self._source.where(place)}: {dotted(place)}: {words}")
        try:
            return self._table(("sample",), sample_options(component), ignore=[*ignored])
        except PluginError as error:
            self._mistake(("model", "use"), str(error))
            return None

    def _table(self, place: Place, cls: type[Options], ignore: Sequence[str] = ()) -> Options | None:
        """The options of one table. If it has mistakes, they are collected and the result is None."""
        table: Any = self._source.tables
        for key in place:
            table = table[key] if has(table, (key,)) else {}
        if not isinstance(table, dict):
            self._mistake(place, f"is not a table; write [{dotted(place)}]")
            return None
        plain = {key: value for key, value in table.items() if key not in ignore}
        before = len(self._mistakes)
        for path, value in _walk(plain):
            if isinstance(value, date | datetime | time):
                self._mistake((*place, *path), f"a TOML date or time is not possible here (got {value})")
        if len(self._mistakes) > before:
            return None
        try:
            text = json.dumps(plain)
            return cls.model_validate_json(text, context={"folder": self._source.file.parent})
        except ValidationError as error:
            for path, fault in _faults(error, plain):
                self._fault((*place, *path), fault, cls, place)
            return None
        except (ValueError, RecursionError) as error:
            self._mistake(place, str(error))
            return None

    def _fault(self, at: Place, fault: OptionFault, cls: type[Options], table: Place) -> None:
        match fault.kind:
            case "extra_forbidden":
                inner = _options_at(cls, at[len(table) : -1])
                choices = list(inner.model_fields) if inner else []
                hint = did_you_mean(str(at[-1]), choices) or (
                    f"; it has: {', '.join(choices)}" if choices else "; it takes no options"
                )
                self._mistake(at, f"unknown key{hint}")
            case "missing":
                self._mistake(at, "is missing and has no default")
            case _:
                self._mistake(at, f"{fault.message} (got {_short(fault.given)})")

    def _surroundings(self, plan: Plan) -> None:
        """Check what else must hold before a run: corpus files, the run folder, and wishes for new tunes."""
        from musegen.storage import RunFolder

        for number, use in enumerate(plan.corpus):
            try:
                sources = reader_files(use.build())
                if not sources:
                    self._mistake(("corpus", number), "names no file")
            except (CorpusError, ComponentError) as error:
                self._mistake(("corpus", number), str(error))
        try:
            RunFolder(plan.folder).check()
        except ArtifactError as error:
            self._mistake(("run", "folder"), str(error))
        except OSError as error:
            self._mistake(("run", "folder"), f"{plan.folder}: {error.strerror}")
        sample = plan.sample
        headed = [name for name in WISHES if getattr(sample, name) is not None]
        if sample.prime is not None and (headed or sample.start):
            names = " and ".join([*headed, *(["start"] if sample.start else [])])
            self._mistake(("sample", "prime"), f"is the whole beginning of a tune; leave out {names}")
        notations: dict[str, Notation] = {}
        for name, notation in plan.notations.items():
            try:
                notations[name] = notation.build()
            except ComponentError as error:
                self._mistake(("notation", name), str(error))
        self._wishes(plan, notations.values())
        self._fields(plan, notations)

    def _wishes(self, plan: Plan, notations: Iterable[Notation]) -> None:
        """Check that some notation can write the wished key and metre."""
        refusals = []
        for notation in notations:
            try:
                plan.sample.wished(notation)
                return
            except NotationError as error:
                refusals.append(error.message)
        if refusals:
            self._mistake(("sample",), refusals[0])

    def _fields(self, plan: Plan, notations: Mapping[str, Notation]) -> None:
        """Check that some notation knows each field of ``[prepare] fields``."""
        known = {name: each for name, each in notations.items() if isinstance(each, PreparingNotation)}
        for number, field in enumerate(plan.prepare.fields or ()):
            if known and not any(notation.is_field(field) for notation in known.values()):
                names = " or ".join(known)
                self._mistake(
                    ("prepare", "fields", number), f"is not a field of {names} (got {_short(field)})"
                )


def _faults(error: ValidationError, table: Any) -> Iterable[tuple[Place, OptionFault]]:
    """Each mistake with its place in ``table``. Messages for several types of one key are joined into one."""
    found: dict[Place, OptionFault] = {}
    for fault in option_faults(error):
        path, value = list[str | int](), table
        for key in fault.place:
            inside = isinstance(value, dict) or (isinstance(value, list) and isinstance(key, int))
            if not inside:  # the rest of the place names the types that pydantic tried
                break
            path.append(key)
            value = value[key] if has(value, (key,)) else None
        earlier = found.setdefault(tuple(path), fault)
        if earlier is not fault:
            message = f"{earlier.message}, or {fault.message.removeprefix(_SHOULD)}"
            found[tuple(path)] = replace(earlier, message=message)
    return found.items()


_SHOULD = "Input should be "


def _walk(value: Any, path: Place = ()) -> Iterable[tuple[Place, Any]]:
    yield path, value
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield from _walk(inner, (*path, key))


def _options_at(cls: type[Options], path: Place) -> type[Options] | None:
    """The class of the options at ``path``, a table inside a table; None if there is none."""
    for key in path:
        field = cls.model_fields.get(str(key))
        if field is None or not (
            isinstance(field.annotation, type) and issubclass(field.annotation, Options)
        ):
            return None
        cls = field.annotation
    return cls


def _short(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    text = repr(text) if isinstance(value, str) else text
    return text if len(text) <= 60 else f"{text[:57]}..."
