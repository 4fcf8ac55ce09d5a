"""What if? Changes in a small language, applied to a document and its options, and the plan that follows.

Words may be in any case; N is a whole number; `from sprint N` may be left out and means sprint 1.

* ``lose NAME from sprint N`` — somebody leaves; a first name will do where only one person has it.
* ``add COUNT SKILL to TEAM from sprint N`` — new people with a skill (``person`` for none); `to TEAM` may be left out
  where there is one team.
* ``fill ROLE from sprint N`` — one more person in a role of the plan, with its skills and team.
* ``velocity -20 %`` — every team does so much less, or more with ``+``.
* ``drop could`` (or ``should``) — plan only what is needed more; ``drop KEY, KEY`` — leave these items out.
* ``milestone KEY +2 weeks`` (or ``-``, ``days``, ``sprints``), ``milestone KEY 2027-04-30``.
* ``start 2027-02-01`` — the first day of sprint 1.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Sequence
from decimal import Decimal

from pydantic import ValidationError

from planners.plan.explain import nearest
from planners.plan.models import Absence, Person, PlanDocument, Priority, Role, Story
from planners.plan.normalise import normalise
from planners.sprints.answers import WhatIf
from planners.sprints.calendar import sprint_dates
from planners.sprints.difference import difference, difference_sentences
from planners.sprints.engine import Progress
from planners.sprints.model import PinnedSprint, PlanOptions, SprintPlan
from planners.sprints.planner import plan_sprints
from planners.sprints.words import named

MOST_PEOPLE = 100
FORMS = (
    "lose NAME [from sprint N]",
    "add COUNT SKILL [to TEAM] [from sprint N]",
    "fill ROLE [from sprint N]",
    "velocity -20 %",
    "drop could|should|KEY, KEY",
    "milestone KEY +2 weeks|DATE",
    "start DATE",
)
_FROM = r"(?:\s+from\s+sprint\s+(?P<sprint>\d{1,3}))?"
_LEFT = dt.timedelta(weeks=52 * 20)
_UNITS = {"day": 1, "week": 7}
State = tuple[PlanDocument, PlanOptions]


class WhatIfError(ValueError):
    """A change that can't be understood or applied; the message names the word and what was expected."""


