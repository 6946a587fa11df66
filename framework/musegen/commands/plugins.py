"""The commands ``musegen plugins``, ``plugins show`` and ``plugins new``."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING

from musegen.commands.console import report_faults
from musegen.protocols.commands import Command

if TYPE_CHECKING:
    from musegen.plugins.installed import Installed
    from musegen.plugins.registry import Plugins

SCAFFOLDS = ("corpus-reader", "notation", "tokenizer", "model", "renderer", "rule", "measure")
"""Kinds of components that ``plugins new`` can write."""


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print the list as JSON")
    parser.add_argument(
        "--trace", action="store_true", help="show how long each plugin took to load, and what it imported"
    )
    parser.set_defaults(action=_list)
    actions = parser.add_subparsers(
        metavar="ACTION", help="without an action, every installed component is listed"
    )
    show = actions.add_parser("show", help="show a component's options: types, defaults, bounds, meaning")
    show.add_argument("name", metavar="NAME", help="name of the component, as `musegen plugins` lists it")
    show.add_argument("--json", action="store_true", help="print the options as JSON Schema")
    show.set_defaults(action=_show)
    new = actions.add_parser("new", help="write a small package with a working component and its tests")
    new.add_argument(
        "kind", choices=SCAFFOLDS, metavar="KIND", help=f"kind of component: {', '.join(SCAFFOLDS)}"
    )
    new.add_argument("name", metavar="NAME", help="name of the component, its package and its folder")
    new.set_defaults(action=_new)


def _list(options: argparse.Namespace) -> int:
    from musegen.plugins.registry import installed_plugins

    report_faults()
    plugins = installed_plugins()
    if options.trace:
        return _trace(plugins, options.json)
    rows = plugins.rows()
    if options.json:
        print(json.dumps(rows, indent=2, ensure_ascii=False))
        return 0
    widths = [max((len(str(row[key])) for row in rows), default=0) for key in ("kind", "name", "plugin")]
    for row in rows:
        kind, name, plugin = (
            str(row[key]).ljust(width) for key, width in zip(("kind", "name", "plugin"), widths, strict=True)
        )
        missing = row["missing"]
        needs = f"  (needs {', '.join(missing)})" if isinstance(missing, list) and missing else ""
        origin = f"{row['distribution']} {row['distribution_version']}"
        print(f"{kind}  {name}  v{row['version']}  {plugin}  {origin}  {row['summary']}{needs}")
    return 0


def _trace(plugins: Plugins, as_json: bool) -> int:
    """Print how long each plugin took to load, and the modules that no plugin before it had imported."""
    if as_json:
        rows = [
            {
                "plugin": load.plugin,
                "distribution": load.distribution,
                "distribution_version": load.version,
                "seconds": round(load.seconds, 6),
                "modules": load.modules,
            }
            for load in plugins.loads
        ]
        print(json.dumps(rows, indent=2))
        return 0
    for load in plugins.loads:
        packages: dict[str, int] = {}
        for module in load.modules:
            package = module.partition(".")[0]
            packages[package] = packages.get(package, 0) + 1
        imported = ", ".join(name if count == 1 else f"{name} ({count})" for name, count in packages.items())
        print(
            f"{1000 * load.seconds:8.1f} ms  {load.plugin}  {load.distribution} {load.version}  "
            f"{imported or 'nothing new'}"
        )
    return 0


def _show(options: argparse.Namespace) -> int:
    from musegen.plugins.option_schema import options_schema
    from musegen.plugins.registry import installed_plugins

    report_faults()
    found = [one for one in installed_plugins() if one.component.name == options.name]
    if not found:
        raise _no_such(options.name, [one.component.name for one in installed_plugins()])
    if options.json:
        schemas = {one.kind: options_schema(one.component.options) for one in found}
        print(json.dumps(schemas, indent=2, ensure_ascii=False))
        return 0
    print("\n\n".join("\n".join(_described(one)) for one in found))
    return 0


def _no_such(name: str, names: list[str]) -> Exception:
    from musegen.errors import PluginError, did_you_mean

    hint = did_you_mean(name, names)
    return PluginError(f'no component "{name}"{hint} (installed: {", ".join(sorted(set(names)))})')


def _described(one: Installed) -> list[str]:
    from musegen.plugins.option_rows import option_rows

    component = one.component
    origin = f"plugin {one.plugin}" + (
        f" of {one.distribution} {one.distribution_version}" if one.distribution else ""
    )
    lines = [f'{one.kind} "{component.name}", version {component.version}, {origin}', component.summary]
    if missing := one.missing():
        lines.append(missing)
    rows = option_rows(component.options)
    if not rows:
        lines.append("It has no options.")
    for row in rows:
        value = f"default {row.default}" if row.default else "must be given"
        bounds = f", {row.bounds}" if row.bounds else ""
        lines += ["", f"{row.name}: {row.type}, {value}{bounds}", f"  {row.description}"]
    if component.descriptors:
        width = max(len(each.name) for each in component.descriptors)
        lines += ["", "It gives:"]
    for each in component.descriptors:
        lines.append(f"  {each.name:{width}}  {each.says}" + (f" ({each.unit})" if each.unit else ""))
    return lines


def _new(options: argparse.Namespace) -> int:
    from musegen.plugins.registry import installed_plugins
    from musegen.plugins.scaffold import write_package

    folder = Path(options.name)
    write_package(options.kind, folder, installed_plugins())
    print(
        f"{folder} is written; `pip install -e {folder}` installs it, `pytest {folder}` tests it, "
        f"`musegen plugins` then lists it"
    )
    return 0


def _run(options: argparse.Namespace) -> int:
    code: int = options.action(options)
    return code


COMMAND = Command(
    "plugins", "list installed components, show one, or write a new plugin", _add_arguments, _run
)
