"""musegen learns from folk tunes, writes new ones and plays them.

``musegen.load("pipeline.toml").run()`` is the whole way; everything else named here is for plugins.

Names are imported when they are first used (PEP 562), so that ``musegen --help`` is there at once.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pydantic import Field

    from musegen.api import load, render, sample
    from musegen.components import (
        JSON,
        Component,
        CorpusReader,
        Dataset,
        EpochLoss,
        HeaderGuide,
        LanguageModel,
        ModelTrainer,
        Notation,
        Progress,
        Renderer,
        Tokenizer,
        TokenizerTrainer,
        TrainedModel,
        TrainingJob,
        Wishes,
        component,
    )
    from musegen.console import Console, Reporter, Silent
    from musegen.errors import (
        ArtifactError,
        CorpusError,
        ModelError,
        MusegenError,
        NotationError,
        PipelineError,
        PluginError,
        VocabularyError,
    )
    from musegen.hookspecs import hookimpl
    from musegen.options import Options, PathPattern, Prepare
    from musegen.performance import (
        Performance,
        PlayedChord,
        PlayedNote,
        accompaniment,
        expand_play_order,
        perform,
    )
    from musegen.pipeline import Pipeline
    from musegen.plugins import Plugins, installed_plugins
    from musegen.results import NewTune, Run
    from musegen.sampling import Sampling, derive_seed
    from musegen.score import (
        MODES,
        Annotation,
        Bar,
        ChordSymbol,
        Event,
        Grace,
        Key,
        KeyChange,
        Metre,
        MetreChange,
        Note,
        Pitch,
        Problem,
        Rest,
        Score,
        Tempo,
        TempoChange,
    )
    from musegen.timing import TempoMap, default_tempo, ticks
    from musegen.tune import Tune
    from musegen.validity import Fault, Judgement, Valid, judge
    from musegen.vocabulary import Tokens, Vocabulary

__version__ = "0.1.0"

_HOMES = {
    "pydantic": "Field",
    "musegen.api": "load render sample",
    "musegen.components": (
        "JSON Component CorpusReader Dataset EpochLoss HeaderGuide LanguageModel ModelTrainer "
        "Notation Progress Renderer Tokenizer TokenizerTrainer TrainedModel TrainingJob Wishes "
        "component"
    ),
    "musegen.console": "Console Reporter Silent",
    "musegen.errors": (
        "ArtifactError CorpusError ModelError MusegenError NotationError PipelineError "
        "PluginError VocabularyError"
    ),
    "musegen.hookspecs": "hookimpl",
    "musegen.options": "Options PathPattern Prepare",
    "musegen.performance": "Performance PlayedChord PlayedNote accompaniment expand_play_order perform",
    "musegen.pipeline": "Pipeline",
    "musegen.plugins": "Plugins installed_plugins",
    "musegen.results": "NewTune Run",
    "musegen.sampling": "Sampling derive_seed",
    "musegen.score": (
        "MODES Annotation Bar ChordSymbol Event Grace Key KeyChange Metre MetreChange Note "
        "Pitch Problem Rest Score Tempo TempoChange"
    ),
    "musegen.timing": "TempoMap default_tempo ticks",
    "musegen.tune": "Tune",
    "musegen.validity": "Fault Judgement Valid judge",
    "musegen.vocabulary": "Tokens Vocabulary",
}
"""Module -> the public names that come from it."""
_HOME = {name: module for module, names in _HOMES.items() for name in names.split()}
__all__ = sorted(_HOME)


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(_HOME[name]), name)
    return value


def __dir__() -> list[str]:
    return [*globals(), *__all__]
