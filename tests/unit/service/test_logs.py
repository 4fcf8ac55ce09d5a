"""What a log line looks like, and what never stands in one."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from bot.logs import report_defect, set_up_logging
from bot.settings import LogFormat


@pytest.fixture(autouse=True)
def _put_back() -> Iterator[None]:
    handlers, level = logging.getLogger().handlers, logging.getLogger().level
    yield
    logging.getLogger().handlers, logging.getLogger().level = handlers, level
    structlog.reset_defaults()


def test_json_lines_carry_what_is_bound(capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logging("INFO", LogFormat.JSON)
    with structlog.contextvars.bound_contextvars(request="event:Ev1"):
        structlog.get_logger("muster").info("plan.made", items=12)
    line = json.loads(capsys.readouterr().err)
    assert (line["event"], line["items"], line["request"], line["level"]) == ("plan.made", 12, "event:Ev1", "info")
    assert line["timestamp"].endswith("Z")


@pytest.mark.parametrize("name", ["slack_bot_token", "signing_secret", "password", "Authorization", "database_url"])
@pytest.mark.parametrize("form", LogFormat)
def test_secrets_are_hidden_by_the_name_of_their_field(
    capsys: pytest.CaptureFixture[str], name: str, form: LogFormat
) -> None:
    set_up_logging("INFO", form)
    structlog.get_logger("muster").info("settings.read", **{name: "xoxb-canary-7731"})
    shown = capsys.readouterr().err
    assert "settings.read" in shown
    assert "canary" not in shown


def test_a_traceback_shows_no_local_variables(capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logging("INFO", LogFormat.CONSOLE)
    token = "-".join(["xoxb", "canary"])
    try:
        raise RuntimeError(f"{len(token)} wires crossed")
    except RuntimeError as error:
        report_defect(error)
    shown = capsys.readouterr().err
    assert "11 wires crossed" in shown
    assert "xoxb-canary" not in shown


def test_a_defect_is_logged_whole_under_its_reference(capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logging("INFO", LogFormat.JSON)
    try:
        raise RuntimeError("wires crossed")
    except RuntimeError as error:
        reference = report_defect(error, request="command:1")
    line = json.loads(capsys.readouterr().err)
    assert line["reference"] == reference
    assert "wires crossed" in line["exception"]
    assert line["request"] == "command:1"


def test_libraries_are_quiet_below_a_warning(capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logging("INFO", LogFormat.CONSOLE)
    logging.getLogger("slack_sdk.web").info("chatter")
    logging.getLogger("slack_sdk.web").warning("trouble")
    shown = capsys.readouterr().err
    assert "chatter" not in shown
    assert "trouble" in shown
