"""The public API: what these modules define and musegen hands on. ``__all__`` names the same."""

from .api import (
    load as load,
)
from .api import (
    render as render,
)
from .api import (
    sample as sample,
)
from .components import (
    JSON as JSON,
)
from .components import (
    Component as Component,
)
from .components import (
    CorpusReader as CorpusReader,
)
from .components import (
    Dataset as Dataset,
)
from .components import (
    EpochLoss as EpochLoss,
)
from .components import (
    HeaderGuide as HeaderGuide,
)
from .components import (
    LanguageModel as LanguageModel,
)
from .components import (
    ModelTrainer as ModelTrainer,
)
from .components import (
    Notation as Notation,
)
from .components import (
    Progress as Progress,
)
from .components import (
    Renderer as Renderer,
)
from .components import (
    Tokenizer as Tokenizer,
)
from .components import (
    TokenizerTrainer as TokenizerTrainer,
)
from .components import (
    TrainedModel as TrainedModel,
)
from .components import (
    TrainingJob as TrainingJob,
)
from .components import (
    Wishes as Wishes,
)
from .components import (
    component as component,
)
from .console import (
    Console as Console,
)
from .console import (
    Reporter as Reporter,
)
from .console import (
    Silent as Silent,
)
from .errors import (
    ArtifactError as ArtifactError,
)
from .errors import (
    CorpusError as CorpusError,
)
from .errors import (
    ModelError as ModelError,
)
from .errors import (
    MusegenError as MusegenError,
)
from .errors import (
    NotationError as NotationError,
)
from .errors import (
    PipelineError as PipelineError,
)
from .errors import (
    PluginError as PluginError,
)
from .errors import (
    VocabularyError as VocabularyError,
)
from .hookspecs import (
    hookimpl as hookimpl,
)
from .options import (
    Options as Options,
)
from .options import (
    PathPattern as PathPattern,
)
from .options import (
    Prepare as Prepare,
)
from .performance import (
    Performance as Performance,
)
from .performance import (
    PlayedChord as PlayedChord,
)
from .performance import (
    PlayedNote as PlayedNote,
)
from .performance import (
    accompaniment as accompaniment,
)
from .performance import (
    expand_play_order as expand_play_order,
)
from .performance import (
    perform as perform,
)
from .pipeline import (
    Pipeline as Pipeline,
)
from .plugins import (
    Plugins as Plugins,
)
from .plugins import (
    installed_plugins as installed_plugins,
)
from .results import (
    NewTune as NewTune,
)
from .results import (
    Run as Run,
)
from .sampling import (
    Sampling as Sampling,
)
from .sampling import (
    derive_seed as derive_seed,
)
from .score import (
    MODES as MODES,
)
from .score import (
    Annotation as Annotation,
)
from .score import (
    Bar as Bar,
)
from .score import (
    ChordSymbol as ChordSymbol,
)
from .score import (
    Event as Event,
)
from .score import (
    Grace as Grace,
)
from .score import (
    Key as Key,
)
from .score import (
    KeyChange as KeyChange,
)
from .score import (
    Metre as Metre,
)
from .score import (
    MetreChange as MetreChange,
)
from .score import (
    Note as Note,
)
from .score import (
    Pitch as Pitch,
)
from .score import (
    Problem as Problem,
)
from .score import (
    Rest as Rest,
)
from .score import (
    Score as Score,
)
from .score import (
    Tempo as Tempo,
)
from .score import (
    TempoChange as TempoChange,
)
from .timing import (
    TempoMap as TempoMap,
)
from .timing import (
    default_tempo as default_tempo,
)
from .timing import (
    ticks as ticks,
)
from .tune import (
    Tune as Tune,
)
from .validity import (
    Fault as Fault,
)
from .validity import (
    Judgement as Judgement,
)
from .validity import (
    Valid as Valid,
)
from .validity import (
    judge as judge,
)
from .vocabulary import (
    Tokens as Tokens,
)
from .vocabulary import (
    Vocabulary as Vocabulary,
)

__version__: str
__all__: list[str]
