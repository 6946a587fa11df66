"""Commands: one module each, described as a plugin describes its own."""

from __future__ import annotations

import argparse
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Literal

import pytest
from pydantic import Field

import musegen.commands
from helpers.distributions import install, python
from musegen import Command, Component, Options, PluginError, Plugins, component, hookimpl, installed_plugins
from musegen.commands.main import main, parse
from musegen.models.sample_options import Sample
from musegen.protocols.commands import BUILT_IN

PLUGIN = """
from musegen import Command, MusegenError, hookimpl

print("loaded")

def add_arguments(parser):
    parser.add_argument("name")
    parser.add_argument("--loud", action="store_true")

def run(options):
    if options.name == "nobody":
        raise MusegenError("nobody: is not here; name somebody")
    if options.name == "bug":
        raise RuntimeError("out of order")
    print(f"hello {options.name}" + "!" * options.loud)
    return 3

@hookimpl
def musegen_commands():
    return [Command("greet", "say hello, 100 % of the time", add_arguments, run)]
"""
TAKEN = """
from musegen import Command, hookimpl

@hookimpl
def musegen_commands():
    return [Command("render", "another one", print, print)]
"""


def declared(*commands: Any, returned: Any = None) -> SimpleNamespace:
    """A plugin with these commands."""

    @hookimpl
    def musegen_commands() -> Any:
        return list(commands) if returned is None else returned

    return SimpleNamespace(musegen_commands=musegen_commands)


def command(name: Any, help: Any = "help", run: Any = lambda options: 0) -> Command:
    """A command that does nothing."""
    return Command(name, help, lambda parser: None, run)


@pytest.fixture
def greeting(tmp_path: Path) -> Path:
    """A folder with a distribution whose plugin has a command."""
    (tmp_path / "greeting.py").write_text(PLUGIN)
    install(tmp_path, "my-greeting", {"greeting": "greeting"})
    return tmp_path


def test_each_command_of_musegen_is_a_module_of_its_own() -> None:
    """Which describes it under its own name."""
    folder = Path(musegen.commands.__path__[0])
    helpers = {"__init__", "main", "console", "flags"}
    assert {path.stem for path in folder.glob("*.py")} - helpers == set(BUILT_IN)
    for name in BUILT_IN:
        described = import_module(f"musegen.commands.{name}").COMMAND
        assert isinstance(described, Command)
        assert described.name == name
        assert described.help


