"""Writes docs/api.md for users of Python and docs/plugin-reference.md for plugin authors, from docstrings.

``python docs/make_reference.py`` writes them; a test fails where one is not up to date.
"""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import musegen
import musegen.plugins.hookspecs
import musegen.testing
from musegen.testing import (
    corpus_readers,
    declared,
    measures,
    models,
    notations,
    plugins,
    renderers,
    rules,
    tokenizers,
)

ERRORS = (
    "MusegenError PipelineError PluginError CorpusError NotationError VocabularyError "
    "ArtifactError ModelError"
)
PARTS = (
    (
        "Declaring",
        "What a hook returns, and the options of what it declares.",
        "component Component Collection Options PathPattern hookimpl API_VERSION",
    ),
    (
        "Corpus readers",
        "",
        "CorpusReader RewritingReader distinct_names files_below matching_paths check_file read_file Bounds",
    ),
    (
        "Notations",
        "",
        "Notation HeadedNotation Wishes HeaderGuide PreparingNotation Prepare TransposingNotation "
        "ChordedNotation CopyingNotation PlacingNotation Places PlaceReader RulingNotation "
        "TokenRules TokenRuleReader",
    ),
    ("Tokenizers", "", "TokenizerTrainer Tokenizer Vocabulary Tokens JSON"),
    (
        "Models",
        "",
        "ModelTrainer LanguageModel VocabularyModel PlacedModel ContinuingModel Passage StorableModel "
        "ForeignModels Dataset "
        "Transpositions TrainingJob Progress TrainedModel EpochLoss Sampling SavedModel derive_seed",
    ),
    ("Renderers", "", "Renderer BookRenderer GrowingBookRenderer OpenBook"),
    ("Rules", "", "Rule Fault LimitingRule TuneLimits WritingRule"),
    ("Measures", "", "Measure Descriptor Dance dances_in with_dance"),
    ("Commands", "", "Command"),
    (
        "Music",
        "What notations make and renderers get.",
        "Tune Score Bar Note Pitch Grace Rest ChordSymbol Annotation Tuplet Key KeyChange Metre MetreChange "
        "Tempo TempoChange TranspositionChange Problem Interval perform Performance PlayedNote PlayedChord "
        "TempoMap ticks read_chord_symbol unknown_chord_symbol moved_chord_text",
    ),
    ("Errors", "What a user can put right: one line, `where: what (got ...); what to do`.", ERRORS),
)
"""Of the plugin reference: title, introduction, and public names in the order to read them."""
API_PARTS = (
    (
        "Runs",
        "A pipeline, and what a run of it leaves.",
        "load Pipeline Run NewTune compare Comparison Difference",
    ),
    (
        "Evaluation",
        "New tunes held against real ones.",
        "evaluate Evaluation Findings Compared Estimate",
    ),
    (
        "Models",
        "A trained model as a run saved it, and new tunes from it.",
        "open_model sample sample_again sample_shards Shards TuneModel Sample Composition Draw Copied "
        "demo_model export Exported",
    ),
    (
        "Files",
        "Tunes in files, without any model.",
        "read_tunes read_scores parse write render Rendered convert Converted",
    ),
    (
        "Tunes and scores",
        "`Tune`, `Score` and what a score is made of are in the [plugin reference]"
        "(plugin-reference.md#music). So is `perform`, which plays a score out to notes.",
        "judge Valid Judgement Fault checklist Check mend_repeats write_out playing_problems "
        "expand_play_order accompaniment default_tempo to_tonic Event STEPS MODES",
    ),
    (
        "Progress",
        "Where functions report to: give one as `reporter`.",
        "Reporter Progress Console Lines Silent",
    ),
    ("Plugins", "", "installed_plugins Plugins"),
    (
        "Errors",
        "What a user can put right. `str(error)` is the line to show.",
        f"{ERRORS} did_you_mean counted",
    ),
)
"""Of the page for users of Python."""
OPENING = """\
# musegen from Python

Generated from the docstrings by `docs/make_reference.py`; this opening is written by hand.

There are three ways to use musegen, and each command is a thin layer over one of them. Everything is
imported from `musegen` itself. A mistake of the user raises a `MusegenError` whose text is the line to show.

**A pipeline, run.** `load` checks the file and raises every mistake at once. `run` brings every stage to its
result, and what did not change since the last time is reused.

```python
import musegen

pipeline = musegen.load("pipeline.toml", ["sample.temperature=1.1"])
run = pipeline.run(reporter=musegen.Silent())  # left out: progress goes to standard error
run.losses[-1].validation  # nats a token, a measure of surprise: lower is better
run.report["test_bits_a_note"]  # what run.json says
run.tunes[0].text, run.tunes[0].wav, run.tunes[0].faults
```

**A model, opened once and asked often.** `sample` writes files as `musegen sample` does, and `compose` gives
tunes in memory.

```python
model = musegen.open_model(run.model)
for seed in range(2):
    musegen.sample(model, f"more/{seed}", seed=seed, tunes=2, keep="all", renderers=["midi"])

composition = model.compose(musegen.Sample(tunes=2, keep="all"), seed=7)
composition.kept[0].tune.text
```

**Files, without a model.**

```python
musegen.render(["jigs.abc"], "sound", ["midi"])
musegen.convert("jigs.abc", "jigs_in_g.abc", tonic="G")

scores = musegen.read_scores("jigs.abc")
musegen.perform(scores[0]).melody[0].pitch  # MIDI pitch of the first note
text = musegen.write(scores[0], "abc")
again = musegen.parse(text, "abc")  # the same score
```
"""
CHECKS: dict[str, ModuleType] = {
    "check_plugin": plugins,
    "every component": declared,
    "check_corpus_reader": corpus_readers,
    "check_notation": notations,
    "check_tokenizer": tokenizers,
    "check_model": models,
    "check_renderer": renderers,
    "check_rule": rules,
    "check_measure": measures,
}


