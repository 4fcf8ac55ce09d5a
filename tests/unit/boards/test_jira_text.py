"""Words become valid Atlassian documents and wiki text, whatever a person wrote."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bot.adapters.boards.jira_text import document, label, title, wiki


def _nodes(node: dict[str, Any]) -> list[dict[str, Any]]:
    return [node, *(found for child in node.get("content", []) for found in _nodes(child))]


@given(st.text(), st.lists(st.text(), max_size=4))
def test_a_document_has_no_empty_text_and_no_line_break_in_one(description: str, criteria: list[str]) -> None:
    made = document(description, criteria)
    texts = [node["text"] for node in _nodes(made) if node["type"] == "text"]
    assert all(texts)
    assert not any("\n" in text for text in texts)
    assert sum(node["type"] == "listItem" for node in _nodes(made)) == sum(1 for text in criteria if text.split())


def test_criteria_are_a_list_below_a_heading() -> None:
    made = document("First.\nSecond line.\n\nNext.", ["It works", "It is\nquick"])
    assert [block["type"] for block in made["content"]] == ["paragraph", "paragraph", "heading", "bulletList"]
    assert [node["type"] for node in made["content"][0]["content"]] == ["text", "hardBreak", "text"]
    assert made["content"][3]["content"][1]["content"][0]["content"] == [{"type": "text", "text": "It is quick"}]


def test_wiki_text_shows_braces_as_written() -> None:
    assert wiki("Use {code} and [x].", ["a {b}"]) == "Use \\{code} and \\[x].\n\nh3. Acceptance criteria\n* a \\{b}"


def test_what_is_too_long_is_cut_where_jira_would_refuse_it() -> None:
    assert len(title("word " * 100)) <= 254
    assert len(wiki("x" * 50_000, ["y" * 500] * 100)) <= 32_767
    texts = [node["text"] for node in _nodes(document("x" * 50_000, ["y" * 500] * 100)) if node["type"] == "text"]
    assert len("".join(texts)) <= 32_767


@given(st.text(min_size=1))
def test_labels_and_titles_are_one_word_and_one_line(text: str) -> None:
    assert not any(part.isspace() for part in label(text))
    assert len(title(text).splitlines()) <= 1