@pytest.mark.parametrize("name", BUILT_IN)
def test_each_command_of_musegen_has_help(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Its own parser shows it."""
    with pytest.raises(SystemExit) as left:
        main([name, "--help"])
    assert left.value.code == 0
    assert f"usage: musegen {name} " in capsys.readouterr().out


def test_musegens_own_plugins_have_no_commands() -> None:
    """Help relies on it: it loads no plugin where no other distribution has one."""
    assert [one.plugin for one in installed_plugins().commands if one.distribution == "musegen"] == []


def test_a_plugins_command_is_there_like_a_built_in_one(greeting: Path) -> None:
    """With its own arguments and exit code, and in the list."""
    done = python("-m", "musegen", "greet", "Ann", "--loud", path=greeting)
    assert (done.returncode, done.stdout) == (3, "hello Ann!\n")
    assert "--loud" in python("-m", "musegen", "greet", "--help", path=greeting).stdout
    for arguments in ((), ("--help",)):
        listed = python("-m", "musegen", *arguments, path=greeting)
        assert "say hello, 100 % of the time" in listed.stdout
        assert "write the tunes of some files" in listed.stdout


def test_a_built_in_command_loads_no_plugin(greeting: Path) -> None:
    """Nor does the version."""
    for arguments in (["--version"], ["corpus"], ["convert", "--help"]):
        done = python("-m", "musegen", *arguments, path=greeting)
        assert done.returncode == 0
        assert "loaded" not in done.stdout + done.stderr
    assert "loaded" in python("-m", "musegen", "greet", "Ann", path=greeting).stderr


def test_a_mistake_in_a_plugins_command_is_one_line(greeting: Path) -> None:
    """Exit code 2, as ever."""
    done = python("-m", "musegen", "greet", "nobody", path=greeting)
    assert done.returncode == 2
    assert done.stderr == "loaded\nnobody: is not here; name somebody\n"


def test_a_bug_in_a_plugins_command_traces_back_and_names_the_plugin(greeting: Path) -> None:
    """So that whoever reads it knows whom to tell."""
    done = python("-m", "musegen", "greet", "bug", path=greeting)
    assert done.returncode == 1
    assert "RuntimeError: out of order" in done.stderr
    assert done.stderr.endswith('in the command "greet", plugin "greeting" of my-greeting 1.0\n')


def test_a_bug_in_a_plugins_flags_names_the_plugin_too() -> None:
    """They are the plugin's code as well."""

    def broken(parser: argparse.ArgumentParser) -> None:
        parser.add_argument("same")
        parser.add_argument(7)  # type: ignore[call-overload]

    plugins = Plugins()
    plugins.add(declared(Command("odd", "help", broken, lambda options: 0)), "odd", "some-dist", "2.0")
    (one,) = plugins.commands
    with pytest.raises(TypeError) as caught:
        one.blamed().add_arguments(argparse.ArgumentParser())
    assert caught.value.__notes__ == ['in the command "odd", plugin "odd" of some-dist 2.0']


def test_an_unknown_command_is_one_line(greeting: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The close one is named, a plugin's too."""
    assert main(["rnder", "tunes.abc"]) == 2
    said = capsys.readouterr().err
    assert said.startswith('no command "rnder"; did you mean "render"? (commands: run, train, ')
    assert len(said.splitlines()) == 1
    done = python("-m", "musegen", "great", path=greeting)
    assert done.returncode == 2
    assert 'no command "great"; did you mean "greet"?' in done.stderr


def test_a_command_with_a_name_of_musegens_costs_its_plugin(tmp_path: Path) -> None:
    """One line says whose it is; musegen's own is not touched."""
    (tmp_path / "taken.py").write_text(TAKEN)
    install(tmp_path, "my-taken", {"taken": "taken"})
    done = python("-m", "musegen", "--help", path=tmp_path)
    (line,) = done.stderr.splitlines()
    assert line.startswith(
        'musegen: plugin "taken" of my-taken 1.0 cannot be used: musegen_commands: musegen itself has the '
        'command "render"'
    )
    assert "write the tunes of some files" in done.stdout
    assert "another one" not in done.stdout


@pytest.mark.parametrize(
    ("plugin", "said"),
    [
        (declared("greet"), "returns 'greet' among its commands"),
        (declared(returned=(command("a"),)), "returns a tuple, not a list of commands"),
        (declared(command("Greet")), "'Greet' is not a name for a command"),
        (declared(command("say hello")), "'say hello' is not a name for a command"),
        (declared(command(None)), "None is not a name for a command"),
        (declared(command("train")), 'musegen itself has the command "train"'),
        (declared(command("greet", help=None)), 'the command "greet" needs the text help'),
        (declared(command("greet", run="echo")), 'the command "greet" needs the text help'),
        (declared(command("greet"), command("greet")), 'command "greet" is declared twice'),
        (declared(command("first")), 'command "first" is declared by plugin "first" of one 1.0 too'),
    ],
)
def test_a_declaration_that_cannot_be_used_is_one_line(plugin: object, said: str) -> None:
    """It names the plugin, which is left out whole; those before it stay."""
    plugins = Plugins()
    plugins.add(declared(command("first")), "first", "one", "1.0")
    with pytest.raises(PluginError) as caught:
        plugins.add(plugin, "second", "two", "2.0")
    assert str(caught.value).startswith('plugin "second" of two 2.0 cannot be used: ')
    assert said in str(caught.value)
    assert [one.command.name for one in plugins.commands] == ["first"]


class Strange(Options):
    """Keys of every type, and such as the command has flags for."""

    wide: bool = False
    """Whether it is wide."""
    share: float | None = Field(None, examples=[0.5])
    """Part of it."""
    mood: Literal["glad", "sad"] = "glad"
    """Way to feel, 100 %."""
    many: tuple[int, ...] = ()
    """Nothing that a flag can say."""
    seed: int = 0
    """A flag of the command's own."""


@pytest.fixture
def strange(monkeypatch: pytest.MonkeyPatch) -> None:
    """A model with strange keys is installed."""

    @hookimpl
    def musegen_models() -> list[Component[Any]]:
        return [
            component("odd", version=1, options=Options, build=lambda options: object(), sampling=Strange)
        ]

    plugins = installed_plugins().with_files(())
    plugins.add(SimpleNamespace(musegen_models=musegen_models), "odd")
    monkeypatch.setattr("musegen.plugins.registry.installed_plugins", lambda: plugins)


def asked(*arguments: str) -> dict[str, Any]:
    """The keys that ``musegen sample`` is given."""
    _, options = parse(["sample", *arguments])
    given = vars(options).items()
    return {name.removeprefix("sample."): value for name, value in given if name.startswith("sample.")}


def test_every_plain_key_of_sample_is_a_flag_of_its_type() -> None:
    """And of the models' keys; tables are left to pipelines. What is not given is not asked."""
    assert set(asked()) == {*Sample.model_fields, "precision"} - {"valid"}
    assert set(asked().values()) == {None}
    given = asked("-n", "3", "--top-p", "0.5", "--metre", "6/8", "--keep", "all", "--precision", "int8")
    told = {name: value for name, value in given.items() if value is not None}
    assert told == {"tunes": 3, "top_p": 0.5, "metre": "6/8", "keep": "all", "precision": "int8"}


@pytest.mark.parametrize(
    "wrong", [["-n", "x"], ["--keep", "some"], ["--precision", "int4"], ["--valid", "1"]]
)
def test_a_flag_takes_only_what_its_key_does(wrong: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """The command line's parser says so."""
    with pytest.raises(SystemExit) as left:
        parse(["sample", *wrong])
    assert left.value.code == 2
    assert ": error: " in capsys.readouterr().err


def test_flags_say_what_their_keys_mean(capsys: pytest.CaptureFixture[str]) -> None:
    """In the words below the field, with default or example."""
    with pytest.raises(SystemExit):
        main(["sample", "--help"])
    said = " ".join(capsys.readouterr().out.split())
    assert "--temperature TEMPERATURE How boldly the model chooses." in said
    assert "--metre METRE Metre of every tune. If left out, the model chooses. (such as 6/8)" in said
    assert "Number of tunes to write. (default: 8)" in said


def test_keys_of_a_plugins_model_are_flags(strange: None, capsys: pytest.CaptureFixture[str]) -> None:
    """Of the types that a command line can give; a flag of the command keeps its name."""
    given = asked("--wide", "--share", "0.25", "--mood", "sad", "--seed", "4")
    assert (given["wide"], given["share"], given["mood"]) == (True, 0.25, "sad")
    assert not {"many", "seed"} & set(given)
    with pytest.raises(SystemExit):
        parse(["sample", "--help"])
    assert "Way to feel, 100 %. (default: glad)" in " ".join(capsys.readouterr().out.split())
