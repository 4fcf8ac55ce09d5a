"""Reading plan files and planning options from the command line."""

from __future__ import annotations

import datetime as dt
import sys
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.cli.exits import CommandFailed

if TYPE_CHECKING:
    from planners.plan.models import PlanDocument
    from planners.sprints.model import PlanOptions

MAX_SHOWN = 40


def read_document(
    plan: Path, *, history: Path | None = None, resources: Path | None = None, timeline: Path | None = None
) -> PlanDocument:
    """Load a plan and the files beside it; `-` is standard input. Raises :class:`CommandFailed`, a line a problem."""
    from planners.plan.loading import Source, load_document
    from planners.plan.problems import PlanProblems

    extra: list[Source] = []
    if resources is not None:
        extra.append(Source(str(resources), _content(resources, "--resources"), "resources"))
    if timeline is not None:
        extra.append(Source(str(timeline), _content(timeline, "--timeline"), "timeline"))
    if history is not None:
        extra.append(Source(str(history), _content(history, "--history"), "history"))
    name = "standard input" if str(plan) == "-" else str(plan)
    try:
        return load_document(_content(plan, "PLAN"), name=name, extra=extra)
    except PlanProblems as found:
        lines = [str(problem) for problem in found.problems[:MAX_SHOWN]]
        if len(found.problems) > MAX_SHOWN:
            lines.append(f"and {len(found.problems) - MAX_SHOWN} more problems")
        raise CommandFailed(lines) from found


def _content(path: Path, field: str) -> bytes:
    if str(path) == "-":
        return sys.stdin.buffer.read()
    try:
        return path.read_bytes()
    except OSError as error:
        reason = (error.strerror or "can't be read").lower()
        raise CommandFailed(f"{field} '{path}': {reason}; expected a file that can be read") from error


def options_for(
    document: PlanDocument,
    *,
    start: str | None,
    sprint_weeks: int | None,
    buffer: float | None,
    confidence: float | None,
    team: str | None,
    scope: str | None,
    same_sprint: bool = False,
) -> PlanOptions:
    """The document's default options with what the person set; shares are given in percent."""
    from pydantic import ValidationError

    from planners.sprints.model import PlanOptions
    from planners.sprints.planner import default_options

    chosen: dict[str, Any] = {
        "start": _date("--start", start),
        "sprint_weeks": sprint_weeks,
        "buffer": _share("--buffer", buffer),
        "confidence": _share("--confidence", confidence),
        "team": team,
        "scope": scope,
        "same_sprint": same_sprint,
    }
    base = default_options(document, dt.datetime.now(dt.UTC).date()).model_dump()
    try:
        return PlanOptions.model_validate(base | {name: value for name, value in chosen.items() if value is not None})
    except ValidationError as error:
        raise CommandFailed([_option_line(problem) for problem in error.errors()]) from error


def _option_line(problem: Any) -> str:
    name = str(problem["loc"][0])
    found = problem["input"]
    expected = {
        "buffer": "10 to 20 (per cent)",
        "confidence": "50 to 95 (per cent)",
        "sprint_weeks": "1 to 4 (weeks)",
        "scope": "must, should or could",
    }.get(name, problem["msg"])
    if isinstance(found, Decimal):
        found = f"{(found * 100).normalize():f}"
    return f"--{name.replace('_', '-')} '{found}': expected {expected}"


def _date(name: str, text: str | None) -> dt.date | None:
    if text is None:
        return None
    try:
        return dt.date.fromisoformat(text)
    except ValueError as error:
        raise CommandFailed(f"{name} '{text}': expected a date such as 2027-01-11") from error


def _share(name: str, percent: float | None) -> Decimal | None:
    if percent is None:
        return None
    try:
        return Decimal(str(percent)) / 100
    except InvalidOperation as error:
        raise CommandFailed(f"{name} '{percent}': expected a number in per cent") from error