def what_if(
    document: PlanDocument,
    options: PlanOptions,
    changes: Sequence[str],
    *,
    pinned: Sequence[PinnedSprint] = (),
    before: SprintPlan | None = None,
    seconds: float = 0.0,
    progress: Callable[[Progress], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> WhatIf:
    """The plan after `changes`, and how it differs from the one without them.

    `before` is the plan to compare with; without it one is made in the same way. `seconds` are given to each plan.
    Raises :class:`WhatIfError`, and what :func:`plan_sprints` raises.
    """
    after_document, after_options = apply(document, options, changes)
    if pinned and after_options.start != options.start:
        raise WhatIfError("'start' can't be changed: the board already holds items in sprints of this plan")

    def planned(a_document: PlanDocument, its_options: PlanOptions) -> SprintPlan:
        return plan_sprints(
            a_document, its_options, pinned=pinned, seconds=seconds, progress=progress, cancelled=cancelled
        )

    before = before or planned(document, options)
    after = planned(after_document, after_options)
    return WhatIf(
        changes=tuple(changes),
        plan=after,
        difference=difference(before, after),
        sentences=difference_sentences(before, after),
    )


def apply(document: PlanDocument, options: PlanOptions, changes: Sequence[str]) -> State:
    """The document and options after all changes, in order. Raises :class:`WhatIfError`."""
    state = document, options
    for change in changes:
        state = _apply(state, change)
    return state


def _apply(state: State, change: str) -> State:
    words = " ".join(change.split())
    verb, _, rest = words.partition(" ")
    known = {
        "lose": _lose,
        "add": _add,
        "fill": _fill,
        "velocity": _velocity,
        "drop": _drop,
        "milestone": _milestone,
        "start": _start,
    }
    if verb.lower() not in known:
        near = nearest(verb, known)
        hint = f"; did you mean '{near}'?" if near else ""
        raise WhatIfError(f"'{verb[:40]}' is not a change{hint}; expected {', '.join(FORMS)}")
    try:
        return known[verb.lower()](state, rest)
    except OverflowError as error:
        raise WhatIfError(f"'{rest[:40]}' leads beyond the calendar") from error


def _lose(state: State, rest: str) -> State:
    document, options = state
    found = _matched(rf"(?P<name>.+?){_FROM}", rest, "lose NAME from sprint N")
    people = document.resources.people
    name = found["name"].lower()
    hits = [p for p in people if p.name.lower() == name] or [p for p in people if p.name.lower().split()[0] == name]
    if not hits:
        names = [*(p.name for p in people), *(p.name.split()[0] for p in people if " " in p.name)]
        raise WhatIfError(_unknown("person", found["name"], names))
    if len(hits) > 1:
        raise WhatIfError(f"'{found['name']}' could be {named([p.name for p in hits])}; give the whole name")
    first = _first_day(options, found["sprint"])
    if first > options.start:
        change: dict[str, object] = {"ends": first - dt.timedelta(days=1)}
    else:
        # Still in the team whose closed sprints are known, so that their pace is scaled down.
        gone = Absence(start=first, end=first + _LEFT, reason="left")
        change = {"absences": (*hits[0].absences, gone)}
    changed = tuple(p.model_copy(update=change) if p is hits[0] else p for p in people)
    return _with_people(document, changed), options


def _add(state: State, rest: str) -> State:
    document, options = state
    pattern = rf"(?P<count>\d{{1,3}})\s+(?P<skill>.+?)(?:\s+to\s+(?P<team>\S+))?{_FROM}"
    found = _matched(pattern, rest, "add COUNT SKILL to TEAM from sprint N, e.g. 'add 1 backend to core from sprint 3'")
    count = int(found["count"])
    if not 1 <= count <= MOST_PEOPLE:
        raise WhatIfError(f"'{found['count']}' people: expected 1 to {MOST_PEOPLE}")
    teams = normalise(document).teams
    team = _team(found["team"], teams)
    skill = found["skill"].lower()
    if skill in ("person", "people"):
        skills: tuple[str, ...] = ()
    else:
        known = {each.lower(): each for each in _skills_of(document)}
        if skill not in known:
            raise WhatIfError(_unknown("skill", found["skill"], list(known.values())))
        skills = (known[skill],)
    return _hire(document, options, f"New {skill}", count, skills, team, found["sprint"]), options


def _fill(state: State, rest: str) -> State:
    document, options = state
    found = _matched(rf"(?P<role>.+?){_FROM}", rest, "fill ROLE from sprint N")
    roles = {role.title.lower(): role for role in document.resources.roles}
    role: Role | None = roles.get(found["role"].lower())
    if role is None:
        raise WhatIfError(_unknown("role", found["role"], [each.title for each in roles.values()]))
    team = _team(role.team, normalise(document).teams)
    return _hire(document, options, f"New {role.title}", 1, role.skills, team, found["sprint"]), options


def _velocity(state: State, rest: str) -> State:
    document, options = state
    found = _matched(r"(?P<change>[+-]\s?\d{1,3}(?:\.\d+)?)\s?%", rest, "velocity -20 %")
    factor = options.capacity_factor * (1 + Decimal(found["change"].replace(" ", "")) / 100)
    return document, _options(
        options, "capacity_factor", factor, f"'{rest}': expected more than -100 % and up to +200 %"
    )


def _drop(state: State, rest: str) -> State:
    document, options = state
    if rest.lower() in ("could", "should"):
        scope = {"could": Priority.SHOULD, "should": Priority.MUST}[rest.lower()]
        narrower = options.scope if options.scope is Priority.MUST else scope
        return document, options.model_copy(update={"scope": narrower})
    keys = [key for key in re.split(r"[,\s]+", rest) if key]
    if not keys:
        raise WhatIfError("'drop' names nothing; expected 'drop could', 'drop should' or 'drop KEY, KEY'")
    stories = {story.key for story in normalise(document).stories}
    for key in keys:
        if key not in stories:
            raise WhatIfError(_unknown("item", key, list(stories)))
    return _without(document, set(keys)), options


def _milestone(state: State, rest: str) -> State:
    document, options = state
    form = "milestone KEY +2 weeks, or milestone KEY 2027-04-30"
    pattern = r"(?P<key>.+?)\s+(?:(?P<by>[+-]\s?\d{1,3})\s+(?P<unit>day|week|sprint)s?|(?P<date>\d{4}-\d{2}-\d{2}))"
    found = _matched(pattern, rest, form)
    normal = normalise(document).milestones
    wanted = found["key"].lower()
    number = next((n for n, m in enumerate(normal) if wanted in (m.key.lower(), m.title.lower())), None)
    if number is None:
        raise WhatIfError(_unknown("milestone", found["key"], [m.key for m in normal]))
    if found["date"]:
        due = _date(found["date"])
    else:
        days = 7 * options.sprint_weeks if found["unit"].lower() == "sprint" else _UNITS[found["unit"].lower()]
        due = normal[number].due + dt.timedelta(days=days * int(found["by"].replace(" ", "")))
    timeline = document.timeline
    milestones = tuple(
        m.model_copy(update={"due": due}) if n == number else m for n, m in enumerate(timeline.milestones)
    )
    return document.model_copy(update={"timeline": timeline.model_copy(update={"milestones": milestones})}), options


def _start(state: State, rest: str) -> State:
    document, options = state
    return document, options.model_copy(update={"start": _date(rest)})


def _matched(pattern: str, text: str, form: str) -> dict[str, str]:
    found = re.fullmatch(pattern, text, re.IGNORECASE)
    if found is None:
        raise WhatIfError(f"'{text[:60]}' is not understood; expected {form}")
    return {name: value or "" for name, value in found.groupdict().items()}


def _unknown(kind: str, name: str, known: Sequence[str]) -> str:
    near = nearest(name, known)
    hint = f"; did you mean '{near}'?" if near else f"; there is {named(list(known))}" if known else ""
    return f"the plan has no {kind} '{name[:60]}'{hint}"


def _team(name: str | None, teams: Sequence[str]) -> str:
    if not name:
        if len(teams) == 1:
            return teams[0]
        raise WhatIfError(f"which team? Expected 'to TEAM', one of {named(teams)}")
    found = next((team for team in teams if team.lower() == name.lower()), None)
    if found is None:
        raise WhatIfError(_unknown("team", name, teams))
    return found


def _date(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise WhatIfError(f"'{text[:40]}' is not a day; expected a date such as 2027-02-01") from None


def _first_day(options: PlanOptions, sprint: str) -> dt.date:
    number = int(sprint or 1)
    if number < 1:
        raise WhatIfError(f"'sprint {number}': the first sprint is 1")
    return sprint_dates(options.start, options.sprint_weeks, number).start


def _options(options: PlanOptions, name: str, value: object, message: str) -> PlanOptions:
    try:
        return PlanOptions.model_validate(options.model_dump() | {name: value})
    except ValidationError:
        raise WhatIfError(message) from None


def _skills_of(document: PlanDocument) -> list[str]:
    """Every skill that somebody has or a story or role asks for."""
    held = [skill for person in document.resources.people for skill in person.skills]
    held += [skill for role in document.resources.roles for skill in role.skills]
    for story in normalise(document).stories:
        held += [*story.skills, *(task.skill for task in story.tasks if task.skill)]
    return list(dict.fromkeys(held))


def _hire(
    document: PlanDocument,
    options: PlanOptions,
    name: str,
    count: int,
    skills: tuple[str, ...],
    team: str,
    sprint: str,
) -> PlanDocument:
    first = _first_day(options, sprint)
    people = document.resources.people
    new = tuple(
        Person(name=f"{name} {len(people) + n}", team=team, skills=skills, starts=first) for n in range(1, count + 1)
    )
    return _with_people(document, (*people, *new))


def _with_people(document: PlanDocument, people: tuple[Person, ...]) -> PlanDocument:
    return document.model_copy(update={"resources": document.resources.model_copy(update={"people": people})})


def _without(document: PlanDocument, keys: set[str]) -> PlanDocument:
    """The document with these stories as won't-haves."""
    order = iter([story.key for story in normalise(document).stories])

    def left(story: Story) -> Story:
        return story.model_copy(update={"priority": Priority.WONT}) if next(order) in keys else story

    epics = tuple(
        epic.model_copy(update={"stories": tuple(left(story) for story in epic.stories)})
        for epic in document.plan.epics
    )
    loose = tuple(left(story) for story in document.plan.stories)
    return document.model_copy(update={"plan": document.plan.model_copy(update={"epics": epics, "stories": loose})})
