"""The burn-up of a plan as a picture and in words: scope, what is planned, and what the forecast says.

The picture has a light ground of its own, so that it reads the same in Slack's dark and light mode; its colours are
told apart by colour-blind people (Okabe and Ito 2008) and by line style.
"""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Sequence
from typing import TYPE_CHECKING

from planners.sprints.forecasting import forecast_sentence
from planners.sprints.model import BurnUpPoint, DateForecast, SprintPlan
from planners.sprints.words import amount, long_date, percent, short

if TYPE_CHECKING:
    from matplotlib.axes import Axes

WIDTH, HEIGHT, DPI = 1200, 675, 100
GROUND = "#FAFAF7"
INK = "#1F2328"
QUIET = "#6B7178"
GRID = "#DDDDD6"
BLUE = "#0072B2"
ORANGE = "#D55E00"
TITLE_LENGTH = 46
MOST_MILESTONES = 6
MOST_MARKERS = 30
HEADROOM = 1.34
LABEL_LENGTH = 30
# About how much of the width of the axes one letter of a label takes.
SIGN_WIDTH = 0.0115


def burn_up_png(plan: SprintPlan) -> bytes:
    """The burn-up as a PNG of 1200 x 675 pixels.

    Scope, planned points, the median forecast and its band from P50 to P85, and milestones as vertical marks. Raises
    ValueError for a plan without a burn-up: there is nothing to draw.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    points = plan.forecast.burn_up
    if not points:
        raise ValueError("the plan has no burn-up: nothing is left to plan")
    figure = Figure(figsize=(WIDTH / DPI, HEIGHT / DPI), dpi=DPI, facecolor=GROUND)
    FigureCanvasAgg(figure)
    axes = figure.add_axes((0.078, 0.125, 0.885, 0.68), facecolor=GROUND)
    _draw_lines(axes, points)
    _draw_milestones(axes, points, plan.forecast.milestones)
    _dress(axes, points, HEADROOM if _shown(points, plan.forecast.milestones) else 1.08)
    figure.text(
        0.028, 0.93, short(plan.title, TITLE_LENGTH), size=22, weight="bold", color=INK, va="center", parse_math=False
    )
    figure.text(0.028, 0.865, forecast_sentence(plan), size=15.5, color=INK, va="center", parse_math=False)
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", facecolor=GROUND, metadata={"Software": None})
    return buffer.getvalue()


def burn_up_alt_text(plan: SprintPlan) -> str:
    """What the picture shows, for those who can't see it; at most 2,000 signs, as Slack allows."""
    points = plan.forecast.burn_up
    if not points:
        return "No burn-up: nothing is left to plan."
    last = points[-1]
    lines = [
        f"Burn-up of {short(plan.title, TITLE_LENGTH)}: {amount(last.scope)} points of scope.",
        f"{plan.sprints[-1].name} of the plan ends on {long_date(plan.sprints[-1].end)}." if plan.sprints else "",
        _done(plan.forecast.everything),
        forecast_sentence(plan),
    ]
    for milestone in plan.forecast.milestones[:MOST_MILESTONES]:
        if milestone.due:
            chance = (
                ""
                if milestone.probability_on_time is None
                else f", {percent(milestone.probability_on_time)} likely to be on time"
            )
            lines.append(f"Milestone {short(milestone.name)}: due {long_date(milestone.due)}{chance}.")
    return " ".join(line for line in lines if line)[:2000]


def _done(everything: DateForecast) -> str:
    days = [everything.dates.get(confidence) for confidence in ("0.50", "0.85")]
    median, sure = (long_date(day) if day else "a day too far ahead to say" for day in days)
    return f"All of it is done by {median} in half of all cases, and by {sure} in 85 % of them."


