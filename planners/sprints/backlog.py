"""Which stories are to be planned, in which team, how big, and what each waits for.

Done stories and won't-haves are out. What a planned story waits for is planned too, whatever the scope.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from statistics import median_low

from planners.plan.models import HistoricSprint, ItemStatus, Person, PlanDocument, Priority
from planners.plan.normalise import NormalisedStory
from planners.plan.problems import Problem
from planners.sprints import warnings
from planners.sprints.cycles import Cycle, open_cycles
from planners.sprints.model import Assumption, PlanningError, PlanOptions, PlanWarning
from planners.sprints.words import stories as counted

POINTS_WITHOUT_ANY = Decimal(3)
MOST_CYCLES = 20
NEED = {Priority.MUST: 0, Priority.SHOULD: 1, Priority.COULD: 2, Priority.WONT: 3}


@dataclass(frozen=True, slots=True)
class OpenItem:
    """A story to be planned.

    `skills` holds the points that need each skill. `waits_for` holds keys of other open items and has no cycles.
    """

    story: NormalisedStory
    key: str
    team: str
    points: Decimal
    points_assumed: bool
    skills: Mapping[str, Decimal]
    waits_for: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Teams:
    """The teams in the order of the document, with who is in them and what they completed."""

    keys: tuple[str, ...]
    people: Mapping[str, tuple[Person, ...]]
    history: Mapping[str, tuple[HistoricSprint, ...]]
    countries: Mapping[str, str | None]
    warnings: tuple[PlanWarning, ...] = ()


@dataclass(frozen=True, slots=True)
class Backlog:
    """The open items in the order of the document, and what was noticed on the way."""

    items: tuple[OpenItem, ...]
    cycles: tuple[Cycle, ...] = ()
    warnings: tuple[PlanWarning, ...] = ()
    assumptions: tuple[Assumption, ...] = ()
    titles: Mapping[str, str] = field(default_factory=dict)


def teams_of(document: PlanDocument, keys: tuple[str, ...]) -> Teams:
    """People, closed sprints and country of each team; those who name none belong to the only team there is."""
    resources = document.resources
    only = keys[0] if len(keys) == 1 else None
    people: dict[str, list[Person]] = {key: [] for key in keys}
    history: dict[str, list[HistoricSprint]] = {key: [] for key in keys}
    homeless: list[str] = []
    unknown = 0
    for person in resources.people:
        if team := person.team or only:
            people[team].append(person)
        else:
            homeless.append(person.name)
    for sprint in document.history:
        if team := sprint.team or only:
            history[team].append(sprint)
        else:
            unknown += 1
    found = []
    if homeless:
        found.append(warnings.people_without_team(homeless))
    if unknown:
        found.append(warnings.history_without_team(unknown))
    countries = dict.fromkeys(keys, resources.country)
    countries.update({team.key: team.country for team in resources.teams if team.country})
    return Teams(
        keys,
        {key: tuple(members) for key, members in people.items()},
        {key: tuple(closed) for key, closed in history.items()},
        countries,
        tuple(found),
    )


def open_backlog(stories: Sequence[NormalisedStory], teams: Teams, options: PlanOptions) -> Backlog:
    """Choose what is planned, give each story its team and size, and open dependency cycles.

    Raises :class:`PlanningError` for stories whose skills ask for more points than they have.
    """
    by_key = {story.key: story for story in stories}
    titles = {key: story.title for key, story in by_key.items()}
    found: list[PlanWarning] = []
    assumptions: list[Assumption] = []
    chosen = _in_scope(by_key, options, found)
    team_of = _team_of([by_key[key] for key in chosen], teams, found)
    if options.team is not None:
        others = {key for key in chosen if team_of[key] != options.team}
        chosen = [key for key in chosen if key not in others]
        taken = {other for key in chosen for other in by_key[key].depends_on if other in others}
        if taken:
            text = f"{counted(len(taken))} of other teams, which {options.team} waits for, count as done"
            assumptions.append(Assumption(name="Other teams", text=text))
    kept = set(chosen)
    waits = {key: tuple(dict.fromkeys(other for other in by_key[key].depends_on if other in kept)) for key in chosen}
    waits, cycles = open_cycles(waits)
    found.extend(warnings.cycle(each, titles) for each in cycles[:MOST_CYCLES])
    if len(cycles) > MOST_CYCLES:
        found.append(warnings.more_cycles(len(cycles) - MOST_CYCLES))
    sizes = _sizes([by_key[key] for key in chosen], team_of)
    items = tuple(
        OpenItem(by_key[key], key, team_of[key], *sizes[key], skills_of(by_key[key]), waits[key]) for key in chosen
    )
    assumed = [item.key for item in items if item.points_assumed]
    if assumed:
        found.append(warnings.no_points(assumed))
    unclear = [item.key for item in items if not item.story.acceptance_criteria]
    if unclear:
        found.append(warnings.no_acceptance_criteria(unclear))
    _check_skills(items)
    return Backlog(items, cycles, tuple(found), tuple(assumptions), titles)


def _check_skills(items: Sequence[OpenItem]) -> None:
    problems = []
    for item in items:
        skilled = sum(item.skills.values(), Decimal(0))
        if skilled > item.points:
            message = f"ask for {skilled} points, but {item.key} has {item.points}"
            problems.append(Problem(f"{item.key}.skills", message))
    if problems:
        raise PlanningError(problems)


def _in_scope(by_key: Mapping[str, NormalisedStory], options: PlanOptions, found: list[PlanWarning]) -> list[str]:
    """Keys of the open stories within the scope and of all they wait for, in the order of the document."""
    limit = min(NEED[options.scope], NEED[Priority.COULD])
    open_keys = {key for key, story in by_key.items() if story.status is not ItemStatus.DONE}
    wanted = {key for key in open_keys if NEED[by_key[key].priority] <= limit}
    added: set[str] = set()
    wont: set[str] = set()
    pending = list(wanted)
    while pending:
        for other in by_key[pending.pop()].depends_on:
            if other not in open_keys or other in wanted or other in added:
                continue
            if by_key[other].priority is Priority.WONT:
                wont.add(other)
            else:
                added.add(other)
                pending.append(other)
    if added:
        found.append(warnings.out_of_scope_needed([key for key in by_key if key in added]))
    if wont:
        found.append(warnings.wont_needed([key for key in by_key if key in wont]))
    return [key for key in by_key if key in wanted or key in added]


def _team_of(stories: Iterable[NormalisedStory], teams: Teams, found: list[PlanWarning]) -> dict[str, str]:
    """The team of each story: its own, else the one whose people have most of its skills, else the first."""
    skills = {
        key: frozenset(skill for person in people for skill in person.skills) for key, people in teams.people.items()
    }
    result: dict[str, str] = {}
    guessed: list[str] = []
    for story in stories:
        key = story.key
        if story.team is not None:
            result[key] = story.team
        elif len(teams.keys) == 1:
            result[key] = teams.keys[0]
        else:
            held = Counter({team: len(skills[team] & set(skills_of(story))) for team in teams.keys})
            best, count = held.most_common(1)[0]
            result[key] = best
            if count < max(1, len(skills_of(story))):
                guessed.append(key)
    for team in dict.fromkeys(result[key] for key in guessed):
        found.append(warnings.team_guessed([key for key in guessed if result[key] == team], team))
    return result


def _sizes(stories: Sequence[NormalisedStory], team_of: Mapping[str, str]) -> dict[str, tuple[Decimal, bool]]:
    """(points, whether they are assumed) of each story."""
    known = {story.key: points for story in stories if (points := _points(story)) is not None}
    by_team: dict[str, list[Decimal]] = {}
    for key, points in known.items():
        by_team.setdefault(team_of[key], []).append(points)
    overall = median_low(known.values()) if known else POINTS_WITHOUT_ANY
    usual = {team: median_low(values) for team, values in by_team.items()}
    result: dict[str, tuple[Decimal, bool]] = {}
    for story in stories:
        key = story.key
        if key in known:
            result[key] = known[key], False
        else:
            skilled = sum(skills_of(story).values(), Decimal(0))
            result[key] = max(usual.get(team_of[key], overall), skilled), True
    return result


def skills_of(story: NormalisedStory) -> Mapping[str, Decimal]:
    """The points that need each skill: its own, else those of the tasks that name both."""
    if story.skills:
        return story.skills
    result: dict[str, Decimal] = {}
    for task in story.tasks:
        if task.skill and task.points:
            result[task.skill] = result.get(task.skill, Decimal(0)) + task.points
    if story.points is not None and sum(result.values()) > story.points:
        # Tasks were estimated on a scale of their own: they say nothing about the points of the story.
        return {}
    return result


def _points(story: NormalisedStory) -> Decimal | None:
    """Its own points, else those of its tasks when each of them has some."""
    if story.points is not None:
        return story.points
    parts = [task.points for task in story.tasks if task.points is not None]
    return sum(parts, Decimal(0)) if parts and len(parts) == len(story.tasks) else None
