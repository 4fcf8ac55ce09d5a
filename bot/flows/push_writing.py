"""The operations of a push, a few at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlmodel import Session

from bot.adapters.boards.port import BoardMisconfigured, BoardRefused, BoardUnavailable, NewIssue
from bot.flows.push_state import Answer, Change, PushState, done, wait
from planners.sprints.pushing import Difference, HeldIssue, WantedIssue, difference
from storage import pushes
from storage.tables import Push, PushedItem

Operation = TypeVar("Operation")


@dataclass(frozen=True, slots=True)
class Look:
    """What one step sees: the push, what its board holds, and what is still to be done."""

    push: Push
    rows: Sequence[PushedItem]
    held: Mapping[str, HeldIssue]
    step: Difference


class PushWriting:
    """Writes the difference between a plan and a board, chunk by chunk."""

    def __init__(self, state: PushState) -> None:
        self._state = state

    def write_chunk(self) -> Answer:
        """Do the next few operations."""
        push, rows = self._state.read()
        held = pushes.held_issues(rows)
        look = Look(push, rows, held, difference(self._state.wanted(), held, self._state.sprints()))
        operations = (self._create, self._update, self._unlink, self._link, self._move, self._to_backlog, self._remove)
        answers = (operation(look) for operation in operations)
        return next((answer for answer in answers if answer is not None), done())

    def _create(self, look: Look) -> Answer | None:
        push, rows, held = look.push, look.rows, look.held
        pending = [issue for issue in look.step.create if f"create {issue.key}" not in push.refused]
        if not pending:
            return None
        chunk = [issue for issue in pending if issue.kind is pending[0].kind][: self._state.board().chunk]
        orphans = [issue for issue in chunk if issue.parent is not None and issue.parent not in held]
        if orphans:
            refused = {f"create {issue.key}": f"{issue.parent}, to which it belongs, is not there" for issue in orphans}
            return self._more(self._state.did("creating", refused=refused))
        keys = {issue.key for issue in chunk}
        marked = [row for row in rows if row.state == pushes.CREATING and row.key in keys]
        if marked:
            return self._settle(marked)
        with self._state.database.transaction() as session:
            pushes.mark_creating(session, push, chunk, self._state.clock.now())
        try:
            created = self._state.board().create([_new(issue, held) for issue in chunk])
        except BoardUnavailable as error:
            if not error.unknown:
                self._state.forget(keys)
            raise
        except (BoardMisconfigured, BoardRefused):
            self._state.forget(keys)
            raise

        def keep(session: Session, push: Push) -> None:
            pushes.remember(session, push, created.issues, self._state.survey)
            pushes.forget(session, push, created.refused)

        refused = {f"create {key}": reason for key, reason in created.refused.items()}
        return self._more(self._state.did("creating", "created", len(created.issues), change=keep, refused=refused))

    def _settle(self, marked: Sequence[PushedItem]) -> Answer:
        """Find out what became of a creation that had no answer."""
        board, now = self._state.board(), self._state.clock.now()
        asked_at = max(row.marked_at or now for row in marked)
        rest = board.settle_seconds - (now - asked_at).total_seconds()
        if rest > 0:
            return wait(rest, "waiting until the board shows what it may have created")
        found = board.look_up([row.key for row in marked], {})
        missing = [row for row in marked if row.key not in found]
        looked = max((row.looks for row in missing), default=0) + 1
        again = board.settle_seconds > 0 and looked < self._state.patience.looks

        def keep(session: Session, push: Push) -> None:
            pushes.remember(session, push, found.values(), self._state.survey)
            keys = [row.key for row in missing]
            if again:
                pushes.change_items(session, push, keys, looks=looked, marked_at=now)
            else:
                pushes.forget(session, push, keys)

        return self._more(self._state.did("creating", "created", len(found), change=keep), progress=bool(found))

    def _update(self, look: Look) -> Answer | None:
        def change(pair: tuple[HeldIssue, WantedIssue]) -> Change:
            there, wanted = pair
            self._state.board().update(there, _new(wanted, look.held))
            return _set([there.key], content=wanted.content, removed=False)

        return self._one_by_one(
            look.push, "updating", "updated", look.step.update, lambda pair: f"update {pair[0].key}", change
        )

    def _unlink(self, look: Look) -> Answer | None:
        left = {key: set(look.held[key].blockers) for _, key in look.step.unlinks}

        def part(pair: tuple[str, str]) -> Change:
            blocker, blocked = look.held[pair[0]], look.held[pair[1]]
            self._state.board().unlink(blocker, blocked)
            left[blocked.key].discard(blocker.issue_id)
            own = left[blocked.key] & blocked.own_blockers
            return _set([blocked.key], blockers=sorted(left[blocked.key]), own_blockers=sorted(own))

        return self._one_by_one(
            look.push, "linking", "unlinked", look.step.unlinks, lambda pair: f"unlink {pair[0]} {pair[1]}", part
        )

    def _link(self, look: Look) -> Answer | None:
        """Add links, each noted before as Muster's own.

        An issue whose links were being written when the answer got lost is read again first.
        """
        push, held = look.push, look.held
        pairs = [pair for pair in look.step.links if pair[0] in held and pair[1] in held]
        chunk = [pair for pair in pairs if _link_name(pair) not in push.refused][: self._state.board().chunk]
        keys = {blocked for _, blocked in chunk}
        unsure = {row.key: row.issue_id for row in look.rows if row.linking and row.key in keys}
        if unsure:
            found = self._state.board().look_up(list(unsure), unsure)

            def read(session: Session, push: Push) -> None:
                pushes.change_items(session, push, unsure, linking=False)
                pushes.remember(session, push, found.values(), self._state.survey)

            return self._more(self._state.did("linking", change=read), progress=False)
        blockers = {key: set(held[key].blockers) for key in keys}

        def join(pair: tuple[str, str]) -> Change:
            blocker, blocked = held[pair[0]], held[pair[1]]
            self._state.board().link(blocker, blocked)
            blockers[blocked.key].add(blocker.issue_id)
            return _set([blocked.key], blockers=sorted(blockers[blocked.key]))

        own = {key: set(held[key].own_blockers) for key in keys}
        for blocker, blocked in chunk:
            own[blocked].add(held[blocker].issue_id)
        self._set_linking(own, linking=True)
        answer = self._one_by_one(push, "linking", "linked", chunk, _link_name, join)
        self._set_linking({key: own[key] & blockers[key] for key in keys}, linking=False)
        return answer

    def _set_linking(self, own: Mapping[str, set[str]], *, linking: bool) -> None:
        with self._state.database.transaction() as session:
            push = self._state.push(session)
            for key, ids in own.items():
                pushes.change_items(session, push, [key], own_blockers=sorted(ids), linking=linking)

    def _move(self, look: Look) -> Answer | None:
        push, held, step = look.push, look.held, look.step
        states = {sprint.sprint_id: sprint.state.value for sprint in self._state.sprints()}
        for number, keys in step.moves:
            sprint_id = step.sprints.get(number)
            chunk = [held[key] for key in keys if key in held and f"move {key}" not in push.refused]
            if chunk and sprint_id is not None:
                return self._place(push, chunk, sprint_id, states[sprint_id])
        return None

    def _to_backlog(self, look: Look) -> Answer | None:
        refused = look.push.refused
        chunk = [issue for issue in look.step.to_backlog if f"move {issue.key}" not in refused]
        return self._place(look.push, chunk, None, None) if chunk else None

    def _place(
        self, push: Push, issues: Sequence[HeldIssue], sprint_id: str | None, state: str | None
    ) -> Answer | None:
        """Move a chunk of issues together, or one by one when the board refuses them together."""
        board = self._state.board()
        chunk = issues[: board.chunk]

        def move(some: Sequence[HeldIssue]) -> Change:
            if sprint_id is None:
                board.move_to_backlog(some)
            else:
                board.move_to_sprint(sprint_id, some)
            return _set([issue.key for issue in some], sprint_id=sprint_id, sprint_state=state)

        try:
            moved = move(chunk)
        except BoardRefused:
            return self._one_by_one(
                push, "moving", "moved", chunk, lambda i: f"move {i.key}", lambda i: move([i]), len(chunk)
            )
        return self._more(self._state.did("moving", "moved", len(chunk), change=moved))

    def _remove(self, look: Look) -> Answer | None:
        def mark(issue: HeldIssue) -> Change:
            self._state.board().mark_removed(issue)
            return _set([issue.key], removed=True)

        return self._one_by_one(
            look.push, "removing", "removed", look.step.remove, lambda issue: f"remove {issue.key}", mark
        )

    def _one_by_one(
        self,
        push: Push,
        phase: str,
        count: str,
        operations: Sequence[Operation],
        name: Callable[[Operation], str],
        act: Callable[[Operation], Change],
        limit: int | None = None,
    ) -> Answer | None:
        """Do the next operations, keeping each as soon as it is through. What is refused is noted and left."""
        chunk = [one for one in operations if name(one) not in push.refused][: limit or self._state.board().chunk]
        for one in chunk:
            try:
                change = act(one)
            except BoardRefused as error:
                push = self._state.did(phase, refused={name(one): error.reason})
            else:
                push = self._state.did(phase, count, 1, change=change)
        return self._more(push) if chunk else None

    def _more(self, push: Push, *, progress: bool = True) -> Answer:
        self._state.progress(push)
        return done(more=True, progress=progress)


def _new(issue: WantedIssue, held: Mapping[str, HeldIssue]) -> NewIssue:
    return NewIssue(issue, None if issue.parent is None else held.get(issue.parent))


def _link_name(pair: tuple[str, str]) -> str:
    return f"link {pair[0]} {pair[1]}"


def _set(keys: Sequence[str], **values: Any) -> Change:
    return lambda session, push: pushes.change_items(session, push, keys, **values)
