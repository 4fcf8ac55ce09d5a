"""A plan document as flat values: every item has its key, priority, team and the stories it waits for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeVar

from planners.plan.keys import plan_keys, unique_keys
from planners.plan.models import Epic, ItemStatus, PlanDocument, Priority, Story
from planners.plan.tree import quote, refuse

ONLY_TEAM = "team"
Held = TypeVar("Held")


@dataclass(frozen=True, slots=True)
class NormalisedTask:
    """A task with its key, which begins with its story's unless the plan gave one."""

    key: str
    title: str
    description: str
    skill: str | None
    points: Decimal | None


@dataclass(frozen=True, slots=True)
class NormalisedStory:
    """A story with nothing left open but its points.

    `priority` is its own, else its epic's, else should. `team` is its own, else its epic's, else the only one; None
    when several teams could take it. `depends_on` holds keys of stories only: its own and its epic's dependencies, an
    epic standing for all of its stories.
    """

    key: str
    title: str
    epic: str | None
    description: str
    points: Decimal | None
    priority: Priority
    value: Decimal | None
    team: str | None
    skills: Mapping[str, Decimal]
    depends_on: tuple[str, ...]
    acceptance_criteria: tuple[str, ...]
    labels: tuple[str, ...]
    tasks: tuple[NormalisedTask, ...]
    sprint: int | None
    not_before: int | None
    status: ItemStatus


@dataclass(frozen=True, slots=True)
class NormalisedEpic:
    """An epic and the keys of its stories, wherever they stand in the document."""

    key: str
    title: str
    description: str
    priority: Priority
    team: str | None
    labels: tuple[str, ...]
    stories: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NormalisedMilestone:
    """A milestone and the keys of its stories; those of every must-have when the plan names none."""

    key: str
    title: str
    due: dt.date
    items: tuple[str, ...]
    weight: int


@dataclass(frozen=True, slots=True)
class NormalisedPlan:
    """A plan as the planners take it, in the order of the document. `teams` is never empty."""

    venture: str
    title: str
    teams: tuple[str, ...]
    epics: tuple[NormalisedEpic, ...]
    stories: tuple[NormalisedStory, ...]
    milestones: tuple[NormalisedMilestone, ...]


def normalise(document: PlanDocument) -> NormalisedPlan:
    """Flatten a document. Raises PlanProblems for a dependency or an epic that is not in it.

    Documents from `load_document` never raise. Equal documents give equal values, and so does a document that went
    through JSON.
    """
    plan = document.plan
    stories = [*(story for epic in plan.epics for story in epic.stories), *plan.stories]
    keys = plan_keys(
        [(epic.key, epic.title) for epic in plan.epics],
        [(story.key, story.title) for story in stories],
        [[(task.key, task.title) for task in story.tasks] for story in stories],
    )
    epics = dict(zip(keys.epics, plan.epics, strict=True))
    epic_of: list[str | None] = [key for key, epic in epics.items() for _ in epic.stories]
    epic_of += [story.epic for story in plan.stories]
    members: dict[str, list[str]] = {key: [] for key in epics}
    for key, epic_key in zip(keys.stories, epic_of, strict=True):
        if epic_key is not None:
            _known(members, epic_key).append(key)
    stand_for = {**{key: (key,) for key in keys.stories}, **{key: tuple(held) for key, held in members.items()}}
    teams = team_keys(document)
    only = teams[0] if len(teams) == 1 else None
    flat = tuple(
        _story(key, task_keys, story, epic_key, None if epic_key is None else epics[epic_key], stand_for, only)
        for key, task_keys, story, epic_key in zip(keys.stories, keys.tasks, stories, epic_of, strict=True)
    )
    return NormalisedPlan(
        venture=plan.venture,
        title=plan.title,
        teams=teams,
        epics=tuple(_epic(key, epic, members[key]) for key, epic in epics.items()),
        stories=flat,
        milestones=_milestones(document, flat, stand_for),
    )


def team_keys(document: PlanDocument) -> tuple[str, ...]:
    """Every team that the document names anywhere, in its order; one called ``team`` when it names none."""
    plan, resources = document.plan, document.resources
    named: list[str | None] = [team.key for team in resources.teams]
    named += [person.team for person in resources.people]
    named += [role.team for role in resources.roles]
    named += [sprint.team for sprint in document.history]
    for epic in plan.epics:
        named += [epic.team, *(story.team for story in epic.stories)]
    named += [story.team for story in plan.stories]
    return tuple(dict.fromkeys(key for key in named if key)) or (ONLY_TEAM,)


def _known(table: Mapping[str, Held], key: str) -> Held:
    if key not in table:
        raise refuse(f"{quote(key)} is not in the plan")
    return table[key]


def _expand(keys: Iterable[str], stand_for: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(story for key in keys for story in _known(stand_for, key)))


def _story(
    key: str,
    task_keys: tuple[str, ...],
    story: Story,
    epic_key: str | None,
    epic: Epic | None,
    stand_for: Mapping[str, tuple[str, ...]],
    only_team: str | None,
) -> NormalisedStory:
    waits_for = _expand([*story.depends_on, *(epic.depends_on if epic else ())], stand_for)
    return NormalisedStory(
        key=key,
        title=story.title,
        epic=epic_key,
        description=story.description,
        points=story.points,
        priority=story.priority or (epic and epic.priority) or Priority.SHOULD,
        value=story.value,
        team=story.team or (epic and epic.team) or only_team,
        skills=story.skills,
        depends_on=tuple(other for other in waits_for if other != key),
        acceptance_criteria=story.acceptance_criteria,
        labels=tuple(dict.fromkeys(story.labels)),
        tasks=tuple(
            NormalisedTask(task_key, task.title, task.description, task.skill, task.points)
            for task_key, task in zip(task_keys, story.tasks, strict=True)
        ),
        sprint=story.sprint,
        not_before=story.not_before,
        status=story.status,
    )


def _epic(key: str, epic: Epic, stories: Iterable[str]) -> NormalisedEpic:
    return NormalisedEpic(
        key=key,
        title=epic.title,
        description=epic.description,
        priority=epic.priority or Priority.SHOULD,
        team=epic.team,
        labels=tuple(dict.fromkeys(epic.labels)),
        stories=tuple(stories),
    )


def _milestones(
    document: PlanDocument, stories: tuple[NormalisedStory, ...], stand_for: Mapping[str, tuple[str, ...]]
) -> tuple[NormalisedMilestone, ...]:
    milestones = document.timeline.milestones
    keys = unique_keys([(each.key, each.title) for each in milestones], {each.key for each in milestones if each.key})
    musts = tuple(story.key for story in stories if story.priority is Priority.MUST)
    return tuple(
        NormalisedMilestone(
            key, each.title, each.due, _expand(each.items, stand_for) if each.items else musts, each.weight
        )
        for key, each in zip(keys, milestones, strict=True)
    )
