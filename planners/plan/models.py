"""The three inputs of planning, as the one definition that loaders, schemas and documents share.

A :class:`PlanDocument` is what a person hands in: the technical plan, and beside it (in the same file or in files of
their own) the resource requirements, the timeline and the velocity history. Points are story points, hours are
working hours a day, dates are local calendar dates of the team.
"""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

MAX_ITEMS = 10_000
MAX_BYTES = 10 * 1024 * 1024
MAX_DEPENDENCIES = 500_000
KEY_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9._/-]*$"
COUNTRY_PATTERN = r"^[A-Z]{2}(-[A-Z0-9]{1,3})?$"

Key = Annotated[str, Field(min_length=1, max_length=80, pattern=KEY_PATTERN)]
Title = Annotated[str, Field(min_length=1, max_length=255)]
Points = Annotated[Decimal, Field(ge=0, le=1000, max_digits=7, decimal_places=2)]
Skill = Annotated[str, Field(min_length=1, max_length=60)]
CountryCode = Annotated[str, Field(pattern=COUNTRY_PATTERN)]


def _iso_only(value: object) -> object:
    """Refuse what pydantic would take for seconds since 1970: ``1799625600`` is no way to write a day."""
    typed = isinstance(value, str) and not re.fullmatch(r"\d{4}-\d\d-\d\d", value.strip(), re.ASCII)
    if typed or isinstance(value, (int, float, Decimal)):
        raise ValueError("not a date")
    return value


Date = Annotated[dt.date, BeforeValidator(_iso_only)]

_PRIORITY_WORDS = {
    "must": ("must have", "musthave", "highest", "blocker", "critical", "p0"),
    "should": ("should have", "shouldhave", "high", "medium", "major", "normal", "p1", "p2"),
    "could": ("could have", "couldhave", "low", "lowest", "minor", "trivial", "p3"),
    "wont": ("won't", "wont have", "won't have", "would", "would have", "will not"),
}
_STATUS_WORDS = {
    "todo": ("to do", "open", "new", "backlog", "not started", "selected for development", "ready", "reopened"),
    "started": ("in progress", "indeterminate", "in review", "in development", "in test", "testing", "blocked"),
    "done": ("closed", "resolved", "complete", "completed", "finished", "released"),
}


def _by_word(value: object, table: dict[str, tuple[str, ...]]) -> str | None:
    """The name whose own spelling or one of whose other words is `value`, in any case."""
    if not isinstance(value, str):
        return None
    word = " ".join(value.lower().replace("’", "'").replace("-", " ").replace("_", " ").split())
    return next((name for name, words in table.items() if word == name or word in words), None)


class Priority(StrEnum):
    """How much an item is needed. Jira's levels map onto these when a plan is loaded and pushed."""

    MUST = "must"
    SHOULD = "should"
    COULD = "could"
    WONT = "wont"

    @classmethod
    def _missing_(cls, value: object) -> Priority | None:
        """Take Jira's levels, P0 to P3 and the long MoSCoW words, in any case."""
        name = _by_word(value, _PRIORITY_WORDS)
        return cls(name) if name else None


class ItemStatus(StrEnum):
    """Where the work on an item stands when the plan is handed in."""

    TODO = "todo"
    STARTED = "started"
    DONE = "done"

    @classmethod
    def _missing_(cls, value: object) -> ItemStatus | None:
        """Take the usual names of columns on a board, in any case."""
        name = _by_word(value, _STATUS_WORDS)
        return cls(name) if name else None


