"""What plugins are made of: components, and the protocols of what components build.

A hook returns :class:`Component` objects at start-up and does nothing else; ``pipeline.toml`` picks them by
name, and from there on everything is a typed method call. The way of a tune: a :class:`CorpusReader` reads
it, its :class:`Notation` prepares it, a :class:`Tokenizer` encodes it, a :class:`LanguageModel` learns it
and writes new ones, the notation parses those and a :class:`Renderer` writes their files.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from typing import Concatenate, Generic, TypeVar, cast

from musegen.canonical import JSON
from musegen.options import Options

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)
O = TypeVar("O", bound=Options)  # noqa: E741


@dataclass(frozen=True, slots=True)
class Collection:
    """Tunes that a corpus reader can fetch or find: where they come from, and on which terms."""

    name: str
    """As the reader's option ``collections`` names it; the reader's own name where it has but one."""
    title: str
    """What it is: ``Ryan's Mammoth Collection (Boston, 1883)``."""
    source: str
    """Where it comes from: an address or a package."""
    licence: str
    """The terms as its keepers state them, in one line."""
    tunes: int | None = None
    """How many tunes it has; None where that changes."""


@dataclass(frozen=True)
class Component(Generic[T_co]):
    """A named part that a pipeline can ``use``; see :func:`component`."""

    name: str
    version: int
    options: type[Options]
    build: Callable[[Options], T_co]
    summary: str = ""
    requires: tuple[str, ...] = ()
    extra: str = ""
    suffixes: tuple[str, ...] = ()
    """Of a corpus reader with the option ``paths``: which files it reads, as ``.abc``. Of a model: which
    files of others :meth:`ForeignModels.read_foreign` reads, as ``.keras``. Of a renderer: the suffix of what
    it builds, which ``musegen convert`` then knows without building it."""
    collections: tuple[Collection, ...] = ()
    """Of a corpus reader: what it can give without files of the user's."""
    baselines: Mapping[str, Mapping[str, JSON]] = field(default_factory=dict, hash=False)
    """Of a model: lines that every run is compared with, by name, each with the options that make it."""
    sampling: type[Options] | None = None
    """Of a model: its own keys of ``[sample]``; :class:`Sampling` brings their values as ``model``."""
    suggested: bool = False
    """Whether a new pipeline, as ``musegen init`` writes it, uses it."""
    needs: Mapping[str, str] = field(default_factory=dict, hash=False)
    """Other components that ``build`` is given: the name of one by its kind, ``{"notation": "abc"}``."""

    def missing(self) -> tuple[str, ...]:
        """The modules of ``requires`` that are not installed; nothing is imported."""
        return tuple(module for module in self.requires if find_spec(module) is None)


def component(
    name: str,
    *,
    version: int,
    options: type[O],
    build: Callable[Concatenate[O, ...], T],
    requires: Sequence[str] = (),
    extra: str = "",
    suffixes: Sequence[str] = (),
    collections: Sequence[Collection] = (),
    baselines: Mapping[str, Mapping[str, JSON]] | None = None,
    sampling: type[Options] | None = None,
    suggested: bool = False,
    needs: Mapping[str, str] | None = None,
) -> Component[T]:
    """Declare a component.

    ``version`` is raised when the same input gives another output, so that no cached result is taken for it.
    ``build`` gets checked options and imports what is heavy. ``requires`` names top-level modules that it
    needs, and ``extra`` the extra of its distribution that brings them: ``keras``. ``suffixes`` are a corpus
    reader's, a model's or a renderer's, ``collections`` a corpus reader's. ``baselines`` are a model's that
    trains in seconds: each name, such as ``ngram_memory``, stands for options (``{"memory": True}``), and
    every run of any model gets the figures of a model of these beside its own: ``ngram_memory_nats`` in
    ``run.json``, a line in ``loss.png``. ``sampling`` are options that a model adds to ``[sample]``, each
    with a default. ``suggested``: a new pipeline, as ``musegen init`` writes it, uses this one; of several
    tokenizers, models or corpus readers the first by name. The first line of the options' docstring describes
    the component.

    ``needs`` names components of other plugins, one of a kind. With ``{"notation": "abc"}`` the function is
    ``build(options, notation)`` and is given the notation's :class:`Component`, whose own ``build`` takes its
    options alone; a kind of two words, ``"corpus reader"``, is the argument ``corpus_reader``. Where such a
    component is not installed, a user is told so before anything runs.
    """
    summary = (options.__doc__ or "").strip().splitlines()
    return Component(
        name,
        version,
        options,
        cast("Callable[[Options], T]", build),
        summary[0] if summary else "",
        tuple(requires),
        extra,
        tuple(suffixes),
        tuple(collections),
        dict(baselines or {}),
        sampling,
        suggested,
        dict(needs or {}),
    )
