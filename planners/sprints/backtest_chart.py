"""A back-test as a picture: what came, beside the range that was forecast before it."""

from __future__ import annotations

import io
from collections.abc import Mapping

from planners.forecasts.backtest import Backtest
from planners.sprints.chart import BLUE, DPI, GRID, GROUND, HEIGHT, INK, ORANGE, QUIET, WIDTH
from planners.sprints.words import short

MOST_ROWS = 4


def backtest_png(title: str, series: Mapping[str, Backtest], unit: str) -> bytes:
    """A PNG of 1200 x 675 pixels with one strip for each of at most four series, the longest first.

    `unit` says what is measured, e.g. ``Story points``. What lay within its 85 % range is a filled dot, what did not is
    a cross. Raises ValueError when no series was long enough to be tested.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    shown = sorted(((name, each) for name, each in series.items() if each.past), key=lambda pair: -len(pair[1].past))
    if not shown:
        raise ValueError("the history is too short: nothing was tested")
    shown = shown[:MOST_ROWS]
    figure = Figure(figsize=(WIDTH / DPI, HEIGHT / DPI), dpi=DPI, facecolor=GROUND)
    FigureCanvasAgg(figure)
    figure.text(0.028, 0.935, short(title, 60), size=22, weight="bold", color=INK, va="center", parse_math=False)
    height = 0.79 / len(shown)
    for row, (name, found) in enumerate(shown):
        bottom = 0.89 - height * (row + 1) + 0.065
        axes = figure.add_axes((0.078, bottom, 0.885, height - 0.13), facecolor=GROUND)
        at = [past.index + 1 for past in found.past]
        axes.vlines(
            at,
            [past.low85 for past in found.past],
            [past.high85 for past in found.past],
            color=BLUE,
            alpha=0.35,
            linewidth=9,
            label="85 % range",
        )
        axes.scatter(
            at, [past.median for past in found.past], color=BLUE, marker="_", s=220, linewidth=3, label="Median"
        )
        for held, marker, label in ((True, "o", "Came, within the range"), (False, "X", "Came, outside")):
            those = [past for past in found.past if (past.low85 <= past.actual <= past.high85) is held]
            axes.scatter(
                [past.index + 1 for past in those],
                [past.actual for past in those],
                color=INK if held else ORANGE,
                marker=marker,
                s=70,
                zorder=5,
                label=label,
            )
        heading = f"{short(name, 30)}: the range held {found.ours.held85} of {found.ours.count} times"
        axes.set_title(heading, size=15.5, color=INK, loc="left", parse_math=False)
        axes.set_ylabel(unit if len(shown) < 3 else "", size=14, color=INK)
        axes.set_ylim(0, None)
        step = -(-len(at) // 14)
        axes.set_xticks(at[::step])
        axes.tick_params(labelsize=13, colors=INK, length=0, pad=5)
        axes.grid(axis="y", color=GRID, linewidth=1)
        axes.set_axisbelow(True)
        for side in ("top", "right", "left"):
            axes.spines[side].set_visible(False)
        axes.spines["bottom"].set_color(QUIET)
    handles, labels = figure.axes[0].get_legend_handles_labels()
    figure.legend(
        handles, labels, loc="lower center", ncols=4, fontsize=14, frameon=False, labelcolor=INK, markerscale=0.8
    )
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", facecolor=GROUND, metadata={"Software": None})
    return buffer.getvalue()