def _draw_lines(axes: Axes, points: Sequence[BurnUpPoint]) -> None:
    days = [_day(point.date) for point in points]
    scope = [float(point.scope) for point in points]
    planned = [float(point.planned) for point in points]
    median = [float(point.p50) for point in points]
    sure = [float(point.p15) for point in points]
    axes.fill_between(days, sure, median, color=BLUE, alpha=0.22, linewidth=0, label="Forecast, P50 to P85")
    upto = _until(median, scope)
    axes.plot(days[:upto], median[:upto], color=BLUE, linewidth=3.5, label="Forecast, P50", zorder=4)
    upto = _until(sure, scope)
    axes.plot(days[:upto], sure[:upto], color=BLUE, linewidth=1.5, zorder=3)
    upto = _until(planned, scope)
    axes.plot(
        days[:upto],
        planned[:upto],
        color=ORANGE,
        linewidth=3,
        linestyle=(0, (4, 1.6)),
        marker="o" if len(points) <= MOST_MARKERS else None,
        markersize=6,
        label="Planned",
        zorder=5,
    )
    axes.plot(days, scope, color=INK, linewidth=2.5, label=f"Scope, {amount(points[-1].scope)} points", zorder=2)


def _until(values: Sequence[float], scope: Sequence[float]) -> int:
    """How many values to draw: up to the first that reaches the scope, after which the line says nothing."""
    reached = (n for n, (value, limit) in enumerate(zip(values, scope, strict=True), start=1) if value >= limit)
    return next(reached, len(values))


def _draw_milestones(axes: Axes, points: Sequence[BurnUpPoint], milestones: Sequence[DateForecast]) -> None:
    first, last = points[0].date, points[-1].date
    height = float(points[-1].scope)
    span = _day(last) - _day(first)
    for row, (due, milestone) in enumerate(_shown(points, milestones)):
        day = _day(due)
        entry = "Milestone, and its chance to be on time" if not row else None
        axes.plot([day, day], [0, height * HEADROOM], color=INK, linewidth=1.8, linestyle=":", zorder=1, label=entry)
        chance = "" if milestone.probability_on_time is None else f" {percent(milestone.probability_on_time)}"
        label = f" {short(milestone.name, LABEL_LENGTH)}{chance} "
        fits = day + span * len(label) * SIGN_WIDTH < _day(last)
        axes.text(
            day,
            height * (HEADROOM - 0.06 - 0.085 * (row % 3)),
            label,
            size=14.5,
            color=INK,
            weight="bold",
            ha="left" if fits else "right",
            va="center",
            parse_math=False,
            bbox={"facecolor": GROUND, "edgecolor": "none", "pad": 1},
        )


def _shown(points: Sequence[BurnUpPoint], milestones: Sequence[DateForecast]) -> list[tuple[dt.date, DateForecast]]:
    """The milestones that are due within the picture, earliest first, at most as many as can be read."""
    within = [(each.due, each) for each in milestones if each.due and points[0].date < each.due <= points[-1].date]
    return sorted(within, key=lambda pair: pair[0])[:MOST_MILESTONES]


def _dress(axes: Axes, points: Sequence[BurnUpPoint], headroom: float) -> None:
    step = max(1, -(-(len(points) - 1) // 8))
    marked = points[step::step] if len(points) > step else points
    axes.set_xticks(
        [_day(point.date) for point in marked],
        [f"Sprint {point.sprint}\n{point.date.day} {point.date:%b}" for point in marked],
    )
    first, last = _day(points[0].date), _day(points[-1].date)
    axes.set_xlim(first, last + (last - first) * 0.015)
    axes.set_ylim(0, float(points[-1].scope) * headroom or 1)
    axes.tick_params(labelsize=14, colors=INK, length=0, pad=7)
    axes.set_ylabel("Story points done", size=15, color=INK)
    axes.grid(axis="y", color=GRID, linewidth=1)
    axes.set_axisbelow(True)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color(QUIET)
    axes.legend(loc="lower right", fontsize=14, framealpha=1, facecolor=GROUND, edgecolor=GRID, labelcolor=INK)


def _day(date: dt.date) -> float:
    """A place on the axis: days. Without matplotlib's date machinery, which reads the machine's settings."""
    return float(date.toordinal())
