"""The plan as bars by team and sprint, with the critical chain marked, as a picture and in words."""

from __future__ import annotations

import io
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from planners.sprints.chart import BLUE, DPI, GRID, GROUND, INK, MOST_MILESTONES, ORANGE, QUIET, WIDTH
from planners.sprints.model import PlannedItem, SprintPlan
from planners.sprints.words import long_date, named, short, sprints, stories

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST_ROWS = 34
MOST_SPRINTS = 26
ROW = 0.27
ABOVE, BELOW = 0.75, 1.05
TITLE_LENGTH = 46
LEFT = 0.03
# About how many letters of a label fit into the width of the axes.
LETTERS = 118

Row = tuple[PlannedItem, tuple[int, ...]]


def gantt_png(plan: SprintPlan, critical: Sequence[str] = ()) -> bytes:
    """A PNG, 1200 pixels wide: teams one below the other, an item's bar in its sprint with its title.

    `critical` are the keys of the critical chain, as :func:`planners.sprints.why.explain_plan` finds it: their bars are
    dark, outlined and marked with a diamond. A plan with more than 34 items shows the critical chain, items in
    parts and must-haves first, and says how many are left out; at most 26 sprints are drawn. Raises ValueError for a
    plan without sprints.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    groups = _groups(plan, set(critical))
    if not groups:
        raise ValueError("the plan has no sprints: there is nothing to draw")
    rows = sum(len(group) + 1 for _, group in groups)
    height = ABOVE + BELOW + ROW * (rows + 3)
    figure = Figure(figsize=(WIDTH / DPI, height), dpi=DPI, facecolor=GROUND)
    FigureCanvasAgg(figure)
    axes = figure.add_axes((LEFT, BELOW / height, 0.94, 1 - (ABOVE + BELOW) / height), facecolor=GROUND)
    shown = min(len(plan.sprints), MOST_SPRINTS)
    at = 0
    for team, group in groups:
        axes.text(
            0.55, at, f"Team {short(team, 30)}", size=14.5, weight="bold", color=INK, va="center", parse_math=False
        )
        at += 1
        for item, places in group:
            _draw_bar(axes, item, [place for place in places if place <= shown], at, shown, item.key in critical)
            at += 1
    _draw_milestones(axes, plan, shown, rows)
    _dress(axes, plan, shown, rows)
    title = f"{short(plan.title, TITLE_LENGTH)}: what is done when"
    figure.text(LEFT, 1 - 0.4 / height, title, size=22, weight="bold", color=INK, va="center", parse_math=False)
    figure.text(
        LEFT, 0.28 / height, _footnote(plan, groups, critical), size=14, color=INK, va="center", parse_math=False
    )
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", facecolor=GROUND, metadata={"Software": None})
    return buffer.getvalue()


def gantt_alt_text(plan: SprintPlan, critical: Sequence[str] = ()) -> str:
    """What the picture shows, for those who can't see it; at most 2,000 signs, as Slack allows."""
    if not plan.sprints:
        return "No chart: nothing is planned."
    titles = {item.key: item.title for item in plan.items}
    count = f"{stories(len(plan.items))} in {sprints(len(plan.sprints))}"
    days = f"from {long_date(plan.sprints[0].start)} to {long_date(plan.sprints[-1].end)}"
    lines = [f"Chart of {short(plan.title, TITLE_LENGTH)} by team: {count}, {days}."]
    if critical:
        chain = [f"'{short(titles[key])}'" for key in critical if key in titles]
        lines.append(f"The end hangs on {named(chain, 12)}.")
    for team in dict.fromkeys(item.team for item in plan.items):
        own = [item for item in plan.items if item.team == team and item.sprint is not None]
        if own:
            last = max(item.sprint or 0 for item in own)
            lines.append(f"Team {team}: {stories(len(own))}, the last in sprint {last}.")
    return " ".join(lines)[:2000]


