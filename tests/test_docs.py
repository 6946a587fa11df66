"""The pages under docs/ lead somewhere, and what they show of Python runs."""

from __future__ import annotations

import ast
import re
import shlex
from pathlib import Path

import pytest

import musegen
from helpers.invented import NGRAM_PIPELINE, write_corpus, write_pipeline
from musegen.commands.main import main

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
PAGES = [
    *sorted(ROOT.glob("*.md")),
    *sorted(DOCS.rglob("*.md")),
    *sorted((ROOT / "examples" / "plugins").glob("*/README.md")),
]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_link_leads_somewhere(page: Path) -> None:
    """Files by their path, headings of a page by their name."""
    for target in re.findall(r"\]\((?!https?:)([^)]+)\)", _prose(page)):
        path, _, heading = target.partition("#")
        file = page.parent / path if path else page
        assert file.exists(), target
        if heading:
            assert heading in _anchors(file), target


def _prose(page: Path) -> str:
    """The text of a page without its code."""
    return re.sub(r"```.*?```|`[^`\n]*`", "`code`", page.read_text("utf-8"), flags=re.DOTALL)


def _anchors(page: Path) -> list[str]:
    """The names that a link may give to the headings of a page."""
    titles = re.findall(r"^#+ (.+)$", page.read_text("utf-8"), re.MULTILINE)
    return [re.sub(r"[^\w -]", "", title).lower().replace(" ", "-") for title in titles]


def test_the_index_has_every_page() -> None:
    """So that none is found by chance only."""
    linked = set(re.findall(r"\]\(([^)#]+)", (DOCS / "README.md").read_text("utf-8")))
    assert {page.name for page in DOCS.glob("*.md")} - {"README.md"} <= linked


def test_the_opening_of_the_api_page_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its blocks one after another, beside a pipeline, and they leave the files that they speak of."""
    write_pipeline(tmp_path, NGRAM_PIPELINE.replace("[sample]", "order = 4\n\n[sample]"))
    monkeypatch.chdir(tmp_path)
    blocks = re.findall(r"```python\n(.*?)```", (DOCS / "api.md").read_text("utf-8"), re.DOTALL)
    assert len(blocks) == 3
    names: dict[str, object] = {}
    for code in blocks:
        exec(code, names)
    assert isinstance(names["run"], musegen.Run)
    assert names["again"] == names["scores"][0]
    assert (tmp_path / "more" / "1" / "002.abc").is_file()
    assert len(list((tmp_path / "sound").glob("*.mid"))) == 30
    moved = (tmp_path / "jigs_in_g.abc").read_text("utf-8")
    assert set(re.findall(r"^K:(.)", moved, re.MULTILINE)) == {"G"}


def test_every_public_name_is_described() -> None:
    """On the page for users of Python or on that for plugin authors: docs/make_reference.py says on which."""
    pages = "".join((DOCS / name).read_text("utf-8") for name in ("api.md", "plugin-reference.md"))
    described = set(re.findall(r"^### `(\w+)`$", pages, re.MULTILINE))
    assert sorted(set(musegen.__all__) - described) == []


def test_own_tunes_become_new_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The page's pipeline and commands as they stand, beside a folder of tunes; new ones begin as asked."""
    page = (DOCS / "pipeline.md").read_text("utf-8")
    (tmp_path / "tunes").mkdir()
    write_corpus(tmp_path / "tunes", 60)
    monkeypatch.chdir(tmp_path)
    [pipeline] = re.findall(r"<!-- file: mine.toml -->\n```toml\n(.*?)```", page, re.DOTALL)
    (tmp_path / "mine.toml").write_text(pipeline)
    blocks = re.findall(r"<!-- command: own -->\n```sh\n(.*?)```", page, re.DOTALL)
    lines = [line for block in blocks for line in block.splitlines()]
    assert len(lines) == 4
    for line in lines:
        words = shlex.split(re.sub(r"\$('[^']*')", lambda m: shlex.quote(ast.literal_eval(m[1])), line))
        assert words[0] == "musegen"
        assert main(words[1:]) in ((0, 1) if words[1] == "sample" else (0,))  # few of an n-gram's are valid
    assert "60 tunes, 0 cannot be read" in capsys.readouterr().out
    assert (tmp_path / "mine" / "tunes" / "008.abc").is_file()
    for number in (1, 2):
        started = (tmp_path / "started" / f"00{number}.abc").read_text()
        assert "\nK:D\nD2F A2d |" in started
        primed = (tmp_path / "primed" / f"00{number}.abc").read_text()
        assert primed.startswith("X:1\nT:Jig\nR:jig\nM:6/8\nL:1/8\nK:D\nD2F A2d |")


EXPLAINED = {
    r"\bnats?\b": r"logarithm|surprise|-ln|#the-figures",
    r"\bstrains?\b": r"section",
    r"\bbaselines?\b": r"simple model|#the-figures",
}
"""Words of musegen's own, and what the paragraph says that has one for the first time."""


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_words_are_explained_where_they_first_come_up(page: Path) -> None:
    """In the paragraph, list item or table, or in the one before or behind it, if need be by a link."""
    if page.name == "CHANGELOG.md":
        return
    prose = re.sub(r"`[^`\n]*`", "`code`", page.read_text("utf-8"))
    paragraphs = re.split(r"\n\s*\n|\n(?=- )", prose)
    for word, explanation in EXPLAINED.items():
        used = [number for number, text in enumerate(paragraphs) if re.search(word, text)]
        if used:
            around = " ".join(" ".join(paragraphs[max(used[0] - 1, 0) : used[0] + 2]).split())
            assert re.search(explanation, around), f"{word}: {paragraphs[used[0]][:300]}"


def test_the_citation_is_of_this_version_and_by_a_group() -> None:
    """An author with ``name`` alone is an entity of CFF 1.2.0; CI lets cffconvert read the whole file."""
    citation = (ROOT / "CITATION.cff").read_text("utf-8")
    assert "cff-version: 1.2.0\n" in citation
    assert f"\nversion: {musegen.__version__}\n" in citation
    assert "no family-names\n  - name: The musegen authors\n" in citation
