"""What a saved model says of its use: with which components, over which texts."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, TypeAlias

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from musegen.errors import ArtifactError
from musegen.models.saved_model import read_about
from musegen.option_faults import option_faults


def _named(name: str) -> str:
    if not name or not name.isprintable() or set(name) & set(" ,\"'"):
        raise ValueError("should be the name of a component")
    return name


def _tonic(name: str) -> str:
    if not re.fullmatch(r"[A-G](#{0,2}|b{0,2})", name):
        raise ValueError("a tonic is written as D, Bb or F#")
    return name


_Name: TypeAlias = Annotated[str, AfterValidator(_named)]
_Tonic: TypeAlias = Annotated[str, AfterValidator(_tonic)]
_Count: TypeAlias = Annotated[int, Field(ge=1, le=2**53)]
_Pitch: TypeAlias = Annotated[float, Field(ge=-1000, le=1000)]
_Deviation: TypeAlias = Annotated[float, Field(gt=0, le=1000)]
_PAIR = Field(min_length=2, max_length=2)


class _Said(BaseModel):
    """Strict; what a later musegen may add is passed over."""

    model_config = ConfigDict(frozen=True, strict=True, extra="ignore")


class SavedComponent(_Said):
    """A component that the model was made with."""

    name: _Name
    version: int
    options: dict[str, Any] = {}
    file: str | None = None
    """The name of its plugin's file, where the plugin is one file."""


class SavedTokenizer(SavedComponent):
    """The tokenizer, with all that it takes to make an equal one."""

    state: Any = None
    symbols: _Count | None = None
    """Number of its symbols, marks included; None in files of before."""


class SavedRanges(_Said):
    """The ranges of tunes of one mode, as :class:`musegen.models.home.Ranges` has them."""

    means: dict[_Tonic, Annotated[list[_Pitch], _PAIR]]
    deviations: Annotated[list[_Deviation], _PAIR]


class SavedHome(_Said):
    """The one tonic of the tunes, as :class:`musegen.models.home.Home` has it."""

    tonic: _Tonic
    tonics: dict[str, dict[_Tonic, _Count]]
    ranges: dict[str, SavedRanges] = {}


class SavedNotation(SavedComponent):
    """The notation of the tunes, and what their headers have."""

    fields: list[str]
    home: SavedHome | None = None
    headers: dict[str, dict[str, _Count]] = {}
    """Number of training tunes by value, for each field that a wish fixes; empty in files of before."""
    copies: bool = False
    """Whether the model writes bars that come again as one symbol, which the notation writes out."""


class About(_Said):
    """All that a saved model says of its use (``TrainingJob.about``)."""

    model: SavedComponent
    tokenizer: SavedTokenizer
    notation: SavedNotation

    @classmethod
    def read(cls, path: Path) -> About:
        """What the file at ``path`` says. Raises ArtifactError for one that is not a model's, or damaged."""
        return cls.of(path, read_about(path))

    @classmethod
    def of(cls, path: Path, about: Mapping[str, Any]) -> About:
        """The same of JSON. Raises ArtifactError that says what is wrong with it."""
        try:
            json.dumps(about, ensure_ascii=False).encode()
            return cls.model_validate(about)
        except UnicodeEncodeError:
            fault = "a text in it holds half a character"
        except RecursionError:
            fault = "it is nested too deeply"
        except ValidationError as error:
            first = option_faults(error, about)[0]
            fault = str(first)
        raise ArtifactError(
            f"{path}: what it says of its use is damaged: {fault}; take the model.safetensors of a run folder"
        )