class PlanModel(BaseModel):
    """Strict base: unknown keys are errors, a known key without a value is as good as absent, values are immutable."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)

    @model_validator(mode="before")
    @classmethod
    def _empty_is_absent(cls, data: object) -> object:
        if not isinstance(data, dict) or None not in data.values():
            return data
        return {key: value for key, value in data.items() if value is not None or key not in cls.model_fields}


class Task(PlanModel):
    """A piece of work inside a story; pushed to Jira as a sub-task, planned with its story."""

    title: Title
    key: Key | None = None
    description: str = ""
    skill: Skill | None = None
    points: Points | None = None


class Story(PlanModel):
    """One backlog item. `skills` holds the points that need each skill; the rest anybody in the team can do."""

    title: Title
    key: Key | None = Field(None, description="Stable name; made from the title when absent.")
    epic: Key | None = Field(None, description="Key of its epic, for stories listed beside the epics.")
    description: str = ""
    points: Points | None = None
    priority: Priority | None = Field(None, description="Its epic's when absent, else should.")
    value: Annotated[Decimal, Field(ge=0, le=1_000_000, decimal_places=4)] | None = Field(
        None, description="Value or cost of delay a sprint, in any one unit; points when absent."
    )
    team: Key | None = None
    skills: dict[Skill, Points] = Field(default_factory=dict)
    depends_on: tuple[Key, ...] = Field((), description="Keys of the items that must be done before.")
    acceptance_criteria: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    tasks: tuple[Task, ...] = ()
    sprint: Annotated[int, Field(ge=1, le=200)] | None = Field(None, description="Fixed sprint number.")
    not_before: Annotated[int, Field(ge=1, le=200)] | None = Field(None, description="Earliest sprint.")
    status: ItemStatus = ItemStatus.TODO


class Epic(PlanModel):
    """A body of work that its stories deliver together."""

    title: Title
    key: Key | None = None
    description: str = ""
    priority: Priority | None = Field(None, description="Default of its stories; should when absent.")
    team: Key | None = Field(None, description="Default of its stories.")
    depends_on: tuple[Key, ...] = Field((), description="Items or epics to be done before any of its stories.")
    labels: tuple[str, ...] = ()
    stories: tuple[Story, ...] = ()


class TechnicalPlan(PlanModel):
    """What is to be built: architecture, stack, integrations, and epics down to tasks."""

    venture: Key
    title: Title
    architecture: str = ""
    stack: tuple[str, ...] = ()
    integrations: tuple[str, ...] = ()
    epics: tuple[Epic, ...] = ()
    stories: tuple[Story, ...] = Field((), description="Stories beside the epics.")


class Absence(PlanModel):
    """Days that a person does not work, both ends included."""

    start: Date
    end: Date
    reason: str = ""


class Person(PlanModel):
    """A member of a team, and how much of their time it gets."""

    name: Title
    team: Key | None = None
    skills: tuple[Skill, ...] = ()
    hours_per_day: Annotated[Decimal, Field(gt=0, le=24, decimal_places=2)] = Decimal(8)
    share: Annotated[Decimal, Field(gt=0, le=1, decimal_places=4)] = Field(
        Decimal(1), description="Part of their time for this team."
    )
    country: CountryCode | None = Field(None, description="Public holidays, e.g. DE or DE-BY.")
    starts: Date | None = None
    ends: Date | None = None
    absences: tuple[Absence, ...] = ()


class Role(PlanModel):
    """Seats that the venture needs."""

    title: Title
    count: Annotated[int, Field(ge=1, le=1000)] = 1
    critical: bool = False
    skills: tuple[Skill, ...] = ()
    team: Key | None = None


class Team(PlanModel):
    """A team that takes items into its sprints."""

    key: Key
    name: Title | None = None
    country: CountryCode | None = None


class Resources(PlanModel):
    """Who and what the venture has."""

    teams: tuple[Team, ...] = ()
    people: tuple[Person, ...] = ()
    roles: tuple[Role, ...] = ()
    country: CountryCode | None = Field(None, description="Public holidays of everyone who names no other.")
    infrastructure: tuple[str, ...] = ()
    tools: tuple[str, ...] = ()
    budget_usd: Annotated[Decimal, Field(ge=0, le=10**12, decimal_places=2)] | None = None


class Milestone(PlanModel):
    """Items that are due together on a date."""

    title: Title
    key: Key | None = None
    due: Date
    items: tuple[Key, ...] = Field((), description="Keys of items or epics; every must-have when empty.")
    weight: Annotated[int, Field(ge=1, le=1000)] = 1


class Release(PlanModel):
    """A date on which what is done by then is released."""

    name: Title
    date: Date


class Timeline(PlanModel):
    """When it is wanted."""

    start: Date | None = Field(None, description="First day of sprint 1.")
    sprint_weeks: Annotated[int, Field(ge=1, le=4)] | None = None
    milestones: tuple[Milestone, ...] = ()
    releases: tuple[Release, ...] = ()


class HistoricSprint(PlanModel):
    """What one team completed in one closed sprint."""

    team: Key | None = None
    name: str = ""
    completed_points: Points
    committed_points: Points | None = None
    people: Annotated[int, Field(ge=1, le=500)] | None = None
    working_days: Annotated[int, Field(ge=1, le=60)] | None = None


class PlanDocument(PlanModel):
    """Everything that one planning run stands on. The parts may come from several files."""

    format: Literal["muster/plan/v1"] = "muster/plan/v1"
    plan: TechnicalPlan
    resources: Resources = Resources()
    timeline: Timeline = Timeline()
    history: tuple[HistoricSprint, ...] = Field((), description="Closed sprints, oldest first.")
