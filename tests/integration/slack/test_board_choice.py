"""Which of Jira's boards a venture gets is chosen in the form, from those that there are."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.adapters.boards.listing import ScrumBoard, scrum_boards
from storage.database import Database
from storage.tables import Venture
from storage.ventures import find_venture
from tests.integration.slack.bench import LEAD, OUTSIDER, PLAN, Bench, add_atlas, all_text, bench
from tests.integration.slack.web_api import Json, WebApi
from tests.peers.blocks import check_view
from tests.peers.jira_fake import FakeJira, Options, fake_jira
from tests.peers.jira_fake.model import Board

PROJECTS = (("MUS", "Muster"), ("ATL", "Atlas"))


@pytest.fixture(params=["Cloud", "Server"])
def jira(request: pytest.FixtureRequest) -> Iterator[FakeJira]:
    """Both kinds of Jira, with two projects; Atlas has a kanban board besides, and a second scrum board."""
    with fake_jira(Options(deployment=request.param, projects=PROJECTS)) as running:
        running.jira.world.boards += [Board(3, "ATL flow", "kanban", "ATL"), Board(4, "ATL later", "scrum", "ATL")]
        yield running


@pytest.fixture
def with_jira(jira: FakeJira, api: WebApi, tmp_path: Path) -> Iterator[Bench]:
    """The app beside that Jira, with atlas stored."""
    email = jira.email if jira.options.deployment == "Cloud" else None
    with bench(api, tmp_path, jira_url=jira.url, jira_email=email, jira_token=SecretStr(jira.token)) as running:
        add_atlas(running.muster)
        yield running


def inputs(form: Json) -> dict[str, Json]:
    """The form's inputs by name."""
    return {block["block_id"]: block for block in form["blocks"] if block["type"] == "input"}


def offered(form: Json) -> list[str]:
    """The labels of the boards that the form offers."""
    return [option["text"]["text"] for option in inputs(form)["jira_board"]["element"]["options"]]


def atlas(database: Database) -> Venture:
    """The venture."""
    with database.transaction() as session:
        found = find_venture(session, "atlas")
    assert found is not None
    return found


def test_boards_without_sprints_are_not_offered(with_jira: Bench) -> None:
    form = with_jira.form("atlas")
    check_view({key: value for key, value in form.items() if key != "id"})
    assert offered(form) == ["Muster's own board", "ATL: ATL board", "ATL: ATL later", "MUS: MUS board"]
    assert "project" not in inputs(form)


def test_the_chosen_board_is_kept_with_the_venture_and_pushed_to(with_jira: Bench, api: WebApi) -> None:
    answer = with_jira.submit(with_jira.form("atlas"), {"jira_board": "ATL:4"})
    assert json.loads(answer.body)["response_action"] == "update", answer.body
    preview = api.wait("chat.postEphemeral")
    kept = atlas(with_jira.muster.database)
    assert (kept.jira_project, kept.jira_board) == ("ATL", 4)
    assert "Jira ATL" in json.dumps(preview["blocks"])
    again = with_jira.form("atlas")
    assert "jira_board" not in inputs(again)
    assert inputs(again)["board"]["element"]["initial_option"]["text"]["text"] == "ATL: ATL later"


def test_musters_own_board_stays_the_choice_of_who_chooses_nothing(with_jira: Bench, api: WebApi) -> None:
    with_jira.submit(with_jira.form("atlas"), {})
    api.wait("chat.postEphemeral")
    kept = atlas(with_jira.muster.database)
    assert (kept.jira_project, kept.jira_board) == (None, None)


def test_of_more_boards_than_a_list_holds_the_others_can_be_named(with_jira: Bench, jira: FakeJira) -> None:
    jira.jira.world.boards += [Board(10 + n, f"Team {n}", "scrum", "MUS") for n in range(120)]
    form = with_jira.form("atlas")
    check_view({key: value for key, value in form.items() if key != "id"})
    assert len(offered(form)) == 100
    assert "more boards than the list holds" in inputs(form)["project"]["hint"]["text"]


def test_a_board_and_another_project_are_one_too_many(with_jira: Bench, jira: FakeJira) -> None:
    jira.jira.world.boards += [Board(10 + n, f"Team {n}", "scrum", "MUS") for n in range(120)]
    form = with_jira.form("atlas")
    answer = json.loads(with_jira.submit(form, {"jira_board": "ATL:2", "project": "MUS"}).body)
    assert "A board is chosen above" in answer["errors"]["project"]


def test_a_jira_that_is_away_leaves_a_field_for_the_project(with_jira: Bench, jira: FakeJira, api: WebApi) -> None:
    jira.fault("board", times=None)
    form = with_jira.form("atlas")
    assert "jira_board" not in inputs(form)
    assert "can't be asked" in inputs(form)["project"]["hint"]["text"]
    jira.clear_faults()
    with_jira.submit(form, {"project": "atl"})
    api.wait("chat.postEphemeral")
    kept = atlas(with_jira.muster.database)
    assert (kept.jira_project, kept.jira_board) == ("ATL", None)


def test_boards_are_shown_to_nobody_who_may_not_plan(with_jira: Bench, api: WebApi, jira: FakeJira) -> None:
    form = with_jira.form(user=OUTSIDER)
    assert {"jira_board", "project"} & set(inputs(form)) == set()
    with_jira.form("atlas", user=OUTSIDER)
    assert "ATL board" not in all_text([call["view"] for call in api.of("views.update")])
    assert not [entry for entry in jira.log if entry["path"].endswith("/board")]


def test_a_person_who_may_not_plan_sets_no_board(with_jira: Bench, api: WebApi) -> None:
    form = with_jira.form("atlas", user=LEAD)
    own = with_jira.form(user=OUTSIDER)
    forged = {**form, "private_metadata": own["private_metadata"]}
    with_jira.submit(forged, {"jira_board": "ATL:4", "text": PLAN}, user=OUTSIDER)
    api.wait("views.update", lambda call: "You can't plan" in all_text(call["view"]))
    assert atlas(with_jira.muster.database).jira_project is None


def test_a_value_that_is_no_board_is_refused(with_jira: Bench) -> None:
    form = with_jira.form("atlas")
    inputs(form)["jira_board"]["element"]["options"].append({"value": "ATL:x"})
    answer = json.loads(with_jira.submit(form, {"jira_board": "ATL:x"}).body)
    assert answer["errors"] == {"jira_board": "Choose a board of the list"}


def test_boards_come_in_pages(jira: FakeJira) -> None:
    jira.jira.world.boards += [Board(10 + n, f"Team {n:03}", "scrum", "MUS") for n in range(130)]
    email = jira.email if jira.options.deployment == "Cloud" else None
    few = scrum_boards(jira.url, email=email, token=jira.token, most=20)
    assert len(few.boards) == 20
    assert few.more
    all_of_them = scrum_boards(jira.url, email=email, token=jira.token, most=500)
    assert len(all_of_them.boards) == 133
    assert not all_of_them.more
    assert all_of_them.boards[0] == ScrumBoard("ATL", 2, "ATL board")
