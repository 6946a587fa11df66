"""The public API: what these modules define and musegen hands on. ``__all__`` names the same."""

from .accompaniment import accompaniment as accompaniment
from .api import (
    Pipeline as Pipeline,
    demo_model as demo_model,
    export as export,
    load as load,
    render as render,
    sample as sample,
)
from .comparison import (
    Comparison as Comparison,
    Difference as Difference,
    compare as compare,
)
from .components import (
    JSON as JSON,
    BookRenderer as BookRenderer,
    Collection as Collection,
    Component as Component,
    CorpusReader as CorpusReader,
    Dataset as Dataset,
    EpochLoss as EpochLoss,
    ForeignModels as ForeignModels,
    HeaderGuide as HeaderGuide,
    LanguageModel as LanguageModel,
    ModelTrainer as ModelTrainer,
    Notation as Notation,
    Progress as Progress,
    Renderer as Renderer,
    StorableModel as StorableModel,
    Tokenizer as Tokenizer,
    TokenizerTrainer as TokenizerTrainer,
    TrainedModel as TrainedModel,
    TrainingJob as TrainingJob,
    Versions as Versions,
    Wishes as Wishes,
    component as component,
)
from .console import (
    Console as Console,
    Reporter as Reporter,
    Silent as Silent,
)
from .conversion import convert as convert, to_tonic as to_tonic
from .errors import (
    ArtifactError as ArtifactError,
    CorpusError as CorpusError,
    ModelError as ModelError,
    MusegenError as MusegenError,
    NotationError as NotationError,
    PipelineError as PipelineError,
    PluginError as PluginError,
    VocabularyError as VocabularyError,
)
from .files import read_tunes as read_tunes
from .hookspecs import (
    API_VERSION as API_VERSION,
    hookimpl as hookimpl,
)
from .options import (
    Options as Options,
    PathPattern as PathPattern,
    Prepare as Prepare,
)
from .performance import (
    Performance as Performance,
    PlayedChord as PlayedChord,
    PlayedNote as PlayedNote,
    perform as perform,
)
from .playing_order import (
    expand_play_order as expand_play_order,
    mend_repeats as mend_repeats,
)
from .plugins import (
    Plugins as Plugins,
    installed_plugins as installed_plugins,
)
from .results import (
    NewTune as NewTune,
    Run as Run,
)
from .sampling import (
    Sampling as Sampling,
    derive_seed as derive_seed,
)
from .saved_model import SavedModel as SavedModel
from .score import (
    MODES as MODES,
    STEPS as STEPS,
    Annotation as Annotation,
    Bar as Bar,
    ChordSymbol as ChordSymbol,
    Event as Event,
    Grace as Grace,
    Key as Key,
    KeyChange as KeyChange,
    Metre as Metre,
    MetreChange as MetreChange,
    Note as Note,
    Pitch as Pitch,
    Problem as Problem,
    Rest as Rest,
    Score as Score,
    Tempo as Tempo,
    TempoChange as TempoChange,
    Tuplet as Tuplet,
)
from .timing import (
    TempoMap as TempoMap,
    default_tempo as default_tempo,
    ticks as ticks,
)
from .tune import (
    Tune as Tune,
)
from .validity import (
    Fault as Fault,
    Judgement as Judgement,
    Valid as Valid,
    judge as judge,
)
from .vocabulary import (
    Tokens as Tokens,
    Vocabulary as Vocabulary,
)

__version__: str
__all__: list[str]
