"""Planning as durable work: the form's choices, the plan, its preview.

Each flow starts under a key made of what the person did, so a redelivered click does nothing. The steps go on after a
crash; a message that a crash cut off may come a second time, an effect may not.
"""

from __future__ import annotations

from bot.adapters.boards.port import BoardError, BoardUnavailable
from bot.adapters.workspace.files import FileRefused
from bot.adapters.workspace.messages import Messages
from bot.blocks import forms, notices
from bot.blocks.forms import FieldProblem
from bot.flows.delivery import Answer, attempt, deliver
from bot.flows.engine import DurableEngine
from bot.flows.form_choices import FormDefaults, Gate
from bot.flows.plan_work import Handed, Planning
from bot.flows.reaching import reach
from bot.flows.showing import Order, Showing
from planners.plan.models import PlanDocument
from planners.plan.problems import PlanProblems
from storage.database import Database
from storage.forms import find_form
from storage.tables import PlanForm
from storage.ventures import find_venture

OPEN = "plan.form"
MAKE = "plan.make"
PROBLEMS_KEPT = 60


class PlanFlows:
    """The flows behind `/sprint-plan`. Build it before the engine starts; it registers itself there."""

    def __init__(
        self,
        engine: DurableEngine,
        database: Database,
        messages: Messages,
        planning: Planning,
        defaults: FormDefaults,
        showing: Showing,
        gate: Gate,
    ) -> None:
        self._engine = engine
        self._database = database
        self._messages = messages
        self._planning = planning
        self._defaults = defaults
        self._showing = showing
        self._gate = gate
        engine.register(OPEN, self.open)
        engine.register(MAKE, self.make)

    def start_open(self, form_id: str, key: str) -> None:
        """Fill the loading view in. `key` names what the person did."""
        self._engine.start_once(f"form:{key}", OPEN, form_id)

    def start_make(self, form_id: str, key: str) -> None:
        """Plan what a submitted form says. `key` names the submission."""
        self._engine.start_once(f"plan:{key}", MAKE, form_id)

    def open(self, form_id: str) -> Answer:
        """Look up what the selects offer, and turn the loading view into the form."""
        return deliver(self._engine, "form", lambda: self._show_form(form_id))

    def make(self, form_id: str) -> Answer:
        """Plan, then say what came of it: a preview, or the form again with every problem at its field."""
        made = deliver(self._engine, "plan", lambda: self._plan(form_id))
        if made["status"] != "planned":
            deliver(self._engine, "problems", lambda: self._tell_problems(form_id, made))
            return made
        deliver(self._engine, "close", lambda: self._close_form(form_id))
        form = self._form(form_id)
        order = Order(
            plan=made["plan"],
            how="ephemeral",
            channel=form.channel,
            user=form.created_by,
            response_url=form.response_url,
        )
        self._showing.show(order)
        return made

    def _show_form(self, form_id: str) -> None:
        form = self._form(form_id)
        venture = form.values.get("venture")
        if venture:
            refused = self._refusal(form.created_by, str(venture))
            if refused is not None:
                self._messages.update_view(form.view_id, forms.closing(refused))
                return
        view = self._defaults.view(form)
        self._messages.update_view(form.view_id, forms.form(view))

    def _plan(self, form_id: str) -> Answer:
        form = self._form(form_id)
        if form.sprint_plan is not None:
            return {"status": "planned", "plan": form.sprint_plan}
        try:
            handed = self._planning.load(form)
        except FileRefused as error:
            return _problems([FieldProblem("file", str(error))])
        except PlanProblems as error:
            return _problems([FieldProblem(_source(form), str(problem)) for problem in error.problems])
        name = handed.document.plan.venture
        refused = self._refusal(form.created_by, name)
        if refused is not None:
            return _problems([FieldProblem(handed.field, refused)])
        return self._plan_document(form, handed, name)

    def _plan_document(self, form: PlanForm, handed: Handed, name: str) -> Answer:
        with self._database.transaction() as session:
            known = find_venture(session, name)
        key = known.key if known else name
        document = _of_venture(handed.document, key)
        try:
            options = self._planning.options(document, form.values["options"], key)
            plan = self._planning.plan(document, options, key)
        except PlanProblems as error:
            return _problems([FieldProblem(_field_of(problem.path), str(problem)) for problem in error.problems])
        except BoardUnavailable:
            raise
        except BoardError as error:
            return _problems([FieldProblem("board", str(error))])
        stored = self._planning.store(form, Handed(document, handed.source, handed.field, handed.version), plan)
        return {"status": "planned", "plan": stored}

    def _refusal(self, user: str, venture: str) -> str | None:
        with self._database.transaction() as session:
            known = find_venture(session, venture)
        return self._gate.planning_refusal(user, known.key if known else venture, known=known is not None)

    def _close_form(self, form_id: str) -> None:
        form = self._form(form_id)
        where = f"<#{form.channel}>" if form.channel.startswith(("C", "G")) else "your direct messages with me"
        self._messages.update_view(form.view_id, forms.closing(f"Your preview is in {where}. You can close this."))

    def _tell_problems(self, form_id: str, made: Answer) -> None:
        """Turn the modal back into the form; where it was closed, say it in the channel with a way back."""
        problems = made.get("problems") or [{"field": "general", "text": made.get("why", "Slack did not answer.")}]
        with self._database.transaction() as session:
            form = find_form(session, form_id, lock=True)
            assert form is not None
            form.problems = problems
            session.add(form)
        view = self._defaults.view(form)
        if not attempt(lambda: self._messages.update_view(form.view_id, forms.form(view))):
            lines = [str(problem["text"]) for problem in problems]
            reach(
                self._messages,
                channel=form.channel,
                user=form.created_by,
                text="The plan needs a change before it can be planned.",
                blocks=notices.problems_card(form.id, lines),
            )

    def _form(self, form_id: str) -> PlanForm:
        with self._database.transaction() as session:
            form = find_form(session, form_id)
        if form is None:
            raise LookupError(f"form {form_id} is gone")
        return form


def _problems(problems: list[FieldProblem]) -> Answer:
    kept = [{"field": each.field, "text": each.text} for each in problems[:PROBLEMS_KEPT]]
    if len(problems) > PROBLEMS_KEPT:
        kept.append({"field": "general", "text": f"and {len(problems) - PROBLEMS_KEPT} more problems"})
    return {"status": "problems", "problems": kept}


def _source(form: PlanForm) -> str:
    return "text" if form.values.get("text") else "file" if form.values.get("file") else "venture"


def _field_of(path: str) -> str:
    """The form's field that a planning problem belongs to, by the first part of its path."""
    return path if path in ("team", "start") else "general"


def _of_venture(document: PlanDocument, key: str) -> PlanDocument:
    """The document under the venture's key as it is stored, whatever its case in the plan."""
    if document.plan.venture == key:
        return document
    return document.model_copy(update={"plan": document.plan.model_copy(update={"venture": key})})
