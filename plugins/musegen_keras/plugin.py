"""An LSTM trained with Keras: ``[model] use = "keras-lstm"``."""

from __future__ import annotations

from musegen import Component, ModelTrainer, component, hookimpl
from musegen_keras.options import KerasLSTMOptions, LSTMSampling


def build_model(options: KerasLSTMOptions) -> ModelTrainer:
    """The trainer; TensorFlow is imported when training starts."""
    from musegen_keras.model import KerasLSTMTrainer

    return KerasLSTMTrainer(options)


@hookimpl
def musegen_models() -> list[Component[ModelTrainer]]:
    """Declare ``keras-lstm``."""
    return [
        component(
            "keras-lstm",
            version=1,
            options=KerasLSTMOptions,
            build=build_model,
            requires=("tensorflow", "keras"),
            extra="keras",
            suffixes=(".keras", ".h5"),
            sampling=LSTMSampling,
            suggested=True,
        )
    ]
