"""A trained model with everything that is needed to write tunes, loaded from its file or from a run."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property, partial
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from musegen.ahead import Coming
from musegen.canonical import JSON
from musegen.errors import ArtifactError, PluginError
from musegen.models.about import About, SavedComponent, SavedHome
from musegen.models.composer import Composer
from musegen.models.draws import Composition
from musegen.models.home import Home, Ranges
from musegen.models.language import Language
from musegen.models.sample_options import Sample
from musegen.music.melody_library import MELODIES
from musegen.music.originality import MelodyIndex
from musegen.plugins.registry import Plugins
from musegen.plugins.use import Use
from musegen.protocols.component import Component
from musegen.protocols.models import LanguageModel, ModelTrainer, PlacedModel, VocabularyModel
from musegen.protocols.notations import CopyingNotation, Notation
from musegen.protocols.rules import Rule
from musegen.protocols.tokenizers import Tokenizer, TokenizerTrainer
from musegen.words import counted
from musegen.writing import file_digest


@dataclass(frozen=True)
class TuneModel:
    """A trained model and the language of its tunes: everything that is needed to write new ones."""

    network: LanguageModel
    """Model of token sequences."""
    language: Language
    """Notation, tokenizer and header fields of the tunes."""
    component: Component[ModelTrainer]
    """Component that trained the model and loads it."""
    path: Path
    """File that the model was saved in."""
    plugins: Plugins
    """Plugins that its components come from."""
    digest: str = ""
    """SHA-256 of the file, as it was when the model was loaded."""
    coming: Coming[MelodyIndex | None] | None = field(default=None, repr=False, compare=False)
    """Its :attr:`melodies`, if they are being loaded."""

    def __post_init__(self) -> None:
        """Raises ArtifactError for a network of other symbols than the tokenizer's."""
        check_symbols(self.path, self.network, self.language.tokenizer)

    @classmethod
    def load(cls, path: Path, plugins: Plugins, *, to_draw: bool = False) -> TuneModel:
        """The model in a file that a run or ``musegen export`` wrote.

        ``to_draw``: load the melodies of its training tunes at the same time, to judge what it draws.

        Raises ArtifactError for a file that is not a model, and PluginError if a component that it names is
        not installed, or is installed in another version.
        """
        about = About.read(path)
        coming = Coming(partial(_melodies_beside, path)) if to_draw else None
        use: Use[ModelTrainer] = _component(path, plugins, "model", about.model)
        network, digest = use.build().load(path), file_digest(path)
        language = load_language(path, about, plugins)
        network = with_places(path, network, language)
        return cls(network, language, use.component, path, plugins, digest, coming)

    def compose(
        self,
        options: Sample,
        seed: int,
        advance: Callable[[int, int, str], None] = lambda done, total, note: None,
        rules: Sequence[Rule] = (),
        melodies: MelodyIndex | None = None,
        first: int = 0,
    ) -> Composition:
        """New tunes as ``options`` ask: those that are kept, and all draws that they were chosen from.

        ``advance`` gets the progress: steps done, steps in total, and a note. ``rules``: rules that tunes
        must keep in addition to ``options.valid``. ``melodies``: the training tunes, where they are not those
        of :attr:`melodies`. ``first``: number of the run's draw to begin with, from 0.

        Raises ArtifactError for the rule ``copied`` of ``options.valid`` without them.
        """
        return self.composer(options, rules, melodies).compose(seed, advance, first)

    def composer(
        self, options: Sample, rules: Sequence[Rule] = (), melodies: MelodyIndex | None = None
    ) -> Composer:
        """What draws new tunes as ``options`` ask; the rest as for :meth:`compose`. Raises ArtifactError."""
        melodies = self.melodies if melodies is None else melodies
        check_copied(self.path, options.valid.copied, melodies)
        return Composer(self.network, self.language, options, rules, melodies)

    @property
    def known(self) -> Mapping[str, Mapping[str, int] | None]:
        """For ``key``, ``metre`` and ``rhythm`` the values of its training tunes, and how many have each.

        The most frequent come first. None where its file, of an older musegen, does not tell.
        """
        return self.language.known

    @cached_property
    def melodies(self) -> MelodyIndex | None:
        """The melodies of the training tunes, if their file is beside that of the model.

        Raises ArtifactError if it is damaged.
        """
        return self.coming.get() if self.coming else _melodies_beside(self.path)


def _melodies_beside(model: Path) -> MelodyIndex | None:
    path = model.with_name(MELODIES)
    return MelodyIndex.load(path) if path.exists() else None


def check_copied(model: Path, most: int, melodies: MelodyIndex | None) -> None:
    """Raises ArtifactError where the rule that a tune shares at most so many notes cannot be judged."""
    if most and melodies is None:
        raise ArtifactError(
            f"{model.with_name(MELODIES)}: no such file, so copies of training tunes are not known; copy it "
            "from the run folder of the model, or leave [sample.valid] copied out"
        )
    if most and melodies is not None and most < melodies.window - 1:
        raise ArtifactError(
            f"{model.with_name(MELODIES)}: knows runs from {counted(melodies.window, 'note')} on; "
            f"[sample.valid] copied must be at least {melodies.window - 1} (got {most})"
        )


