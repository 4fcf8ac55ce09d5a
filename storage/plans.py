"""Queries on handed-in plans and on the sprint plans made from them."""

from __future__ import annotations

import datetime as dt
import hashlib
import json

import sqlalchemy as sa
from sqlmodel import Session, col, select

from planners.plan.models import PlanDocument
from planners.sprints.model import SprintPlan
from storage.locking import begin_writing
from storage.tables import PlanVersion, SprintPlanRow, SprintPlanStatus

_PREVIEW, _SHARED, _APPROVED = SprintPlanStatus.PREVIEW, SprintPlanStatus.SHARED, SprintPlanStatus.APPROVED
_PUSHED, _FAILED, _DISCARDED = SprintPlanStatus.PUSHED, SprintPlanStatus.FAILED, SprintPlanStatus.DISCARDED

# A plan that failed to reach the board is pushed again from where it stopped, so it goes back to approved.
MOVES: dict[SprintPlanStatus, frozenset[SprintPlanStatus]] = {
    _PREVIEW: frozenset({_SHARED, _APPROVED, _DISCARDED}),
    _SHARED: frozenset({_APPROVED, _DISCARDED}),
    _APPROVED: frozenset({_PUSHED, _FAILED}),
    _FAILED: frozenset({_APPROVED, _DISCARDED}),
    _PUSHED: frozenset(),
    _DISCARDED: frozenset(),
}
OPEN = (_PREVIEW, _SHARED, _APPROVED, _FAILED)


class MoveRefusedError(ValueError):
    """A sprint plan is not where the change expects it: `status` and `decided_by` say where it stands."""

    def __init__(self, row: SprintPlanRow, wanted: str) -> None:
        self.status = SprintPlanStatus(row.status)
        self.decided_by = row.decided_by
        self.wanted = wanted
        super().__init__(f"sprint plan {row.id} is {row.status}, it can't become {wanted}")


def document_digest(document: PlanDocument) -> str:
    """SHA-256 of a document's canonical JSON."""
    text = json.dumps(document.model_dump(mode="json"), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def store_document(
    session: Session, venture: str, document: PlanDocument, *, source: str, by: str, at: dt.datetime
) -> PlanVersion:
    """Store a document as the venture's newest version; an equal one is the version that is there already."""
    digest = document_digest(document)
    newest = newest_version(session, venture)
    if newest is not None and newest.digest == digest:
        return newest
    row = PlanVersion(
        venture=venture,
        number=1 if newest is None else newest.number + 1,
        source=source[:255],
        digest=digest,
        document=document.model_dump(mode="json"),
        created_by=by,
        created_at=at,
    )
    session.add(row)
    session.flush()
    return row


def newest_version(session: Session, venture: str) -> PlanVersion | None:
    """The venture's stored plan."""
    statement = select(PlanVersion).where(col(PlanVersion.venture) == venture)
    return session.exec(statement.order_by(col(PlanVersion.number).desc()).limit(1)).first()


def version(session: Session, version_id: str) -> PlanVersion:
    """One stored document. Raises `KeyError` when there is none."""
    row = session.get(PlanVersion, version_id)
    if row is None:
        raise KeyError(version_id)
    return row


def document_of(row: PlanVersion) -> PlanDocument:
    """The document that a version holds."""
    return PlanDocument.model_validate(row.document)


def add_sprint_plan(
    session: Session, plan: SprintPlan, version_id: str, *, by: str, at: dt.datetime, channel: str | None = None
) -> SprintPlanRow:
    """Store a new preview."""
    row = SprintPlanRow(
        venture=plan.venture,
        plan_version=version_id,
        digest=plan.digest,
        result=plan.model_dump(mode="json"),
        channel=channel,
        created_by=by,
        created_at=at,
    )
    session.add(row)
    session.flush()
    return row


def find_sprint_plan(session: Session, plan_id: str, *, lock: bool = False) -> SprintPlanRow | None:
    """One sprint plan; with `lock` nobody else changes it until the transaction ends."""
    if lock:
        begin_writing(session)
    statement = select(SprintPlanRow).where(col(SprintPlanRow.id) == plan_id)
    return session.exec(statement.with_for_update() if lock else statement).first()


def sprint_plan_of(row: SprintPlanRow) -> SprintPlan:
    """The plan that a row holds."""
    return SprintPlan.model_validate(row.result)


def replace_result(session: Session, row: SprintPlanRow, plan: SprintPlan) -> None:
    """Put an adjusted plan in place of a preview's. Raises :class:`MoveRefusedError` once it is decided."""
    if row.status not in (_PREVIEW.value, _SHARED.value):
        raise MoveRefusedError(row, "adjusted")
    row.result = plan.model_dump(mode="json")
    row.digest = plan.digest
    row.revision += 1
    session.add(row)
    session.flush()


def move(
    session: Session, row: SprintPlanRow, to: SprintPlanStatus, *, by: str | None = None, at: dt.datetime | None = None
) -> None:
    """Change where a sprint plan stands; take the row with `lock`. Raises :class:`MoveRefusedError`."""
    if to not in MOVES[SprintPlanStatus(row.status)]:
        raise MoveRefusedError(row, to.value)
    row.status = to.value
    row.revision += 1
    if by is not None:
        row.decided_by, row.decided_at = by, at
    session.add(row)
    session.flush()


def last_pushed(session: Session, venture: str) -> SprintPlanRow | None:
    """The sprint plan that reached the board last."""
    return _newest(session, venture, (_PUSHED,))


def open_plans(session: Session, venture: str, *, limit: int = 20) -> list[SprintPlanRow]:
    """Sprint plans that wait for a person or for the board, newest first."""
    statement = (
        select(SprintPlanRow)
        .where(col(SprintPlanRow.venture) == venture, col(SprintPlanRow.status).in_([status.value for status in OPEN]))
        .order_by(col(SprintPlanRow.created_at).desc())
        .limit(limit)
    )
    return list(session.exec(statement))


def _newest(session: Session, venture: str, statuses: tuple[SprintPlanStatus, ...]) -> SprintPlanRow | None:
    statement = (
        select(SprintPlanRow)
        .where(col(SprintPlanRow.venture) == venture, col(SprintPlanRow.status).in_([s.value for s in statuses]))
        .order_by(sa.func.coalesce(col(SprintPlanRow.decided_at), col(SprintPlanRow.created_at)).desc())
        .limit(1)
    )
    return session.exec(statement).first()