def api_page() -> str:
    """The page for users of Python."""
    return "\n".join([OPENING, *_parts(API_PARTS)]).rstrip() + "\n"


def plugin_page() -> str:
    """The page for plugin authors."""
    lines = [
        "# Plugin reference",
        "",
        "Generated from the docstrings by `docs/make_reference.py`; [plugins.md](plugins.md) is the way in.",
        f"Plugin API {musegen.API_VERSION}.",
        "",
        "## Hooks",
        "",
        "A plugin is a module with functions of these names, each marked `@musegen.hookimpl`.",
        "",
    ]
    for name, hook in vars(musegen.plugins.hookspecs).items():
        if name.startswith("musegen_"):
            lines += _described(name, hook)
    lines += [
        *_parts(PARTS),
        "## Laws",
        "",
        "What the checks of `musegen.testing` require, in their own words.",
        "",
    ]
    for check, module in CHECKS.items():
        lines += [f"### {check if ' ' in check else f'`{check}`'}", ""]
        if " " not in check:
            function = getattr(musegen.testing, check)
            lines += [f"`{_signature(check, function)}`", "", _text(inspect.getdoc(function)), ""]
        lines += [*(f"- {law}" for law in _laws(module)), ""]
    return "\n".join(lines).rstrip() + "\n"


def _parts(parts: Iterable[tuple[str, str, str]]) -> Iterator[str]:
    """Each title with its introduction, and all that is under it."""
    for title, introduction, names in parts:
        yield from (f"## {title}", "", *([introduction, ""] if introduction else []))
        for name in names.split():
            yield from _described(name, getattr(musegen, name))


def _described(name: str, thing: object) -> Iterator[str]:
    """A heading, the signature or the fields, the docstring, the methods."""
    yield from (f"### `{name}`", "")
    if inspect.isclass(thing):
        yield from _class(thing)
    elif inspect.isfunction(function := inspect.unwrap(thing) if callable(thing) else thing):
        yield from (f"`{_signature(name, function)}`", "", _text(inspect.getdoc(thing)), "")
    else:
        yield from (_text(_attribute_doc(name)), "")


def _class(cls: type) -> Iterator[str]:
    yield from (_text(inspect.getdoc(cls)), "")
    tree = _tree(cls)
    members = list(_members(cls, tree))
    if members:
        yield from (*members, "")