def load_language(path: Path, about: About, plugins: Plugins) -> Language:
    """The language that the saved model at ``path`` was trained on. Raises PluginError, ArtifactError."""
    tokenizer = _component(path, plugins, "tokenizer", about.tokenizer)
    notation = _component(path, plugins, "notation", about.notation).build()
    if about.notation.copies and not isinstance(notation, CopyingNotation):
        raise ArtifactError(
            f'{path}: writes bars that come again as one symbol, which the notation "{about.notation.name}" '
            "that is installed cannot write out"
        )
    return Language(
        about.notation.name,
        notation,
        load_tokenizer(path, about, tokenizer),
        about.notation.fields,
        home_of(about.notation.home) if about.notation.home else None,
        about.notation.copies,
        about.notation.headers,
    )


def load_tokenizer(path: Path, about: About, use: Use[TokenizerTrainer]) -> Tokenizer:
    """The tokenizer that the saved model at ``path`` was trained with.

    Raises ArtifactError for a damaged table, or one that has more or fewer symbols than it had then.
    """
    advice = "take the model.safetensors of the run folder again"
    try:
        tokenizer = use.build().load(about.tokenizer.state)
    except ArtifactError as error:
        raise ArtifactError(f"{path}: its tokenizer is damaged: {error}; {advice}") from error
    wanted, found = about.tokenizer.symbols, len(tokenizer.vocabulary)
    if wanted not in (None, found):
        raise ArtifactError(
            f"{path}: its model and its tokenizer do not belong together: the model has "
            f"{counted(wanted or 0, 'symbol')} and the tokenizer {found}; {advice}"
        )
    return tokenizer


def home_of(saved: SavedHome) -> Home:
    """The home that a saved model tells of."""
    ranges = {
        mode: Ranges(
            {tonic: (low, high) for tonic, (low, high) in each.means.items()},
            (each.deviations[0], each.deviations[1]),
        )
        for mode, each in saved.ranges.items()
    }
    return Home(saved.tonic, saved.tonics, ranges)


def check_symbols(path: Path, network: LanguageModel, tokenizer: Tokenizer) -> None:
    """Raises ArtifactError where a model that names its symbols was not trained on this tokenizer's."""
    if not isinstance(network, VocabularyModel):
        return
    ours, theirs = tuple(network.symbols), tokenizer.vocabulary.symbols
    if ours == theirs:
        return
    fault = f"the model has {counted(len(ours), 'symbol')} and the tokenizer {len(theirs)}"
    if len(ours) == len(theirs):
        token = next(token for token, pair in enumerate(zip(ours, theirs, strict=True)) if len({*pair}) > 1)
        fault = (
            f"token {token} is {ours[token]!r:.20} to the model and {theirs[token]!r:.20} to the tokenizer"
        )
    raise ArtifactError(
        f"{path}: its model and its tokenizer do not belong together: {fault}; "
        "take the model.safetensors of the run folder again"
    )


def with_places(path: Path, network: LanguageModel, language: Language) -> LanguageModel:
    """The loaded model with the place features that it was trained with, if it reads any.

    Raises ArtifactError where notation and tokenizer do not tell them, or tell others.
    """
    if not isinstance(network, PlacedModel) or not network.place_sizes:
        return network
    places, reads = language.places, tuple(network.place_sizes)
    if places is None or tuple(places.sizes[: len(reads)]) != reads:
        told = "tells none" if places is None else f"tells {_sizes(places.sizes)}"
        raise ArtifactError(
            f"{path}: reads where each token stands in its tune, in features of {_sizes(reads)} values, and "
            f'the notation "{language.notation_name}" that is installed {told}; use the musegen or the '
            "plugin that made the model"
        )
    return network.with_places(places.first(len(reads)))


def _sizes(sizes: Sequence[int]) -> str:
    return ", ".join(map(str, sizes))


def describe_model(
    model: Use[ModelTrainer], tokenizer: Use[TokenizerTrainer], notation: Use[Notation], language: Language
) -> dict[str, JSON]:
    """The components that a model belongs to (``TrainingJob.about``), which :meth:`TuneModel.load` reads."""
    headers = language.headers
    return {
        "model": model.described(),
        "tokenizer": tokenizer.described(
            state=language.tokenizer.state(), symbols=len(language.tokenizer.vocabulary)
        ),
        "notation": notation.described(
            options=notation.options_json,
            fields=list(language.fields),
            home=language.home.state() if language.home else None,
            **({"copies": True} if language.copies else {}),
            **({"headers": {field: dict(of) for field, of in headers.items()}} if headers else {}),
        ),
    }


def load_network(path: Path, plugins: Plugins) -> LanguageModel:
    """The network in a model's file, without its language. Raises the errors of :meth:`TuneModel.load`.

    Its tokenizer is checked if it is installed.
    """
    about = About.read(path)
    network: LanguageModel = _component(path, plugins, "model", about.model).build().load(path)
    with suppress(PluginError):
        use = _component(path, plugins, "tokenizer", about.tokenizer)
        check_symbols(path, network, load_tokenizer(path, about, use))
    return network


def _component(path: Path, plugins: Plugins, kind: str, described: SavedComponent) -> Use[Any]:
    """A component that a saved model names, with its options. Raises PluginError and ArtifactError."""
    try:
        installed = plugins.find(kind, described.name)
    except PluginError as error:
        file = described.file
        hint = f"; it came from the plugin file {file}: give it with --plugin" if file else ""
        raise PluginError(f"{path}: needs a component that is not installed: {error}{hint}") from None
    component = installed.component
    if described.version != component.version:
        raise PluginError(
            f'{path}: was made with version {described.version} of {kind} "{component.name}"; '
            f"version {component.version} is installed"
        )
    try:
        options = component.options.model_validate(described.options, strict=False)
    except ValidationError:
        raise ArtifactError(
            f'{path}: the options of {kind} "{component.name}" are damaged; make the model again'
        ) from None
    return Use(component, options, installed)
