"""An ABC file with other tunes in it: what is not a tune stays as it stands."""

from __future__ import annotations

import codecs
import re
from collections.abc import Sequence

from musegen import Tune
from musegen_abc.charset import decoded, encoded
from musegen_abc.layout import LINE_END, split_lines
from musegen_abc.splitting import completed, file_header, tune_spans

_LINE_END = re.compile(f"({LINE_END.pattern})")


def rewrite_abc(content: bytes, tunes: Sequence[Tune]) -> bytes:
    """``content``, an ABC file, with ``tunes`` in place of its own, in their order.

    File header, free text and line ends are kept; a field that a tune inherited from the file header is
    written there alone. It is in UTF-8, and says so where it has more than ASCII (ABC 2.1 §3.1.17).
    """
    text = decoded(content).text
    mark = "\ufeff" if content.startswith(codecs.BOM_UTF8) else ""
    parts = [*_LINE_END.split(text), ""]
    lines, ends = parts[:-1:2], parts[1::2]
    inherited = file_header(lines)
    written, place = list[str](), 0
    for (begin, end), tune in zip(tune_spans(lines), tunes, strict=True):
        written += _joined(lines[place:begin], ends[place:begin])
        read, first, added = completed(lines[begin:end], inherited)
        new = split_lines(tune.text)
        if new[first : first + added] == read[first : first + added]:
            del new[first : first + added]
        same = len(new) == end - begin
        written += _joined(new, ends[begin:end] if same else [ends[begin]] * len(new))
        place = end
    written += _joined(lines[place:], ends[place:])
    return encoded(mark + "".join(written))


def _joined(lines: Sequence[str], ends: Sequence[str]) -> list[str]:
    return [line + end for line, end in zip(lines, ends, strict=True)]