def _members(cls: type, tree: ast.ClassDef) -> Iterator[str]:
    following = [*tree.body[1:], None]
    for statement, after in zip(tree.body, following, strict=True):
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
            name = statement.target.id
            if name.startswith("_"):
                continue
            default = f" = {ast.unparse(statement.value)}" if statement.value else ""
            described = f": {_text(_string(after), joined=True)}" if _string(after) else ""
            yield f"- `{name}: {ast.unparse(statement.annotation)}{default}`{described}"
        elif isinstance(statement, ast.FunctionDef) and not statement.name.startswith("_"):
            decorated = {ast.unparse(decorator) for decorator in statement.decorator_list}
            signature = _ast_signature(statement, property=bool(decorated & {"property", "cached_property"}))
            on = f"{cls.__name__}." if "classmethod" in decorated else ""
            yield f"- `{on}{signature}`: {_text(ast.get_docstring(statement), joined=True)}"


def _tree(cls: type) -> ast.ClassDef:
    module = ast.parse(Path(inspect.getsourcefile(cls) or "").read_text("utf-8"))
    (found,) = [node for node in module.body if isinstance(node, ast.ClassDef) and node.name == cls.__name__]
    return found


def _ast_signature(function: ast.FunctionDef, *, property: bool) -> str:
    returns = f" -> {ast.unparse(function.returns)}" if function.returns else ""
    arguments = ast.unparse(function.args)
    arguments = re.sub(r"^(self|cls)(, )?", "", arguments)
    return f"{function.name}{'' if property else f'({arguments})'}{returns}"


def _signature(name: str, function: Callable[..., Any]) -> str:
    tree = ast.parse(inspect.getsource(function).lstrip()).body[0]
    assert isinstance(tree, ast.FunctionDef)
    return _ast_signature(tree, property=False)


def _string(statement: ast.stmt | None) -> str:
    """The text of a statement that is a string alone."""
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
        return str(statement.value.value)
    return ""


def _attribute_doc(name: str) -> str:
    """The string below the assignment to ``name`` in one of musegen's modules."""
    for path in sorted(Path(musegen.__file__).parent.rglob("*.py")):
        body = ast.parse(path.read_text("utf-8")).body
        for statement, after in zip(body, [*body[1:], None], strict=True):
            targets = statement.targets if isinstance(statement, ast.Assign) else []
            if isinstance(statement, ast.AnnAssign):
                targets = [statement.target]
            if any(isinstance(target, ast.Name) and target.id == name for target in targets):
                value = ast.unparse(statement.value) if statement.value else ""  # type: ignore[attr-defined]
                return f"`{name} = {value}`" + (f"\n\n{_string(after)}" if _string(after) else "")
    raise LookupError(name)


def _text(docstring: str | None, *, joined: bool = False) -> str:
    """Markdown of a docstring; ``joined``: on one line."""
    text = inspect.cleandoc(docstring or "")
    text = re.sub(r":\w+:`~?(?:[\w.]*\.)?(\w+)`", r"`\1`", text).replace("``", "`")
    text = re.sub(r"::\n", ":\n", text)
    return " ".join(text.split()) if joined else text


def _laws(module: ModuleType) -> list[str]:
    """The sentences that its checks can fail with, in the order of the source."""
    laws: dict[str, None] = {}
    nodes = [node for node in ast.walk(ast.parse(inspect.getsource(module))) if hasattr(node, "lineno")]
    for node in sorted(nodes, key=lambda node: (node.lineno, node.col_offset)):
        value: ast.expr | None = None
        if isinstance(node, ast.Assign) and any(
            isinstance(target, ast.Name) and target.id == "law" for target in node.targets
        ):
            value = node.value
        elif isinstance(node, ast.Assign):
            for target in node.targets:
                if isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
                    for one, given in zip(target.elts, node.value.elts, strict=True):
                        if isinstance(one, ast.Name) and one.id == "law":
                            value = given
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            place = {"require": 1, "works": 0, "refuses": 0, "made": 0}.get(node.func.attr)
            if place is not None and len(node.args) > place:
                value = node.args[place]
        if isinstance(value, ast.Constant) and isinstance(value.value, str):
            laws[value.value] = None
        elif isinstance(value, ast.JoinedStr):
            parts = [part.value if isinstance(part, ast.Constant) else "..." for part in value.values]
            laws["".join(map(str, parts))] = None
    return list(laws)


PAGES = {"api.md": api_page, "plugin-reference.md": plugin_page}

if __name__ == "__main__":
    for name, page in PAGES.items():
        (Path(__file__).parent / name).write_text(page(), encoding="utf-8")
