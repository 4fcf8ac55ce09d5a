"""The one entrance for plans: text in any format, in one or more pieces, becomes a PlanDocument or all its problems."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from pydantic import ValidationError

from planners.plan.explain import explain
from planners.plan.formats import read
from planners.plan.models import MAX_BYTES, PlanDocument
from planners.plan.problems import PlanProblems, Problem
from planners.plan.references import check_references
from planners.plan.sections import assemble
from planners.plan.tree import Parsed, bounded, refuse

SourceKind = Literal["plan", "resources", "timeline", "history", "auto"]


@dataclass(frozen=True, slots=True)
class Source:
    """One piece of a plan: a file or a pasted text (`name` is then empty).

    `kind` says which part it holds; ``auto`` finds out, and takes several parts from one piece.
    """

    name: str
    content: str | bytes
    kind: SourceKind = "auto"


def load_document(content: str | bytes, *, name: str = "", extra: Sequence[Source] = ()) -> PlanDocument:
    """Read a plan, with its resources, timeline and history where they stand in pieces of their own (`extra`).

    The format (YAML, JSON, Markdown, CSV) comes from the name's ending, else from the content.
    Raises PlanProblems with every problem found, in the order of the pieces and lines.
    """
    sources = (Source(name, content), *extra)
    _refuse_large(sources)
    parsed: list[tuple[Source, Parsed]] = []
    problems: list[Problem] = []
    for source in sources:
        try:
            parsed.append((source, read(source.content, source.name)))
        except PlanProblems as found:
            problems.extend(found.problems)
        else:
            problems.extend(parsed[-1][1].problems)
    if len(parsed) < len(sources):
        raise bounded(problems)
    root, misplaced = assemble([(source.name, source.kind, each.value) for source, each in parsed])
    problems.extend(misplaced)
    if "plan" not in root:
        raise bounded(problems)
    problems.extend(check_references(root))
    document = None
    try:
        document = PlanDocument.model_validate(root)
    except ValidationError as error:
        problems.extend(explain(error, root))
    if problems or document is None:
        order = {source.name: number for number, source in enumerate(sources)}
        raise bounded(sorted(problems, key=lambda each: (order.get(each.source, 0), each.line or 0)))
    return document


def _refuse_large(sources: Sequence[Source]) -> None:
    size = sum(_size(source.content) for source in sources)
    if size > MAX_BYTES:
        found, most = size / 1024 / 1024, MAX_BYTES // 1024 // 1024
        raise refuse(f"has {found:.1f} MB; at most {most} MB are taken", source=sources[0].name)


def _size(content: str | bytes) -> int:
    return len(content) if isinstance(content, bytes) else len(content.encode("utf-8", "surrogatepass"))
