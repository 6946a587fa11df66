"""A plugin that cannot be used costs one line, and no other plugin."""

from __future__ import annotations

import importlib
import json
import warnings
from pathlib import Path
from types import SimpleNamespace

import pluggy
import pytest

import musegen
from helpers.distributions import install, python
from musegen import Component, Options, PluginError, component, hookimpl
from musegen.plugins.registry import Plugins
from musegen.testing import ContractError, check_plugin

HEAD = "from musegen import Options, component, hookimpl\nclass O(Options):\n    'It is wrong.'\n"
HOOK = "@hookimpl\ndef musegen_tokenizers():\n    return "
WRONG = {
    "absent": ("import no_such_module\n", "ModuleNotFoundError: No module named 'no_such_module' .*:1"),
    "raising": ("\nraise RuntimeError('out of\\norder')\n", "RuntimeError: out of order .*raising.py:2"),
    "leaving": ("raise SystemExit(3)\n", "SystemExit: 3 .*leaving.py:1"),
    "syntax": ("x = 1\ndef f(:\n", "SyntaxError: .*syntax.py:2"),
    "misspelt": (
        HEAD + HOOK.replace("tokenizers", "tokenizer") + "[]\n",
        "did you mean musegen_tokenizers.*:4",
    ),
    "unmarked": ("def musegen_models():\n    return []\n", "musegen_models lacks @musegen.hookimpl .*py:1"),
    "hookless": ("x = 1\n", "it implements no hook; hooks: musegen_commands, "),
    "argued": (
        HEAD + HOOK.replace("()", "(config)") + "[]\n",
        'no argument "config"; it takes no arguments .*:4',
    ),
    "failing": (HEAD + HOOK + "[1 / 0]\n", "ZeroDivisionError: division by zero .*failing.py:6"),
    "lone": (
        HEAD + HOOK + "component('a', version=1, options=O, build=print)\n",
        "returns a Component, not a list",
    ),
    "strings": (HEAD + HOOK + "['words']\n", "returns 'words' among its components"),
    "optionless": (
        HEAD + HOOK + "[component('a', version=1, options=dict, build=print)]\n",
        "not a subclass",
    ),
    "undefined": (
        HEAD + "    size: 'Missing' = 1\n" + HOOK + "[component('a', version=1, options=O, build=print)]\n",
        'options of "a" are broken: .*Missing.*undefined.py:2',
    ),
    "defaulted": (
        HEAD + "    size: int = 'x'\n" + HOOK + "[component('a', version=1, options=O, build=print)]\n",
        'default of option size of "a" breaks its own type: must be a whole number .*defaulted.py:2',
    ),
    "untyped": (
        HEAD + "    size = 50\n" + HOOK + "[component('a', version=1, options=O, build=print)]\n",
        r"A non-annotated attribute was detected: `size = 50`.*untyped.py:2\)$",
    ),
    "taken": (
        HEAD + HOOK + "[component('char', version=1, options=O, build=print)]\n",
        'tokenizer "char" is declared by plugin "char" of musegen .* too',
    ),
    "twice": (
        HEAD + HOOK + "2 * [component('b', version=1, options=O, build=print)]\n",
        'tokenizer "b" is declared twice',
    ),
    "spaced": (
        HEAD + HOOK + "[component('a b', version=1, options=O, build=print)]\n",
        "'a b' is not a name for a component: it must not have spaces, .*spaced.py:4",
    ),
    "newer": (
        HEAD + "musegen_api = '2.0'\n" + HOOK + "[]\n",
        f"plugin API 2.0, but this musegen has {musegen.API_VERSION}; install a newer",
    ),
    "vague": (HEAD + "musegen_api = '>=1'\n" + HOOK + "[]\n", "musegen_api must be the API version"),
}
UNIMPORTABLE = ("absent", "raising", "leaving", "syntax", "untyped")
RIGHT = (
    "import os\nprint('noise')\nos.chdir('/')\n"
    + HEAD
    + HOOK
    + "[component('right', version=1, options=O, build=print)]\n"
)


