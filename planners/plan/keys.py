"""Stable names for what a plan leaves unnamed."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

Named = tuple[str | None, str]

_LONGEST = 60
_LONGEST_BELOW = 30
_LETTERS = str.maketrans({"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ł": "l", "þ": "th", "ð": "d"})


@dataclass(frozen=True, slots=True)
class PlanKeys:
    """The keys of a plan's items, in the order in which they were given; `tasks` has one tuple for each story."""

    epics: tuple[str, ...]
    stories: tuple[str, ...]
    tasks: tuple[tuple[str, ...], ...]


def plan_keys(epics: Sequence[Named], stories: Sequence[Named], tasks: Sequence[Sequence[Named]]) -> PlanKeys:
    """Keys for all items from their (own key, title).

    Own keys stay. The others are made from titles, epics before stories; items of one title get -2, -3, … in the
    order of the document. An own key is never taken, wherever it stands. Tasks are named below their story.
    """
    used = {key for named in (epics, stories, *tasks) for key, _ in named if key}
    epic_keys = unique_keys(epics, used)
    story_keys = unique_keys(stories, used)
    task_keys = [unique_keys(named, used, below=key) for key, named in zip(story_keys, tasks, strict=True)]
    return PlanKeys(tuple(epic_keys), tuple(story_keys), tuple(map(tuple, task_keys)))


def unique_keys(named: Iterable[Named], used: set[str], *, below: str | None = None) -> list[str]:
    """A key for each (own key, title), none of them in `used`, to which they are added; `below` goes before a slash."""
    start = "" if below is None else f"{_shorten(below)}/"
    longest = _LONGEST if below is None else _LONGEST_BELOW
    reached: dict[str, int] = {}
    keys = []
    for own, title in named:
        if own:
            keys.append(own)
            continue
        base = start + slug(title)[:longest].rstrip("-")
        number = reached.get(base, 0) + 1
        while (key := base if number == 1 else f"{base}-{number}") in used:
            number += 1
        reached[base] = number
        used.add(key)
        keys.append(key)
    return keys


def slug(title: str) -> str:
    """A title in the signs of a key: ``Pay by card`` is ``pay-by-card``. One without Latin letters gets a digest."""
    plain = unicodedata.normalize("NFKD", title.lower().translate(_LETTERS)).encode("ascii", "ignore").decode()
    made = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
    return made or f"item-{_digest(title)}"


def _shorten(key: str) -> str:
    return key if len(key) <= 42 else f"{key[:33]}-{_digest(key)}"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:8]
