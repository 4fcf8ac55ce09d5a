"""Acceptance criteria that stand below a heading of their own in a description (Jira's wiki text or Markdown)."""

from __future__ import annotations

import re

# Blanks are bounded throughout: with unbounded ones a long line of blanks takes hours.
_HEADING = re.compile(
    r"^[ \t]{0,8}(?:h[1-6]\.|#{1,6})?[ \t]{0,2}[*_]{0,2}[ \t]?acceptance[ \t]{1,2}criteri(?:a|on)"
    r"[ \t]?:?[ \t]?[*_]{0,2}[ \t]{0,4}(?::|$)"
    r"|(?<!\S)[*_]{1,2}acceptance(?:[ \t]criteri(?:a|on))?[ \t]?:?[*_]{1,2}:?(?!\S)",
    re.IGNORECASE | re.MULTILINE,
)
_NEXT_HEADING = re.compile(
    r"^[ \t]*(?:h[1-6]\.[ \t]+\S|#{2,6}[ \t]+\S)|(?<!\S)(?P<mark>[*_]{1,2})[A-Z][\w \t]{2,40}:?(?P=mark):?(?!\S)",
    re.MULTILINE,
)
_BULLET = re.compile(r"^[ \t]*(?:[*#-]+|\d{1,3}[.)])[ \t]+(?:\[[ xX]?\][ \t]*)?")
_INLINE_BULLET = re.compile(r"(?:^|[ \t])[*#-][ \t]+")


def split_criteria(description: str) -> tuple[str, tuple[str, ...]]:
    """The description without its acceptance criteria, and those; one a bullet, or one a line where there are none."""
    heading = _HEADING.search(description)
    if heading is None:
        return description, ()
    after = _NEXT_HEADING.search(description, heading.end())
    end = after.start() if after else len(description)
    body = description[heading.end() : end]
    lines = [line for line in body.splitlines() if line.strip()]
    if len(lines) == 1:
        lines = [part for part in _INLINE_BULLET.split(lines[0]) if part.strip()]
    found = _join(lines)
    if not found:
        return description, ()
    rest = f"{description[: heading.start()].rstrip()}\n\n{description[end:].lstrip()}".strip()
    return rest, found


def _join(lines: list[str]) -> tuple[str, ...]:
    """Lines without a bullet go on with the bullet before them."""
    criteria: list[str] = []
    bulleted = any(_BULLET.match(line) for line in lines)
    for line in lines:
        text = _BULLET.sub("", line).strip()
        if criteria and bulleted and not _BULLET.match(line):
            criteria[-1] = f"{criteria[-1]} {text}"
        elif text:
            criteria.append(text)
    return tuple(criteria)
