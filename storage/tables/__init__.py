"""The tables. Importing this package registers all of them with SQLModel's metadata."""

from storage.tables.audit import AuditEntry
from storage.tables.board import BoardIssue, BoardLink, BoardSprint
from storage.tables.forms import PlanForm, PlanPicture, PlanProposal
from storage.tables.operations import Lease, SeenEvent
from storage.tables.plans import PlanVersion, Push, PushedItem, PushedSprint, SprintPlanRow, SprintPlanStatus
from storage.tables.ventures import Authority, AuthorityAction, AuthorityKind, Venture

__all__ = [
    "AuditEntry",
    "Authority",
    "AuthorityAction",
    "AuthorityKind",
    "BoardIssue",
    "BoardLink",
    "BoardSprint",
    "Lease",
    "PlanForm",
    "PlanPicture",
    "PlanProposal",
    "PlanVersion",
    "Push",
    "PushedItem",
    "PushedSprint",
    "SeenEvent",
    "SprintPlanRow",
    "SprintPlanStatus",
    "Venture",
]
