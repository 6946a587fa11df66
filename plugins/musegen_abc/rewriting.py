"""An ABC file with other tunes in it: what is not a tune stays as it stands."""

from __future__ import annotations

import codecs
import re
from collections.abc import Sequence

from musegen import Tune
from musegen_abc.layout import split_lines
from musegen_abc.splitting import file_header, inherited_lines, tune_spans

_LINE_END = re.compile(r"(\r\n|\r|\n)")


def rewrite_abc(content: bytes, tunes: Sequence[Tune]) -> bytes:
    """``content``, an ABC file, with ``tunes`` in place of its own, in their order.

    File header, free text, line ends and encoding are kept; a field that a tune inherited from the file
    header is written there alone.
    """
    encoding, text = _decoded(content)
    parts = [*_LINE_END.split(text), ""]
    lines, ends = parts[:-1:2], parts[1::2]
    inherited = file_header(lines)
    written, place = list[str](), 0
    for (begin, end), tune in zip(tune_spans(lines), tunes, strict=True):
        written += _joined(lines[place:begin], ends[place:begin])
        added = inherited_lines(lines[begin:end], inherited)
        new = split_lines(tune.text)
        if new[1 : 1 + len(added)] == added:
            del new[1 : 1 + len(added)]
        same = len(new) == end - begin
        written += _joined(new, ends[begin:end] if same else [ends[begin]] * len(new))
        place = end
    written += _joined(lines[place:], ends[place:])
    try:
        return "".join(written).encode(encoding)
    except UnicodeEncodeError:  # a tune has been given what Latin-1 cannot write
        return "".join(written).encode()


def _joined(lines: Sequence[str], ends: Sequence[str]) -> list[str]:
    return [line + end for line, end in zip(lines, ends, strict=True)]


def _decoded(content: bytes) -> tuple[str, str]:
    """Encoding and text: UTF-8 with a mark, UTF-8 or Latin-1."""
    if content.startswith(codecs.BOM_UTF8):
        return "utf-8-sig", content.decode("utf-8-sig")
    try:
        return "utf-8", content.decode()
    except UnicodeDecodeError:
        return "latin-1", content.decode("latin-1")
