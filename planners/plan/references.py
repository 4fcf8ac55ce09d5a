"""Do the names and figures of a document fit together? Checked on the tree: one wrong field hides no other problem."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from planners.plan.explain import did_you_mean
from planners.plan.keys import PlanKeys, plan_keys
from planners.plan.models import COUNTRY_PATTERN, KEY_PATTERN, MAX_DEPENDENCIES, MAX_ITEMS
from planners.plan.problems import Problem
from planners.plan.tree import MAX_PROBLEMS, Items, Section, Step, Value, locate, quote, refuse

Steps = tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class _Entry:
    """A section of the tree and the way to it."""

    steps: Steps
    section: Section

    def text(self, name: str) -> str | None:
        """A single value, without blanks around it."""
        value = self.section.get(name)
        return value.strip() if isinstance(value, str) else None

    def named(self) -> tuple[str | None, str]:
        return self.text("key"), self.text("title") or ""

    def texts(self, name: str) -> Iterator[tuple[Steps, str]]:
        """The single values of a list, each with the way to it."""
        values = self.section.get(name)
        for number, value in enumerate(values if isinstance(values, Items) else ()):
            if isinstance(value, str):
                yield (*self.steps, name, number), value.strip()

    def entries(self, name: str) -> list[_Entry]:
        """The sections of a list."""
        values = self.section.get(name)
        listed = values if isinstance(values, Items) else ()
        return [
            _Entry((*self.steps, name, number), value)
            for number, value in enumerate(listed)
            if isinstance(value, Section)
        ]


def _part(root: Section, name: str) -> _Entry:
    value = root.get(name)
    return _Entry((name,), value if isinstance(value, Section) else Section(1))


@dataclass(slots=True)
class _Plan:
    """The items of a plan with their keys, and what was found wrong so far."""

    root: Section
    epics: list[_Entry]
    stories: list[_Entry]
    inside: dict[int, str] = field(default_factory=dict)
    tasks: list[list[_Entry]] = field(default_factory=list)
    keys: PlanKeys = field(default_factory=lambda: PlanKeys((), (), ()))
    problems: list[Problem] = field(default_factory=list)

    def hint(self, name: str, known: Collection[str]) -> str:
        """The near name, while there are few problems: beyond those that are shown nobody reads it."""
        return did_you_mean(name, known) if len(self.problems) < 2 * MAX_PROBLEMS else ""

    def problem(self, steps: Steps, message: str) -> None:
        place = locate(self.root, steps)
        self.problems.append(Problem(place.path, message, place.line, place.source))


def _plan(root: Section) -> _Plan:
    top = _part(root, "plan")
    epics = top.entries("epics")
    plan = _Plan(root, epics, [story for epic in epics for story in epic.entries("stories")])
    owners = [number for number, epic in enumerate(epics) for _ in epic.entries("stories")]
    plan.stories += top.entries("stories")
    plan.tasks = [story.entries("tasks") for story in plan.stories]
    _check_sizes(plan)
    plan.keys = plan_keys(
        [epic.named() for epic in epics],
        [story.named() for story in plan.stories],
        [[task.named() for task in tasks] for tasks in plan.tasks],
    )
    plan.inside = {number: plan.keys.epics[owner] for number, owner in enumerate(owners)}
    return plan


def _check_sizes(plan: _Plan) -> None:
    counts = (
        ("epics", len(plan.epics), MAX_ITEMS),
        ("stories", len(plan.stories), MAX_ITEMS),
        ("tasks", sum(map(len, plan.tasks)), MAX_ITEMS * 5),
    )
    for word, count, most in counts:
        if count > most:
            source = locate(plan.root, ("plan",)).source
            raise refuse(f"has {count:,} {word}; at most {most:,} are taken", source=source)


def check_references(root: Section) -> list[Problem]:
    """Names that are unknown, doubled or their own, and figures that contradict each other.

    Circles of dependencies are not problems here: planning names them. Raises PlanProblems when there are too many
    items to look at.
    """
    plan = _plan(root)
    _check_double_keys(plan)
    _check_dependencies(plan)
    _check_epics(plan)
    _check_figures(plan)
    _check_teams(plan)
    _check_people(plan)
    _check_countries(plan)
    _check_milestones(plan)
    return plan.problems


def _check_double_keys(plan: _Plan) -> None:
    tasks = [task for listed in plan.tasks for task in listed]
    for entries in (
        [*plan.epics, *plan.stories, *tasks],
        _part(plan.root, "timeline").entries("milestones"),
        _part(plan.root, "resources").entries("teams"),
    ):
        first: dict[str, Steps] = {}
        for entry in entries:
            key = entry.text("key")
            if not key:
                continue
            if key in first:
                other = locate(plan.root, (*first[key], "key"))
                plan.problem((*entry.steps, "key"), f"{quote(key)} is already the key on line {other.line}")
            first.setdefault(key, entry.steps)


def _check_dependencies(plan: _Plan) -> None:
    size: dict[str, int] = dict.fromkeys(plan.keys.stories, 1)
    members: dict[str, set[str]] = {key: set() for key in plan.keys.epics}
    epic_of: dict[str, str] = {}
    for number, (key, story) in enumerate(zip(plan.keys.stories, plan.stories, strict=True)):
        epic = plan.inside.get(number) or story.text("epic")
        if epic in members:
            members[epic].add(key)
            epic_of[key] = epic
    size |= {key: len(held) for key, held in members.items()}
    story_of_task = {key: story for story, keys in zip(plan.keys.stories, plan.keys.tasks, strict=True) for key in keys}
    links = 0
    for key, entry in [
        *zip(plan.keys.epics, plan.epics, strict=True),
        *zip(plan.keys.stories, plan.stories, strict=True),
    ]:
        for steps, other in entry.texts("depends_on"):
            if other == key:
                plan.problem(steps, f"{quote(other)} can't wait for itself")
            elif other in members and epic_of.get(key) == other:
                plan.problem(steps, f"{quote(other)} is its own epic; name the stories that come before")
            elif other in members.get(key, ()):
                plan.problem(steps, f"{quote(other)} is a story of this epic; an epic can't wait for a part of itself")
            elif other in size:
                links += size[other] * (size[key] if key in members else 1)
            else:
                _unknown_item(plan, steps, other, size, story_of_task)
    if links > MAX_DEPENDENCIES:
        plan.problem(
            ("plan", "epics"),
            f"their dependencies stand for {links:,} links between stories; at most {MAX_DEPENDENCIES:,} are taken: "
            "name single stories instead of whole epics",
        )


def _unknown_item(plan: _Plan, steps: Steps, name: str, known: Collection[str], tasks: Mapping[str, str]) -> None:
    if name in tasks:
        plan.problem(steps, f"{quote(name)} is a task; name its story {quote(tasks[name])}")
    elif re.fullmatch(KEY_PATTERN, name):
        plan.problem(steps, f"{quote(name)} is not the key of an epic or story{plan.hint(name, known)}")


def _check_epics(plan: _Plan) -> None:
    for number, story in enumerate(plan.stories):
        named, inside = story.text("epic"), plan.inside.get(number)
        if named is None or named == inside or not re.fullmatch(KEY_PATTERN, named):
            continue
        if inside is not None:
            plan.problem((*story.steps, "epic"), f"{quote(named)} is not the epic that it stands in ({quote(inside)})")
        elif named not in plan.keys.epics:
            hint = plan.hint(named, plan.keys.epics)
            plan.problem((*story.steps, "epic"), f"{quote(named)} is not the key of an epic{hint}")


def _number(value: Value) -> Decimal | None:
    try:
        number = Decimal(value) if isinstance(value, str) and len(value) < 12 else None
    except InvalidOperation:
        return None
    return number if number is not None and number.is_finite() else None


def _check_figures(plan: _Plan) -> None:
    for story in plan.stories:
        points, skills = _number(story.section.get("points")), story.section.get("skills")
        needs = [_number(value) for value in skills.values()] if isinstance(skills, Section) else []
        total = sum((need for need in needs if need is not None), Decimal(0))
        if points is not None and total > points:
            plan.problem((*story.steps, "skills"), f"need {total} points together; the story has {points}")
        sprint, earliest = _number(story.section.get("sprint")), _number(story.section.get("not_before"))
        if sprint is not None and earliest is not None and sprint < earliest:
            plan.problem((*story.steps, "sprint"), f"is {sprint}, but 'not_before' is {earliest}")


def _check_teams(plan: _Plan) -> None:
    resources = _part(plan.root, "resources")
    teams = list(dict.fromkeys(key for team in resources.entries("teams") if (key := team.text("key"))))
    history = Section(1)
    history["history"] = plan.root.get("history")
    if not teams:
        return
    for entry in (
        *plan.epics,
        *plan.stories,
        *resources.entries("people"),
        *resources.entries("roles"),
        *_Entry((), history).entries("history"),
    ):
        team = entry.text("team")
        if team is not None and team not in teams and re.fullmatch(KEY_PATTERN, team):
            hint = plan.hint(team, teams) or f"; teams are {', '.join(map(quote, teams[:8]))}"
            plan.problem((*entry.steps, "team"), f"{quote(team)} is not the key of a team{hint}")


def _check_people(plan: _Plan) -> None:
    seen: dict[tuple[str | None, str | None], int | None] = {}
    for person in _part(plan.root, "resources").entries("people"):
        who = (person.text("name"), person.text("team"))
        line = locate(plan.root, person.steps).line
        if who[0] and who in seen:
            plan.problem((*person.steps, "name"), f"{quote(who[0])} is already in this team on line {seen[who]}")
        seen.setdefault(who, line)
        _check_order(plan, person, "starts", "ends")
        for absence in person.entries("absences"):
            _check_order(plan, absence, "start", "end")


def _check_countries(plan: _Plan) -> None:
    resources = _part(plan.root, "resources")
    for entry in (resources, *resources.entries("teams"), *resources.entries("people")):
        code = entry.text("country")
        if code and re.fullmatch(COUNTRY_PATTERN, code) and not _has_holidays(code):
            plan.problem((*entry.steps, "country"), f"no public holidays are known for {quote(code)}")


def _has_holidays(code: str) -> bool:
    # Takes a fifth of a second to import, and most plans name no country.
    from holidays import list_supported_countries

    country, _, part = code.partition("-")
    parts = list_supported_countries().get(country)
    return parts is not None and (not part or part in parts)


def _check_order(plan: _Plan, entry: _Entry, first: str, last: str) -> None:
    start, end = entry.text(first), entry.text(last)
    if start and end and len(start) == len(end) == len("2027-01-31") and end < start:
        plan.problem((*entry.steps, last), f"{quote(end)} is before {quote(start)}")


def _check_milestones(plan: _Plan) -> None:
    known = {*plan.keys.epics, *plan.keys.stories}
    tasks = {key: story for story, keys in zip(plan.keys.stories, plan.keys.tasks, strict=True) for key in keys}
    for milestone in _part(plan.root, "timeline").entries("milestones"):
        for steps, name in milestone.texts("items"):
            if name not in known:
                _unknown_item(plan, steps, name, known, tasks)
