"""The options of ``[model] use = "keras-lstm"``."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Annotated, Literal

from pydantic import Field, ValidationInfo, field_validator

from musegen import Options, Places

Units = Annotated[int, Field(ge=1, le=1_000_000)]


class KerasLSTMOptions(Options):
    """LSTM language model, trained with Keras; the saved model needs no TensorFlow."""

    embedding: int = Field(64, ge=1, le=1_000_000)
    """How many numbers describe a token."""
    place: bool = Field(False, json_schema_extra={"suggested": True})
    """Let the model also read where each token stands in its tune, as far as the notation tells it: bar in
    the strain, time in the bar, and so on."""
    memory: bool = Field(False, json_schema_extra={"suggested": True})
    """Let the model also read what was heard before, as far as the notation tells it: the note at the same
    time four bars ago and in the section before, and so on. Needs ``place = true``."""
    units: tuple[Units, ...] = Field((256,), min_length=1, max_length=16)
    """Size of each LSTM layer, one entry for each layer."""
    dropout: float = Field(0.2, ge=0, lt=1)
    """Share of each layer's outputs left out at random in training, against learning by heart."""
    recurrent_dropout: float = Field(0.0, ge=0, lt=1)
    """Share of the recurrent weights left out at random in each training step; on a CPU only."""
    place_dropout: float = Field(0.1, ge=0, lt=1)
    """Share of the place features left out at random in training, each by itself."""
    memory_dropout: float = Field(0.5, ge=0, lt=1)
    """The same for what was heard before; without it a model relies too much on what it wrote itself."""
    recall: float = Field(0.0, ge=0, le=1)
    """Mix into each prediction what followed the longest earlier match of the last tokens: 1 as much of it as
    suits the validation tunes best, 0 none; with less, new tunes repeat themselves less."""
    epochs: int = Field(20, ge=1, le=1_000_000)
    """How many times the model sees every tune, at most."""
    steps: int | None = Field(None, ge=1, le=1_000_000_000)
    """How many batches the model learns from; given, it replaces ``epochs``."""
    windows: Literal["tunes", "random"] = "tunes"
    """``tunes``: tunes in random order, each from its beginning with the state carried on; ``random``: pieces
    from random places of the text, as tutorials take them."""
    batch: int = Field(64, ge=1, le=100_000)
    """Number of tunes that are learned from side by side."""
    sequence: int = Field(48, ge=1, le=1_000_000)
    """Number of tokens that are learned from at a time in each tune; the state is carried on to the next."""
    learning_rate: float = Field(5e-3, gt=0, le=1)
    """Size of the first steps; take a smaller one for larger layers."""
    schedule: Literal["cosine", "constant"] = "cosine"
    """``cosine``: the learning rate falls to 0 over the training; ``constant``: it stays."""
    weight_decay: float = Field(0.01, ge=0, lt=1)
    """Share of the weights, times the learning rate, that each step takes off; biases are left alone."""
    clipnorm: float = Field(1.0, ge=0)
    """Greatest norm of the gradient of all weights together; a longer one is cut to it; 0 sets no limit."""
    average: float = Field(0.99, ge=0, lt=1)
    """The model is a running average of the weights, of which each step keeps this share; 0 for none."""
    patience: int = Field(5, ge=0)
    """How many epochs without a lower validation loss end the training; 0 never stops it early."""
    checkpoint_minutes: float = Field(5, gt=0, exclude=True)
    """Minutes between two checkpoints, besides the one after every epoch."""
    tensorboard: bool = Field(False, exclude=True)
    """Also write the losses for TensorBoard, to the run's folder ``logs``."""
    strategy: Literal["single", "mirrored", "multi-worker"] = "single"
    """Where to train: ``single`` on one device, ``mirrored`` on all GPUs of this machine, ``multi-worker`` on
    the machines that TF_CONFIG names."""

    def reads(self, places: Places | None) -> Places | None:
        """Those of the features that a dataset has which the model reads; None if it reads none."""
        if places is None or not self.place:
            return None
        if self.memory or not places.remembered:
            return places
        count = len(places.sizes) - places.remembered
        return places.first(count) if count else None

    @field_validator("memory")
    @classmethod
    def _memory_needs_place(cls, wanted: bool, info: ValidationInfo) -> bool:
        if wanted and not info.data.get("place"):
            raise ValueError("needs place = true")
        return wanted

    @field_validator("tensorboard")
    @classmethod
    def _tensorboard_is_installed(cls, wanted: bool) -> bool:
        if wanted and find_spec("tensorboard") is None:
            raise ValueError('needs TensorBoard; pip install "musegen[tensorboard]"')
        return wanted


class LSTMSampling(Options):
    """Further options of ``[sample]`` when the model is ``keras-lstm``."""

    precision: Literal["auto", "fp32", "bf16", "int8"] = "auto"
    """Arithmetic of keras-lstm; ``auto`` takes the fastest one that lost nothing on the validation tunes."""
