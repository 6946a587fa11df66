"""The page of an evaluation: one HTML file with its pictures inside."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from html import escape
from typing import TYPE_CHECKING

from musegen.evaluation import pictures
from musegen.evaluation.showing import estimate, headlines
from musegen.plotting import can_plot

if TYPE_CHECKING:
    from musegen.evaluation.described import Compared
    from musegen.evaluation.findings import Findings

_STYLE = (
    "body{font:15px/1.5 system-ui,sans-serif;max-width:75em;margin:2em auto;padding:0 1em}"
    "table{border-collapse:collapse;font-size:13px}td,th{padding:.15em .6em;text-align:right}"
    "td:first-child,th:first-child{text-align:left}tr.far{background:#b5462f22}tr:hover{background:#8882}"
    "img{max-width:100%}pre{white-space:pre-wrap}"
)


def page(found: Findings) -> bytes:
    """The content of ``evaluation.html``. It loads nothing from elsewhere."""
    title = escape(f"{found.new.name} against {found.real.name}")
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        f"<style>{_STYLE}</style></head><body>{body(found)}</body></html>\n"
    ).encode()


def body(found: Findings) -> str:
    """The page without its head, as notebooks show it."""
    return "".join(_parts(found))


def _parts(found: Findings) -> Iterator[str]:
    yield f"<h1>{escape(found.new.name)} against {escape(found.real.name)}</h1>"
    yield "<ul>"
    yield from (f"<li>{escape(line.strip())}</li>" for line in [*headlines(found), *found.remarks])
    yield "</ul>"
    if can_plot():
        yield _picture(pictures.distances(found.compared), "distance of each descriptor")
        yield _picture(pictures.distributions(found), "distributions of the descriptors that differ most")
    else:
        yield '<p>The pictures are not drawn: they need matplotlib; pip install "musegen[plot]"</p>'
    names = ("descriptor", "new", "real", "distance (95 % interval)", "real from real", "95 % below")
    yield "<table><thead><tr>" + "".join(f"<th>{name}</th>" for name in names) + "</tr></thead><tbody>"
    measure = ""
    for each in found.compared:
        if each.measure != measure:
            measure = each.measure
            yield f'<tr><th colspan="6">{escape(measure)}</th></tr>'
        yield _row(each)
    yield "</tbody></table>"


def _row(each: Compared) -> str:
    cells = (
        each.descriptor.says,
        estimate(each.new, each.shown),
        estimate(each.real, each.shown),
        estimate(each.distance, "{:.2f}".format),
        "-" if each.floor is None else f"{each.floor:.2f}",
        "-" if each.limit is None else f"{each.limit:.2f}",
    )
    far = ' class="far"' if each.within is False else ""
    return f"<tr{far}>" + "".join(f"<td>{escape(cell)}</td>" for cell in cells) + "</tr>"


def _picture(png: bytes, alt: str) -> str:
    return f'<p><img alt="{alt}" src="data:image/png;base64,{base64.b64encode(png).decode()}"></p>'
