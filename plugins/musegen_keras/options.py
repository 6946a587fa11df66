"""What ``[model] use = "keras-lstm"`` may say."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from musegen import Options

Units = Annotated[int, Field(ge=1, le=1_000_000)]


class KerasLSTMOptions(Options):
    """LSTM over tokens, trained with Keras; its saved model needs no TensorFlow."""

    embedding: int = Field(64, ge=1, le=1_000_000)
    """Numbers that stand for a token."""
    units: tuple[Units, ...] = Field((256,), min_length=1, max_length=16)
    """Size of each LSTM layer; one entry a layer."""
    dropout: float = Field(0.2, ge=0, lt=1)
    """Share of a layer's outputs left out at random in training, against learning by heart."""
    recurrent_dropout: float = Field(0.0, ge=0, lt=1)
    """Share of the recurrent weights left out at random in each training step; on a CPU only."""
    epochs: int = Field(20, ge=1, le=1_000_000)
    """How often at most the model sees every tune."""
    steps: int | None = Field(None, ge=1, le=1_000_000_000)
    """How many batches it learns from, instead of epochs."""
    windows: Literal["tunes", "random"] = "tunes"
    """Tunes in random order, each from its beginning with the state carried on, or pieces of the text from
    anywhere as tutorials take them."""
    batch: int = Field(64, ge=1, le=100_000)
    """Tunes learned from at a time."""
    sequence: int = Field(48, ge=1, le=1_000_000)
    """Tokens learned from at a time in each tune; its state is carried on to the next ones."""
    learning_rate: float = Field(5e-3, gt=0, le=1)
    """Size of the first steps; less for larger layers."""
    schedule: Literal["cosine", "constant"] = "cosine"
    """Whether the learning rate falls to 0 over the training or stays."""
    weight_decay: float = Field(0.01, ge=0, lt=1)
    """What each step takes from the weights, times the learning rate; biases are left alone."""
    clipnorm: float = Field(1.0, ge=0)
    """Greatest norm of the gradient of all weights together, to which a longer one is cut; 0 for none."""
    average: float = Field(0.99, ge=0, lt=1)
    """The model is a running average of the weights, to which a step adds 1 - average; 0 for none."""
    patience: int = Field(5, ge=0)
    """Stop after so many epochs without a lower validation loss; 0 never stops early."""
    checkpoint_minutes: float = Field(5, gt=0, exclude=True)
    """How often to save where the training stands, besides after every epoch."""
    tensorboard: bool = Field(False, exclude=True)
    """Write the losses for TensorBoard too, to the run's folder ``logs``."""
    strategy: Literal["single", "mirrored", "multi-worker"] = "single"
    """Where to train: on one device, on all GPUs of this machine, or on the machines that TF_CONFIG names."""


class LSTMSampling(Options):
    """What ``[sample]`` may say besides when the model is ``keras-lstm``."""

    precision: Literal["auto", "fp32", "bf16", "int8"] = "auto"
    """Arithmetic of keras-lstm; ``auto`` is the fastest that lost nothing on the validation tunes."""
