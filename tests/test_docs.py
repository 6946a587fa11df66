"""The pages under docs/ lead somewhere, and what they show of Python runs."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import musegen
from helpers.invented import NGRAM_PIPELINE, write_pipeline

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
