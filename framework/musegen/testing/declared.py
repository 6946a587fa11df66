"""The laws of every component, of any kind."""

from __future__ import annotations

import json
import pickle
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from musegen.option_faults import option_faults
from musegen.options import Options
from musegen.plugins.registry import Plugins, installed_plugins
from musegen.protocols.component import Component
from musegen.testing.laws import Laws, short

T = TypeVar("T")

HEAVY = ("tensorflow", "keras", "torch", "jax", "matplotlib", "music21", "pandas", "scipy", "sklearn")
"""Modules that take a second or more to import."""

_LOAD = """
import importlib, importlib.util, json, sys
name, file, qualname, options, folder, heavy, path = json.loads(sys.argv[1])
sys.path[:] = path
try:
    module = importlib.import_module(name)
except ImportError:
    spec = importlib.util.spec_from_file_location(name, file)
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
cls = module
for part in qualname.split("."):
    cls = getattr(cls, part)
from pathlib import Path
cls.model_validate_json(json.dumps(options), context={"folder": Path(folder)})
print(*sorted(name for name in heavy if name in sys.modules))
"""


def connected(component: Component[T], plugins: Plugins | None) -> Component[T]:
    """The component with the components that it needs, from ``plugins`` or from the installed ones."""
    if not component.needs:
        return component
    return (installed_plugins() if plugins is None else plugins).connected(component)


def check_declared(kind: str, component: Component[Any], options: Mapping[str, Any] | None) -> Options:
    """The checked options of a component. Raises ContractError if its declaration breaks a law."""
    laws = Laws(f'{kind} "{component.name}"')
    plain = dict(options or {})
    _check_names(laws, component)
    built = check_options(laws, component.options, plain)
    _check_imports(laws, component, plain)
    return built


def _check_names(laws: Laws, component: Component[Any]) -> None:
    laws.require(
        re.fullmatch(r"[a-z][a-z0-9_.-]*", component.name) is not None,
        "a name is lower-case letters, digits and - . _, beginning with a letter",
        f"got {component.name!r}",
    )
    version = component.version
    laws.require(type(version) is int and version >= 1, "a version is an int from 1", f"got {version!r}")
    laws.require(bool(component.summary), "the docstring of the options says what the component is")
    dotted = [name for name in component.requires if not name.isidentifier()]
    laws.require(not dotted, "requires names top-level modules", f"got {', '.join(dotted)}")


def check_options(laws: Laws, cls: type[Options], plain: dict[str, Any]) -> Options:
    """The checked options of this class. Raises ContractError if the class breaks a law of options."""
    law = "options are a subclass of musegen.Options"
    laws.require(isinstance(cls, type) and issubclass(cls, Options), law, f"got {cls!r}")
    try:
        options = cls.model_validate_json(json.dumps(plain), context={"folder": Path.cwd()})
    except ValidationError as error:
        first = option_faults(error, plain)[0]
        line = f"give options that it takes: {first}"
        raise ValueError(f"{laws.subject}: {line}") from None
    with laws.refuses("options refuse a key they do not have", ValidationError):
        cls.model_validate({**plain, "no_such_option": 1}, strict=False)
    if "<locals>" not in cls.__qualname__:
        law = "options can be pickled"
        with laws.works(law):
            laws.require(pickle.loads(pickle.dumps(options)) == options, law, "they come back changed")
    with laws.works("options are written as JSON"):
        json.dumps(options.model_dump(mode="json"), allow_nan=False)
    law = "options cannot be changed"
    for field in cls.model_fields:
        with laws.refuses(law, ValidationError):
            setattr(options, field, getattr(options, field))
    return options


def _check_imports(laws: Laws, component: Component[Any], plain: dict[str, Any]) -> None:
    """Check the imports in another Python process, because this one has already imported everything."""
    cls = component.options
    if "<locals>" in cls.__qualname__:
        return  # another process could not import it
    module = sys.modules[cls.__module__]
    heavy = [*{*HEAVY, *component.requires}]
    arguments = [
        *(cls.__module__, getattr(module, "__file__", "") or "", cls.__qualname__),
        *(plain, str(Path.cwd()), heavy, sys.path),
    ]
    done = subprocess.run(
        [sys.executable, "-c", _LOAD, json.dumps(arguments)], check=False, capture_output=True, text=True
    )
    law = "a plugin is imported alone, in a fresh Python"
    last = done.stderr.strip().splitlines()[-1:] or [""]
    laws.require(done.returncode == 0, law, short(last[0]))
    law = "heavy imports are made inside build, not when the plugin is loaded"
    laws.require(not done.stdout.strip(), law, f"imported: {done.stdout.strip()}")
