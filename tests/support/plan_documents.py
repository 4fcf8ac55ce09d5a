"""Short ways to say a plan document, and random ones."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from hypothesis import strategies as st

from planners.plan.models import PlanDocument
from planners.sprints.model import PlanOptions

MONDAY = dt.date(2026, 3, 2)


def story(key: str, points: object = 3, **more: Any) -> dict[str, Any]:
    return {"key": key, "title": f"Story {key}", "points": points, "acceptance_criteria": ["it works"], **more}


def person(name: str = "Ann", **more: Any) -> dict[str, Any]:
    return {"name": name, **more}


def document(*stories: dict[str, Any], **more: Any) -> PlanDocument:
    """Stories beside the epics, one person unless said otherwise; `epics`, `milestones` and so on by their names."""
    parts = {"people": [person()], **more}
    return PlanDocument.model_validate(
        {
            "plan": {"venture": "shop", "title": "Shop", "stories": stories, "epics": parts.get("epics", ())},
            "resources": {
                "teams": parts.get("teams", ()),
                "people": parts["people"],
                "country": parts.get("country"),
            },
            "timeline": {"start": MONDAY, "milestones": parts.get("milestones", ())},
            "history": parts.get("history", ()),
        }
    )


def options(**more: Any) -> PlanOptions:
    return PlanOptions(start=MONDAY, **more)


def history(*points: int, **more: Any) -> list[dict[str, Any]]:
    return [{"completed_points": each, **more} for each in points]


_SKILLS = ("api", "ui", "data")
_TEAMS = ("red", "blue")


@st.composite
def documents(draw: st.DrawFn, cycles: bool = False) -> PlanDocument:
    """Up to 14 stories in two teams with skills, dependencies, absences, fixed sprints, statuses and gaps."""
    count = draw(st.integers(1, 14))
    keys = [f"S-{n}" for n in range(count)]
    stories = [_story(draw, n, keys if cycles else keys[:n]) for n in range(count)]
    people = [_person(draw, n) for n in range(draw(st.integers(0, 4)))]
    closed = [
        {"team": team, "completed_points": draw(st.integers(0, 40))}
        for team in _TEAMS
        for _ in range(draw(st.integers(0, 4)))
    ]
    due = draw(st.dates(MONDAY, MONDAY + dt.timedelta(days=120)))
    return document(
        *stories,
        people=people,
        teams=[{"key": team} for team in _TEAMS],
        history=closed,
        milestones=[{"title": "Beta", "due": due, "items": draw(st.lists(st.sampled_from(keys), unique=True))}],
        country=draw(st.sampled_from([None, "DE-BY", "GB"])),
    )


def _story(draw: st.DrawFn, number: int, before: Sequence[str]) -> dict[str, Any]:
    points = draw(st.sampled_from([None, 0, "0.5", 1, 2, 3, 5, 8, 13, 40]))
    waits = draw(st.lists(st.sampled_from(before), max_size=3, unique=True)) if before else []
    skill = draw(st.sampled_from(_SKILLS))
    whole = float(points) if points is not None else 2.0
    return story(
        f"S-{number}",
        points,
        team=draw(st.sampled_from([None, *_TEAMS])),
        priority=draw(st.sampled_from(["must", "should", "could", "wont"])),
        depends_on=[other for other in waits if other != f"S-{number}"],
        skills={skill: draw(st.integers(0, int(whole)))} if draw(st.booleans()) else {},
        status=draw(st.sampled_from(["todo", "todo", "todo", "todo", "started", "done"])),
        not_before=draw(st.sampled_from([None, None, None, 2, 4])),
        sprint=draw(st.sampled_from([None, None, None, None, None, 3])),
    )


def _person(draw: st.DrawFn, number: int) -> dict[str, Any]:
    away = draw(st.dates(MONDAY, MONDAY + dt.timedelta(days=60)))
    return person(
        f"P{number}",
        team=draw(st.sampled_from(_TEAMS)),
        skills=draw(st.lists(st.sampled_from(_SKILLS), unique=True)),
        share=draw(st.sampled_from(["0.5", "0.8", "1"])),
        absences=[{"start": away, "end": away + dt.timedelta(days=draw(st.integers(0, 20)))}],
        starts=draw(st.sampled_from([None, MONDAY + dt.timedelta(days=20)])),
    )
