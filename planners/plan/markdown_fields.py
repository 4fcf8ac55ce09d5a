"""``name: value`` in a Markdown plan: which field of which model it fills, and with what."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import get_origin

from planners.plan.explain import nearest
from planners.plan.keys import slug
from planners.plan.models import Person, PlanModel, Story
from planners.plan.problems import Problem
from planners.plan.tree import Items, Section, Value, quote

_FIELD = re.compile(r"^[*_`]{0,3}([A-Za-z][A-Za-z _-]{1,30}?)[*_`]{0,3}[ \t]*:[*_`]{0,3}(?:[ \t]+(.*))?$")
_DAYS = re.compile(r"^(\S+)(?:[ \t]+(?:to|until|-|–)[ \t]+(\S+))?(?:[ \t]*\((.*)\))?$")
_NEED = re.compile(r"^(.+?)[ \t:=]+([\d.]+)$")
_OTHER_NAMES = {
    "after": "depends_on",
    "blocked_by": "depends_on",
    "budget": "budget_usd",
    "committed": "committed_points",
    "completed": "completed_points",
    "estimate": "points",
    "hours": "hours_per_day",
    "off": "absences",
    "sprint_length": "sprint_weeks",
    "story_points": "points",
}
_REFERENCES = frozenset({"depends_on", "items", "epic", "team"})


def put_field(section: Section, model: type[PlanModel], text: str, line: int) -> Problem | bool:
    """Fill a field of `section`, which will be a `model`, from a ``name: value`` text.

    True when it was one; False when it is something else; a problem when it was meant to be one.
    """
    found = _FIELD.match(text)
    if found is None:
        return False
    said, value = found.group(1), (found.group(2) or "").strip("`*_ \t")
    name = re.sub(r"[ -]+", "_", said.strip().lower())
    if _OTHER_NAMES.get(name) in model.model_fields:
        name = _OTHER_NAMES[name]
    if name not in model.model_fields:
        near = nearest(name, model.model_fields, least=80)
        return Problem(said, f"is not a known field; did you mean {quote(near)}?", line) if near else False
    if name in section.names:
        return Problem(said, f"is there twice, on line {section.lines[name]} and on line {line}", line)
    section.put(name, _value(model, name, value, line) if value else None, line)
    section.names[name] = said
    return True


def parts(text: str) -> list[str]:
    """The entries of a text that lists them with commas."""
    return [part.strip() for part in text.split(",") if part.strip()]


def _value(model: type[PlanModel], name: str, text: str, line: int) -> str | Section | Items:
    if name == "sprint_weeks":
        return re.sub(r"[ \t]*weeks?$", "", text, flags=re.IGNORECASE)
    if model is Story and name == "skills":
        return _needs(text, line)
    if get_origin(model.model_fields[name].annotation) is not tuple:
        return text
    make: Callable[[str], str | Section] = str
    if model is Person and name == "absences":
        make = _absence(line)
    items = Items(line)
    for part in parts(text):
        items.put(make(part), line)
    return items


def resolve_references(root: Section) -> None:
    """Let items and teams be named by their titles: what is nobody's own key becomes the key made from that title."""
    own: set[str] = set()
    sections = list(_sections(root))
    for section in sections:
        key = section.get("key")
        if isinstance(key, str):
            own.add(key)
    for section in sections:
        for name in _REFERENCES & section.keys():
            value = section[name]
            if isinstance(value, str):
                section[name] = _key(value, own)
            elif isinstance(value, Items):
                value[:] = [_key(each, own) if isinstance(each, str) else each for each in value]


def _key(text: str, own: set[str]) -> str:
    bare = text.strip("`*_\"' ")
    return bare if bare in own else slug(bare)[:60].rstrip("-")


def _sections(value: Value) -> Iterator[Section]:
    if isinstance(value, Section):
        yield value
    for each in value.values() if isinstance(value, Section) else value if isinstance(value, Items) else ():
        yield from _sections(each)


def _needs(text: str, line: int) -> Section:
    needs = Section(line)
    for part in parts(text):
        found = _NEED.match(part)
        needs.put(found.group(1).strip() if found else part, found.group(2) if found else None, line)
    return needs


def _absence(line: int) -> Callable[[str], Section]:
    def make(text: str) -> Section:
        found = _DAYS.match(text)
        absence = Section(line)
        absence.put("start", found.group(1) if found else text, line)
        absence.put("end", (found.group(2) or found.group(1)) if found else text, line)
        absence.put("reason", found.group(3) if found else None, line)
        return absence

    return make
