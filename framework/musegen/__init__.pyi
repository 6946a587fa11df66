"""The public API: what these modules define and musegen hands on. ``__all__`` names the same."""

from .api.bulk import Shards as Shards, sample_shards as sample_shards
from .api.conversion import Converted as Converted, convert as convert
from .api.evaluating import evaluate as evaluate
from .api.exporting import Exported as Exported, export as export
from .api.pipelines import Pipeline as Pipeline, load as load
from .api.reading import read_tunes as read_tunes
from .api.rendering import Rendered as Rendered, render as render
from .api.sampling import (
    demo_model as demo_model,
    open_model as open_model,
    sample as sample,
    sample_again as sample_again,
)
from .api.scores import parse as parse, read_scores as read_scores, write as write
from .bounds import Bounds as Bounds
from .canonical import JSON as JSON
from .corpus.transposing import to_tonic as to_tonic
from .errors import (
    ArtifactError as ArtifactError,
    CorpusError as CorpusError,
    ModelError as ModelError,
    MusegenError as MusegenError,
    NotationError as NotationError,
    PipelineError as PipelineError,
    PluginError as PluginError,
    VocabularyError as VocabularyError,
    did_you_mean as did_you_mean,
)
from .evaluation.described import Compared as Compared
from .evaluation.evaluation import Evaluation as Evaluation
from .evaluation.findings import Findings as Findings
from .evaluation.resampling import Estimate as Estimate
from .inputs import (
    check_file as check_file,
    distinct_names as distinct_names,
    files_below as files_below,
    matching_paths as matching_paths,
    read_file as read_file,
)
from .models.draws import Composition as Composition, Draw as Draw
from .models.sample_options import Sample as Sample
from .models.saved_model import SavedModel as SavedModel
from .models.tune_model import TuneModel as TuneModel
from .music.accompaniment import accompaniment as accompaniment
from .music.checklist import Check as Check, checklist as checklist
from .music.chord_symbols import (
    moved_chord_text as moved_chord_text,
    read_chord_symbol as read_chord_symbol,
    unknown_chord_symbol as unknown_chord_symbol,
)
from .music.dances import Dance as Dance, dances_in as dances_in, with_dance as with_dance
from .music.originality import Copied as Copied
from .music.performance import (
    Performance as Performance,
    PlayedChord as PlayedChord,
    PlayedNote as PlayedNote,
    perform as perform,
)
from .music.playing_order import expand_play_order as expand_play_order, mend_repeats as mend_repeats
from .music.playing_problems import playing_problems as playing_problems
from .music.score import (
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
    TranspositionChange as TranspositionChange,
    Tuplet as Tuplet,
)
from .music.timing import TempoMap as TempoMap, default_tempo as default_tempo, ticks as ticks
from .music.transposing import Interval as Interval
from .music.tune import Tune as Tune
from .music.tune_limits import TuneLimits as TuneLimits
from .music.validity import Fault as Fault, Judgement as Judgement, Valid as Valid, judge as judge
from .music.writing_out import write_out as write_out
from .options import Options as Options, PathPattern as PathPattern
from .plugins.hookspecs import API_VERSION as API_VERSION, hookimpl as hookimpl
from .plugins.registry import Plugins as Plugins, installed_plugins as installed_plugins
from .progress import (
    Console as Console,
    Lines as Lines,
    Progress as Progress,
    Reporter as Reporter,
    Silent as Silent,
)
from .protocols.commands import Command as Command
from .protocols.component import Collection as Collection, Component as Component, component as component
from .protocols.corpora import CorpusReader as CorpusReader, RewritingReader as RewritingReader
from .protocols.measures import Descriptor as Descriptor, Measure as Measure
from .protocols.models import (
    ContinuingModel as ContinuingModel,
    Dataset as Dataset,
    EpochLoss as EpochLoss,
    ForeignModels as ForeignModels,
    LanguageModel as LanguageModel,
    ModelTrainer as ModelTrainer,
    Passage as Passage,
    PlacedModel as PlacedModel,
    StorableModel as StorableModel,
    TrainedModel as TrainedModel,
    TrainingJob as TrainingJob,
    Transpositions as Transpositions,
    VocabularyModel as VocabularyModel,
)
from .protocols.notations import (
    ChordedNotation as ChordedNotation,
    CopyingNotation as CopyingNotation,
    HeadedNotation as HeadedNotation,
    HeaderGuide as HeaderGuide,
    Notation as Notation,
    PlacingNotation as PlacingNotation,
    Prepare as Prepare,
    PreparingNotation as PreparingNotation,
    RulingNotation as RulingNotation,
    TransposingNotation as TransposingNotation,
    Wishes as Wishes,
)
from .protocols.places import PlaceReader as PlaceReader, Places as Places
from .protocols.renderers import (
    BookRenderer as BookRenderer,
    GrowingBookRenderer as GrowingBookRenderer,
    OpenBook as OpenBook,
    Renderer as Renderer,
)
from .protocols.rules import LimitingRule as LimitingRule, Rule as Rule, WritingRule as WritingRule
from .protocols.sampling import Sampling as Sampling, derive_seed as derive_seed
from .protocols.token_rules import TokenRuleReader as TokenRuleReader, TokenRules as TokenRules
from .protocols.tokenizers import Tokenizer as Tokenizer, TokenizerTrainer as TokenizerTrainer
from .protocols.vocabulary import Tokens as Tokens, Vocabulary as Vocabulary
from .run.comparison import Comparison as Comparison, Difference as Difference, compare as compare
from .run.new_tune import NewTune as NewTune
from .run.results import Run as Run
from .words import counted as counted

Versions = Transpositions  # its name in plugin API 1.0

__version__: str
__all__: list[str]
