"""Components: the named parts that plugins declare and pipelines use.

A hook returns :class:`Component` objects at start-up and does nothing else. ``pipeline.toml`` picks them by
name, and from there on everything is a typed method call. A tune passes through them in this order: a
:class:`CorpusReader` reads it, its :class:`Notation` prepares it, a :class:`Tokenizer` encodes it, and a
:class:`LanguageModel` learns it and writes new tunes. The notation then parses the new tunes, and a
:class:`Renderer` writes their files.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from typing import Concatenate, Generic, TypeVar, cast

from musegen.canonical import JSON
from musegen.options import Options
from musegen.protocols.measures import Descriptor

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)
O = TypeVar("O", bound=Options)  # noqa: E741


@dataclass(frozen=True, slots=True)
class Collection:
    """A collection of tunes that a corpus reader can fetch or find, with its source and licence."""

    name: str
    """Name in the reader's option ``collections``; the reader's own name if it has only one collection."""
    title: str
    """Title for people to read: ``Ryan's Mammoth Collection (Boston, 1883)``."""
    source: str
    """Address or package that the tunes come from."""
    licence: str
    """Terms of use as the collection's keepers state them, in one line."""
    tunes: int | None = None
    """Number of tunes in the collection; None if it changes."""


@dataclass(frozen=True)
class Component(Generic[T_co]):
    """A named part that a pipeline can ``use``. Make one with :func:`component`."""

    name: str
    """Name that pipelines use."""
    version: int
    """Version of the component's results; it counts in cache keys."""
    options: type[Options]
    """Class of the component's options."""
    build: Callable[[Options], T_co]
    """Function that turns checked options into the working object."""
    summary: str = ""
    """One line that describes the component: the first line of the docstring of ``options``."""
    requires: tuple[str, ...] = ()
    """Top-level modules that ``build`` needs."""
    extra: str = ""
    """Extra of the distribution that installs these modules."""
    suffixes: tuple[str, ...] = ()
    """Suffixes of the files that a corpus reader with the option ``paths`` reads, such as ``.abc``; for a
    model, those of the files of other programs that :meth:`ForeignModels.read_foreign` reads, such as
    ``.keras``; for a renderer, the one of the files that it writes, by which ``musegen convert`` finds it."""
    collections: tuple[Collection, ...] = ()
    """Collections that a corpus reader offers, so that a user needs no files."""
    baselines: Mapping[str, Mapping[str, JSON]] = field(default_factory=dict, hash=False)
    """Baselines that a model declares: simple models that every run is compared with. Each has a name and the
    options that make it."""
    sampling: type[Options] | None = None
    """Keys that a model adds to ``[sample]``; their values reach it as :attr:`Sampling.model`."""
    suggested: bool = False
    """Whether ``musegen init`` puts the component into a new pipeline."""
    needs: Mapping[str, str] = field(default_factory=dict, hash=False)
    """Other components that ``build`` is given, each as kind and name: ``{"notation": "abc"}``."""
    descriptors: tuple[Descriptor, ...] = ()
    """Figures that a measure gives, the same as :attr:`Measure.descriptors`."""

    def missing(self) -> tuple[str, ...]:
        """Modules of ``requires`` that are not installed. Nothing is imported to find out."""
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
    descriptors: Sequence[Descriptor] = (),
) -> Component[T]:
    """Declare a component. The first line of the docstring of ``options`` describes it to users.

    - ``name``: what pipelines write after ``use =``.
    - ``version``: raise it when the same input gives another output, so that no cached result is reused.
    - ``options``: the class of its options.
    - ``build``: a function that gets checked options and returns the working object. Import modules that are
      slow to import inside it.
    - ``requires``: the top-level modules that ``build`` needs.
    - ``extra``: the extra of your distribution that installs these modules, such as ``keras``.
    - ``suffixes``: for a corpus reader or a model, the suffixes of the files that it reads; for a renderer,
      the suffix of the files that it writes.
    - ``collections``: for a corpus reader, the collections that it offers.
    - ``baselines``: for a model that trains in seconds. Each name, such as ``ngram_memory``, stands for
      options (``{"memory": True}``). Every run, whatever its model, also trains a model with these options
      and shows its figures: ``ngram_memory_nats`` in ``run.json``, and a line in ``loss.png``.
    - ``sampling``: for a model, options that it adds to ``[sample]``. Each needs a default.
    - ``suggested``: whether ``musegen init`` puts the component into a new pipeline. If several tokenizers,
      models or corpus readers are suggested, the first by name is taken.
    - ``needs``: components of other plugins that ``build`` needs, at most one of each kind. With
      ``{"notation": "abc"}`` the function is ``build(options, notation)``, and ``notation`` is the
      :class:`Component`, whose own ``build`` takes its options alone. The argument for the kind
      ``"corpus reader"`` is ``corpus_reader``. If such a component is not installed, users are told before
      anything runs.
    - ``descriptors``: for a measure, the figures that it gives. No other measure may give one of that name.
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
        tuple(descriptors),
    )
