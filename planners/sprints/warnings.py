"""What the lead should know about a plan, one whole sentence each."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal

from planners.sprints.cycles import Cycle
from planners.sprints.model import PlanWarning, WarningKind
from planners.sprints.words import long_date, named, percent, short, stories


def cycle_text(cycle: Cycle, titles: Mapping[str, str]) -> str:
    """The circle by titles, ending where it began: ``API gateway -> Auth -> API gateway``."""
    return " -> ".join(short(titles[key]) for key in (*cycle.keys, cycle.keys[0]))


def cycle(found: Cycle, titles: Mapping[str, str]) -> PlanWarning:
    """A dependency cycle and which edge of it the plan ignores."""
    waits, other = found.ignored
    if waits == other:
        text = f"'{short(titles[waits])}' waits for itself. The plan ignores that."
    else:
        text = (
            f"Dependency cycle: {cycle_text(found, titles)}. The plan ignores that '{short(titles[waits])}' waits for "
            f"'{short(titles[other])}'."
        )
    return PlanWarning(kind=WarningKind.CYCLE, text=text, items=found.keys)


def more_cycles(count: int) -> PlanWarning:
    """Cycles beyond those that are named."""
    text = f"{count} more dependency cycles were opened in the same way."
    return PlanWarning(kind=WarningKind.CYCLE, text=text)


def no_acceptance_criteria(keys: Sequence[str]) -> PlanWarning:
    """Stories that nobody could say are done."""
    verb = "has" if len(keys) == 1 else "have"
    text = f"{stories(len(keys))} {verb} no acceptance criteria: {named(keys)}."
    return PlanWarning(kind=WarningKind.NO_ACCEPTANCE_CRITERIA, text=text, items=tuple(keys))


def no_points(keys: Sequence[str]) -> PlanWarning:
    """Stories whose size is assumed."""
    verb, whose = ("has", "its") if len(keys) == 1 else ("have", "their")
    size = f"the median of {whose} team's other stories"
    text = f"{stories(len(keys))} {verb} no points, so {size} is assumed: {named(keys)}."
    return PlanWarning(kind=WarningKind.NO_POINTS, text=text, items=tuple(keys))


def too_big(keys: Sequence[str]) -> PlanWarning:
    """Stories that no sprint can take whole."""
    subject, them = ("is", "it is") if len(keys) == 1 else ("are", "they are")
    text = (
        f"{stories(len(keys))} {subject} too big for one sprint, so {them} planned in parts; better split "
        f"{'it' if len(keys) == 1 else 'them'}: {named(keys)}."
    )
    return PlanWarning(kind=WarningKind.TOO_BIG, text=text, items=tuple(keys))


def no_skill(team: str, skill: str, keys: Sequence[str]) -> PlanWarning:
    """A skill that a team's stories ask for and that nobody in it has."""
    text = f"Nobody in team {team} has the skill '{skill}', which {named(keys)} need{'s' if len(keys) == 1 else ''}."
    return PlanWarning(kind=WarningKind.NO_SKILL, text=text, items=tuple(keys))


def no_capacity(text: str, keys: Sequence[str] = ()) -> PlanWarning:
    """A team that can take nothing on."""
    return PlanWarning(kind=WarningKind.NO_CAPACITY, text=text, items=tuple(keys))


def did_not_fit(keys: Sequence[str], sprints: int) -> PlanWarning:
    """Stories in no sprint."""
    text = f"{stories(len(keys))} did not fit into {sprints} sprints: {named(keys)}."
    return PlanWarning(kind=WarningKind.DID_NOT_FIT, text=text, items=tuple(keys))


def team_guessed(keys: Sequence[str], team: str) -> PlanWarning:
    """Stories that name no team and whose skills point to none."""
    verb = "names" if len(keys) == 1 else "name"
    text = f"{stories(len(keys))} {verb} no team and went to {team}: {named(keys)}."
    return PlanWarning(kind=WarningKind.NO_TEAM, text=text, items=tuple(keys))


def people_without_team(names: Sequence[str]) -> PlanWarning:
    """People who are in none of several teams."""
    verb = "is" if len(names) == 1 else "are"
    text = f"{named(names)} {verb} in no team, so their time is not counted."
    return PlanWarning(kind=WarningKind.NO_TEAM, text=text)


def history_without_team(count: int) -> PlanWarning:
    """Closed sprints that can't be told apart by team."""
    text = f"{count} closed sprints name no team, and there are several, so they are not used."
    return PlanWarning(kind=WarningKind.NO_TEAM, text=text)


def out_of_scope_needed(keys: Sequence[str]) -> PlanWarning:
    """Stories that were added because others in the scope wait for them."""
    verb = "is" if len(keys) == 1 else "are"
    text = f"{stories(len(keys))} outside the scope {verb} planned too, because others wait for them: {named(keys)}."
    return PlanWarning(kind=WarningKind.SCOPE, text=text, items=tuple(keys))


def wont_needed(keys: Sequence[str]) -> PlanWarning:
    """Won't-haves that planned stories wait for."""
    text = f"Planned stories wait for won't-haves, which the plan takes as done: {named(keys)}."
    return PlanWarning(kind=WarningKind.SCOPE, text=text, items=tuple(keys))


def milestone_late(
    title: str, due: dt.date, done: dt.date | None, keys: Sequence[str], chance: float | None, confidence: Decimal
) -> PlanWarning:
    """A milestone whose items the plan finishes after its date, or not at all.

    `chance` is that of being on time; the plan keeps a buffer, so it may be late where the chance is as good as asked.
    """
    when = f"finishes it on {long_date(done)}" if done else "does not finish it"
    text = f"Milestone '{short(title)}' is due on {long_date(due)}, but the plan {when}: {named(keys)} come too late."
    if len(keys) == 1:
        text = text.replace(" come too late", " comes too late")
    if chance is not None and chance >= confidence:
        text += f" The plan keeps a buffer: without it, the chance to be on time is {percent(chance)}."
    elif chance is not None:
        text += f" Its chance to be on time is {percent(chance)}."
    return PlanWarning(kind=WarningKind.MILESTONE_LATE, text=text, items=tuple(keys))


def weak_forecast(team: str, notes: Sequence[str]) -> PlanWarning:
    """A velocity that rests on little."""
    return PlanWarning(
        kind=WarningKind.WEAK_FORECAST, text=f"The forecast of team {team} rests on little. {' '.join(notes)}"
    )