def _groups(plan: SprintPlan, critical: Collection[str]) -> list[tuple[str, list[Row]]]:
    placed = [item for item in plan.items if item.sprint is not None]
    if len(placed) > MOST_ROWS:
        placed.sort(key=lambda item: (item.key not in critical, not item.parts, item.priority != "must", item.sprint))
        placed = placed[:MOST_ROWS]
    result = []
    for team in dict.fromkeys(item.team for item in plan.items):
        own: list[Row] = [(item, _places(item)) for item in placed if item.team == team]
        if own:
            result.append((team, sorted(own, key=lambda row: (row[1][0], row[1][-1], row[0].key))))
    return result


def _places(item: PlannedItem) -> tuple[int, ...]:
    return tuple(part.sprint for part in item.parts) or (item.sprint or 1,)


def _draw_bar(axes: Axes, item: PlannedItem, places: Sequence[int], at: int, shown: int, critical: bool) -> None:
    if not places:
        return
    for place in places:
        axes.barh(
            at,
            0.92,
            left=place - 0.46,
            height=0.66,
            color=ORANGE if critical else BLUE,
            alpha=1 if critical else 0.45,
            edgecolor=INK if critical else "none",
            linewidth=1.6,
            zorder=3,
        )
    letters = LETTERS / shown
    label = f"{'◆ ' if critical else ''}{short(item.title, 44)}"
    right = places[-1] + 0.56 + len(label) / letters < shown + 0.5
    axes.text(
        places[-1] + 0.56 if right else places[0] - 0.56,
        at,
        label,
        size=12.5,
        color=INK,
        ha="left" if right else "right",
        va="center",
        weight="bold" if critical else "normal",
        parse_math=False,
        zorder=4,
        bbox={"facecolor": GROUND, "edgecolor": "none", "pad": 0.4},
    )


def _draw_milestones(axes: Axes, plan: SprintPlan, shown: int, rows: int) -> None:
    ends = {sprint.number: sprint.end for sprint in plan.sprints[:shown]}
    due = sorted((each.due, each.name) for each in plan.forecast.milestones if each.due is not None)
    within = [(day, name) for day, name in due if ends and plan.sprints[0].start <= day <= ends[shown]]
    for row, (day, name) in enumerate(within[:MOST_MILESTONES]):
        place = 0.5 + sum(end <= day for end in ends.values())
        axes.plot([place, place], [-0.9 - 0.9 * (row % 3), rows], color=INK, linewidth=1.8, linestyle=":", zorder=2)
        right = place > shown * 0.6
        axes.text(
            place,
            -0.9 - 0.9 * (row % 3),
            f" {short(name, 30)} ",
            size=12.5,
            weight="bold",
            color=INK,
            ha="right" if right else "left",
            va="center",
            parse_math=False,
        )


def _dress(axes: Axes, plan: SprintPlan, shown: int, rows: int) -> None:
    step = max(1, -(-shown // 12))
    marked = plan.sprints[:shown:step]
    axes.set_xticks(
        [sprint.number for sprint in marked],
        [f"{sprint.number}\n{sprint.start.day} {sprint.start:%b}" for sprint in marked],
    )
    axes.set_xlim(0.5, shown + 0.5)
    axes.set_ylim(rows - 0.4, -3.2)
    axes.set_yticks([])
    axes.tick_params(labelsize=13, colors=INK, length=0, pad=6)
    for edge in range(shown + 1):
        axes.axvline(edge + 0.5, color=GRID, linewidth=1, zorder=0)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color(QUIET)


def _footnote(plan: SprintPlan, groups: Sequence[tuple[str, Sequence[Row]]], critical: Collection[str]) -> str:
    drawn = sum(len(group) for _, group in groups)
    left = sum(item.sprint is not None for item in plan.items) - drawn
    text = "◆ the critical chain: what the end of the plan hangs on" if critical else "By sprint, from its first day"
    return f"{text}; {stories(left)} more not drawn" if left else text
