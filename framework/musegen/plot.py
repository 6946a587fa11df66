"""The picture of a training: loss against epochs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from io import BytesIO
from itertools import cycle

from musegen.components import EpochLoss


def can_plot() -> bool:
    """Whether matplotlib is installed; it is not imported."""
    return find_spec("matplotlib") is not None


_STYLES = ("--", ":", "-.")


def plot_losses(losses: Sequence[EpochLoss], best_epoch: int, lines: Mapping[str, float]) -> bytes:
    """Training and validation loss over the epochs as a PNG; needs matplotlib.

    ``lines``: what the lines to beat cost on the validation tunes, in nats a token, by name.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from matplotlib.ticker import MaxNLocator

    figure = Figure(figsize=(7.2, 4.2), dpi=120, layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplots()
    epochs = [loss.epoch for loss in losses]
    single = "o" if len(losses) == 1 else ""
    axes.plot(epochs, [loss.train for loss in losses], color="#7a8b99", marker=single, label="training")
    judged = [(loss.epoch, loss.validation) for loss in losses if loss.validation is not None]
    if judged:
        axes.plot(*zip(*judged, strict=True), color="#b5462f", marker=single, label="validation")
        best = dict(judged).get(best_epoch)
        if best is not None:
            axes.plot([best_epoch], [best], "o", color="#b5462f")
            axes.annotate(
                f"epoch {best_epoch}: {best:.3f}",
                (best_epoch, best),
                xytext=(-6, 12),
                textcoords="offset points",
                ha="right",
            )
    for (name, value), style in zip(lines.items(), cycle(_STYLES)):
        axes.axhline(value, color="#4d6b4a", linestyle=style, linewidth=1.2, label=f"{name}: {value:.3f}")
    axes.set_xlabel("epoch")
    axes.set_ylabel("loss, nats a token")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.grid(alpha=0.25)
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False)
    drawn = BytesIO()
    figure.savefig(drawn, format="png", metadata={"Software": None})
    return drawn.getvalue()
