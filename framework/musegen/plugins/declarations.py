"""Checks what a plugin declares, before any of it is taken up."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from typing import Any

import pluggy
from pydantic import ValidationError

from musegen.errors import PluginError, closest
from musegen.options import Options, option_faults
from musegen.plugins.hookspecs import API_VERSION, KINDS
from musegen.plugins.installed import keyword
from musegen.plugins.loading import isolated
from musegen.protocols.commands import BUILT_IN, Command
from musegen.protocols.component import Component


def check_api(plugin: object) -> None:
    """Raises PluginError where the plugin's ``musegen_api`` asks for what this musegen does not have.

    ``musegen_api = "1.2"`` is written for API 1.2: it works with 1.2, 1.3 and so on, and not with 2.0.
    """
    wanted = getattr(plugin, "musegen_api", API_VERSION)
    try:
        major, minor = map(int, wanted.split("."))
    except (AttributeError, ValueError):
        raise PluginError(
            f'musegen_api names the API version it was written for, as "{API_VERSION}" (got {wanted!r})'
        ) from None
    ours = tuple(map(int, API_VERSION.split(".")))
    if major != ours[0] or minor > ours[1]:
        newer = (major, minor) > ours
        advice = "a newer musegen" if newer else "a newer version of the plugin, or an older musegen"
        raise PluginError(
            f"it is written for musegen's plugin API {wanted}, this one has {API_VERSION}; install {advice}"
        )


def check_hooks(manager: pluggy.PluginManager, plugin: object) -> None:
    """Raises PluginError for an implementation of a hook that does not exist, or with other arguments.

    A function that has a hook's name and no ``@hookimpl`` would never be called, no more than a plugin
    without any hook; both are mistakes too.
    """
    hooks = {name: hook for name, hook in vars(manager.hook).items() if name[0] != "_" and hook.has_spec()}
    implemented = 0
    for name in dir(plugin):
        options = manager.parse_hookimpl_opts(plugin, name)
        function = getattr(plugin, name, None)
        if options is None:
            if name in hooks and inspect.isroutine(function):
                raise PluginError(f"{name} lacks @musegen.hookimpl{defined(function)}")
            continue
        wanted = options.get("specname") or name
        if wanted not in hooks:
            if options.get("optionalhook"):
                continue
            close = closest(wanted, hooks)
            hint = f"did you mean {close}?" if close else f"hooks: {', '.join(hooks)}"
            raise PluginError(f'no hook "{wanted}"; {hint}{defined(function)}')
        spec = hooks[wanted].spec
        takes = (*spec.argnames, *spec.kwargnames)
        for argument in inspect.signature(getattr(plugin, name)).parameters:
            if argument not in takes:
                choice = f"it takes {', '.join(takes)}" if takes else "it takes none"
                raise PluginError(f'{wanted} has no argument "{argument}"; {choice}{defined(function)}')
        implemented += 1
    if not implemented:
        raise PluginError(f"it implements no hook; hooks: {', '.join(hooks)}")


def declared_components(hook: str, function: Callable[..., object]) -> list[Component[Any]]:
    """What an implementation of a hook returns. Raises PluginError unless that is a list of usable ones."""
    returned = _declared(hook, function, "components")
    for one in returned:
        if not isinstance(one, Component):
            raise PluginError(
                f"{hook} returns {one!r:.60} among its components; declare one with "
                f"musegen.component(...){defined(function)}"
            )
        _check_component(hook, one, function)
    return returned


def declared_commands(function: Callable[..., object]) -> list[Command]:
    """What an implementation of ``musegen_commands`` returns. Raises PluginError as above."""
    hook = "musegen_commands"
    returned = _declared(hook, function, "commands")
    for one in returned:
        if not isinstance(one, Command):
            raise PluginError(
                f"{hook} returns {one!r:.60} among its commands; describe one with "
                f"musegen.Command(...){defined(function)}"
            )
        if not isinstance(one.name, str) or not re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", one.name):
            raise PluginError(
                f"{hook}: {one.name!r} is no name for a command: it is lower-case letters, digits and "
                f"single hyphens, beginning with a letter{defined(function)}"
            )
        if one.name in BUILT_IN:
            raise PluginError(f'{hook}: the command "{one.name}" is musegen\'s own{defined(function)}')
        if not (isinstance(one.help, str) and callable(one.add_arguments) and callable(one.run)):
            raise PluginError(
                f'{hook}: the command "{one.name}" needs help, a text, and add_arguments and run, functions'
                f"{defined(function)}"
            )
    return returned


def _declared(hook: str, function: Callable[..., object], what: str) -> list[Any]:
    with isolated():
        returned = function()
    if not isinstance(returned, list):
        raise PluginError(
            f"{hook} returns a {type(returned).__name__}, not a list of {what}{defined(function)}"
        )
    return returned


def _check_component(hook: str, one: Component[Any], function: Callable[..., object]) -> None:
    if not isinstance(one.name, str) or not one.name or not callable(one.build):
        raise PluginError(f"{hook}: a component has a name and a build function{defined(function)}")
    if not one.name.isprintable() or set(one.name) & set(" ,\"'"):
        raise PluginError(
            f"{hook}: {one.name!r} is no name for a component: it has no spaces, commas or quotes"
            f"{defined(function)}"
        )
    options = one.options
    if not (isinstance(options, type) and issubclass(options, Options)):
        raise PluginError(
            f'{hook}: the options of "{one.name}" are no subclass of musegen.Options{defined(function)}'
        )
    _check_options(hook, one.name, options)
    _check_needs(hook, one)
    sampling = one.sampling
    if sampling is None:
        return
    if hook != "musegen_models":
        raise PluginError(f'{hook}: sampling of "{one.name}": only a model has it{defined(function)}')
    if not (isinstance(sampling, type) and issubclass(sampling, Options)):
        raise PluginError(
            f'{hook}: sampling of "{one.name}" is no subclass of musegen.Options{defined(function)}'
        )
    _check_options(hook, one.name, sampling)
    for key, field in sampling.model_fields.items():
        if field.is_required():
            raise PluginError(f'{hook}: sampling of "{one.name}": {key} has no default{defined(sampling)}')


def _check_options(hook: str, name: str, options: type[Options]) -> None:
    """Raises PluginError for options of the component ``name`` whose types or defaults are broken."""
    try:
        complete = options.model_rebuild()
    except Exception as error:
        text = " ".join(str(error).partition("\n\nFor further")[0].split())
        raise PluginError(
            f'{hook}: the options of "{name}" are broken: {text:.200}{defined(options)}'
        ) from error
    try:
        options()
    except ValidationError as error:
        for fault in option_faults(error):
            if fault.kind != "missing":
                raise PluginError(
                    f'{hook}: the default of option {fault.place[0]} of "{name}" breaks its own type: '
                    f"{fault.message} (got {fault.given!r:.40}){defined(options)}"
                ) from error
    if complete is False:
        raise PluginError(f'{hook}: the options of "{name}" are incomplete{defined(options)}')


def _check_needs(hook: str, one: Component[Any]) -> None:
    """Raises PluginError where what a component needs cannot be found or given."""
    for kind, name in one.needs.items():
        if kind not in KINDS or not isinstance(name, str):
            raise PluginError(
                f'{hook}: "{one.name}" needs {kind!r}: {name!r}; needs give the name of a component by its '
                f"kind, one of: {', '.join(KINDS)}{defined(one.build)}"
            )
    try:
        inspect.signature(one.build).bind(object(), **{keyword(kind): object() for kind in one.needs})
    except TypeError as error:
        takes = ", ".join(["options", *map(keyword, one.needs)])
        raise PluginError(
            f'{hook}: the build function of "{one.name}" must take ({takes}): {error}{defined(one.build)}'
        ) from None
    except ValueError:  # a built-in, which has no signature
        return


def defined(thing: object) -> str:
    """``" (file:line)"`` of a function or class, as far as it can be known."""
    try:
        file = inspect.getsourcefile(thing)  # type: ignore[arg-type]
        _, line = inspect.getsourcelines(thing)  # type: ignore[arg-type]
    except (OSError, TypeError):
        return ""
    return f" ({file}:{line})"
