"""The laws of renderers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from musegen.errors import MusegenError
from musegen.music.score import Score
from musegen.plugins.contracts import is_file_name, is_suffix
from musegen.plugins.registry import Plugins
from musegen.protocols.component import Component
from musegen.protocols.renderers import BookRenderer, GrowingBookRenderer, Renderer
from musegen.testing.declared import check_declared, connected
from musegen.testing.examples import example_scores
from musegen.testing.laws import Laws, short
from musegen.testing.writes import Sandbox, sandbox


def check_renderer(
    component: Component[Renderer] | Component[BookRenderer] | Component[Renderer | BookRenderer],
    options: Mapping[str, Any] | None = None,
    *,
    scores: Sequence[Score] | None = None,
    same_bytes: bool = True,
    plugins: Plugins | None = None,
) -> None:
    """Check that a renderer keeps the laws of :class:`musegen.Renderer` or :class:`musegen.BookRenderer`.

    It must write ``scores``, by default invented ones, to a temporary folder. ``options``: its keys as in a
    pipeline. Use ``same_bytes=False`` for a renderer that runs another program which does not give the same
    bytes twice. ``plugins``: plugins with the components that it needs, by default the installed ones. Raises
    ContractError, an AssertionError that names the broken law, and ValueError if the component does not take
    the options.
    """
    laws = Laws(f'renderer "{component.name}"')
    component = connected(component, plugins)
    checked = check_declared("renderer", component, options)
    renderers = [component.build(checked) for _ in range(2)]
    renderer = renderers[0]
    book, single = isinstance(renderer, BookRenderer), isinstance(renderer, Renderer)
    law = "it has either suffix and render(score, path), or file_name and render_book(scores, path)"
    laws.require(book != single, law, f"it has {'both' if book else 'neither'}")
    _check_name(laws, renderer)
    _check_suffixes(laws, component.suffixes, renderer)
    given = tuple(example_scores() if scores is None else scores)
    with sandbox() as box:
        for number, renderer in enumerate(renderers):
            folder = box.folder / str(number)
            folder.mkdir()
            if isinstance(renderer, BookRenderer):
                for count in (1, len(given)):
                    path = folder / f"{count}-{renderer.file_name}"
                    _write(laws, box, path, same_bytes, partial(renderer.render_book, given[:count]))
                    if isinstance(renderer, GrowingBookRenderer) and same_bytes and path.exists():
                        _check_growing(laws, box, renderer, given[:count], path)
            else:
                for place, score in enumerate(given):
                    path = folder / f"{place:03}{renderer.suffix}"
                    _write(laws, box, path, same_bytes, partial(renderer.render, score))
        first, second = (_files(box.folder / str(number)) for number in range(2))
        laws.require(bool(first), "it can write at least one tune of those tried", "MusegenError for each")
        different = sorted(name for name in {**first, **second} if first.get(name) != second.get(name))
        law = "the same score and options give the same bytes, even from another object of the renderer"
        laws.require(not (same_bytes and different), law, f"different: {', '.join(different)}")
        law = "different tunes do not all give the same file"
        laws.require(len(first) == 1 or len(set(first.values())) > 1, law)


def _check_growing(
    laws: Laws, box: Sandbox, renderer: GrowingBookRenderer, scores: Sequence[Score], whole: Path
) -> None:
    path = whole.with_name(f"growing-{whole.name}")
    with box.watching(path) as strays, laws.works("scores can be added to a book one by one"):
        book = renderer.begin_book(path)
        for number, score in enumerate(scores, 1):
            book.add(number, score)
        book.close()
    law = "a book that grows is in the end the file that render_book writes"
    laws.require(not strays and path.read_bytes() == whole.read_bytes(), law)


def _check_name(laws: Laws, renderer: Renderer | BookRenderer) -> None:
    if isinstance(renderer, BookRenderer):
        name = renderer.file_name
        laws.require(is_file_name(name), "file_name is the name of a file, without folder", f"got {name!r}")
    else:
        suffix = renderer.suffix
        laws.require(
            is_suffix(suffix), "suffix is a dot and what follows it, such as .mid", f"got {suffix!r}"
        )


def _check_suffixes(laws: Laws, declared: tuple[str, ...], renderer: Renderer | BookRenderer) -> None:
    own = () if isinstance(renderer, BookRenderer) else (renderer.suffix,)
    law = "the suffix that a component declares is that of the renderer it builds"
    laws.require(declared in ((), own), law, f"it declares {', '.join(declared)}")


def _write(laws: Laws, box: Sandbox, path: Path, same_bytes: bool, render: Callable[[Path], None]) -> None:
    """Render to one path twice, to check that an earlier file at that path has no effect."""
    contents = []
    for _ in range(2):
        if not _written(laws, box, path, render):
            return
        contents.append(path.read_bytes())
    if same_bytes and contents[0] != contents[1]:
        path.unlink()
        _written(laws, box, path, render)
        law = "the same score gives the same bytes"
        laws.require(path.read_bytes() == contents[0], law, f"two renderings of {path.name} differ")
        laws.require(False, "a file that already exists is replaced", f"{path.name} changed")


def _written(laws: Laws, box: Sandbox, path: Path, render: Callable[[Path], None]) -> bool:
    """Whether the renderer wrote the score. The laws allow it to refuse with MusegenError."""
    with box.watching(path) as strays:
        try:
            render(path)
        except MusegenError:
            path.unlink(missing_ok=True)
            return False
        except Exception as error:
            with laws.works("a score is written or a MusegenError says why not"):
                raise error
    laws.require(path.is_file(), "it writes a file at the path it is given", f"{path.name} is not there")
    laws.require(path.stat().st_size > 0, "it writes a file that is not empty", path.name)
    law = "it writes to the path it is given and nothing else"
    laws.require(not strays, law, f"it wrote {short(', '.join(map(str, strays)))} too")
    return True


def _files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}
