"""The statements of a pipeline file: their lines are right, and found in linear time, whatever the file."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from helpers.invented import NGRAM_PIPELINE, write_pipeline
from musegen import PipelineError
from musegen.pipeline import toml_lines
from musegen.pipeline.plan import load_plan
from musegen.pipeline.toml_lines import Place, statement_lines
from musegen.pipeline.toml_source import TomlSource, has

HARD = '''# c
a.b.c = [ # [
 1, "x]", """
]""",
 {q = 1, r.s = "t"}, [2,
  # remark
  3]]

[[corpus]]
use = "abc" # "
paths = [
 "a",  # ]

 "b"]
[corpus.sub]
x = \'\'\'
[no]
\'\'\'
[[corpus]]
"quoted key"."b" = 3
[[corpus.inner]]
k=1
[[corpus.inner]]
  k . l = 2
  k . m = 2

[z.y]
[z]
v = {}
w = "a\\\\"
u = """a\\""" """
t=1'''


def places(value: Any, at: Place = ()) -> Iterator[Place]:
    """All places of keys and tables."""
    yield at
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in inside:
        yield from places(each, (*at, key))


def parsed(text: str) -> dict[str, Any] | None:
    """The tables of a text, with the arrays closed that are open at its end; None if it ends elsewhere."""
    for closed in range(3):
        with suppress(tomllib.TOMLDecodeError):
            return tomllib.loads(text + "]" * closed)
    return None


def line_by_prefixes(text: str, place: Place) -> int:
    """The line after the longest part of the file that is valid and lacks the place, blanks left out."""
    lines = text.split("\n")
    begins = 0
    for count in range(1, len(lines) + 1):
        tables = parsed("\n".join(lines[:count]) + "\n")
        if tables is None:
            continue
        if has(tables, place):
            break
        begins = count
    while lines[begins].strip()[:1] in ("", "#"):
        begins += 1
    return begins + 1


@pytest.mark.parametrize("text", [HARD, NGRAM_PIPELINE])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_each_key_table_and_item_has_its_line(text: str, end: str, tmp_path: Path) -> None:
    """As counted by parsing one part of the file after another."""
    (tmp_path / "p.toml").write_bytes(text.replace("\n", end).encode())
    source = TomlSource.read(tmp_path / "p.toml")
    found = [place for place in places(source.tables) if place]
    assert len(found) > 15
    for place in found:
        assert source.where(place) == f"{tmp_path / 'p.toml'}:{line_by_prefixes(text, place)}", place
        assert source.where((*place, "none")) == source.where(place)


def test_a_file_is_parsed_a_few_times_at_most(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many lines come before what is looked for."""
    parsed: list[int] = []
    loads = tomllib.loads

    def counting(text: str) -> dict[str, Any]:
        parsed.append(len(text))
        return loads(text)

    monkeypatch.setattr(toml_lines.tomllib, "loads", counting)
    text = (
        "# remark\n" * 5000 + "".join(f"key{number} = {number}\n" for number in range(2000)) + "[last]\nx = 1"
    )
    assert statement_lines(text)["last", "x"] == 7002
    assert sum(parsed) <= len(text)


def refused(tmp_path: Path, text: str | bytes) -> list[str]:
    """The mistakes of a pipeline, without the folder that it lies in."""
    file = write_pipeline(tmp_path)
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    with pytest.raises(PipelineError) as error:
        load_plan(file)
    return [line.removeprefix(f"{tmp_path}/") for line in error.value.mistakes]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (f"# c\n\nseed = {'9' * 6000}\n", "pipeline.toml:3: a number has more than 4,300 digits"),
        (
            f"# c\n[run]\nseed = 0x{'f' * 600}",
            "pipeline.toml:3: run.seed: is an integer of more than 64 bits",
        ),
        (
            f"[run]\nx = [1, {{a = {2**64}}}]",
            "pipeline.toml:2: run.x.1.a: is an integer of more than 64 bits",
        ),
        ("\n" + ".".join("a" * 30_000) + " = 1", "pipeline.toml:2: a key has more than 32 parts"),
        ("[" + ".".join(['"b c"'] * 33) + "]", "pipeline.toml:1: a key has more than 32 parts"),
        ("x = {" + ".".join(["'b'"] * 33) + " = 1}", "pipeline.toml:1: a key has more than 32 parts"),
        ("x = " + "[" * 30_000, "pipeline.toml: is not valid TOML: maximum recursion depth exceeded"),
        (NGRAM_PIPELINE.encode("utf-16"), "pipeline.toml: is not UTF-8 text"),
    ],
    ids=["digits", "bits", "bits inside", "parts", "quoted parts", "inline parts", "depth", "UTF-16"],
)
def test_absurd_values_are_one_line(tmp_path: Path, text: str | bytes, line: str) -> None:
    """With the line of the file, and without a traceback."""
    (said,) = refused(tmp_path, text)
    assert said.startswith(line)


def test_dots_in_strings_are_no_key(tmp_path: Path) -> None:
    """Nor in comments, and 32 parts are not too many."""
    dots = ".".join("a" * 40)
    text = f"# {dots}\n[x]\ny = [\"{dots}\", '''\n{dots}''']\n{'.'.join('a' * 32)} = 1.5\n"
    (tmp_path / "p.toml").write_text(text)
    assert TomlSource.read(tmp_path / "p.toml").tables["x"]["y"] == [dots, dots]


def test_a_byte_order_mark_is_no_mistake(tmp_path: Path) -> None:
    """As some editors write it."""
    file = write_pipeline(tmp_path)
    file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes())
    assert load_plan(file).run_options.seed == 3


def test_so_many_mistakes_are_listed(tmp_path: Path) -> None:
    """The first hundred, and how many more there are."""
    said = refused(tmp_path, NGRAM_PIPELINE + "".join(f"[t{number}]\n" for number in range(500)))
    assert len(said) == 101
    assert said[99].endswith("t99: unknown table")
    assert said[100] == "pipeline.toml: and 400 mistakes more"


@pytest.mark.parametrize(
    ("override", "words"),
    [
        (f"run.seed={2**64}", r"--set run.seed=1844.*\.\.\.: is an integer of more than 64 bits"),
        (f"run.seed={'9' * 6000}", r"\.\.\.: run.seed: must be a whole number"),
        (f"render.{'9' * 6000}.swing=1", "render has no number 9"),
        (".".join("a" * 60) + "=1", "a key has more than 32 parts"),
        ("run.seed={" + ".".join("a" * 60) + "=1}", "a key has more than 32 parts"),
    ],
    ids=["bits", "digits", "index", "parts", "inline parts"],
)
def test_overrides_are_bounded_too(tmp_path: Path, override: str, words: str) -> None:
    """They take values of TOML."""
    with pytest.raises(PipelineError, match=words):
        load_plan(write_pipeline(tmp_path), [override])
