"""Checks of a plugin's declarations, which are made before any of them is used."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from typing import Any

import pluggy
from pydantic import ValidationError

from musegen.errors import PluginError, closest
from musegen.option_faults import option_faults
from musegen.options import Options
from musegen.plugins.hookspecs import API_VERSION, KINDS
from musegen.plugins.installed import keyword
from musegen.plugins.loading import isolated
from musegen.protocols.commands import BUILT_IN, Command
from musegen.protocols.component import Component
from musegen.protocols.measures import Descriptor


def check_api(plugin: object) -> None:
    """Raises PluginError if this musegen does not have the plugin API that ``musegen_api`` asks for.

    A plugin with ``musegen_api = "1.2"`` works with API 1.2, 1.3 and so on, but not with 1.1 or 2.0.
    """
    wanted = getattr(plugin, "musegen_api", API_VERSION)
    try:
        major, minor = map(int, wanted.split("."))
    except (AttributeError, ValueError):
        raise PluginError(
            f'musegen_api must be the API version that the plugin is written for, such as "{API_VERSION}" '
            f"(got {wanted!r})"
        ) from None
    ours = tuple(map(int, API_VERSION.split(".")))
    if major != ours[0] or minor > ours[1]:
        newer = (major, minor) > ours
        advice = "a newer musegen" if newer else "a newer version of the plugin, or an older musegen"
        raise PluginError(
            f"it is written for musegen's plugin API {wanted}, but this musegen has {API_VERSION}; "
            f"install {advice}"
        )


def check_hooks(manager: pluggy.PluginManager, plugin: object) -> None:
    """Raises PluginError for an implementation of a hook that does not exist, or with wrong arguments.

    A function with the name of a hook but without ``@hookimpl`` would never be called, so it is a mistake
    too. So is a plugin without any hook.
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
                choice = f"it takes {', '.join(takes)}" if takes else "it takes no arguments"
                raise PluginError(f'{wanted} has no argument "{argument}"; {choice}{defined(function)}')
        implemented += 1
    if not implemented:
        raise PluginError(f"it implements no hook; hooks: {', '.join(hooks)}")


def declared_components(hook: str, function: Callable[..., object]) -> list[Component[Any]]:
    """The components that an implementation of a hook returns. Raises PluginError if one cannot be used."""
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
    """The commands that ``musegen_commands`` returns. Raises PluginError if one cannot be used."""
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
                f"{hook}: {one.name!r} is not a name for a command: use lower-case letters, digits and "
                f"single hyphens, beginning with a letter{defined(function)}"
            )
        if one.name in BUILT_IN:
            raise PluginError(
                f'{hook}: musegen itself has the command "{one.name}"; choose another name{defined(function)}'
            )
        if not (isinstance(one.help, str) and callable(one.add_arguments) and callable(one.run)):
            raise PluginError(
                f'{hook}: the command "{one.name}" needs the text help and the functions add_arguments '
                f"and run{defined(function)}"
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
        raise PluginError(f"{hook}: a component needs a name and a build function{defined(function)}")
    if not one.name.isprintable() or set(one.name) & set(" ,\"'"):
        raise PluginError(
            f"{hook}: {one.name!r} is not a name for a component: it must not have spaces, commas or quotes"
            f"{defined(function)}"
        )
    options = one.options
    if not (isinstance(options, type) and issubclass(options, Options)):
        raise PluginError(
            f'{hook}: the options of "{one.name}" are not a subclass of musegen.Options{defined(function)}'
        )
    _check_options(hook, one.name, options)
    _check_needs(hook, one)
    _check_descriptors(hook, one)
    sampling = one.sampling
    if sampling is None:
        return
    if hook != "musegen_models":
        raise PluginError(f'{hook}: sampling of "{one.name}": only a model can have it{defined(function)}')
    if not (isinstance(sampling, type) and issubclass(sampling, Options)):
        raise PluginError(
            f'{hook}: sampling of "{one.name}" is not a subclass of musegen.Options{defined(function)}'
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
        for fault in option_faults(error, {}):
            if fault.kind != "missing":
                raise PluginError(
                    f'{hook}: the default of option {fault.place[0]} of "{name}" breaks its own type: '
                    f"{fault.said}{defined(options)}"
                ) from error
    if complete is False:
        raise PluginError(f'{hook}: the options of "{name}" are incomplete{defined(options)}')


def _check_needs(hook: str, one: Component[Any]) -> None:
    """Raises PluginError if ``needs`` is not valid, or if the build function cannot take these components."""
    for kind, name in one.needs.items():
        if kind not in KINDS or not isinstance(name, str):
            raise PluginError(
                f'{hook}: "{one.name}" needs {kind!r}: {name!r}; write needs as the kind and the name of a '
                f"component, with a kind of: {', '.join(KINDS)}{defined(one.build)}"
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


def _check_descriptors(hook: str, one: Component[Any]) -> None:
    """Raises PluginError if a measure does not say what it gives, and if another component does."""
    at = defined(one.build)
    if hook != "musegen_measures":
        if one.descriptors:
            raise PluginError(f'{hook}: descriptors of "{one.name}": only a measure can have them{at}')
        return
    if not one.descriptors:
        raise PluginError(
            f'{hook}: "{one.name}" says nothing about its figures; give component(..., descriptors=...) '
            f"those of the measure{at}"
        )
    for each in one.descriptors:
        if not isinstance(each, Descriptor):
            raise PluginError(f'{hook}: {each!r:.60} of "{one.name}" is not a musegen.Descriptor{at}')
        if not isinstance(each.name, str) or not re.fullmatch(r"[a-z][a-z0-9_]*", each.name):
            raise PluginError(
                f'{hook}: {each.name!r} of "{one.name}" is not a name for a descriptor: use lower-case '
                f"letters, digits and _, beginning with a letter{at}"
            )


def defined(thing: object) -> str:
    """The place of a function or class, as in ``" (file:line)"``; empty if it is not known."""
    try:
        file = inspect.getsourcefile(thing)  # type: ignore[arg-type]
        _, line = inspect.getsourcelines(thing)  # type: ignore[arg-type]
    except (OSError, TypeError):
        return ""
    return f" ({file}:{line})"
