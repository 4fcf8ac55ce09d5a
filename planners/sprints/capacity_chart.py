"""What each team can take on, what is planned, and how tight its skills are, as a picture and in words."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from planners.sprints.answers import Bottleneck
from planners.sprints.chart import BLUE, DPI, GRID, GROUND, INK, ORANGE, QUIET, WIDTH
from planners.sprints.model import SprintPlan
from planners.sprints.words import amount, named, short, sprints

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST_TEAMS = 5
MOST_SPRINTS = 26
TEAM_HEIGHT = 2.25
ABOVE, BELOW = 0.95, 0.75
TITLE_LENGTH = 34
FULL = 0.9
MOST_LABELS = 14


def capacity_png(plan: SprintPlan, bottlenecks: Sequence[Bottleneck] = ()) -> bytes:
    """A PNG, 1200 pixels wide, with a strip for each of at most five teams, those with most planned.

    Bars are planned points, the line is what may be planned, and above a bar stands the skill that is tightest in that
    sprint with its share taken, where it is 90 % or more; such bars are orange and hatched. `bottlenecks` is what
    :func:`planners.sprints.why.explain_plan` finds. Raises ValueError for a plan without sprints.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    teams = _teams(plan)
    if not teams:
        raise ValueError("the plan has no sprints: there is nothing to draw")
    height = ABOVE + BELOW + TEAM_HEIGHT * len(teams)
    figure = Figure(figsize=(WIDTH / DPI, height), dpi=DPI, facecolor=GROUND)
    FigureCanvasAgg(figure)
    for row, team in enumerate(teams):
        bottom = height - ABOVE - TEAM_HEIGHT * (row + 1) + 0.5
        axes = figure.add_axes((0.06, bottom / height, 0.91, (TEAM_HEIGHT - 0.85) / height), facecolor=GROUND)
        _draw_team(axes, plan, team, {each.sprint: each for each in bottlenecks if each.team == team})
    title = f"{short(plan.title, TITLE_LENGTH)}: capacity by team and skill"
    figure.text(0.028, 1 - 0.42 / height, title, size=22, weight="bold", color=INK, va="center", parse_math=False)
    handles, labels = figure.axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="lower center", ncols=3, fontsize=14, frameon=False, labelcolor=INK)
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", facecolor=GROUND, metadata={"Software": None})
    return buffer.getvalue()


def capacity_alt_text(plan: SprintPlan, bottlenecks: Sequence[Bottleneck] = ()) -> str:
    """What the picture shows, for those who can't see it; at most 2,000 signs, as Slack allows."""
    if not plan.sprints:
        return "No chart: nothing is planned."
    lines = [f"Capacity of {short(plan.title, TITLE_LENGTH)} by team over {sprints(len(plan.sprints))}."]
    for team in _teams(plan):
        loads = [load for sprint in plan.sprints for load in sprint.teams if load.team == team]
        planned = sum((load.load for load in loads), Decimal(0))
        room = sum((load.commitment for load in loads), Decimal(0))
        text = f"Team {team}: {amount(planned)} of {amount(room)} points planned"
        full = [each.sprint for each in bottlenecks if each.team == team and _taken(each) >= FULL]
        skills = dict.fromkeys(
            s for each in bottlenecks if each.sprint in full and each.team == team for s in each.skills
        )
        if full:
            text += f"; full in {named([f'sprint {sprint}' for sprint in full], 8)}"
            text += f", tightest in {named(list(skills))}" if skills else ""
        lines.append(f"{text}.")
    return " ".join(lines)[:2000]


def _teams(plan: SprintPlan) -> list[str]:
    planned: dict[str, float] = {}
    for sprint in plan.sprints:
        for load in sprint.teams:
            planned[load.team] = planned.get(load.team, 0.0) + float(load.load)
    kept = sorted(planned, key=lambda team: -planned[team])[:MOST_TEAMS]
    return [team for team in planned if team in kept]


def _taken(each: Bottleneck) -> float:
    return float(each.used / each.capacity) if each.capacity else 1.0


def _tightest(tight: dict[int, Bottleneck]) -> str:
    """What is full in most sprints, with how many."""
    full = Counter(each.skills for each in tight.values() if _taken(each) >= FULL)
    if not full:
        return ""
    skills, count = full.most_common(1)[0]
    return f": {named(list(skills)) or 'everybody'} full in {sprints(count)}"


def _draw_team(axes: Axes, plan: SprintPlan, team: str, tight: dict[int, Bottleneck]) -> None:
    shown = plan.sprints[:MOST_SPRINTS]
    loads = [next(load for load in sprint.teams if load.team == team) for sprint in shown]
    room = [float(load.commitment) for load in loads]
    top = max([1.0, *room, *(float(load.load) for load in loads)])
    full = [sprint.number in tight and _taken(tight[sprint.number]) >= FULL for sprint in shown]
    for is_full, label in ((False, "Planned points"), (True, "Planned, a skill or everybody 90 % taken or more")):
        axes.bar(
            [sprint.number for sprint, each in zip(shown, full, strict=True) if each is is_full],
            [float(load.load) for load, each in zip(loads, full, strict=True) if each is is_full],
            width=0.7,
            color=ORANGE if is_full else BLUE,
            alpha=0.75 if is_full else 0.5,
            hatch="//" if is_full else None,
            edgecolor=GROUND if is_full else "none",
            linewidth=0,
            label=label,
        )
    edges = [sprint.number - 0.5 for sprint in shown] + [shown[-1].number + 0.5]
    axes.stairs(room, edges, color=INK, linewidth=2.2, label="May be planned")
    if len(shown) <= MOST_LABELS:
        for sprint, each in zip(shown, full, strict=True):
            if each:
                skill = ", ".join(tight[sprint.number].skills) or "everybody"
                axes.text(
                    sprint.number, top * 1.06, short(skill, 13), size=11.5, color=INK, ha="center", parse_math=False
                )
    axes.set_title(
        f"Team {short(team, 30)}{_tightest(tight)}", size=15, weight="bold", color=INK, loc="left", parse_math=False
    )
    axes.set_ylim(0, top * 1.22)
    axes.set_xlim(edges[0], edges[-1])
    step = max(1, -(-len(shown) // 14))
    axes.set_xticks([sprint.number for sprint in shown[::step]])
    axes.tick_params(labelsize=12.5, colors=INK, length=0, pad=4)
    axes.grid(axis="y", color=GRID, linewidth=1)
    axes.set_axisbelow(True)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color(QUIET)
