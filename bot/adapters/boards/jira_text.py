"""The words of an issue in Jira's two languages: Atlassian documents on Cloud, wiki text on Data Center."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

TITLE_LIMIT = 254
TEXT_LIMIT = 32_000
CRITERIA = "Acceptance criteria"


def title(text: str) -> str:
    """One line that Jira takes as a summary."""
    return _cut(" ".join(text.split()), TITLE_LIMIT)


def label(text: str) -> str:
    """A label: Jira takes no spaces."""
    return re.sub(r"\s+", "-", text.strip())[:255]


def document(description: str, criteria: Sequence[str]) -> dict[str, Any]:
    """Description and acceptance criteria as an Atlassian document."""
    blocks = [_paragraph(part) for part in re.split(r"\n\s*\n", _cut(description, TEXT_LIMIT // 2).strip()) if part]
    kept = _fitting(criteria)
    if kept:
        items = [{"type": "listItem", "content": [_paragraph(text)]} for text in kept]
        heading = {"type": "heading", "attrs": {"level": 3}, "content": [{"type": "text", "text": CRITERIA}]}
        blocks += [heading, {"type": "bulletList", "content": items}]
    return {"type": "doc", "version": 1, "content": blocks}


def wiki(description: str, criteria: Sequence[str]) -> str:
    """Description and acceptance criteria as wiki text; what a person wrote is shown as written."""
    parts = [_escape(_cut(description, TEXT_LIMIT // 2).strip())]
    kept = _fitting(criteria)
    if kept:
        parts.append("\n".join([f"h3. {CRITERIA}", *(f"* {_escape(text)}" for text in kept)]))
    return "\n\n".join(part for part in parts if part)


def _paragraph(text: str) -> dict[str, Any]:
    content: list[dict[str, Any]] = []
    for line in text.splitlines():
        if content:
            content.append({"type": "hardBreak"})
        if line.strip():
            content.append({"type": "text", "text": line})
    return {"type": "paragraph", "content": content}


def _fitting(criteria: Sequence[str]) -> list[str]:
    kept: list[str] = []
    room = TEXT_LIMIT // 2
    for text in (" ".join(criterion.split()) for criterion in criteria):
        room -= len(text) + 4
        if room < 0:
            return [*kept, "…"]
        if text:
            kept.append(text)
    return kept


def _escape(text: str) -> str:
    return re.sub(r"([{\[])", r"\\\1", text)


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1] + "…"
