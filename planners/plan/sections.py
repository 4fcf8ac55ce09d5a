"""The pieces of an input put together as one document: plan, resources, timeline, history."""

from __future__ import annotations

from collections.abc import Sequence

from planners.plan.explain import nearest
from planners.plan.models import PlanDocument, Resources, TechnicalPlan, Timeline
from planners.plan.problems import Problem
from planners.plan.tree import Items, Section, Value

_PARTS = ("plan", "resources", "timeline", "history")
_TOP = tuple(PlanDocument.model_fields)
_NAMES = {
    "plan": frozenset(TechnicalPlan.model_fields),
    "resources": frozenset(Resources.model_fields),
    "timeline": frozenset(Timeline.model_fields),
}


def assemble(pieces: Sequence[tuple[str, str, Value]]) -> tuple[Section, list[Problem]]:
    """One document from pieces of (source name, kind, value), and what stands twice or nowhere."""
    root = Section(1, source=pieces[0][0])
    problems: list[Problem] = []
    for source, kind, value in pieces:
        if value is None:
            problems.append(Problem("", "is empty", source=source))
        elif isinstance(value, str):
            problems.append(Problem("", "is a mere text; a plan begins with names such as 'venture:'", 1, source))
        else:
            _add(root, _parts(value, kind, source), source, problems)
    if "plan" not in root and not problems:
        problems.append(Problem("plan", "is missing: nothing here holds epics or stories", source=pieces[0][0]))
    return root, problems


def _add(root: Section, parts: Section, source: str, problems: list[Problem]) -> None:
    for name, value in parts.items():
        line = parts.lines[name]
        if name in root and name != "format":
            first = root.names.get(f"source of {name}", "")
            where = f"also in {first}" if first and first != source else "there twice"
            problems.append(Problem(name, f"is {where}; it may stand in one place only", line, source))
            continue
        root.put(name, value, line)
        for section in (value, *(value if isinstance(value, Items) else ())):
            if isinstance(section, Section):
                section.source = source
        root.names[f"source of {name}"] = source


def _parts(value: Section | Items, kind: str, source: str) -> Section:
    """The top level of a document from what one piece holds, whichever way it is written."""
    if isinstance(value, Items):
        parts = Section(value.line, source=source)
        parts.put("history" if kind in ("auto", "history") else kind, value, value.line)
        return parts
    if any(name in value for name in ("plan", kind)):
        return value
    if kind == "auto":
        kind = _guess(value)
    if kind == "document":
        return value
    return _lift(value, kind)


def _guess(value: Section) -> str:
    """The part that most of the names belong to; a plan may carry other parts beside its own names."""
    own = [name for name in value if name not in _PARTS and name != "format"]
    if not own:
        return "document"
    scores = {part: sum(_fits(name, names) for name in own) for part, names in _NAMES.items()}
    return max(scores, key=lambda part: scores[part])


def _fits(name: str, names: frozenset[str]) -> float:
    return 1.0 if name in names else 0.5 if nearest(name, names, least=80) else 0.0


def _lift(value: Section, kind: str) -> Section:
    """Put the names that stand at the top of a piece below the part they belong to."""
    parts = Section(value.line)
    inner = Section(value.line, label="")
    for name, entry in value.items():
        line = value.lines[name]
        if name in _TOP and name != kind and name not in _NAMES.get(kind, ()):
            parts.put(name, entry, line)
        else:
            inner.put(name, entry, line)
    parts.put(kind, inner, value.line)
    return parts
