"""The picture of a training: losses over steps or epochs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from io import BytesIO
from itertools import accumulate, cycle

from musegen.protocols.models import EpochLoss

_STYLES = ("--", ":", "-.")


def plot_losses(
    losses: Sequence[EpochLoss],
    best_epoch: int,
    lines: Mapping[str, float],
    steps: Sequence[Sequence[float]] = (),
) -> bytes:
    """A PNG of the training and validation losses over the steps, or over the epochs if there are no steps.

    ``lines``: the loss of each baseline on the validation tunes in nats a token, by its name. ``steps``: the
    losses of each epoch's steps. Needs matplotlib.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from matplotlib.ticker import MaxNLocator

    figure = Figure(figsize=(7.2, 4.2), dpi=120, layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplots()
    ends = list(accumulate(map(len, steps))) if steps else [loss.epoch for loss in losses]
    if steps:
        each = [loss for epoch in steps for loss in epoch]
        axes.plot(range(1, len(each) + 1), each, color="#7a8b99", alpha=0.35, linewidth=0.6)
    single = "o" if len(losses) == 1 else ""
    axes.plot(ends, [loss.train for loss in losses], color="#7a8b99", marker=single, label="training")
    judged = [
        (end, loss.validation) for end, loss in zip(ends, losses, strict=True) if loss.validation is not None
    ]
    if judged:
        axes.plot(*zip(*judged, strict=True), color="#b5462f", marker=single, label="validation")
        best = dict(judged).get(ends[best_epoch - 1])
        if best is not None:
            axes.plot([ends[best_epoch - 1]], [best], "o", color="#b5462f")
            axes.annotate(
                f"epoch {best_epoch}: {best:.3f}",
                (ends[best_epoch - 1], best),
                xytext=(-6, 12),
                textcoords="offset points",
                ha="right",
            )
    for (name, value), style in zip(lines.items(), cycle(_STYLES)):
        axes.axhline(value, color="#4d6b4a", linestyle=style, linewidth=1.2, label=f"{name}: {value:.3f}")
    axes.set_xlabel("step" if steps else "epoch")
    axes.set_ylabel("loss, nats a token")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.grid(alpha=0.25)
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False)
    drawn = BytesIO()
    figure.savefig(drawn, format="png", metadata={"Software": None})
    return drawn.getvalue()