@pytest.fixture(scope="module")
def wrong(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with one distribution of many wrong plugins and a right one."""
    folder = tmp_path_factory.mktemp("wrong")
    for name, (code, _) in WRONG.items():
        (folder / f"{name}.py").write_text(code)
    (folder / "zright.py").write_text(RIGHT)
    install(folder, "wrong-plugins", {name: name for name in [*WRONG, "zright"]})
    return folder


def test_every_fault_is_one_located_line(wrong: Path) -> None:
    """With distribution, version, entry point, cause and place; all others are there."""
    done = python("-m", "musegen", "plugins", "--json", path=wrong)
    assert done.returncode == 0
    first, *lines = done.stderr.splitlines()
    assert first == "noise"
    assert len(lines) == len(WRONG)
    for name, (_, expected) in WRONG.items():
        (line,) = [line for line in lines if f'plugin "{name}" of wrong-plugins 1.0 cannot be ' in line]
        with pytest.raises(AssertionError, match=expected):
            raise AssertionError(line)
    names = {row["name"] for row in json.loads(done.stdout)}
    assert {"char", "right", *(one.component.name for one in musegen.installed_plugins())} == names


@pytest.mark.parametrize("name", sorted(set(WRONG) - {"taken", *UNIMPORTABLE}))
def test_the_contract_tells_the_same(name: str, wrong: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """To its author, in a test, before anybody installs it."""
    monkeypatch.syspath_prepend(wrong)
    module = importlib.import_module(name)
    with pytest.raises(ContractError, match=f'plugin "{name}" breaks the law: .*{WRONG[name][1]}'):
        check_plugin(module)


def test_the_contract_passes_a_good_one(wrong: Path) -> None:
    """Every one of musegen's own."""
    for each in {installed.plugin for installed in musegen.installed_plugins()}:
        check_plugin(importlib.import_module(f"musegen_{each}.plugin"))


def test_importing_one_moves_nothing(wrong: Path, tmp_path: Path) -> None:
    """What it prints is no output of the command, and the command goes on in its folder."""
    (tmp_path / "tune.abc").write_text("X:1\nK:D\nD2 E2|\n")
    done = python("-m", "musegen", "convert", "tune.abc", "-o", "moved.abc", path=wrong, cwd=tmp_path)
    assert (done.returncode, done.stdout.count("noise")) == (0, 0)
    assert (tmp_path / "moved.abc").exists()


def test_strict_makes_them_an_error(wrong: Path) -> None:
    """Exit code 2, the same lines, no result."""
    done = python("-m", "musegen", "plugins", path=wrong, MUSEGEN_STRICT_PLUGINS="1")
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == len(["noise", *WRONG])
    assert not done.stdout


@pytest.mark.parametrize("strict", ["0", "1"])
def test_help_is_there_whatever_plugins_do(wrong: Path, strict: str) -> None:
    """It looks for their commands, and says of each that cannot be used why."""
    done = python("-m", "musegen", "--help", path=wrong, MUSEGEN_STRICT_PLUGINS=strict)
    assert done.returncode == 0
    assert "write the tunes of some files" in done.stdout
    assert len(done.stderr.splitlines()) == len(["noise", *WRONG])


def test_version_and_own_commands_say_nothing_of_plugins(wrong: Path) -> None:
    """They load none; strict or not."""
    for arguments in (["--version"], ["corpus"]):
        done = python("-m", "musegen", *arguments, path=wrong, MUSEGEN_STRICT_PLUGINS="1")
        assert (done.returncode, done.stderr) == (0, "")


def test_plugins_are_left_out_by_name() -> None:
    """First-party ones too; a name that no plugin has is told."""
    done = python("-m", "musegen", "plugins", "--json", MUSEGEN_DISABLE_PLUGINS="ngram, keras,nothing")
    models = [row["name"] for row in json.loads(done.stdout) if row["kind"] == "model"]
    assert models == []
    (line,) = done.stderr.splitlines()
    assert 'MUSEGEN_DISABLE_PLUGINS: no plugin "nothing" (installed: abc' in line


def test_a_trace_tells_what_each_plugin_imported(wrong: Path) -> None:
    """The modules that were not there before it, and how long that took."""
    rows = json.loads(python("-m", "musegen", "plugins", "--trace", "--json", path=wrong).stdout)
    loads = {row["plugin"]: row for row in rows}
    assert loads["zright"]["modules"] == ["zright"]
    assert loads["zright"]["distribution"] == "wrong-plugins"
    assert "musegen_char.plugin" in loads["char"]["modules"]
    assert all(row["seconds"] > 0 for row in rows)
    shown = python("-m", "musegen", "plugins", "--trace").stdout
    assert "musegen_keras (" in shown


def test_options_are_shown_with_all_that_the_schema_has() -> None:
    """Types, defaults, bounds and descriptions; and an unknown name with the close one."""
    shown = python("-m", "musegen", "plugins", "show", "ngram").stdout
    assert 'model "ngram", version 2, plugin ngram of musegen' in shown
    wanted = 'order: integer or one of "auto", default "auto", at least 1, at most 12\n  Number of tokens'
    assert wanted in shown
    both = python("-m", "musegen", "plugins", "show", "abc").stdout
    assert "paths: array of string, must be given, items at least 1" in both
    assert "strict: boolean, default false" in both
    schema = json.loads(python("-m", "musegen", "plugins", "show", "ngram", "--json").stdout)
    assert schema["model"]["properties"]["order"]["anyOf"][0]["maximum"] == 12
    unknown = python("-m", "musegen", "plugins", "show", "ngrm")
    assert unknown.returncode == 2
    assert 'no component "ngrm"; did you mean "ngram"?' in unknown.stderr


def tokenizers(**more: object) -> SimpleNamespace:
    """A plugin without components."""

    @hookimpl
    def musegen_tokenizers() -> list[Component[object]]:
        return [component("words", version=1, options=Options, build=lambda options: object())]

    return SimpleNamespace(musegen_tokenizers=musegen_tokenizers, **more)


@pytest.mark.parametrize("version", ["1.0", musegen.API_VERSION])
def test_an_api_version_that_is_there(version: str) -> None:
    """The same first number, and no larger second one."""
    plugins = Plugins()
    plugins.add(tokenizers(musegen_api=version), "words")
    assert plugins.names("tokenizer") == ["words"]


@pytest.mark.parametrize(
    ("version", "advice"),
    [("0.9", "an older musegen"), ("1.99", "a newer musegen"), ("2.0", "a newer musegen")],
)
def test_an_api_version_that_is_not_there(version: str, advice: str) -> None:
    """The line says which there is and what to install."""
    with pytest.raises(
        PluginError, match=rf"plugin API {version}, but this musegen has {musegen.API_VERSION}.*{advice}"
    ):
        Plugins().add(tokenizers(musegen_api=version), "words")


def test_a_deprecated_hook_warns_where_it_is_implemented() -> None:
    """By pluggy's ``warn_on_impl``: the plugin still works, and its author reads the line in question."""
    spec, old = pluggy.HookspecMarker("musegen"), DeprecationWarning("use musegen_tokenizers")

    class Specs:
        @spec(warn_on_impl=old)
        def musegen_alphabets(self) -> list[object]:
            """A hook of old."""
            return []

    @hookimpl
    def musegen_alphabets() -> list[object]:
        return []

    plugins = Plugins()
    plugins._manager.add_hookspecs(Specs)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        plugins.add(tokenizers(musegen_alphabets=musegen_alphabets), "old")
    assert plugins.names("tokenizer") == ["words"]
    (warning,) = caught
    assert warning.category is DeprecationWarning
    assert (warning.filename, warning.lineno) == (__file__, musegen_alphabets.__code__.co_firstlineno)
