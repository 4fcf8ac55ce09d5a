"""What the page about the plan format shows can be handed in as it stands."""

from __future__ import annotations

import re
from pathlib import Path

from planners.plan.loading import load_document

PAGE = (Path(__file__).parents[3] / "docs" / "plan-format.md").read_text()


def shown(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)


def test_the_yaml_on_the_page_loads() -> None:
    (text,) = shown("yaml")
    document = load_document(text)
    assert document.plan.epics[0].stories[0].depends_on == ("deploy",)
    assert document.history[0].completed_points == 20


def test_the_markdown_on_the_page_loads() -> None:
    plan, parts = shown("markdown")
    text = f"{plan}\n## Stories\n\n### Deploy on every merge\n\n## Teams\n\n- Web\n\n{parts}"
    document = load_document(text, name="plan.md")
    assert [task.title for task in document.plan.epics[0].stories[0].tasks] == ["Form", "Sign-in links"]
    assert len(document.resources.people[0].absences) == 2
    assert document.timeline.milestones[0].items == ("members",)
